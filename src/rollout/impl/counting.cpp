#include "rollout/impl/counting.hpp"

#include "metric/envoy.hpp"

namespace rollout::impl {

namespace {

constexpr Duration between_questions = 1s;
constexpr Duration answer_limit = 3s;
constexpr Duration too_old = 30s;
constexpr Duration forgotten = 1h;

}  // namespace

awaitable<void> Counting::run() {
    if (!address_) co_return;
    auto server = metric::Prometheus::make(dialer_, clock_, *address_);
    if (!server) problem_ = server.error().message;
    while (server) {
        if (std::set<std::string> clusters = std::exchange(wanted_, {}); !clusters.empty()) {
            auto asked = co_await ask(*server, std::move(clusters));
            problem_ = asked ? "" : asked.error().message;
        }
        co_await clock_.sleep_for(between_questions);
    }
}

void Counting::want(model::Traffic const& traffic, std::string const& in_namespace) {
    if (!address_) return;
    std::string const service = traffic.service.value_or("");
    for (char const* color : {"blue", "green"})
        wanted_.insert(metric::clusters_of_service(fmt::format("{}-{}", service, color), in_namespace));
    if (traffic.http_route) wanted_.insert(metric::clusters_of_route(*traffic.http_route, in_namespace));
}

std::string Counting::problem(std::optional<WallTime> newest) const {
    if (!address_)
        return "no Prometheus server is declared for this environment (target.kubernetes.prometheus)";
    if (!problem_.empty()) return problem_;
    if (!was_answered_) return fmt::format("Prometheus at {} has not answered yet", *address_);
    if (!newest) newest = envoy_read_;
    if (!newest)
        return fmt::format("Prometheus at {} reads no Envoy (envoy_server_uptime), so nobody counts",
                           *address_);
    if (clock_.wall_now() - *newest > too_old)
        return fmt::format("Prometheus at {} has heard of no Envoy since {}", *address_,
                           base::format_time(*newest));
    return {};
}

awaitable<base::Result<void>> Counting::ask(metric::Prometheus const& server,
                                            std::set<std::string> clusters) {
    std::vector<metric::Series> all;
    std::vector<std::string> const questions = metric::envoy_requests(clusters);
    for (std::string const& question : questions) {
        CO_TRY(std::vector<metric::Series> series, co_await server.query(question, answer_limit));
        for (metric::Series& each : series) all.push_back(std::move(each));
    }
    std::string const last_read = metric::envoy_last_read();
    CO_TRY(std::vector<metric::Series> read, co_await server.query(last_read, answer_limit));
    if (!read.empty() && !read.front().samples.empty())
        envoy_read_ = WallTime(std::chrono::duration_cast<WallTime::duration>(
            std::chrono::duration<double>(read.front().samples.back().value)));
    take(all);
    co_return base::Result<void>{};
}

void Counting::take(std::vector<metric::Series> const& series) {
    for (metric::EnvoyCounter const& each : metric::envoy_counters(series))
        counted_.put(each.cluster + " " + each.instance, metric::owner_of_cluster(each.cluster),
                     {.counter = {.name = each.cluster, .generation = each.instance, .counts = each.counts},
                      .at = each.at});
    // An Envoy that is gone.
    counted_.remove_if(
        [now = clock_.wall_now()](Counted const& counted) { return now - counted.at > forgotten; });
    was_answered_ = true;
}

}  // namespace rollout::impl
