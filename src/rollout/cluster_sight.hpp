// A component in a cluster, in the terms of rollouts: from the API server's objects to what is seen, and from
// a wish to the patches that are still missing. Pure.
#pragma once
#include "k8s/object.hpp"
#include "rollout/inspection.hpp"
#include "rollout/wish.hpp"
#include "target/cluster.hpp"
#include "traffic/route_object.hpp"

namespace rollout {

/// How the requests are handed out.
enum class Split {
    virtual_service,  // by weights, one Service for each color
    http_route,       // the same
    selector,         // all to the color that the Service selects
    ratio,            // the Service selects both colors: by the numbers of ready pods
};
BOOST_DESCRIBE_ENUM(Split, virtual_service, http_route, selector, ratio)

/// The label by which a Service selects a color.
inline constexpr std::string_view color_label = "pilothouse.dev/color";

struct ColorState {
    k8s::Object deployment{};
    std::vector<target::Pod> pods{};    // of this Deployment, sorted (target::sort)
    std::set<std::string> endpoints{};  // uids of the pods that its Service (`backend_of`) hands requests to
    bool autoscaled = false;            // an autoscaler rules the number of pods
    Duration idle_for{};                // observed time without a share of the traffic
};

struct ClusterState {
    std::string namespace_{};
    model::Workload workload{};  // names, and the image with {version}
    model::Traffic traffic{};
    ColorState blue{}, green{};
    k8s::Object route{};                         // the VirtualService or HTTPRoute
    k8s::Object service{};                       // the component's own
    std::string metrics_name{};                  // "Prometheus at http://..."
    std::vector<std::string> metrics_queries{};  // what is asked for there
    std::string metrics_problem{};               // a sentence; empty: the counters are good
    std::vector<Counter> counters{};             // names begin with the color; the revision is filled in here

    ColorState const& of(target::Color color) const { return color == target::Color::blue ? blue : green; }
    ColorState& of(target::Color color) { return color == target::Color::blue ? blue : green; }
};

/// Names of the two Deployments, and of the two Services behind a route: "web-blue", "web-green".
std::string deployment_name(model::Workload const& workload, target::Color color);
traffic::Backends backends_of(ClusterState const& state);
/// The Service that hands requests to a color: one of its own, or without a route the component's.
std::string backend_of(ClusterState const& state, target::Color color);

Split split_of(ClusterState const& state);

/// Something that we wrote and that is not so any more, or a Deployment that is gone: nobody makes it again
/// but a person.
struct Drift {
    std::string object{};  // "VirtualService web"
    std::string text{};    // a sentence: what was changed, by whom, when
    bool is_gone = false;
};
std::vector<Drift> drift_of(ClusterState const& state);

/// Are both there, as everything needs that is to begin? Errors: unavailable.
base::Result<void> check_deployments(ClusterState const& state);

/// One color may be without its Deployment: then all that can be seen and done is so with the other one.
/// Errors: unavailable (an object that is named does not exist), invalid (it does not fit: says what to
/// change).
base::Result<Observation> observation_of(ClusterState state);
/// The same for a health check; in it each color has the endpoints of its Service, whatever the split.
/// `endpoints_problem`: why they could not be read, a sentence. Errors: as observation_of.
base::Result<Inspection> inspection_of(ClusterState const& state, std::string const& endpoints_problem);

}  // namespace rollout
