// What clusters tell of the objects of components.
#pragma once
#include "model/environment.hpp"

namespace model {

enum class ClusterEventType { normal, warning };
BOOST_DESCRIBE_ENUM(ClusterEventType, normal, warning)

/// What somebody in a cluster has reported of an object of a component. Clusters keep it for an hour or so.
struct ClusterEvent {
    std::string component{};
    std::optional<Color> color{};  // none: of an object of both
    std::string object{};          // "Pod web-green-6bd9f7c5d-x2x4z"
    ClusterEventType type = ClusterEventType::normal;
    std::string reason{};  // "FailedScheduling"
    std::string text{};
    std::int64_t count = 1;  // how often it was seen
    WallTime first_at{};
    WallTime last_at{};
    bool operator==(ClusterEvent const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ClusterEvent, (),
                      (component, color, object, type, reason, text, count, first_at, last_at))

struct ClusterEventsView {
    std::string environment{};
    WallTime observed_at{};
    std::string problem{};              // a sentence: why they could not be read; then there are no items
    std::vector<ClusterEvent> items{};  // newest first
    bool operator==(ClusterEventsView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ClusterEventsView, (), (environment, observed_at, problem, items))

}  // namespace model
