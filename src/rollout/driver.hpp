// How one kind of target is looked at and changed.
#pragma once
#include "model/cluster_event.hpp"
#include "model/views.hpp"
#include "rollout/inspection.hpp"
#include "rollout/wish.hpp"
#include "target/host.hpp"

namespace rollout {

using target::ComponentKey;

/// What a rollout will write, in order, and what was found before it does.
struct Rehearsal {
    std::vector<model::PlannedChange> changes{};
    std::vector<std::string> holds{};        // a sentence each: it would begin, and wait for somebody
    std::vector<model::PlanCheck> checks{};  // a blocker among them: it must not begin
};

/// Calls for one component never overlap, but for those that change nothing.
class Driver {
public:
    virtual ~Driver() = default;
    /// Everything but `at`, `elapsed` and `trouble`, which are the engine's. `of` is a revision that is
    /// there, or is to be: it has the names that the component goes by. Errors: unavailable, invalid (the
    /// state cannot be told, so there is no observation).
    virtual awaitable<base::Result<Observation>> observe(ComponentKey key, model::Revision of) = 0;
    /// Harmless to repeat. Errors: unavailable, not_found, conflict (fenced by a higher epoch).
    virtual awaitable<base::Result<void>> perform(ComponentKey key, Effect effect, std::int64_t epoch) = 0;
    /// Can this version be brought there in this way? Errors: invalid (says what is missing), unavailable.
    virtual awaitable<base::Result<void>> check(ComponentKey key, model::Component component,
                                                std::string version, model::Strategy strategy) = 0;
    /// For each of these rollouts, which are of one environment. The target is asked about each write, and
    /// keeps none; about no write, if there were more questions than so many. Nothing, where a plan writes to
    /// no objects. Errors, of each rollout: as observe.
    virtual awaitable<std::vector<base::Result<Rehearsal>>> rehearse(std::vector<model::Rollout> drafts,
                                                                     std::size_t most_dry_runs) = 0;
    /// A closer look, for the health check. `wanted` counts on hosts; a cluster's Deployments say it
    /// themselves. Errors: as observe.
    virtual awaitable<base::Result<Inspection>> inspect(ComponentKey key, model::Revision of,
                                                        std::map<model::Color, Part> wanted) = 0;
    /// What a cluster tells of these components, newest first. `of` has a revision for the name of each, as
    /// in `observe`. Errors: unsupported (no cluster), and as the API server answers.
    virtual awaitable<base::Result<std::vector<model::ClusterEvent>>> events(
        std::string environment, std::map<std::string, model::Revision> of) = 0;
    /// Asks a replica over JSON-RPC (a POST of `body`), for at most three seconds.
    virtual awaitable<NodeAnswer> ask(ComponentKey key, InspectedReplica replica, model::Rpc rpc,
                                      std::string body) = 0;
};
inline constexpr Duration node_answer_limit = 3s;
inline constexpr std::size_t longest_node_answer = 4 * 1024 * 1024;

/// One for each kind of target.
struct Drivers {
    Driver& host;
    Driver& cluster;
    Driver& of(model::Workload const& workload) const { return workload.deployment ? cluster : host; }
};

}  // namespace rollout
