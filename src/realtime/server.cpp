#include "realtime/server.hpp"

#include "realtime/impl/client.hpp"

namespace realtime {

using impl::Client;
using impl::Context;

Server::Server(Executor executor, base::Clock& clock, FillWithSecrets fill, Settings settings)
    : context_(std::make_shared<Context>(executor, clock, fill, settings)) {
    auto open = [weak = std::weak_ptr(context_)](
                    std::shared_ptr<Connection> connection) -> std::shared_ptr<Listener> {
        auto context = weak.lock();
        if (!context) return nullptr;
        auto client = std::make_shared<Client>(std::move(context), std::move(connection));
        client->start();
        return client;
    };
    engine_ =
        std::make_unique<Engine>(executor, clock, std::move(fill), std::move(settings), std::move(open));
    context_->timers = engine_->timers();
    context_->counts = engine_->counts();
}

Server::~Server() {
    engine_.reset();
    context_->namespaces.clear();
}

Namespace& Server::of(std::string name) {
    auto& nsp = context_->namespaces[name];
    if (!nsp) nsp = std::make_shared<Namespace>(context_, name);
    return *nsp;
}

awaitable<http::Response> Server::handle(http::Request request) {
    return engine_->handle(std::move(request));
}

namespace {

awaitable<void> all_handlers_ended(std::shared_ptr<Context> context) {
    while (context->handlers_under_way > 0) co_await context->work_ended.async_receive(use_awaitable);
}

}  // namespace

awaitable<void> Server::stop(Duration limit) {
    auto context = context_;
    engine_->stop();
    try {
        co_await base::within(context->clock, limit, all_handlers_ended(context));
    } catch (system_error const& problem) {
        if (problem.code() != asio::error::timed_out) throw;
    }
}

Settings const& Server::settings() const { return context_->settings; }
Counts const& Server::counts() const { return *context_->counts; }

}  // namespace realtime
