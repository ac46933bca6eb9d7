// Kept-alive connections to one server.
#pragma once
#include "http/client.hpp"
#include "http/tls.hpp"

namespace http {

struct PoolSettings {
    Url server{};                // its target does not count
    TlsSettings tls{};           // when the server speaks TLS
    std::optional<Url> proxy{};  // asked to CONNECT us (RFC 9110, 9.3.6), in plain text
    std::size_t connections = 8;
    Duration connect_time = 10s;  // for the proxy, and TLS, as well
    Duration idle_time = 45s;     // a connection unused for longer is not used again
    /// The same for a request that has an effect. The server may close an idle connection at any time, and
    /// when it does so while such a request is under way, nobody can tell whether it has taken effect.
    Duration idle_time_before_effect = 5s;
};

struct Answer {
    /// Errors: unavailable (names the address), timed_out, invalid (not HTTP, or more than the limit).
    base::Result<Response> response = base::Error{};
    /// Some of the request left us: without an answer nobody knows whether it has taken effect.
    bool sent = false;
};

/// At most so many connections; a request beyond them waits for its turn, in order. A connection that turns
/// out to be closed is replaced by a new one, once, and the request sent there, if that cannot double an
/// effect: no byte of an answer has come, and either the request is safe (GET, HEAD) or none of it was sent.
///
/// Dialer and clock outlive the pool. Requests under way keep what they need: the pool may go before them.
class Pool {
public:
    /// Errors: invalid (a certificate or key is not understood).
    static base::Result<Pool> make(Executor executor, base::Dialer& dialer, base::Clock& clock,
                                   PoolSettings settings);

    /// Asks for `request.raw_target`. `limit` counts from here to the end of the answer.
    awaitable<Answer> send(Request request, Duration limit,
                           std::size_t body_limit_bytes = 16 * 1024 * 1024) const;

    /// Gets the answer's head with each part of its body, first an empty one when the head is there; false
    /// ends the stream.
    using Piece = std::function<bool(Response const& head, std::string_view part)>;
    /// The answer comes in parts, without end perhaps. `idle` limits the time without a byte. The response
    /// has no body.
    awaitable<Answer> stream(Request request, Duration idle, Piece piece) const;

    /// Open now, in use or not.
    std::size_t connections() const;

private:
    struct Impl;
    explicit Pool(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<Impl> impl_;
};

}  // namespace http
