// One outbound HTTP request over the passed-in dialer.
#pragma once
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/stream.hpp"
#include "http/message.hpp"

namespace http {

/// "http://127.0.0.1:8080/path?query" taken apart. Errors: invalid.
struct Url {
    bool tls = false;
    std::string host{};
    std::string port{};
    std::string target = "/";
    std::string address() const { return host + ":" + port; }  // for Dialer::connect: "127.0.0.1:8080"
};
base::Result<Url> parse_url(std::string_view text);

/// (g++ 12 destroys a request twice that is made inside the co_await expression: name it and move it.)
///
/// Sends one request on a connection of its own and reads the whole answer (at most `body_limit_bytes`).
/// Errors: unavailable (refused, reset, no such host: names the address), timed_out, invalid (not HTTP). TLS
/// verifies the peer.
awaitable<base::Result<Response>> send(base::Dialer& dialer, base::Clock& clock, Url url, Request request,
                                       Duration limit, std::size_t body_limit_bytes = 16 * 1024 * 1024);

/// Sends a request whose answer is a stream (server-sent events): calls `piece` with each part of the body as
/// it comes, until the end, an error, or `piece` returns false. `idle` limits the time between parts.
awaitable<base::Result<int>> send_streaming(base::Dialer& dialer, base::Clock& clock, Url url,
                                            Request request, Duration idle,
                                            std::function<bool(int status, std::string_view)> piece);

}  // namespace http
