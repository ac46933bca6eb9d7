#include "feed/feed.hpp"

#include <atomic>

#include "base/log.hpp"
#include "feed/impl/feed_impl.hpp"

namespace feed {

namespace {

constexpr int events_at_once = 500;
constexpr Duration tick_interval = 250ms;
constexpr Duration pause_after_failure = 1s;

Result<std::vector<model::Event>> read_tail(store::Transaction& transaction, std::size_t events) {
    TRY(std::int64_t newest, store::last_event(transaction));
    auto count = static_cast<std::int64_t>(events);
    return store::read_events(transaction, std::max<std::int64_t>(newest - count, 0),
                              static_cast<int>(events));
}

}  // namespace

Feed::Impl::Impl(Surroundings surroundings, FeedSettings its_settings)
    : world(surroundings),
      settings(its_settings),
      clients(surroundings.server.of()),
      tail(its_settings.tail_events, its_settings.tail_bytes),
      committed(surroundings.executor, 1) {}

awaitable<Result<void>> Feed::Impl::start() {
    auto read = [events = settings.tail_events](store::Transaction& transaction) {
        return read_tail(transaction, events);
    };
    CO_TRY(std::vector<model::Event> newest, co_await world.store.read(std::move(read)));
    tail.restart(newest.empty() ? 0 : newest.front().seq - 1);
    for (model::Event const& event : newest) tail.add(tell(event));

    // The writing thread must not wait for us, nor be asked to tell us twice.
    auto told = std::make_shared<std::atomic<bool>>(false);
    world.store.on_commit([weak = weak_from_this(), told, executor = world.executor] {
        if (told->exchange(true)) return;
        asio::post(executor, [weak, told] {
            told->store(false);
            if (auto self = weak.lock()) self->committed.try_send(error_code{});
        });
    });
    world.engine.on_look([weak = weak_from_this()](std::string const& environment) {
        if (auto self = weak.lock()) self->look_at(environment);
    });
    clients.use([self = shared_from_this()](realtime::Handshake handshake) {
        return self->admit(std::move(handshake));
    });
    clients.on_connect([weak = weak_from_this()](std::shared_ptr<realtime::Socket> const&) {
        auto self = weak.lock();
        if (!self || std::exchange(self->watching, true)) return;
        asio::co_spawn(self->world.executor, self->watch_sessions(), must_not_throw);
    });
    clients.on_disconnect([weak = weak_from_this()](realtime::Socket& socket, std::string_view) {
        if (auto self = weak.lock()) self->turns.erase(socket.id());
    });
    clients.on("subscribe",
               [self = shared_from_this()](std::shared_ptr<realtime::Socket> socket, realtime::Event event) {
                   return self->subscribe(std::move(socket), std::move(event));
               });
    clients.on("unsubscribe",
               [self = shared_from_this()](std::shared_ptr<realtime::Socket> socket, realtime::Event event) {
                   return self->unsubscribe(std::move(socket), std::move(event));
               });
    asio::co_spawn(world.executor, follow(), must_not_throw);
    co_return Result<void>{};
}

awaitable<void> Feed::Impl::follow() {
    auto self = shared_from_this();
    while (!stopped) {
        Result<void> read = co_await read_on();
        if (stopped) break;
        if (!read) {
            base::log(base::LogLevel::warning, "events cannot be read", {{"problem", read.error().message}});
            co_await world.clock.sleep_for(pause_after_failure);
        } else {
            co_await wait_for_news();
        }
    }
}

awaitable<void> Feed::Impl::wait_for_news() {
    try {
        if (settings.poll_interval == Duration{})
            co_await committed.async_receive(use_awaitable);
        else
            co_await base::within(world.clock, settings.poll_interval,
                                  committed.async_receive(use_awaitable));
    } catch (system_error const& over) {
        bool was_expected = stopped || over.code() == asio::error::timed_out;
        if (!was_expected) throw;
    }
}

awaitable<Result<void>> Feed::Impl::read_on() {
    while (!stopped) {
        auto read = [after = tail.newest()](store::Transaction& transaction) {
            return store::read_events(transaction, after, events_at_once);
        };
        CO_TRY(std::vector<model::Event> events, co_await world.store.read(std::move(read)));
        for (model::Event const& event : events) publish(tell(event));
        if (std::ssize(events) < events_at_once) break;
    }
    co_return Result<void>{};
}

void Feed::Impl::publish(Told told) {
    bool reaches_nobody = settings.skips_each > 0 && told.seq % settings.skips_each == 0;
    if (!reaches_nobody) {
        realtime::Broadcast followers = clients.to(told.topic);
        if (told.is_for(admin_room)) followers.to(std::string(admin_room));
        realtime::Arguments arguments{.json = told.envelope};
        followers.emit(told.name, arguments);
    }
    tail.add(std::move(told));
}

// -- Ticks: what is seen now, for who watches an environment.

void Feed::Impl::look_at(std::string const& environment) {
    if (clients.size_of("monitoring/" + environment) == 0) return;
    looked_at.insert(environment);
    if (std::exchange(ticking, true)) return;
    asio::co_spawn(world.executor, tick(), must_not_throw);
}

awaitable<void> Feed::Impl::tick() {
    auto self = shared_from_this();
    co_await world.clock.sleep_for(tick_interval);
    ticking = false;
    if (stopped) co_return;
    for (std::string const& environment : std::exchange(looked_at, {})) {
        auto view = world.engine.monitoring(environment);
        if (!view) continue;
        model::Event event{.topic = "monitoring/" + environment,
                           .name = "monitoring-updated",
                           .entity = environment,
                           .actor = "pilothouse",
                           .time = world.clock.wall_now(),
                           .payload = base::to_json(*view)};
        clients.to(event.topic).emit_volatile(event.name, {.json = envelope_of(event)});
    }
}

// -- The public face

Feed::Feed(Surroundings surroundings, FeedSettings settings)
    : impl_(std::make_shared<Impl>(std::move(surroundings), settings)) {}

Feed::~Feed() { stop(); }

awaitable<base::Result<void>> Feed::start() { return impl_->start(); }

void Feed::stop() {
    if (std::exchange(impl_->stopped, true)) return;
    impl_->world.store.on_commit({});
    impl_->world.engine.on_look({});
    impl_->committed.close();
}

}  // namespace feed
