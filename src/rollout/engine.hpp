// Brings versions to components: takes orders, drives rollouts, keeps what runs running.
#pragma once
#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "base/crash_points.hpp"
#include "base/random.hpp"
#include "model/views.hpp"
#include "rollout/driver.hpp"
#include "store/store.hpp"

namespace rollout {

using base::Result;
using model::DeploymentId;

/// Who asks, for the record.
struct Caller {
    std::string actor{};
    std::string address{};
    model::Trigger trigger = model::Trigger::api;
};

/// Runs in the transaction that stores the change, so that both happen or neither: an idempotent answer.
using AlsoStore = std::function<Result<void>(store::Transaction&, model::DeploymentView const&)>;

enum class Action { pause, resume, promote, promote_all, abort };

/// Everything the engine may use of the world outside.
struct Surroundings {
    Executor executor;
    base::Clock& clock;
    base::Random& random;
    store::Store& store;
    Drivers drivers;
    base::CrashPoints& crash_points;
};

/// Faults planted on purpose: the tests prove that they would see each of them.
enum class PlantedFault {
    none,
    intent_not_recorded,
    ready_before_check,
    lost_wake_up,
    double_start,
    drain_skipped
};
BOOST_DESCRIBE_ENUM(PlantedFault, none, intent_not_recorded, ready_before_check, lost_wake_up, double_start,
                    drain_skipped)

struct EngineSettings {
    Duration active_interval = 500ms;  // between two looks at a component with a rollout
    Duration idle_interval = 5s;       // and at one that only has to be kept running
    std::size_t looks_at_once = 64;
    std::string owner = "portal";  // of the leases: unique for each life of a portal
    PlantedFault planted_fault = PlantedFault::none;
    bool exclusive =
        true;  // nobody else uses this store (SQLite): leases are taken at once and need no renewal
};

class Engine {
public:
    Engine(Surroundings surroundings, EngineSettings settings);
    ~Engine();

    /// Takes the leases, loads what is under way, goes on with it. `declare` comes before.
    awaitable<Result<void>> start();
    /// Starts no further look; returns when those under way have ended. What runs goes on running.
    awaitable<void> stop();

    /// Accepts a declaration: stores it, with an event for each environment that changed. Rollouts under way
    /// keep their stored specification. Errors: unavailable.
    awaitable<Result<void>> declare(std::shared_ptr<model::Environments const> environments,
                                    std::string actor);

    /// Errors: not_found, invalid, conflict (disabled), unsupported (a sample). Blockers are part of the
    /// answer.
    awaitable<Result<model::PlanView>> plan(std::string environment, model::DeployRequest request);
    /// Stored when it returns. Errors as `plan`; conflict also when a check of the plan has found a blocker,
    /// or another one is under way and the request says refuse.
    awaitable<Result<model::DeploymentView>> deploy(std::string environment, model::DeployRequest request,
                                                    Caller caller, AlsoStore also = {});
    /// Errors: not_found, conflict (names the state that does not allow it).
    awaitable<Result<model::DeploymentView>> act(DeploymentId id, Action action, Caller caller,
                                                 AlsoStore also = {});
    /// A new deployment of the same version and options. Errors: not_found, conflict (it has not ended).
    awaitable<Result<model::DeploymentView>> retry(DeploymentId id, Caller caller, AlsoStore also = {});
    /// A new deployment of the version that was there before `id`, or of a named one, as blue-green without a
    /// watch... with the strategy of `id`. A deployment that is still under way is aborted instead and is
    /// itself the answer.
    awaitable<Result<model::DeploymentView>> rollback(DeploymentId id, std::optional<std::string> version,
                                                      Caller caller, AlsoStore also = {});

    /// From memory; nothing when it is not under way (then read it from the store: `view_of`).
    std::optional<model::DeploymentView> open_deployment(DeploymentId const& id) const;
    /// From memory. Errors: not_found.
    Result<model::EnvironmentView> environment(std::string const& name) const;
    Result<model::EnvironmentStatusView> environment_status(std::string const& name) const;
    /// Looks closer than a rollout has to, now: at what runs, at who is sent requests, and asks the nodes. Of
    /// one color, or of those that there are. Errors: not_found.
    awaitable<Result<model::HealthView>> health(std::string environment, std::optional<model::Color> color);
    /// What its cluster tells of the objects of one component, or of all: so many, the newest. Errors:
    /// not_found.
    awaitable<Result<model::ClusterEventsView>> events(std::string environment,
                                                       std::optional<std::string> component, int limit);
    /// Its environments, in the order of their names.
    model::ProviderGroup provider(model::Provider provider) const;
    /// What the portal's account must be allowed there, by each component's own strategy or by this one.
    /// Errors: not_found (also: it is no cluster).
    Result<model::RoleView> role(std::string const& environment,
                                 std::optional<model::Strategy> strategy) const;
    /// What is seen now, for those who watch. Errors: not_found.
    Result<model::MonitoringView> monitoring(std::string const& environment) const;
    /// Something of this component has changed: it is looked at as soon as others' looks allow, but not more
    /// often than every 100 ms for that.
    void look_soon(target::ComponentKey const& key);
    /// Called after each look, with the environment's name; one listener.
    void on_look(std::function<void(std::string const& environment)> listener);
    /// Changes whenever anything that `environment` tells does: for caches and ETags. Names beside it are
    /// sorted.
    std::uint64_t revision() const;
    std::vector<std::string> environment_names() const;

    /// Completes after the next log entry or change of this deployment was committed, or after `limit`.
    awaitable<void> changed(DeploymentId id, Duration limit);

    struct Totals {
        std::uint64_t looks = 0;
        std::uint64_t open_rollouts = 0;
        std::uint64_t effects = 0;
        std::uint64_t completed = 0;
        std::uint64_t failed = 0;
    };
    Totals totals() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// A stored deployment with its rollouts, as it is shown.
model::DeploymentView view_of(model::Deployment const& deployment,
                              std::vector<model::Rollout> const& rollouts,
                              std::optional<WallTime> observed_at = {});

}  // namespace rollout
