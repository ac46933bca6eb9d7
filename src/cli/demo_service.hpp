// The demo's workload: a small HTTP service with a chosen version, error share, latency and start delay, that
// counts what it answers, so that a ledger of requests can be reconciled with it.
#pragma once
#include <map>
#include <string>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "http/server.hpp"

namespace cli {

struct DemoServiceSettings {
    std::string version = "1.0.0";
    std::string address = "127.0.0.1";  // where it listens; 0.0.0.0 in a container
    std::uint16_t port = 0;             // 0 takes a free one
    double error_percent = 0;           // of the answers: a 500 of its own
    Duration latency{};                 // before each answer
    double slow_percent = 0;            // of the answers come after slow_time instead
    Duration slow_time = 2s;
    Duration start_delay{};      // until then /healthz, and everything else, answers 503
    Duration drain = 1s;         // how long it goes on serving after SIGTERM, at least
    Duration drain_limit = 60s;  // requests that take longer are cut
    std::string
        counts_folder{};  // where counts-<pid>.json is rewritten every second and at the end; empty: nowhere
    std::uint64_t seed = 0;  // of the errors; 0: made from version and port
};

/// What one process of the service saw. Health checks, GET /counts and GET /metrics are not requests here.
struct DemoCounts {
    std::string version{};
    std::int64_t pid = 0;
    std::uint16_t port = 0;
    std::uint64_t received = 0;
    std::uint64_t answered_2xx = 0;
    std::uint64_t answered_4xx = 0;
    std::uint64_t answered_5xx = 0;
    std::uint64_t abandoned = 0;  // the client went away before the answer
    std::uint64_t open = 0;
    std::uint64_t health_checks = 0;
    std::uint64_t body_bytes = 0;  // received
    std::uint64_t answered() const { return answered_2xx + answered_4xx + answered_5xx; }
    bool operator==(DemoCounts const&) const = default;
};
BOOST_DESCRIBE_STRUCT(DemoCounts, (),
                      (version, pid, port, received, answered_2xx, answered_4xx, answered_5xx, abandoned,
                       open, health_checks, body_bytes))

/// Paths: GET / (and any other path), POST /echo (length and CRC-32 of the body), GET /slow?ms=2000, GET
/// /counts, GET /healthz, GET /metrics (of Prometheus: http_requests_total). Every other answer is JSON,
/// names its version in `X-Service-Version` and returns the request's `X-Request-Id`. One thread.
class DemoService {
public:
    DemoService(Executor executor, base::Clock& clock, DemoServiceSettings settings);
    /// Listens, and says where. Errors: unavailable (port in use).
    base::Result<std::string> start();
    /// /healthz answers 503; goes on serving for `drain` and until no request is open; returns when all have
    /// gone.
    awaitable<void> drain();
    DemoCounts const& counts() const { return counts_; }

private:
    awaitable<http::Response> answer(http::Request request);
    awaitable<http::Response> serve(http::Request const& request);
    awaitable<void> delay(http::Request const& request);
    http::Response health(http::Request const& request);
    http::Response metrics() const;
    http::Response reply(http::Request const& request, int status, base::json::object body) const;
    bool ready() const;
    bool happens(double percent);

    Executor executor_;
    base::Clock& clock_;
    DemoServiceSettings settings_;
    base::Random random_;
    SteadyTime ready_at_{};
    bool draining_ = false;
    DemoCounts counts_{};
    http::Server server_;
};

/// Serves until SIGTERM or SIGINT, drains (a second signal ends that at once) and returns the exit code.
int run_demo_service(DemoServiceSettings settings);

}  // namespace cli
