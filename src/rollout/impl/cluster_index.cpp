#include "rollout/impl/cluster_index.hpp"

#include "base/json_at.hpp"

namespace rollout::impl {

namespace {

namespace json = base::json;

template <class Part, class Read>
void take(Owned<Part>& owned, k8s::Change const& change, std::string const& owner, Read read) {
    std::string const name = base::text_at(change.object, "/metadata/name");
    if (change.kind == k8s::Change::Kind::removed || owner.empty()) return owned.remove(name);
    owned.put(name, owner, read(change.object));
}

template <class Part>
std::vector<std::string> names_of(std::map<std::string, Part> const& parts) {
    std::vector<std::string> names;
    names.reserve(parts.size());
    for (auto const& [name, part] : parts) names.push_back(name);
    return names;
}

}  // namespace

std::string deployment_of_pod(json::value const& pod) {
    std::string const suffix = "-" + base::text_at(pod, "/metadata/labels/pod-template-hash");
    if (suffix.size() == 1) return {};
    for (json::value const& owner : base::list_at(pod, "/metadata/ownerReferences")) {
        if (base::text_at(owner, "/kind") != "ReplicaSet") continue;
        std::string const name = base::text_at(owner, "/name");
        return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : "";
    }
    return {};
}

std::string deployment_of_autoscaler(json::value const& autoscaler) {
    bool const is_deployment = base::text_at(autoscaler, "/spec/scaleTargetRef/kind") == "Deployment";
    return is_deployment ? base::text_at(autoscaler, "/spec/scaleTargetRef/name") : "";
}

std::string service_of_slice(json::value const& slice) {
    return base::text_at(slice, "/metadata/labels/kubernetes.io~1service-name");
}

void add_ready_endpoints(json::value const& slice, std::set<std::string>& uids) {
    for (json::value const& endpoint : base::list_at(slice, "/endpoints"))
        if (base::is_true_at(endpoint, "/conditions/ready") &&
            !base::is_true_at(endpoint, "/conditions/terminating"))
            uids.insert(base::text_at(endpoint, "/targetRef/uid"));
}

void ClusterIndex::take_pod(k8s::Change const& change) {
    take(pods_, change, deployment_of_pod(change.object), target::read_pod);
}

void ClusterIndex::take_autoscaler(k8s::Change const& change) {
    auto nothing = [](json::value const&) { return std::monostate(); };
    take(autoscalers_, change, deployment_of_autoscaler(change.object), nothing);
}

void ClusterIndex::take_slice(k8s::Change const& change) {
    auto read = [](json::value const& slice) {
        std::set<std::string> uids;
        add_ready_endpoints(slice, uids);
        return uids;
    };
    take(slices_, change, service_of_slice(change.object), read);
}

std::vector<target::Pod> ClusterIndex::pods_of(std::string const& deployment) const {
    std::vector<target::Pod> pods;
    for (auto const& [name, pod] : pods_.of(deployment)) pods.push_back(pod);
    target::sort(pods);
    return pods;
}

std::vector<std::string> ClusterIndex::autoscalers_of(std::string const& deployment) const {
    return names_of(autoscalers_.of(deployment));
}

std::set<std::string> ClusterIndex::endpoints_of(std::string const& service) const {
    std::set<std::string> uids;
    for (auto const& [name, slice] : slices_.of(service)) uids.insert(slice.begin(), slice.end());
    return uids;
}

}  // namespace rollout::impl
