#include "cli/demo_service.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/crc.hpp>
#include <charconv>

#include "base/real.hpp"
#include "cli/impl/plain_file.hpp"

namespace cli {

namespace {

using base::Result;
namespace json = base::json;

constexpr Duration longest_answer = 120s;

std::uint64_t seed_of(DemoServiceSettings const& settings) {
    if (settings.seed != 0) return settings.seed;
    return std::hash<std::string>{}(fmt::format("{}:{}", settings.version, settings.port)) | 1U;
}

http::ServerLimits limits() {
    http::ServerLimits limits;
    limits.body_bytes = 16 * 1024 * 1024;
    limits.handler_time = longest_answer;
    limits.idle_time = longest_answer;
    return limits;
}

std::uint32_t crc32(std::string_view bytes) {
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

Duration slow_time_of(http::Request const& request) {
    std::string text = request.query_value("ms").value_or("2000");
    std::int64_t milliseconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), milliseconds);
    return std::clamp<Duration>(std::chrono::milliseconds(milliseconds), 0ms, longest_answer - 1s);
}

/// Counts a request as open for as long as it lives; one that ends without an answer was abandoned.
class OpenRequest {
public:
    explicit OpenRequest(DemoCounts& counts) : counts_(counts) {
        ++counts_.received;
        ++counts_.open;
    }
    OpenRequest(OpenRequest const&) = delete;
    ~OpenRequest() {
        --counts_.open;
        if (!answered_) ++counts_.abandoned;
    }
    void answered(int status) {
        answered_ = true;
        ++(status >= 500   ? counts_.answered_5xx
           : status >= 400 ? counts_.answered_4xx
                           : counts_.answered_2xx);
    }

private:
    DemoCounts& counts_;
    bool answered_ = false;
};

awaitable<void> write_counts_every_second(base::Clock& clock, DemoService const& service, std::string path) {
    while (true) {
        replace_file(path, base::to_text(service.counts()) + "\n");
        co_await clock.sleep_for(1s);
    }
}

awaitable<void> serve_until_signal(asio::io_context& context, DemoService& service) {
    asio::signal_set signals(context, SIGTERM, SIGINT);
    co_await signals.async_wait(use_awaitable);
    signals.async_wait([&context](error_code failed, int) {
        if (!failed) context.stop();
    });
    co_await service.drain();
    signals.cancel();
    context.stop();
}

}  // namespace

DemoService::DemoService(Executor executor, base::Clock& clock, DemoServiceSettings settings)
    : executor_(executor),
      clock_(clock),
      settings_(std::move(settings)),
      random_(seed_of(settings_)),
      ready_at_(clock.now() + settings_.start_delay),
      counts_{.version = settings_.version, .pid = ::getpid(), .port = settings_.port},
      server_(
          executor, clock, random_, [this](http::Request request) { return answer(std::move(request)); },
          limits()) {}

Result<std::string> DemoService::start() {
    TRY(base::BoundListener bound,
        base::listen(executor_, fmt::format("{}:{}", settings_.address, settings_.port)));
    counts_.port = static_cast<std::uint16_t>(std::stoul(bound.address.substr(bound.address.rfind(':') + 1)));
    server_.listen(std::move(bound.listener));
    return bound.address;
}

awaitable<void> DemoService::drain() {
    draining_ = true;
    co_await clock_.sleep_for(settings_.drain);
    SteadyTime const limit = clock_.now() + settings_.drain_limit;
    while (counts_.open > 0 && clock_.now() < limit) co_await clock_.sleep_for(20ms);
    co_await server_.stop(1s);
}

awaitable<http::Response> DemoService::answer(http::Request request) {
    if (request.path == "/healthz") co_return health(request);
    if (request.path == "/counts") co_return reply(request, 200, base::to_json(counts_).as_object());
    if (request.path == "/metrics") co_return metrics();
    OpenRequest open(counts_);
    counts_.body_bytes += request.body.size();
    http::Response response = co_await serve(request);
    open.answered(response.status);
    co_return response;
}

awaitable<http::Response> DemoService::serve(http::Request const& request) {
    if (!ready()) co_return reply(request, 503, {{"error", "not started yet"}});
    co_await delay(request);
    if (happens(settings_.error_percent))
        co_return reply(request, 500, {{"error", "an error that the demo makes on purpose"}});
    json::object body{{"path", json::string(request.path)}};
    if (request.path == "/echo") {
        body["length"] = request.body.size();
        body["crc32"] = crc32(request.body);
    }
    co_return reply(request, 200, std::move(body));
}

awaitable<void> DemoService::delay(http::Request const& request) {
    Duration wanted = settings_.latency;
    if (happens(settings_.slow_percent)) wanted = settings_.slow_time;
    if (request.path == "/slow") wanted = slow_time_of(request);
    if (wanted > Duration::zero()) co_await clock_.sleep_for(wanted);
}

http::Response DemoService::health(http::Request const& request) {
    ++counts_.health_checks;
    if (draining_) return reply(request, 503, {{"status", "draining"}});
    if (!ready()) return reply(request, 503, {{"status", "starting"}});
    return reply(request, 200, {{"status", "ok"}});
}

/// https://prometheus.io/docs/instrumenting/exposition_formats/
http::Response DemoService::metrics() const {
    http::Response response;
    response.fields.set("Content-Type", "text/plain; version=0.0.4");
    response.body = fmt::format(
        "# HELP http_requests_total Requests that were answered, by the class of the answer.\n"
        "# TYPE http_requests_total counter\n"
        "http_requests_total{{code=\"2xx\"}} {}\nhttp_requests_total{{code=\"4xx\"}} {}\n"
        "http_requests_total{{code=\"5xx\"}} {}\n",
        counts_.answered_2xx, counts_.answered_4xx, counts_.answered_5xx);
    return response;
}

http::Response DemoService::reply(http::Request const& request, int status, json::object body) const {
    body["version"] = json::string(settings_.version);
    body["requests"] = counts_.received;
    http::Response response{.status = status, .body = base::to_text(body) + "\n"};
    response.fields.set("Content-Type", "application/json");
    response.fields.set("X-Service-Version", settings_.version);
    if (request.fields.has("X-Request-Id"))
        response.fields.set("X-Request-Id", std::string(request.fields.get("X-Request-Id")));
    return response;
}

bool DemoService::ready() const { return clock_.now() >= ready_at_; }

bool DemoService::happens(double percent) {
    return percent > 0 && static_cast<double>(random_.below(1'000'000)) < percent * 10'000;
}

int run_demo_service(DemoServiceSettings settings) {
    asio::io_context context(1);
    base::RealClock clock(context.get_executor());
    DemoService service(context.get_executor(), clock, settings);
    Result<std::string> address = service.start();
    if (!address) {
        fmt::print(stderr, "pilothouse demo-service: {}\n", address.error().message);
        return 1;
    }
    fmt::print("demo-service {} on http://{}\n", settings.version, *address);
    std::fflush(stdout);

    std::string const counts_file =
        settings.counts_folder.empty() ? ""
                                       : fmt::format("{}/counts-{}.json", settings.counts_folder, ::getpid());
    if (!counts_file.empty())
        asio::co_spawn(context, write_counts_every_second(clock, service, counts_file), must_not_throw);
    asio::co_spawn(context, serve_until_signal(context, service), must_not_throw);
    context.run();
    if (!counts_file.empty()) replace_file(counts_file, base::to_text(service.counts()) + "\n");
    return 0;
}

}  // namespace cli
