#include "http/server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>

#include "base/log.hpp"
#include "http/impl/session.hpp"

namespace http {

using impl::Session;
using impl::Shared;

namespace {

struct Acceptor {
    asio::cancellation_signal signal{};
    bool started = false;
};

awaitable<void> serve(std::shared_ptr<Session> session) { co_await session->run(); }
awaitable<void> turn_away(std::shared_ptr<Session> session) { co_await session->turn_away(); }

void begin_session(std::shared_ptr<Shared> const& shared, base::Stream stream) {
    bool no_room = shared->connections() >= shared->limits.connections;
    auto session = std::make_shared<Session>(shared, std::move(stream));
    // The slot lies in the session, so the session stays until the coroutine is quite over.
    auto ended = asio::bind_cancellation_slot(
        session->slot(), [session](std::exception_ptr failure) { must_not_throw(failure); });
    asio::co_spawn(shared->executor, no_room ? turn_away(session) : serve(session), std::move(ended));
}

/// A failed accept is mostly a want of file descriptors: it passes.
awaitable<void> accept_from(std::shared_ptr<Shared> shared, std::unique_ptr<base::Listener> listener) {
    while (!shared->stopping) {
        error_code failure;
        try {
            base::Stream stream = co_await listener->accept();
            if (!shared->stopping) begin_session(shared, std::move(stream));
        } catch (system_error const& problem) {
            failure = problem.code();
        }
        if (!failure || shared->stopping) continue;
        base::log(base::LogLevel::warning, "a connection could not be accepted",
                  {{"problem", failure.message()}});
        co_await shared->clock.sleep_for(100ms);
    }
}

awaitable<void> accept_until_stopped(std::shared_ptr<Shared> shared, std::unique_ptr<base::Listener> listener,
                                     std::shared_ptr<Acceptor> acceptor) {
    acceptor->started = true;
    try {
        co_await accept_from(std::move(shared), std::move(listener));
    } catch (system_error const&) {
        // Stopped while it waited.
    }
}

awaitable<void> all_gone(std::shared_ptr<Shared> shared) {
    while (shared->connections() > 0) co_await shared->session_ended.async_receive(use_awaitable);
}

/// True when all sessions have ended by themselves.
awaitable<bool> wait_until_gone(std::shared_ptr<Shared> shared, Duration limit) {
    try {
        co_await base::within(shared->clock, limit, all_gone(shared));
        co_return true;
    } catch (system_error const& problem) {
        if (problem.code() != asio::error::timed_out) throw;
    }
    co_return false;
}

/// `action` may end those of the list, this and others.
template <class Connection, class Action>
void for_each(std::map<std::uint64_t, Connection*> const& list, Action action) {
    for (auto at = list.begin(); at != list.end();) {
        auto [number, connection] = *at;
        action(*connection);
        at = list.upper_bound(number);
    }
}

void stop_upgraded(Shared& shared) {
    for_each(shared.upgraded, [](Upgraded& connection) {
        if (connection.on_stop) connection.on_stop();
    });
}

SteadyTime sweep(Shared& shared, SteadyTime now) {
    SteadyTime earliest = impl::Watchdog::never;
    auto look = [&](Session& session) {
        if (session.deadline() <= now)
            session.expire();
        else
            earliest = std::min(earliest, session.deadline());
    };
    for_each(shared.sessions, look);
    return earliest;
}

}  // namespace

struct Server::Impl {
    std::shared_ptr<Shared> shared;
    std::vector<std::shared_ptr<Acceptor>> acceptors{};

    void stop_accepting() {
        shared->stopping = true;
        for (auto const& acceptor : acceptors)
            if (acceptor->started) acceptor->signal.emit(asio::cancellation_type::terminal);
        acceptors.clear();
    }
};

Server::Server(Executor executor, base::Clock& clock, base::Random& random, Handler handler,
               ServerLimits limits)
    : impl_(std::make_shared<Impl>()) {
    auto shared = std::make_shared<Shared>(executor, clock, random, std::move(handler), limits);
    auto sweep_them = [weak = std::weak_ptr(shared)](SteadyTime now) {
        auto alive = weak.lock();
        return alive ? sweep(*alive, now) : impl::Watchdog::never;
    };
    shared->watchdog = std::make_shared<impl::Watchdog>(executor, clock, sweep_them);
    impl_->shared = std::move(shared);
}

Server::~Server() {
    impl_->stop_accepting();
    for_each(impl_->shared->sessions, [](Session& session) { session.stop_now(); });
    stop_upgraded(*impl_->shared);
    impl_->shared->watchdog->stop();
}

void Server::listen(std::unique_ptr<base::Listener> listener) {
    auto acceptor = std::make_shared<Acceptor>();
    impl_->acceptors.push_back(acceptor);
    auto ended = asio::bind_cancellation_slot(
        acceptor->signal.slot(), [acceptor](std::exception_ptr failure) { must_not_throw(failure); });
    asio::co_spawn(impl_->shared->executor,
                   accept_until_stopped(impl_->shared, std::move(listener), acceptor), std::move(ended));
}

awaitable<void> Server::stop(Duration limit) {
    std::shared_ptr<Impl> impl = impl_;
    impl->stop_accepting();
    for_each(impl->shared->sessions, [](Session& session) { session.stop_softly(); });
    stop_upgraded(*impl->shared);
    if (co_await wait_until_gone(impl->shared, limit)) co_return;
    for_each(impl->shared->sessions, [](Session& session) { session.stop_now(); });
    co_await wait_until_gone(impl->shared, 1s);
}

std::size_t Server::sessions() const { return impl_->shared->connections(); }

}  // namespace http
