// The pods, autoscalers and endpoints of a namespace by whose they are, kept while the objects change: a look
// at one component costs no more when there are a thousand others.
#pragma once
#include "k8s/informer.hpp"
#include "rollout/impl/owned.hpp"
#include "target/cluster.hpp"

namespace rollout::impl {

/// Of one namespace.
class ClusterIndex {
public:
    void take_pod(k8s::Change const& change);
    void take_autoscaler(k8s::Change const& change);
    void take_slice(k8s::Change const& change);

    /// Sorted (target::sort).
    std::vector<target::Pod> pods_of(std::string const& deployment) const;
    /// Names of those that rule the number of its pods.
    std::vector<std::string> autoscalers_of(std::string const& deployment) const;
    /// Uids of the pods that a Service hands requests to.
    std::set<std::string> endpoints_of(std::string const& service) const;

private:
    Owned<target::Pod> pods_{};
    Owned<std::monostate> autoscalers_{};
    Owned<std::set<std::string>> slices_{};
};

/// The Deployment that a pod is of; empty: of none. It owns the ReplicaSet that owns the pod, whose name says
/// so: "web-blue-7f9c".
std::string deployment_of_pod(base::json::value const& pod);
/// The Deployment whose number of pods this autoscaler rules; empty: something else's.
std::string deployment_of_autoscaler(base::json::value const& autoscaler);
std::string service_of_slice(base::json::value const& slice);
/// Those that are ready and stay.
void add_ready_endpoints(base::json::value const& slice, std::set<std::string>& uids);

}  // namespace rollout::impl
