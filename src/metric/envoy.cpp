#include "metric/envoy.hpp"

namespace metric {

namespace {

/// Of labels that say the same; empty: none is there.
std::string label(Series const& series, std::initializer_list<char const*> names) {
    for (char const* name : names)
        if (auto found = series.labels.find(name); found != series.labels.end()) return found->second;
    return {};
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (;;) {
        auto const end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

std::string clusters_of_service(std::string_view service, std::string_view in_namespace) {
    return fmt::format(R"(outbound\|[0-9]+\|[^|]*\|{}\.{}\.svc.*)", service, in_namespace);
}

std::string clusters_of_route(std::string_view route, std::string_view in_namespace) {
    return fmt::format("httproute/{}/{}/rule/.*", in_namespace, route);
}

std::vector<std::string> envoy_requests(std::set<std::string> const& clusters) {
    std::string text;  // of a string in PromQL
    for (char c : fmt::format("{}", fmt::join(clusters, "|"))) text += c == '\\' ? "\\\\" : std::string{c};
    return {fmt::format(R"(envoy_cluster_upstream_rq_xx{{envoy_cluster_name=~"{}"}}[30s])", text),
            fmt::format(R"(envoy_cluster_upstream_rq{{cluster_name=~"{}",response_code=""}}[30s])", text)};
}

std::string envoy_last_read() { return "max(timestamp(envoy_server_uptime))"; }

std::vector<EnvoyCounter> envoy_counters(std::vector<Series> const& series) {
    std::map<std::pair<std::string, std::string>, EnvoyCounter> counters;
    std::map<std::pair<std::string, std::string>, std::string> counted_in;
    for (Series const& each : series) {
        std::string const cluster = label(each, {"cluster_name", "envoy_cluster_name"});
        std::string const answers = label(each, {"response_code_class", "envoy_response_code_class"});
        if (each.samples.empty() || cluster.empty() || answers.empty()) continue;
        std::pair const key{cluster, label(each, {"instance"})};
        // An Envoy that has it both ways tells of the same answers twice.
        std::string const name = label(each, {"__name__"});
        if (counted_in.try_emplace(key, name).first->second != name) continue;
        EnvoyCounter& counter = counters[key];
        counter.cluster = key.first;
        counter.instance = key.second;
        auto const count = static_cast<std::uint64_t>(each.samples.back().value);
        counter.counts.requests += count;
        if (answers.starts_with('5')) counter.counts.failures += count;
        counter.at = std::max(counter.at, each.samples.back().at);
    }
    std::vector<EnvoyCounter> list;
    for (auto& [key, counter] : counters) list.push_back(std::move(counter));
    return list;
}

std::string service_as_owner(std::string_view service, std::string_view in_namespace) {
    return fmt::format("Service {}/{}", in_namespace, service);
}

std::string route_as_owner(std::string_view route, std::string_view in_namespace) {
    return fmt::format("HTTPRoute {}/{}", in_namespace, route);
}

std::string owner_of_cluster(std::string_view cluster) {
    // Kind, namespace, name, and then which rule.
    std::vector<std::string_view> const parts = split(cluster, '/');
    if (parts.size() > 3 && parts[0] == "httproute") return route_as_owner(parts[2], parts[1]);
    // Direction, port, subset and host, with bars between them.
    std::vector<std::string_view> const bars = split(cluster, '|');
    if (bars.size() != 4 || bars[0] != "outbound") return {};
    // Name, namespace, "svc", and then the cluster's domain.
    std::vector<std::string_view> const labels = split(bars[3], '.');
    if (labels.size() < 3 || labels[2] != "svc") return {};
    return service_as_owner(labels[0], labels[1]);
}

std::string cluster_of_backend(std::string_view in_namespace, std::string_view route, std::size_t rule,
                               std::size_t backend) {
    return fmt::format("httproute/{}/{}/rule/{}/backend/{}", in_namespace, route, rule, backend);
}

}  // namespace metric
