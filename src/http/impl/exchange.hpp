// One request and its answer over a connection that stands: what every client of this folder does.
#pragma once
#include "base/clock.hpp"
#include "base/error.hpp"
#include "http/client.hpp"
#include "http/message.hpp"

namespace http::impl {

/// A connection, and what was read of it beyond the last answer.
struct Connection {
    base::Stream stream{};
    std::string unread{};
    SteadyTime used_at{};
};

enum class Keep { alive, close };

/// The request as it goes over the wire. Throws std::invalid_argument when a field would break out of its
/// line.
std::string write_request(Url const& url, Request const& request, Keep keep);

/// How far a request came: what decides whether it may be sent again.
struct Progress {
    std::size_t sent_bytes = 0;
    std::size_t received_bytes = 0;
};

struct Exchange {
    base::Clock& clock;
    std::string const& text;  // of write_request
    bool asks_for_head = false;
    std::optional<Duration> idle{};  // the longest time without a byte
    std::size_t body_limit_bytes = 0;
    /// Gets the answer's head with each part of its body, first an empty one; false: no more is wanted.
    std::function<bool(Response const&, std::string_view)> piece{};
};

struct Exchanged {
    Response response{};
    bool reusable = false;  // the connection is ready for another request
};

/// Interim answers (1xx but 101) are passed over. Throws system_error.
awaitable<Exchanged> exchange(Connection& connection, Exchange const& with, Progress& progress);

/// What a system_error on the way to `url` or back means.
base::Error say(Url const& url, error_code problem);

}  // namespace http::impl
