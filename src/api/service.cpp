// What the service says of itself, and its record of who did what.
#include "api/handlers.hpp"

namespace api {

Answer<model::AuditList> audit_logs(Call& call, Query<AuditQuery> query) {
    CO_TRY(std::string after, place_of(query->after));
    auto read = [after, limit = query->limit](store::Transaction& transaction) {
        return store::list_audit(transaction, after, limit);
    };
    CO_TRY(store::Page<model::AuditEntry> page, co_await call.store().read(std::move(read)));
    model::AuditList list{.items = std::move(page.items)};
    if (!page.next.empty()) list.next = std::move(page.next);
    co_return list;
}

Answer<Ready<Document>> openapi(Call& call) {
    co_return Ready<Document>{json_answer(call, 200, call.shared.openapi)};
}

Answer<Ready<Text>> metrics(Call& call) {
    http::Response response{.body = call.services().metrics()};
    response.fields.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    co_return Ready<Text>{std::move(response)};
}

Answer<State> alive(Call&) { co_return State{}; }

Answer<State> ready(Call& call) {
    std::vector<std::string> problems = call.services().problems();
    if (problems.empty()) co_return State{};
    std::string said;
    for (std::string const& problem : problems) said += (said.empty() ? "" : "; ") + problem;
    co_return base::unavailable(std::move(said));
}

}  // namespace api
