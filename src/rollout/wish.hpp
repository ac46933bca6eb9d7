// What a rollout wants of a target, and what can be done for it.
#pragma once
#include <variant>

#include "model/deployment.hpp"
#include "rollout/observation.hpp"
#include "traffic/router.hpp"

namespace rollout {

/// A revision with the number of replicas and the share of the traffic that it is to have.
struct Part {
    model::Revision revision{};
    int replicas = 0;
    int weight_percent = 0;
};

/// What is wanted of a component. At most two parts: the old and the new version; the weights sum to 100.
struct Wish {
    std::vector<Part> parts{};
    model::Traffic traffic{};
    bool cut = false;      // end the streams that hold up a removal
    bool insists = false;  // write again what others have changed
    /// The part that this replica belongs to; null: none.
    Part const* part_of(int revision, int slot) const;
};

Wish steady(model::Placement const& placement);

/// A process of its own for each replica.
struct StartProcess {
    model::Revision revision{};
    int slot = 0;
    bool operator==(StartProcess const&) const = default;
};
struct StopProcess {
    bool operator==(StopProcess const&) const = default;
};
struct SetRoute {
    traffic::Route route{};
    bool operator==(SetRoute const&) const = default;
};

/// One write to an object of a cluster.
struct PatchObject {
    std::string resource{};    // "deployments"
    base::json::value seen{};  // the object that the patch was made for
    base::json::array patch{};
    std::string written{};  // what stands in the object afterwards (target::Writer)
    bool operator==(PatchObject const&) const = default;
};

enum class Purpose { start, route, stop };
BOOST_DESCRIBE_ENUM(Purpose, start, route, stop)

/// One thing to do. Each is idempotent.
struct Effect {
    Purpose purpose = Purpose::start;
    std::string object{};  // the replica; for a route the component; in a cluster "Deployment web-green"
    std::string text{};    // what it does, in full: "start web-r2-0", "route web-r1-0=128 web-r2-0=14"
    std::variant<StartProcess, StopProcess, SetRoute, PatchObject> order{};
    bool operator==(Effect const&) const = default;
};

}  // namespace rollout
