#include "rollout/impl/counting.hpp"

#include "metric/envoy.hpp"
#include "metric/own_counters.hpp"

namespace rollout::impl {

namespace {

constexpr Duration between_questions = 1s;
constexpr Duration answer_limit = 3s;
constexpr Duration too_old = 30s;
constexpr Duration too_old_of_pods = 2min;  // some are read once a minute
constexpr Duration forgotten = 1h;
constexpr char const* no_server =
    "no Prometheus server is declared for this environment (target.kubernetes.prometheus)";

}  // namespace

awaitable<void> Counting::run() {
    if (!address_) co_return;
    auto server = metric::Prometheus::make(dialer_, clock_, *address_);
    if (!server) problem_ = server.error().message;
    while (server) {
        if (!wanted_.empty() || !own_wanted_.empty()) {
            auto asked = co_await ask(*server);
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

void Counting::want(OwnQuestion question) {
    if (address_) own_wanted_.insert(std::move(question));
}

std::string Counting::problem(std::vector<OwnQuestion> const& questions) const {
    if (!address_) return no_server;
    if (!problem_.empty()) return problem_;
    std::optional<WallTime> newest;
    for (OwnQuestion const& question : questions) {
        auto answer = own_answers_.find(question.owner);
        if (answer == own_answers_.end())
            return fmt::format("Prometheus at {} has not answered yet", *address_);
        if (!answer->second.empty()) return answer->second;
        for (auto const& [series, counted] : counted_.of(question.owner))
            newest = std::max(newest.value_or(counted.at), counted.at);
    }
    if (newest && clock_.wall_now() - *newest <= too_old_of_pods) return {};
    return fmt::format("Prometheus at {} has no sample of the last {} for {}", *address_,
                       base::say_duration(too_old_of_pods), questions.front().requests);
}

std::string Counting::problem(std::optional<WallTime> newest) const {
    if (!address_) return no_server;
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

awaitable<base::Result<void>> Counting::ask(metric::Prometheus const& server) {
    std::set<std::string> clusters = std::exchange(wanted_, {});
    std::set<OwnQuestion> questions = std::exchange(own_wanted_, {});
    if (!clusters.empty()) CO_TRY_VOID(co_await ask_envoys(server, std::move(clusters)));
    for (OwnQuestion const& question : questions) CO_TRY_VOID(co_await ask_pods(server, question));
    co_return base::Result<void>{};
}

awaitable<base::Result<void>> Counting::ask_pods(metric::Prometheus const& server, OwnQuestion question) {
    std::string const for_requests = metric::newest_samples(question.requests);
    CO_TRY(std::vector<metric::Series> requests, co_await server.query(for_requests, answer_limit));
    std::optional<std::vector<metric::Series>> failures;
    if (question.failures) {
        std::string const for_failures = metric::newest_samples(*question.failures);
        CO_TRY(failures, co_await server.query(for_failures, answer_limit));
    }
    std::string problem;
    std::vector<metric::OwnCounter> const counters = metric::own_counters(requests, failures);
    for (metric::OwnCounter const& each : counters) {
        counted_.put(question.owner + " " + each.instance, question.owner,
                     {.counter = {.name = each.instance, .generation = each.instance, .counts = each.counts},
                      .at = each.at});
        if (each.counts.failures > each.counts.requests)
            problem = fmt::format("{} has counted {} failures and only {} requests: look at traffic.metrics",
                                  each.instance, each.counts.failures, each.counts.requests);
    }
    own_answers_[question.owner] = std::move(problem);
    forget_old();
    co_return base::Result<void>{};
}

awaitable<base::Result<void>> Counting::ask_envoys(metric::Prometheus const& server,
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
    forget_old();
    was_answered_ = true;
}

/// An Envoy that is gone, or a pod.
void Counting::forget_old() {
    counted_.remove_if(
        [now = clock_.wall_now()](Counted const& counted) { return now - counted.at > forgotten; });
}

}  // namespace rollout::impl
