// The health check: what a closer look at a component, and the answers of its nodes, amount to. Pure.
#pragma once
#include "rollout/inspection.hpp"

namespace rollout {

struct Check {
    model::HealthCheckName name{};
    model::HealthCheckResult result{};
    std::string text{};
    bool operator==(Check const&) const = default;
};

/// `replicas`, `endpoints` and `traffic` of one color.
std::vector<Check> judge_color(InspectedColor const& color, Inspection const& of);

/// Where a node's newest block stood when it was last asked.
struct Mark {
    std::uint64_t number = 0;
    Duration for_{};  // it is known to have stood there; observed time
};

/// The nodes of an environment that say they are on the same chain.
struct Chain {
    std::uint64_t highest = 0;
    std::string highest_node{};  // whose newest block that is
    std::uint64_t common = 0;    // number of a block that all of them should have; 0: there is none
    std::string common_hash{};   // of it, at the highest node; empty: it does not tell
};

struct SeenNode {
    std::string name{};  // the replica's
    NodeAnswer answer{};
    base::Result<metric::Node> said = base::unavailable("it has not answered");  // what stands in `answer`
    std::optional<Mark> before{};  // nothing: it is asked for the first time
    std::optional<Chain> chain{};  // nothing: it does not say on which it is
    base::Result<metric::Block> common_block =
        base::unavailable("it was not asked");  // of `chain->common`, at this node
};

/// `rpc`, `chain`, `peers`, `sync`, `blocks` and `validator` of the nodes of one color. Each check tells of
/// the nodes that are worst off.
std::vector<Check> judge_nodes(std::vector<SeenNode> const& nodes, model::Rpc const& rpc, WallTime now);

/// The worst of them speaks for all. Skipped ones count for nothing; nothing else: empty.
model::Health health_of(std::vector<model::HealthCheckView> const& checks);

}  // namespace rollout
