// From what a rollout wants to what is still to be done. Pure.
#pragma once
#include "model/deployment.hpp"
#include "target/host.hpp"
#include "traffic/router.hpp"

namespace rollout {

/// One look at a component: what runs, and who gets the traffic.
struct Observation {
    WallTime at{};
    Duration elapsed{};     // observed time since the look before; 0 at the first one of this portal's life
    std::string problem{};  // not empty: the target could not be looked at, and the rest means nothing
    std::string trouble{};  // what was tried after the look before and failed, as a sentence; empty: nothing
    std::vector<target::Replica> replicas{};
    traffic::RouterState router{};

    traffic::ServerState const* server(std::string const& replica) const;
    bool routable(std::string const& replica) const;
    /// How many replicas of a revision take traffic or could.
    int routable_count(int revision) const;
};

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
    bool cut = false;  // end the streams that hold up a removal
    /// Is this replica part of it?
    bool wants(target::Replica const& replica) const;
};

Wish steady(model::Placement const& placement);

enum class Purpose { start, route, stop };
BOOST_DESCRIBE_ENUM(Purpose, start, route, stop)

/// One thing to do. Each is idempotent.
struct Effect {
    Purpose purpose = Purpose::start;
    std::string object{};        // the replica; for a route the component
    model::Revision revision{};  // start
    int slot = 0;                // start
    traffic::Route route{};      // route
    bool operator==(Effect const&) const = default;
};

/// What is still to be done to make the wish true, in the order in which it must be done. Each look does what
/// can be done now; a replica goes only when it has been drained, left the route, and serves nobody.
std::vector<Effect> missing(Wish const& wish, std::string const& component, Observation const& seen);

/// The route that the wish asks for, given what can take traffic now. It never leaves the traffic to nobody:
/// as long as no server of a part with weight can take it, the weights stay as they are.
traffic::Route wanted_route(Wish const& wish, Observation const& seen);
/// Is the share of each part in force, with every replica that is wanted in its place?
bool in_force(Wish const& wish, Observation const& seen);
/// The share of the traffic, in percent and rounded, that a revision gets by the weights in force.
int share_percent(int revision, Observation const& seen);

/// One line for the log and the trace: "start web-r2-0", "route web-r1-0=128 web-r2-0=14".
std::string say(Effect const& effect);

}  // namespace rollout
