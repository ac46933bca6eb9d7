// Envoy's own counters of what it sent upstream, as Prometheus scrapes them from /stats/prometheus: they need
// no filter and no sidecar. Plain Envoy writes the class of an answer behind the name (`..._rq_xx`, class
// "2"); Istio's bootstrap configuration makes labels of codes and classes (`..._rq`, class "2xx").
// https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats
#pragma once
#include <set>

#include "metric/prometheus.hpp"
#include "model/deployment.hpp"

namespace metric {

/// What one Envoy has sent to one of its clusters since it started.
struct EnvoyCounter {
    std::string cluster{};   // "outbound|80||web-blue.shop.svc.cluster.local"
    std::string instance{};  // which Envoy
    model::Counts counts{};  // failures: answers of the class 5, its own for what could not be sent included
    WallTime at{};           // when it was scraped
};

/// Expressions (RE2) for the names of clusters: of a Service behind a VirtualService, whatever its port; of
/// the rules of an HTTPRoute behind Envoy Gateway.
std::string clusters_of_service(std::string_view service, std::string_view in_namespace);
std::string clusters_of_route(std::string_view route, std::string_view in_namespace);
/// Queries for their newest raw samples, with the times: one in each spelling. A series for each code is left
/// out, it would count every answer twice.
std::vector<std::string> envoy_requests(std::set<std::string> const& clusters);
/// Query for when any Envoy was read last, in Unix seconds. An Envoy has counters of a cluster only after the
/// first request to it, so their absence alone says nothing about the source.
std::string envoy_last_read();
/// One for each cluster and Envoy.
std::vector<EnvoyCounter> envoy_counters(std::vector<Series> const& series);
/// Whose requests the cluster of this name takes, in the words of the next two; empty: somebody else's.
std::string owner_of_cluster(std::string_view cluster);
/// A Service behind a VirtualService, whatever its port.
std::string service_as_owner(std::string_view service, std::string_view in_namespace);
/// An HTTPRoute behind Envoy Gateway.
std::string route_as_owner(std::string_view route, std::string_view in_namespace);
/// The name of the cluster that Envoy Gateway makes for one backend of a rule: it stands for itself only
/// where the backend has a filter; otherwise the whole rule is one cluster, and its numbers do not tell
/// versions apart.
std::string cluster_of_backend(std::string_view in_namespace, std::string_view route, std::size_t rule,
                               std::size_t backend);

}  // namespace metric
