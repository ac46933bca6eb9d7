// Is it healthy? For scripts a yes or no, for people the reason. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/views.hpp"

namespace cli {

/// `blue` is the stable version, `green` the one that a rollout brings beside it.
enum class Color { blue, green };
BOOST_DESCRIBE_ENUM(Color, blue, green)

struct ComponentHealth {
    std::string name{};
    std::string version{};  // empty: none
    int ready = 0;          // replicas that can take traffic
    int replicas = 0;
    bool healthy = false;
    std::string reason{};  // why not, or what goes on
};

struct HealthReport {
    bool healthy = false;
    std::string sentence{};
    std::vector<ComponentHealth> components{};  // those that are not disabled
};

/// Without a colour: all wanted replicas of every enabled component take traffic; under a deployment, those
/// of the stable version (before there is one, of the new). With a colour: all replicas of that version can
/// take traffic.
HealthReport assess(model::EnvironmentStatusView const& environment, std::optional<Color> color);

/// A table for people.
std::vector<std::string> describe(HealthReport const& report);

}  // namespace cli
