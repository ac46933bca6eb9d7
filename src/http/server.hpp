// HTTP/1.1 over any stream, with limits on everything that is waited for or kept (R32, R35, R39).
#pragma once
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/stream.hpp"
#include "http/message.hpp"

namespace http {

struct ServerLimits {
    std::size_t header_bytes = 16 * 1024;
    std::size_t header_fields = 100;
    std::size_t target_bytes = 8 * 1024;
    std::size_t body_bytes = 1024 * 1024;
    Duration header_time = 10s;
    Duration body_time = 30s;
    Duration body_grace = 5s;  // after it, a body must have come at this rate:
    std::size_t body_bytes_per_second = 1024;
    Duration idle_time = 60s;     // between requests of one connection
    Duration handler_time = 30s;  // not for streams
    std::size_t connections = 10'000;
};

/// Accepts until `stop` or destruction; owns its sessions. `executor` runs one thing at a time (a strand, or
/// a context with one thread). What the limits refuse is answered with a problem document (400, 408, 413,
/// 414, 431, 503) and, where the stream can no longer be trusted, the connection is closed.
class Server {
public:
    Server(Executor executor, base::Clock& clock, base::Random& random, Handler handler,
           ServerLimits limits = {});
    ~Server();
    /// Takes the listener and accepts from it. May be called for several.
    void listen(std::unique_ptr<base::Listener> listener);
    /// Accepts no more, lets requests in flight finish (streams end), returns when all sessions are gone or
    /// after `limit`. (R57)
    awaitable<void> stop(Duration limit);
    std::size_t sessions() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// RFC 9457, application/problem+json: {type, title, status, detail, instance, code, trace_id}.
Response problem(Request const& request, int status, std::string_view code, std::string_view detail);
std::string_view reason_phrase(int status);

}  // namespace http
