// One look at a component: observe, decide, store the intent, do it, store the outcome.
#include "base/log.hpp"
#include "rollout/aggregate.hpp"
#include "rollout/impl/engine_impl.hpp"
#include "rollout/plan.hpp"

namespace rollout {

namespace {

/// Counts and bake time are stored this often; a crash costs no more of them.
constexpr Duration save_interval = 2s;
/// A look that came later than this proves nothing about the time between.
constexpr Duration longest_observed_gap = 5s;

store::Effect to_store(Effect const& effect, Lane const& lane, DeploymentId const& deployment, WallTime now) {
    return {.deployment = deployment,
            .component = lane.key.component,
            .purpose = std::string(base::enum_name(effect.purpose)),
            .object = effect.object,
            .body = effect.text,
            .epoch = lane.lease->epoch,
            .intended_at = now};
}

/// What happened to processes by themselves between two looks.
std::vector<model::LogEntry> surprises(std::string const& component, Observation const& before,
                                       Observation const& now) {
    std::vector<model::LogEntry> log;
    auto tell = [&](std::string text) {
        log.push_back({.time = now.at,
                       .level = model::LogLevel::warning,
                       .component = component,
                       .step = "watch",
                       .text = std::move(text)});
    };
    for (Replica const& replica : now.replicas)
        for (Replica const& old : before.replicas) {
            if (old.name != replica.name || replica.view.starts <= old.view.starts || old.view.starts == 0)
                continue;
            tell(fmt::format("{} ended ({}) and was started again", replica.name,
                             replica.view.last_exit.empty() ? "unknown" : replica.view.last_exit));
        }
    if (before.traffic.starts > 0 && now.traffic.starts > before.traffic.starts)
        tell(now.traffic.name + " ended and was started again");
    if (before.traffic.running && !now.traffic.running)
        tell(fmt::format("{} does not answer: {}", now.traffic.name, now.traffic.problem));
    return log;
}

}  // namespace

/// What one transaction stores of a rollout.
struct Engine::Impl::Change {
    model::Rollout rollout{};
    model::Deployment deployment{};
    std::vector<model::LogEntry> log{};
    std::vector<store::Effect> intents{};
    std::optional<model::Placement> placement{};
    std::optional<model::Sample> sample{};
    bool phase_changed = false;       // of the deployment
    std::vector<std::int64_t> ids{};  // out: of the intents
};

awaitable<void> Engine::Impl::look(std::size_t index) {
    auto self = shared_from_this();
    Lane& lane = lanes[index];
    Duration next = settings.active_interval;
    try {
        next = co_await look_at(lane);
        co_await tell(lane);
    } catch (system_error const& failure) {
        if (failure.code() == asio::error::operation_aborted) throw;
        lane.trouble = failure.what();
    } catch (std::exception const& failure) {
        // Whatever it is, bad_alloc included: this look has failed, the next one begins with what is stored
        // and seen.
        lane.trouble = "an internal error interrupted the last look; the server's log has it";
        base::log(base::LogLevel::error, "a look has failed",
                  {{"environment", lane.key.environment},
                   {"component", lane.key.component},
                   {"what", failure.what()}});
    }
    ++totals.looks;
    --looking;
    lane.looking = false;
    if (auto asked = std::exchange(lane.again, {})) next = std::min(next, *asked);
    schedule(lane, next);
    if (looked_at) looked_at(lane.key.environment);
    if (looking == 0) idle.try_send(error_code{});
}

awaitable<Duration> Engine::Impl::look_at(Lane& lane) {
    if (lane.queue.empty() && !lane.placement) co_return settings.idle_interval;
    if (!co_await hold_lease(lane)) co_return 2s;
    Observation seen = co_await observe(lane);
    if (lane.seen && lane.seen->problem.empty() && seen.problem.empty()) {
        auto news = surprises(lane.key.component, *lane.seen, seen);
        if (!news.empty() && !lane.queue.empty()) {
            auto append = [id = lane.queue.front(), news](store::Transaction& transaction) {
                return store::append_log(transaction, id, news);
            };
            (void)co_await world.store.write(std::move(append));
        }
    }
    lane.seen = std::move(seen);
    ++revision;
    auto place = lane.queue.empty() ? open.end() : open.find(lane.queue.front());
    if (place == open.end()) co_return co_await keep(lane);
    std::shared_ptr<Open> driven = place->second;
    co_return co_await drive(lane, driven);
}

awaitable<bool> Engine::Impl::hold_lease(Lane& lane) {
    SteadyTime now = world.clock.now();
    if (lane.lease && (settings.exclusive || now < lane.lease_renewed + lease_renewal)) co_return true;
    Result<store::Lease> lease;
    if (lane.lease) {
        auto renew = [held = *lane.lease, wall = world.clock.wall_now()](store::Transaction& transaction) {
            return store::renew_lease(transaction, held, wall, lease_length);
        };
        lease = co_await world.store.write(std::move(renew));
    } else {
        lease = co_await claim(lane);
        if (lease) lane.trouble.clear();
    }
    if (!lease) {
        drop_lane(lane, lease.error());
        co_return false;
    }
    lane.lease = std::move(*lease);
    lane.lease_renewed = now;
    co_return true;
}

void Engine::Impl::drop_lane(Lane& lane, base::Error const& why) {
    lane.trouble = why.message;
    if (why.code == base::Errc::conflict) {
        lane.lease.reset();
        lane.intents.clear();
    }
}

/// Whose names the component goes by: the rollout's that is driven, or what runs.
std::optional<model::Revision> Engine::Impl::revision_of(Lane const& lane) const {
    auto driven = lane.queue.empty() ? open.end() : open.find(lane.queue.front());
    if (driven != open.end())
        if (model::Rollout const* rollout = driven->second->rollout_of(lane.key.component))
            return rollout->to;
    if (lane.placement) return lane.placement->stable;
    return {};
}

awaitable<Observation> Engine::Impl::observe(Lane& lane) {
    Observation seen;
    if (std::optional<model::Revision> of = revision_of(lane)) {
        Driver& driver = world.drivers.of(of->workload);
        auto looked = co_await driver.observe(lane.key, std::move(*of));
        if (looked)
            seen = std::move(*looked);
        else
            seen.problem = looked.error().message;
    } else {
        seen.problem = "nothing was deployed yet";
    }
    seen.trouble = lane.trouble;
    seen.at = world.clock.wall_now();
    SteadyTime now = world.clock.now();
    if (lane.looked) seen.elapsed = std::min<Duration>(now - *lane.looked, longest_observed_gap);
    lane.looked = now;
    co_return seen;
}

awaitable<Duration> Engine::Impl::drive(Lane& lane, std::shared_ptr<Open> driven) {
    Change change;
    std::vector<Effect> effects;
    bool final = false;
    {
        base::Mutex::Guard guard = co_await driven->mutex.lock();
        model::Rollout* stored = driven->rollout_of(lane.key.component);
        if (!stored || is_final(stored->phase)) {
            if (!lane.queue.empty() && lane.queue.front() == driven->deployment.id) lane.queue.pop_front();
            end(driven);
            co_return Duration{};
        }
        model::Rollout now = *stored;
        if (now.to.number == 0 && now.abort == model::AbortCause::none) {
            // Its turn has come: what is stable is known only now.
            if (!lane.placement)
                lane.placement =
                    model::Placement{.environment = lane.key.environment, .component = lane.key.component};
            model::Placement placement = *lane.placement;
            now.from = placement.stable;
            now.to.number = ++placement.last_revision;
            now.plan = rollout::plan({now.strategy, now.settings,
                                      now.from.number == 0 ? 0 : now.from.workload.replicas,
                                      now.to.workload.replicas});
            change.placement = placement;
        }
        for (std::size_t behind = 1; behind < lane.queue.size(); ++behind) {
            auto newer = open.find(lane.queue[behind]);
            bool takes_over = newer != open.end() &&
                              newer->second->deployment.options.when_busy == model::WhenBusy::supersede;
            if (takes_over) (void)abort(now, model::AbortCause::superseded);
        }
        if (follows_sibling(now, driven->rollouts)) (void)abort(now, model::AbortCause::sibling);

        begin_samples(lane, *stored);
        Decision decision = decide(now, *lane.seen);
        bool due_to_save = world.clock.now() >= lane.saved + save_interval;
        if (lane.seen->problem.empty() && !is_final(decision.next.phase)) {
            Wish wish = wish_of(decision.next, *lane.seen);
            if (settings.planted_fault == PlantedFault::drain_skipped) wish.cut = true;
            effects = lane.seen->sight->missing(wish);
        }
        for (Effect const& effect : effects)
            if (!lane.intents.contains(effect.text) &&
                settings.planted_fault != PlantedFault::intent_not_recorded)
                change.intents.push_back(to_store(effect, lane, driven->deployment.id, lane.seen->at));
        bool decided = decision.changed || change.placement || now != *stored || !change.intents.empty();
        if (decided || due_to_save) {
            change.rollout = decision.next;
            change.rollout.epoch = lane.lease->epoch;
            ++change.rollout.version_number;
            change.log = std::move(decision.log);
            if (decision.promoted) {
                model::Placement placement = change.placement ? *change.placement : *lane.placement;
                placement.previous_version = placement.stable.version;
                placement.stable = change.rollout.to;
                change.placement = placement;
            }
            change.sample = sample(lane, change.rollout);
            if (decided) co_await world.crash_points.reach("before the intent is stored");
            Result<void> committed = co_await commit(lane, *driven, change);
            if (!committed) {
                drop_lane(lane, committed.error());
                co_return settings.active_interval;
            }
            if (decided) co_await world.crash_points.reach("after the intent is stored");
        } else {
            *stored = decision.next;  // only counts and times: the next save has them
        }
        final = is_final(decision.next.phase);
        if (final) {
            lane.queue.pop_front();
            lane.intents.clear();
            end(driven);
        }
    }
    if (final) co_return Duration{};
    std::size_t done = co_await perform(lane, std::move(effects), true);
    co_return done > 0 ? soon : settings.active_interval;
}

awaitable<Result<void>> Engine::Impl::commit(Lane& lane, Open& driven, Change& change) {
    model::Rollout& before = *driven.rollout_of(change.rollout.component);
    change.deployment = driven.deployment;
    std::swap(before, change.rollout);  // for a moment, instead of a copy of them all
    aggregate(change.deployment, driven.rollouts, lane.seen->at);
    std::swap(before, change.rollout);
    change.phase_changed = change.deployment.phase != driven.deployment.phase;
    bool told = change.deployment != driven.deployment || !change.log.empty();
    model::Event event;
    if (told) {
        event = event_about(change.deployment, "pilothouse", lane.seen->at);
        event.kind = model::EventKind::patch;
        bool plan_is_new =
            before.plan != change.rollout.plan || before.from.version != change.rollout.from.version;
        event.payload = patch(view_of(change.deployment, {change.rollout}, lane.seen->at), plan_is_new);
    }
    struct Stored {
        std::vector<std::int64_t> ids{};
        std::int64_t seq = 0;
    };
    auto work = [change, told, event = std::move(event),
                 now = lane.seen->at](store::Transaction& transaction) -> Result<Stored> {
        Stored stored;
        TRY_VOID(store::save_rollout(transaction, change.rollout));
        if (change.placement) TRY_VOID(store::save_placement(transaction, *change.placement));
        if (change.sample) TRY_VOID(store::save_sample(transaction, change.deployment.id, *change.sample));
        if (!change.log.empty()) TRY_VOID(store::append_log(transaction, change.deployment.id, change.log));
        if (!change.intents.empty()) {
            TRY(stored.ids, store::insert_intents(transaction, change.intents));
        }
        if (told) {
            TRY(stored.seq, store::append_event(transaction, event));
            model::Deployment deployment = change.deployment;
            deployment.seq = stored.seq;
            TRY_VOID(store::update_deployment(transaction, deployment));
        }
        if (change.phase_changed)
            TRY_VOID(store::append_audit(
                transaction,
                {.time = now,
                 .actor = "pilothouse",
                 .action = fmt::format("deployment.{}", base::enum_name(change.deployment.phase)),
                 .target = "deployment/" + change.deployment.id.value,
                 .result = "done",
                 .details = base::json::object{{"reason", change.deployment.reason}}}));
        return stored;
    };
    CO_TRY(Stored stored, co_await world.store.write(std::move(work)));
    change.ids = std::move(stored.ids);
    if (told) change.deployment.seq = stored.seq;
    if (change.sample)
        lane.sampled = Sampled{.of = change.deployment.id,
                               .in = change.rollout.phase,
                               .at = change.sample->time,
                               .canary = change.rollout.evidence.canary.counts,
                               .stable = change.rollout.evidence.stable.counts,
                               .last = change.sample};
    driven.deployment = change.deployment;
    *driven.rollout_of(change.rollout.component) = change.rollout;
    if (change.placement) lane.placement = change.placement;
    for (std::size_t i = 0; i < change.ids.size(); ++i) lane.intents[change.intents[i].body] = change.ids[i];
    lane.saved = world.clock.now();
    if (told) notify(driven);
    co_return Result<void>{};
}

/// Outside of rollouts: what runs is kept running.
awaitable<Duration> Engine::Impl::keep(Lane& lane) {
    if (!lane.placement || lane.placement->stable.number == 0 || !lane.seen->problem.empty())
        co_return settings.idle_interval;
    std::vector<Effect> effects = lane.seen->sight->missing(steady(*lane.placement));
    if (effects.empty()) {
        lane.trouble.clear();
        co_return settings.idle_interval;
    }
    std::vector<store::Effect> intents;
    for (Effect const& effect : effects)
        if (!lane.intents.contains(effect.text)) intents.push_back(to_store(effect, lane, {}, lane.seen->at));
    if (!intents.empty()) {
        auto work = [intents](store::Transaction& transaction) {
            return store::insert_intents(transaction, intents);
        };
        auto ids = co_await world.store.write(std::move(work));
        if (!ids) {
            lane.trouble = ids.error().message;
            co_return settings.active_interval;
        }
        for (std::size_t i = 0; i < ids->size(); ++i) lane.intents[intents[i].body] = (*ids)[i];
    }
    std::size_t done = co_await perform(lane, std::move(effects), false);
    co_return done > 0 ? soon : settings.active_interval;
}

Driver& Engine::Impl::driver_of(Effect const& effect) const {
    return std::holds_alternative<PatchObject>(effect.order) ? world.drivers.cluster : world.drivers.host;
}

/// Does what can be done, in order; stops at the first failure, so that nothing overtakes what must come
/// before it.
awaitable<std::size_t> Engine::Impl::perform(Lane& lane, std::vector<Effect> effects, bool counts) {
    struct Outcome {
        std::int64_t id = 0;
        store::EffectStatus status = store::EffectStatus::confirmed;
        std::string text{};
    };
    std::vector<Outcome> outcomes;
    std::map<std::string, std::int64_t> unfinished = lane.intents;
    std::size_t done = 0;
    std::string trouble;
    for (Effect const& effect : effects) {
        if (!lane.lease || stopping) break;
        std::int64_t epoch = lane.lease->epoch;
        std::string const& body = effect.text;
        if (counts) co_await world.crash_points.reach("before an effect");
        Result<void> result = co_await driver_of(effect).perform(lane.key, effect, epoch);
        if (settings.planted_fault == PlantedFault::double_start) co_await start_another(lane, effect);
        if (counts) co_await world.crash_points.reach("after an effect");
        ++totals.effects;
        unfinished.erase(body);
        auto intent = lane.intents.find(body);
        if (result) {
            ++done;
            if (intent != lane.intents.end())
                outcomes.push_back({intent->second, store::EffectStatus::confirmed, "done"});
            continue;
        }
        trouble = result.error().message;
        if (intent != lane.intents.end())
            outcomes.push_back({intent->second, store::EffectStatus::failed, trouble});
        if (result.error().code == base::Errc::conflict) drop_lane(lane, result.error());
        break;
    }
    // What was intended before and is wanted no more has happened, or was overtaken: looking has told.
    if (done == effects.size())
        for (auto const& [body, id] : unfinished)
            outcomes.push_back({id, store::EffectStatus::confirmed, "seen"});
    lane.trouble = trouble;
    if (outcomes.empty()) co_return done;
    if (counts) co_await world.crash_points.reach("before the outcome is stored");
    auto work = [outcomes](store::Transaction& transaction) -> Result<void> {
        for (Outcome const& outcome : outcomes)
            TRY_VOID(store::finish_effect(transaction, outcome.id, outcome.status, outcome.text));
        return {};
    };
    Result<void> stored = co_await world.store.write(std::move(work));
    if (stored)
        for (Outcome const& outcome : outcomes)
            std::erase_if(lane.intents, [&](auto const& intent) { return intent.second == outcome.id; });
    if (counts) co_await world.crash_points.reach("after the outcome is stored");
    co_return done;
}

/// A planted fault.
awaitable<void> Engine::Impl::start_another(Lane& lane, Effect effect) {
    auto* start = std::get_if<StartProcess>(&effect.order);
    if (!start) co_return;
    start->slot += 50;
    (void)co_await world.drivers.host.perform(lane.key, std::move(effect), lane.lease->epoch);
}

void Engine::Impl::end(std::shared_ptr<Open> ended) {
    bool all_final = std::all_of(ended->rollouts.begin(), ended->rollouts.end(),
                                 [](model::Rollout const& rollout) { return is_final(rollout.phase); });
    if (!all_final || open.erase(ended->deployment.id) == 0) return;
    if (ended->deployment.status() == model::Status::completed)
        ++totals.completed;
    else
        ++totals.failed;
    notify(*ended);
}

}  // namespace rollout
