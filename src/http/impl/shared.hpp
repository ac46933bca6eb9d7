// What the sessions of one server share.
#pragma once
#include <boost/asio/experimental/channel.hpp>
#include <map>

#include "http/impl/watchdog.hpp"
#include "http/server.hpp"

namespace http::impl {

class Session;

/// Everything happens on `executor`, which runs one thing at a time.
struct Shared {
    Executor executor;
    base::Clock& clock;
    base::Random& random;
    Handler handler;
    ServerLimits limits;

    std::shared_ptr<Watchdog> watchdog{};
    std::map<std::uint64_t, Session*>
        sessions{};  // by number: their order is the same in every run of a simulation
    std::map<std::uint64_t, Upgraded*> upgraded{};  // by the number of the session that each was
    std::uint64_t next_session = 1;
    bool stopping = false;
    asio::experimental::channel<void(error_code)> session_ended;

    std::size_t connections() const { return sessions.size() + upgraded.size(); }

    /// Formatted once a second.
    std::string_view date();

private:
    std::chrono::sys_seconds date_second_{};
    std::string date_{};

public:
    Shared(Executor on, base::Clock& with_clock, base::Random& with_random, Handler with_handler,
           ServerLimits with_limits)
        : executor(on),
          clock(with_clock),
          random(with_random),
          handler(std::move(with_handler)),
          limits(with_limits),
          session_ended(on, 1) {}
};

}  // namespace http::impl
