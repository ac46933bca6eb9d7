// Orders from people: check, store in one transaction, then let the engine drive.
#include "rollout/aggregate.hpp"
#include "rollout/impl/engine_impl.hpp"
#include "rollout/plan.hpp"
#include "rollout/rights.hpp"

namespace rollout {

namespace {

using base::conflict;
using base::invalid;
using model::AbortCause;
using model::Component;
using model::Environment;

template <class Named>
std::string suggest(std::string const& word, std::vector<Named> const& all) {
    std::vector<std::string_view> names;
    for (Named const& one : all) names.push_back(one.name);
    return base::suggestion(word, names);
}

Result<std::vector<Component const*>> find_components(Environment const& environment,
                                                      model::DeployRequest const& request) {
    std::vector<Component const*> found;
    if (!request.components) {
        for (Component const& component : environment.components)
            if (component.enabled && component.workload) found.push_back(&component);
        if (found.empty())
            return conflict(
                fmt::format("no component of {} is enabled and has a workload", environment.name));
        return found;
    }
    for (std::string const& name : *request.components) {
        auto component = std::find_if(environment.components.begin(), environment.components.end(),
                                      [&](Component const& candidate) { return candidate.name == name; });
        if (component == environment.components.end())
            return invalid(fmt::format("components: {} has no component \"{}\"{}", environment.name, name,
                                       suggest(name, environment.components)));
        if (!component->enabled)
            return conflict(
                fmt::format("component {} of {} is disabled; enable it first", name, environment.name));
        if (!component->workload || !component->traffic)
            return invalid(fmt::format(
                "component {} of {} declares no workload and traffic, so there is nothing to deploy", name,
                environment.name));
        if (std::find(found.begin(), found.end(), &*component) != found.end())
            return invalid(fmt::format("components: \"{}\" stands there twice", name));
        found.push_back(&*component);
    }
    return found;
}

model::StrategySettings strategy_settings(Environment const& environment, Component const& component,
                                          model::DeployOptions const& options) {
    model::StrategySettings settings;
    if (environment.strategy) model::apply(*environment.strategy, settings);
    if (component.strategy) model::apply(*component.strategy, settings);
    if (options.strategy) model::apply(*options.strategy, settings);
    return settings;
}

model::JudgeSettings judge_settings(Environment const& environment, Component const& component,
                                    model::DeployOptions const& options) {
    model::JudgeSettings settings;
    if (environment.judge) model::apply(*environment.judge, settings);
    if (component.judge) model::apply(*component.judge, settings);
    if (options.judge) model::apply(*options.judge, settings);
    return settings;
}

model::AuditEntry audit(Caller const& caller, WallTime now, std::string action, std::string target,
                        std::string result, base::json::value details) {
    return {.time = now,
            .actor = caller.actor,
            .address = caller.address,
            .action = std::move(action),
            .target = std::move(target),
            .result = std::move(result),
            .details = std::move(details)};
}

/// A ULID: sorts by time, then by chance.
std::string sortable_id(WallTime now, base::Random& random) {
    constexpr char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    std::string text(26, '0');
    auto ms = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
    for (std::size_t i = 10; i-- > 0; ms >>= 5) text[i] = digits[ms & 31];
    for (std::size_t i = 10; i < 26; ++i) text[i] = digits[random.below(32)];
    return text;
}

std::string_view word(Action action) {
    switch (action) {
        case Action::pause:
            return "deployment.pause";
        case Action::resume:
            return "deployment.resume";
        case Action::promote:
            return "deployment.promote";
        case Action::promote_all:
            return "deployment.promote_all";
        case Action::abort:
            return "deployment.abort";
    }
    return "?";
}

std::string_view told(Action action) {
    switch (action) {
        case Action::pause:
            return "paused";
        case Action::resume:
            return "resumed";
        case Action::promote:
            return "promoted by hand";
        case Action::promote_all:
            return "promoted by hand, all steps";
        case Action::abort:
            return "abort asked for";
    }
    return "?";
}

Result<void> apply_action(model::Rollout& rollout, Action action) {
    switch (action) {
        case Action::pause:
            return pause(rollout);
        case Action::resume:
            return resume(rollout);
        case Action::promote:
            return promote(rollout, false);
        case Action::promote_all:
            return promote(rollout, true);
        case Action::abort:
            return abort(rollout, AbortCause::person);
    }
    return {};
}

/// A deployment of many components does not wait until each write was tried: the first one of each is
/// harmless, and says itself when it is refused.
constexpr std::size_t most_dry_runs_to_begin = 40;

void add_blockers(std::vector<model::PlanCheck> const& checks, std::vector<std::string>& blockers) {
    for (model::PlanCheck const& check : checks)
        if (check.result == model::CheckResult::blocker) blockers.push_back(check.text);
}

/// Where the version cannot be brought at all, what it would write means nothing.
void show(Rehearsal rehearsal, bool is_possible, model::PlanView& view) {
    auto add = [](auto& more, auto& all) { std::move(more.begin(), more.end(), std::back_inserter(all)); };
    if (is_possible) {
        add(rehearsal.holds, view.blockers);
        add(rehearsal.changes, view.changes);
    }
    add_blockers(rehearsal.checks, view.blockers);
    add(rehearsal.checks, view.checks);
}

/// A rollout that never began has nothing to go back from.
void end_if_queued(model::Rollout& rollout) {
    if (rollout.phase != model::Phase::queued || rollout.abort == AbortCause::none) return;
    rollout.phase =
        rollout.abort == AbortCause::superseded ? model::Phase::superseded : model::Phase::cancelled;
    rollout.reason = "aborted before it began";
}

}  // namespace

DeploymentId Engine::Impl::new_id() { return {sortable_id(world.clock.wall_now(), world.random)}; }

std::optional<DeploymentId> Engine::Impl::busy_with(target::ComponentKey const& key) const {
    auto place = lane_by_key.find(key);
    if (place == lane_by_key.end() || lanes[place->second].queue.empty()) return {};
    return lanes[place->second].queue.front();
}

Result<Engine::Impl::Target> Engine::Impl::resolve(model::Environments const& declared,
                                                   std::string const& name,
                                                   model::DeployRequest const& request) const {
    TRY(Environment const* environment, find_environment(declared, name));
    TRY_VOID(model::check_version(request.version));
    if (environment->target.sample)
        return base::Error{
            base::Errc::unsupported,
            fmt::format("{} is sample data: it can be looked at, but nothing can be deployed to it", name)};
    if (!environment->enabled)
        return conflict(fmt::format("environment {} is disabled; enable it first", name));
    Target target{.environment = environment};
    TRY(target.components, find_components(*environment, request));
    model::DeployOptions options = request.options.value_or(model::DeployOptions{});
    for (Component const* component : target.components) {
        auto wanted = strategy_settings(*environment, *component, options);
        TRY_VOID(model::check(wanted, "options.strategy"));
        if (component == target.components.front())
            target.strategy = request.strategy.value_or(wanted.default_);
    }
    return target;
}

awaitable<Result<void>> Engine::Impl::check_versions(std::string environment,
                                                     std::vector<Component> components, std::string version,
                                                     model::Strategy strategy) {
    for (Component const& component : components) {
        Driver& driver = world.drivers.of(*component.workload);
        target::ComponentKey key{environment, component.name};
        CO_TRY_VOID(co_await driver.check(key, component, version, strategy));
    }
    co_return Result<void>{};
}

Result<model::Rollout> Engine::Impl::draft(Target const& target, Component const& component,
                                           model::DeployRequest const& request) const {
    model::DeployOptions options = request.options.value_or(model::DeployOptions{});
    model::Rollout rollout{.environment = target.environment->name, .component = component.name};
    rollout.settings = strategy_settings(*target.environment, component, options);
    rollout.judge = judge_settings(*target.environment, component, options);
    rollout.strategy = request.strategy.value_or(rollout.settings.default_);
    rollout.to = {.number = 0,
                  .version = request.version,
                  .workload = *component.workload,
                  .traffic = *component.traffic};
    if (options.replicas) rollout.to.workload.replicas = *options.replicas;
    auto lane = lane_by_key.find({rollout.environment, rollout.component});
    if (lane != lane_by_key.end() && lanes[lane->second].placement)
        rollout.from = lanes[lane->second].placement->stable;
    // Shown until its turn comes; then it is made again from what is stable at that moment.
    rollout.plan = rollout::plan({rollout.strategy, rollout.settings,
                                  rollout.from.number == 0 ? 0 : rollout.from.workload.replicas,
                                  rollout.to.workload.replicas});
    return rollout;
}

/// An environment has one kind of target.
awaitable<std::vector<Result<Rehearsal>>> Engine::Impl::rehearse(std::vector<model::Rollout> drafts,
                                                                 std::size_t most_dry_runs) {
    if (drafts.empty()) co_return std::vector<Result<Rehearsal>>();
    for (model::Rollout& draft : drafts) {
        Lane const* lane = find_lane({draft.environment, draft.component});
        draft.to.number = (lane && lane->placement ? lane->placement->last_revision : 0) + 1;
        if (lane && lane->lease) draft.epoch = lane->lease->epoch;
    }
    Driver& driver = world.drivers.of(drafts.front().to.workload);
    auto rehearsing = driver.rehearse(std::move(drafts), most_dry_runs);
    co_return co_await std::move(rehearsing);
}

/// What the plan says must not begin does not. Behind another deployment nobody knows yet.
awaitable<Result<void>> Engine::Impl::check_targets(Target target, std::vector<Component> components,
                                                    model::DeployRequest request) {
    std::vector<model::Rollout> drafts;
    for (Component const& component : components) {
        if (busy_with({target.environment->name, component.name})) continue;
        CO_TRY(model::Rollout rollout, draft(target, component, request));
        drafts.push_back(std::move(rollout));
    }
    std::vector<std::string> in_the_way;
    std::vector<Result<Rehearsal>> rehearsals = co_await rehearse(std::move(drafts), most_dry_runs_to_begin);
    for (Result<Rehearsal> const& rehearsal : rehearsals) {
        if (!rehearsal) co_return rehearsal.error();
        add_blockers(rehearsal->checks, in_the_way);
    }
    if (!in_the_way.empty()) co_return conflict(fmt::format("{}", fmt::join(in_the_way, "; ")));
    co_return Result<void>{};
}

Result<model::RoleView> Engine::role(std::string const& environment,
                                     std::optional<model::Strategy> strategy) const {
    auto declared = impl_->environments;
    TRY(Environment const* found, find_environment(*declared, environment));
    return role_for(*found, strategy);
}

awaitable<Result<model::PlanView>> Engine::plan(std::string environment, model::DeployRequest request) {
    Impl& impl = *impl_;
    auto declared = impl.environments;
    CO_TRY(Impl::Target target, impl.resolve(*declared, environment, request));
    std::vector<Component> components;
    for (Component const* component : target.components) components.push_back(*component);
    model::PlanView view{.environment = environment, .version = request.version, .strategy = target.strategy};
    Result<void> known =
        co_await impl.check_versions(environment, components, request.version, target.strategy);
    if (!known) view.blockers.push_back(known.error().message);
    Duration longest{};
    std::vector<model::Rollout> drafts;
    for (Component const& component : components) {
        CO_TRY(model::Rollout rollout, impl.draft(target, component, request));
        auto steps = views_of(rollout.plan, component.name, rollout.from.version, request.version);
        view.steps.insert(view.steps.end(), steps.begin(), steps.end());
        longest = std::max(longest, at_least(rollout.plan));
        if (auto other = impl.busy_with({environment, component.name})) {
            view.blockers.push_back(
                fmt::format("deployment {} of component {} is under way: this one would wait for it, or "
                            "supersede it with when_busy: supersede",
                            other->value, component.name));
            continue;
        }
        drafts.push_back(std::move(rollout));
    }
    constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
    std::vector<Result<Rehearsal>> rehearsals = co_await impl.rehearse(std::move(drafts), all);
    for (Result<Rehearsal>& rehearsal : rehearsals) {
        if (rehearsal)
            show(std::move(*rehearsal), known.has_value(), view);
        else if (known)
            view.blockers.push_back(rehearsal.error().message);
    }
    view.at_least_seconds = std::chrono::ceil<std::chrono::seconds>(longest).count();
    co_return view;
}

awaitable<Result<model::DeploymentView>> Engine::Impl::deploy(std::string environment,
                                                              model::DeployRequest request, Caller caller,
                                                              Origin origin, AlsoStore also) {
    auto declared = environments;
    CO_TRY(Target target, resolve(*declared, environment, request));
    std::vector<Component> components;
    for (Component const* component : target.components) components.push_back(*component);
    CO_TRY_VOID(co_await check_versions(environment, components, request.version, target.strategy));
    CO_TRY_VOID(co_await check_targets(target, components, request));

    WallTime now = world.clock.wall_now();
    model::Deployment deployment{.id = new_id(),
                                 .environment = environment,
                                 .version = request.version,
                                 .strategy = target.strategy,
                                 .trigger = caller.trigger,
                                 .actor = caller.actor,
                                 .created_at = now,
                                 .retry_of = origin.retry_of,
                                 .rollback_of = origin.rollback_of,
                                 .options = request.options.value_or(model::DeployOptions{})};
    std::vector<model::Rollout> rollouts;
    for (Component const& component : components) {
        CO_TRY(model::Rollout rollout, draft(target, component, request));
        rollout.deployment = deployment.id;
        rollout.since = now;
        auto other = busy_with({environment, component.name});
        if (other && deployment.options.when_busy == model::WhenBusy::refuse)
            co_return conflict(
                fmt::format("deployment {} of component {} is under way; wait for it, or ask with when_busy: "
                            "queue or supersede",
                            other->value, component.name));
        rollout.reason =
            other ? fmt::format("waiting for deployment {} of {} to end", other->value, component.name)
                  : "waiting for its turn";
        deployment.components.push_back(component.name);
        rollouts.push_back(std::move(rollout));
    }
    aggregate(deployment, rollouts, now);
    model::DeploymentView answer = view_of(deployment, rollouts);

    auto work = [deployment, rollouts, answer, caller, now,
                 also](store::Transaction& transaction) -> Result<std::int64_t> {
        model::Event event = event_about(deployment, caller.actor, now);
        event.payload = full(answer);
        TRY(std::int64_t seq, store::append_event(transaction, event));
        model::Deployment stored = deployment;
        stored.seq = seq;
        TRY_VOID(store::insert_deployment(transaction, stored, rollouts));
        TRY_VOID(store::append_log(
            transaction, deployment.id,
            {{.time = now,
              .text = fmt::format("{} asks for {} in {} ({})", caller.actor, deployment.version,
                                  deployment.environment, base::enum_name(deployment.strategy))}}));
        TRY_VOID(store::append_audit(
            transaction,
            audit(caller, now, "deployment.start", "environment/" + deployment.environment, "accepted",
                  base::json::object{{"deployment", deployment.id.value},
                                     {"version", deployment.version},
                                     {"strategy", base::enum_name(deployment.strategy)}})));
        if (also) {
            model::DeploymentView told = answer;
            told.seq = seq;
            TRY_VOID(also(transaction, told));
        }
        return seq;
    };
    co_await world.crash_points.reach("before an order is stored");
    CO_TRY(deployment.seq, co_await world.store.write(std::move(work)));
    answer.seq = deployment.seq;
    co_await world.crash_points.reach("after an order is stored");

    auto accepted = std::make_shared<Open>(world.executor, deployment, rollouts);
    open.emplace(deployment.id, accepted);
    for (model::Rollout const& rollout : rollouts) {
        Lane& lane = lane_of({rollout.environment, rollout.component});
        // Unless a claim has read it from the store already.
        bool known = std::find(lane.queue.begin(), lane.queue.end(), deployment.id) != lane.queue.end();
        if (!known) lane.queue.push_back(deployment.id);
        wake(lane);
    }
    ++revision;
    co_return answer;
}

awaitable<Result<model::DeploymentView>> Engine::Impl::change(DeploymentId id, Action action, Caller caller,
                                                              AlsoStore also) {
    auto place = open.find(id);
    if (place == open.end()) {
        auto find = [id](store::Transaction& transaction) { return store::find_deployment(transaction, id); };
        CO_TRY(model::Deployment ended, co_await world.store.read(std::move(find)));
        if (!is_final(ended.phase))
            co_return conflict(
                fmt::format("deployment {} is driven by another portal; ask that one", id.value));
        co_return conflict(
            fmt::format("deployment {} has ended: it is {}", id.value, base::enum_name(ended.phase)));
    }
    std::shared_ptr<Open> changed = place->second;
    base::Mutex::Guard guard = co_await changed->mutex.lock();
    WallTime now = world.clock.wall_now();
    std::vector<model::Rollout> rollouts = changed->rollouts;
    Result<void> last = conflict(fmt::format("deployment {} has no component that is under way", id.value));
    bool any = false;
    for (model::Rollout& rollout : rollouts) {
        if (is_final(rollout.phase)) continue;
        Result<void> applied = apply_action(rollout, action);
        if (!applied) {
            if (!any) last = applied;
            continue;
        }
        any = true;
        end_if_queued(rollout);
        ++rollout.version_number;
    }
    if (!any) co_return last.error();
    model::Deployment deployment = changed->deployment;
    aggregate(deployment, rollouts, now);
    model::DeploymentView answer = view_of(deployment, rollouts);

    auto work = [deployment, rollouts, answer, caller, now, action,
                 also](store::Transaction& transaction) -> Result<std::int64_t> {
        model::Event event = event_about(deployment, caller.actor, now);
        event.kind = model::EventKind::patch;
        event.payload = patch(answer, false);
        TRY(std::int64_t seq, store::append_event(transaction, event));
        model::Deployment stored = deployment;
        stored.seq = seq;
        for (model::Rollout const& rollout : rollouts) TRY_VOID(store::save_rollout(transaction, rollout));
        TRY_VOID(store::update_deployment(transaction, stored));
        TRY_VOID(
            store::append_log(transaction, deployment.id,
                              {{.time = now, .text = fmt::format("{} by {}", told(action), caller.actor)}}));
        TRY_VOID(store::append_audit(
            transaction, audit(caller, now, std::string(word(action)), "deployment/" + deployment.id.value,
                               "accepted", base::json::object{})));
        if (also) {
            model::DeploymentView shown = answer;
            shown.seq = seq;
            TRY_VOID(also(transaction, shown));
        }
        return seq;
    };
    co_await world.crash_points.reach("before an order is stored");
    CO_TRY(deployment.seq, co_await world.store.write(std::move(work)));
    answer.seq = deployment.seq;
    co_await world.crash_points.reach("after an order is stored");
    changed->deployment = deployment;
    changed->rollouts = rollouts;
    notify(*changed);
    for (model::Rollout const& rollout : rollouts) {
        Lane& lane = lane_of({rollout.environment, rollout.component});
        if (is_final(rollout.phase)) std::erase(lane.queue, id);
        wake(lane);
    }
    end(changed);
    co_return answer;
}

awaitable<Result<model::DeploymentView>> Engine::retry(DeploymentId id, Caller caller, AlsoStore also) {
    Impl& impl = *impl_;
    auto find = [id](store::Transaction& transaction) { return store::find_deployment(transaction, id); };
    CO_TRY(model::Deployment before, co_await impl.world.store.read(std::move(find)));
    if (impl.open.contains(id))
        co_return conflict(fmt::format("deployment {} is under way ({}); retry is for one that has ended",
                                       id.value, base::enum_name(before.phase)));
    model::DeployRequest request{.version = before.version,
                                 .strategy = before.strategy,
                                 .components = before.components,
                                 .options = before.options};
    Impl::Origin origin{.retry_of = id};  // named: g++ 12 destroys a braced temporary twice
    co_return co_await impl.deploy(before.environment, request, caller, origin, also);
}

awaitable<Result<model::DeploymentView>> Engine::rollback(DeploymentId id, std::optional<std::string> version,
                                                          Caller caller, AlsoStore also) {
    Impl& impl = *impl_;
    auto place = impl.open.find(id);
    if (place != impl.open.end() && !version) {
        auto const& rollouts = place->second->rollouts;
        bool can_abort = std::any_of(rollouts.begin(), rollouts.end(), [](model::Rollout const& rollout) {
            return !is_final(rollout.phase) && !rollout.promoted;
        });
        if (can_abort) co_return co_await impl.change(id, Action::abort, caller, also);
    }
    using Both = std::pair<model::Deployment, std::vector<model::Rollout>>;
    auto find = [id](store::Transaction& transaction) -> Result<Both> {
        Both both;
        TRY(both.first, store::find_deployment(transaction, id));
        TRY(both.second, store::rollouts_of(transaction, id));
        return both;
    };
    CO_TRY(Both before, co_await impl.world.store.read(std::move(find)));
    std::string wanted = version.value_or("");
    for (model::Rollout const& rollout : before.second) {
        if (version) break;
        if (rollout.from.number == 0)
            co_return conflict(
                fmt::format("{} was the first version of {}: there is none to roll back to; name a version",
                            rollout.to.version, rollout.component));
        if (!wanted.empty() && wanted != rollout.from.version)
            co_return conflict(
                fmt::format("its components came from different versions ({} and {}): name one", wanted,
                            rollout.from.version));
        wanted = rollout.from.version;
    }
    // A version that has served before is brought back without a trial: beside the present one, then all at
    // once.
    model::DeployOptions options;
    options.judge = model::JudgeOverrides{.enabled = false};
    options.strategy = model::StrategyOverrides{.settle = Duration{}, .watch = Duration{}};
    options.when_busy = model::WhenBusy::supersede;
    model::DeployRequest request{.version = wanted,
                                 .strategy = model::Strategy::blue_green,
                                 .components = before.first.components,
                                 .options = options};
    Impl::Origin origin{.rollback_of = id};  // named: g++ 12 destroys a braced temporary twice
    co_return co_await impl.deploy(before.first.environment, request, caller, origin, also);
}

}  // namespace rollout
