// Uploaded kubeconfigs: they go in, and only what is not secret comes out.
#include "api/handlers.hpp"

namespace api {

namespace {

secret::Asker asker_of(Call const& call) { return {.user = call.actor(), .address = call.request.address}; }

}  // namespace

Answer<model::KubeconfigList> list_kubeconfigs(Call& call) {
    co_return co_await call.services().kubeconfigs.list();
}

Answer<model::KubeconfigView> show_kubeconfig(Call& call) {
    co_return co_await call.services().kubeconfigs.find(call.name);
}

Answer<model::KubeconfigView> put_kubeconfig(Call& call, Body<model::KubeconfigRequest> body) {
    secret::Asker asker = asker_of(call);
    co_return co_await call.services().kubeconfigs.put(call.name, std::move(body.value), std::move(asker));
}

Answer<Nothing> remove_kubeconfig(Call& call, Body<NoFields>) {
    secret::Asker asker = asker_of(call);
    CO_TRY_VOID(co_await call.services().kubeconfigs.remove(call.name, std::move(asker)));
    co_return Nothing{};
}

}  // namespace api
