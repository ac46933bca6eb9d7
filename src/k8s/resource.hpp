// What an API server keeps, and where.
#pragma once
#include <compare>
#include <string>

namespace k8s {

/// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
struct Resource {
    std::string group{};  // empty: the core group
    std::string version = "v1";
    std::string plural{};
    std::string kind{};
    bool namespaced = true;

    /// "apps/v1", or "v1" for the core group.
    std::string api_version() const;
    /// As rights name it: "deployments.apps", or "pods".
    std::string full_name() const;
    /// "/apis/apps/v1": where its group and version are described.
    std::string group_path() const;
    /// Where its objects are listed and created. An empty namespace means all.
    std::string path(std::string const& in_namespace) const;

    auto operator<=>(Resource const&) const = default;
};

struct ObjectName {
    std::string namespace_{};  // empty for what is in no namespace
    std::string name{};
    auto operator<=>(ObjectName const&) const = default;
};

/// "deployments.apps web in demo"
std::string say(Resource const& resource, ObjectName const& name);

/// For a path or a query: everything but letters, digits and -._~ as %XX (RFC 3986, 2.1).
std::string escape(std::string_view text);

inline Resource const namespaces{{}, "v1", "namespaces", "Namespace", false};
inline Resource const pods{{}, "v1", "pods", "Pod"};
inline Resource const pod_proxies{{}, "v1", "pods/proxy", "Pod"};  // as rights name them
inline Resource const services{{}, "v1", "services", "Service"};
inline Resource const secrets{{}, "v1", "secrets", "Secret"};
inline Resource const service_accounts{{}, "v1", "serviceaccounts", "ServiceAccount"};
inline Resource const resource_quotas{{}, "v1", "resourcequotas", "ResourceQuota"};
inline Resource const events{"events.k8s.io", "v1", "events", "Event"};
inline Resource const deployments{"apps", "v1", "deployments", "Deployment"};
inline Resource const replica_sets{"apps", "v1", "replicasets", "ReplicaSet"};
inline Resource const endpoint_slices{"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"};
inline Resource const autoscalers{"autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"};
inline Resource const disruption_budgets{"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"};
inline Resource const leases{"coordination.k8s.io", "v1", "leases", "Lease"};
inline Resource const virtual_services{"networking.istio.io", "v1", "virtualservices", "VirtualService"};
inline Resource const destination_rules{"networking.istio.io", "v1", "destinationrules", "DestinationRule"};
inline Resource const gateways{"gateway.networking.k8s.io", "v1", "gateways", "Gateway"};
inline Resource const http_routes{"gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute"};

}  // namespace k8s
