// Which of a namespace's events regard a component, and what they say. Pure.
#pragma once
#include "base/json.hpp"
#include "model/cluster_event.hpp"

namespace rollout {

struct ComponentObjects {
    std::string component{};
    /// "Service web"; with the color that it belongs to, or none.
    std::map<std::string, std::optional<model::Color>> objects{};
    /// Whose ReplicaSets, and pods that are gone, are known by their names.
    std::map<model::Color, std::string> deployments{};
};

/// Of all `events` (events.k8s.io/v1) those that regard these components' objects, newest first.
std::vector<model::ClusterEvent> events_of(std::vector<ComponentObjects> const& components,
                                           std::vector<base::json::value> const& events);

}  // namespace rollout
