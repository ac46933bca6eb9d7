// What the engine remembers. Everything in it can be rebuilt from the store and by looking at the targets.
#pragma once
#include <boost/asio/experimental/channel.hpp>

#include "base/mutex.hpp"
#include "rollout/decide.hpp"
#include "rollout/engine.hpp"
#include "rollout/health.hpp"

namespace rollout {

constexpr Duration lease_length = 15s;
constexpr Duration lease_renewal = 5s;
constexpr Duration soon = 100ms;  // after something was done, or has changed: see what came of it

using Signal = asio::experimental::channel<void(error_code)>;

/// A deployment that has not ended, with its rollouts.
struct Open {
    Open(Executor const& executor, model::Deployment its_deployment, std::vector<model::Rollout> its_rollouts)
        : mutex(executor), deployment(std::move(its_deployment)), rollouts(std::move(its_rollouts)) {}
    model::Rollout* rollout_of(std::string const& component);

    base::Mutex mutex;  // held from a decision to its commit
    model::Deployment deployment;
    std::vector<model::Rollout> rollouts;
    std::vector<std::shared_ptr<Signal>> waiting{};  // for a change
};

/// How far the chart of a rollout has come.
struct Sampled {
    DeploymentId of{};
    model::Phase in{};
    WallTime at{};
    model::Counts canary{}, stable{};
    std::optional<model::Sample> last{};  // stored in this life
};

/// The newest block of a node, and since when it is known to have been that.
struct BlockMark {
    std::uint64_t number = 0;
    SteadyTime since{};
};

/// One component of one environment: at most one rollout at a time, the others wait behind it.
struct Lane {
    std::size_t index = 0;
    target::ComponentKey key{};
    std::optional<model::Placement> placement{};
    std::deque<DeploymentId> queue{};  // oldest first; the first one is driven
    std::optional<store::Lease> lease{};
    SteadyTime lease_renewed{};
    std::optional<Observation> seen{};
    std::optional<SteadyTime> looked{};
    SteadyTime saved{};                             // when the rollout was last stored
    std::map<std::string, std::int64_t> intents{};  // stored and not yet finished: what is to be done -> id
    std::string trouble{};                          // the last effect that failed, as a sentence
    std::optional<model::ComponentView> told{};     // what the last event about it said
    std::optional<Sampled> sampled{};               // of the rollout that is driven
    bool looking = false;
    std::optional<Duration> again{};  // in how long, asked for while it was looking
    std::optional<SteadyTime> due{};
};

/// An event about a deployment, still without payload.
model::Event event_about(model::Deployment const& deployment, std::string const& actor, WallTime now);
/// Everything, for who has nothing yet. The event itself has the seq.
base::json::value full(model::DeploymentView const& view);
/// What changed, for who has the rest: the components that stand in `changed`, their plans only when they are
/// new.
base::json::value patch(model::DeploymentView changed, bool plan_is_new);

/// Errors: not_found, with the nearest name.
Result<model::Environment const*> find_environment(model::Environments const& declared,
                                                   std::string const& name);

/// A component during a health check.
struct LookedAt;

struct Engine::Impl : std::enable_shared_from_this<Engine::Impl> {
    Impl(Surroundings its_surroundings, EngineSettings its_settings);

    // -- Scheduling (engine.cpp)
    awaitable<void> run();
    void wake(Lane& lane);
    void look_soon(Lane& lane);
    void schedule(Lane& lane, Duration in);
    Lane& lane_of(target::ComponentKey const& key);
    Lane* find_lane(target::ComponentKey const& key);

    // -- From the store (impl/take_up.cpp)
    awaitable<Result<void>> load();
    awaitable<Result<store::Lease>> claim(Lane& lane);
    awaitable<bool> refresh(target::ComponentKey const& key, model::Deployment const& deployment,
                            std::vector<model::Rollout> rollouts);
    void forget(DeploymentId const& id, std::vector<model::Deployment> const& still_open);

    // -- One look (impl/look.cpp)
    awaitable<void> look(std::size_t lane);
    awaitable<Duration> look_at(Lane& lane);
    awaitable<bool> hold_lease(Lane& lane);
    awaitable<Observation> observe(Lane& lane);
    std::optional<model::Revision> revision_of(Lane const& lane) const;
    awaitable<Duration> drive(Lane& lane, std::shared_ptr<Open> open);
    awaitable<Duration> keep(Lane& lane);
    struct Change;
    awaitable<Result<void>> commit(Lane& lane, Open& open, Change& change);
    Driver& driver_of(Effect const& effect) const;
    awaitable<std::size_t> perform(Lane& lane, std::vector<Effect> effects, bool counts);
    awaitable<void> start_another(Lane& lane, Effect effect);
    void drop_lane(Lane& lane, base::Error const& why);
    void end(std::shared_ptr<Open> open);

    // -- For those who follow (impl/tell.cpp)
    awaitable<void> tell(Lane& lane);
    awaitable<void> tell_providers();
    void tell_providers_soon();
    bool sees_everything() const;
    awaitable<Result<void>> declare(std::shared_ptr<model::Environments const> declared, std::string actor);

    // -- Points of a chart (impl/sample.cpp)
    void begin_samples(Lane& lane, model::Rollout const& rollout) const;
    std::optional<model::Sample> sample(Lane const& lane, model::Rollout const& rollout) const;

    // -- Orders (impl/order.cpp)
    struct Target {
        model::Environment const* environment = nullptr;
        std::vector<model::Component const*> components{};
        model::Strategy strategy = model::Strategy::canary;
    };
    Result<Target> resolve(model::Environments const& declared, std::string const& environment,
                           model::DeployRequest const& request) const;
    awaitable<Result<void>> check_versions(std::string environment, std::vector<model::Component> components,
                                           std::string version, model::Strategy strategy);
    awaitable<std::vector<Result<Rehearsal>>> rehearse(std::vector<model::Rollout> drafts,
                                                       std::size_t most_dry_runs);
    awaitable<Result<void>> check_targets(Target target, std::vector<model::Component> components,
                                          model::DeployRequest request);
    Result<model::Rollout> draft(Target const& target, model::Component const& component,
                                 model::DeployRequest const& request) const;
    struct Origin {
        std::optional<DeploymentId> retry_of{};
        std::optional<DeploymentId> rollback_of{};
    };
    awaitable<Result<model::DeploymentView>> deploy(std::string environment, model::DeployRequest request,
                                                    Caller caller, Origin origin, AlsoStore also);
    awaitable<Result<model::DeploymentView>> change(DeploymentId id, Action action, Caller caller,
                                                    AlsoStore also);
    std::optional<DeploymentId> busy_with(target::ComponentKey const& key) const;
    DeploymentId new_id();

    // -- Views (impl/status.cpp)
    model::DeploymentView view(Open const& open) const;
    model::Health environment_health(model::Environment const& environment) const;
    model::ComponentView component_view(model::Environment const& environment,
                                        model::Component const& component) const;
    std::pair<model::Health, std::string> health_of(model::Environment const& environment,
                                                    model::Component const& component,
                                                    Lane const* lane) const;

    // -- A closer look (impl/health.cpp)
    awaitable<Result<model::HealthView>> health(std::string environment, std::optional<model::Color> color);
    std::optional<Check> reason_to_pass_over(model::Environment const& environment,
                                             model::Component const& component) const;
    std::map<model::Color, Part> wanted_of(Lane const& lane);
    awaitable<LookedAt> look_closely(model::Environment const& environment, model::Component const& component,
                                     std::optional<model::Color> only);
    awaitable<void> ask_nodes(std::vector<LookedAt>& components);
    void judge_answers(LookedAt& looked);
    void remember_blocks(LookedAt& looked);

    // -- Events of a cluster (impl/events.cpp)
    awaitable<Result<model::ClusterEventsView>> events(std::string environment,
                                                       std::optional<std::string> component, int limit);
    model::Revision names_of(std::string const& environment, model::Component const& component);

    void notify(Open& open);

    Surroundings world;
    EngineSettings settings;
    std::shared_ptr<model::Environments const> environments = std::make_shared<model::Environments>();
    std::deque<Lane> lanes;
    std::map<target::ComponentKey, std::size_t> lane_by_key;
    std::map<DeploymentId, std::shared_ptr<Open>> open;
    std::set<std::pair<SteadyTime, std::size_t>> due;
    Signal wake_up;
    Signal idle;  // told when the last look has ended
    std::size_t looking = 0;
    bool stopping = false;
    std::function<void(std::string const&)> looked_at{};
    std::map<std::string, std::int64_t> environment_seqs{};      // topic -> newest event
    std::map<model::Provider, model::ProviderView> providers{};  // as told last
    bool providers_due = false;
    std::map<target::ComponentKey, std::map<std::string, BlockMark>> block_marks{};  // by replica
    std::uint64_t revision = 1;
    Engine::Totals totals{};
};

}  // namespace rollout
