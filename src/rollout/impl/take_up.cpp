// From the store into memory: all that is under way when the portal starts, and one lane when it is won from
// another portal, which may have gone on with it since we last read.
#include "rollout/impl/engine_impl.hpp"

namespace rollout {

namespace {

struct Stored {
    std::vector<model::Deployment> deployments{};  // not yet final, oldest first
    std::vector<model::Rollout> rollouts{};        // theirs
    std::vector<model::Placement> placements{};
    std::vector<store::Effect> effects{};  // intended, of unknown outcome
};

Result<void> read_intents(store::Transaction& transaction, Stored& stored,
                          std::string const& component = {}) {
    for (model::Rollout const& rollout : stored.rollouts) {
        if (is_final(rollout.phase) || (!component.empty() && rollout.component != component)) continue;
        TRY(std::vector<store::Effect> effects,
            store::effects_of(transaction, rollout.deployment, rollout.component));
        for (store::Effect& effect : effects)
            if (effect.status == store::EffectStatus::intended) stored.effects.push_back(std::move(effect));
    }
    return {};
}

Result<Stored> read_all(store::Transaction& transaction) {
    Stored stored;
    TRY(stored.deployments, store::open_deployments(transaction));
    TRY(stored.rollouts, store::open_rollouts(transaction));
    TRY(stored.placements, store::placements(transaction));
    TRY_VOID(read_intents(transaction, stored));
    return stored;
}

Result<Stored> read_lane(store::Transaction& transaction, target::ComponentKey const& key) {
    Stored stored;
    TRY(stored.deployments, store::open_deployments(transaction, key.environment));
    std::vector<DeploymentId> ids;
    for (model::Deployment const& deployment : stored.deployments) ids.push_back(deployment.id);
    TRY(stored.rollouts, store::rollouts_of(transaction, ids));
    TRY(std::optional<model::Placement> placement,
        store::find_placement(transaction, key.environment, key.component));
    if (placement) stored.placements.push_back(std::move(*placement));
    TRY_VOID(read_intents(transaction, stored, key.component));
    return stored;
}

/// The one that has begun stands first, whatever was asked for before it: two orders at once may be stored in
/// another order than that of their times.
void put_begun_first(std::deque<DeploymentId>& ids, std::vector<model::Rollout> const& rollouts,
                     std::string const& component) {
    auto has_begun = [&](DeploymentId const& id) {
        return std::any_of(rollouts.begin(), rollouts.end(), [&](model::Rollout const& rollout) {
            return rollout.deployment == id && rollout.component == component && rollout.to.number != 0;
        });
    };
    auto begun = std::find_if(ids.begin(), ids.end(), has_begun);  // one at most
    if (begun != ids.end()) std::rotate(ids.begin(), begun, begun + 1);
}

bool contains(std::deque<DeploymentId> const& ids, DeploymentId const& id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

awaitable<Result<void>> Engine::Impl::load() {
    auto work = [owner = settings.owner,
                 exclusive = settings.exclusive](store::Transaction& transaction) -> Result<Stored> {
        if (exclusive) TRY_VOID(store::take_all_leases(transaction, owner));
        return read_all(transaction);
    };
    CO_TRY(Stored stored, co_await world.store.write(std::move(work)));
    for (model::Placement& placement : stored.placements) {
        Lane& lane = lane_of({placement.environment, placement.component});
        lane.placement = std::move(placement);
        schedule(lane, Duration{});
    }
    for (model::Deployment& deployment : stored.deployments) {
        std::vector<model::Rollout> rollouts;
        for (model::Rollout const& rollout : stored.rollouts)
            if (rollout.deployment == deployment.id) rollouts.push_back(rollout);
        DeploymentId id = deployment.id;
        auto it = std::make_shared<Open>(world.executor, std::move(deployment), std::move(rollouts));
        for (model::Rollout const& rollout : it->rollouts) {
            if (is_final(rollout.phase)) continue;
            Lane& lane = lane_of({rollout.environment, rollout.component});
            lane.queue.push_back(id);
            schedule(lane, Duration{});
        }
        open.emplace(id, std::move(it));
    }
    for (Lane& lane : lanes) put_begun_first(lane.queue, stored.rollouts, lane.key.component);
    // Each of these may have happened or not: looking tells; then it is confirmed, or done again under the
    // same id.
    for (store::Effect const& effect : stored.effects)
        for (model::Rollout const& rollout : stored.rollouts)
            if (rollout.deployment == effect.deployment && rollout.component == effect.component)
                lane_of({rollout.environment, rollout.component}).intents.emplace(effect.body, effect.id);
    co_return Result<void>{};
}

awaitable<Result<store::Lease>> Engine::Impl::claim(Lane& lane) {
    struct Claimed {
        store::Lease lease{};
        Stored stored{};
    };
    auto work = [key = lane.key, owner = settings.owner, wall = world.clock.wall_now(),
                 exclusive = settings.exclusive](store::Transaction& transaction) -> Result<Claimed> {
        Claimed claimed;
        TRY(claimed.lease, store::claim_lease(transaction, key.environment + "/" + key.component, owner, wall,
                                              lease_length));
        if (exclusive) return claimed;  // nobody else has written since `load`
        TRY(claimed.stored, read_lane(transaction, key));
        return claimed;
    };
    std::deque<DeploymentId> const known = lane.queue;
    CO_TRY(Claimed claimed, co_await world.store.write(std::move(work)));
    if (settings.exclusive) co_return std::move(claimed.lease);

    Stored& stored = claimed.stored;
    lane.seen.reset();
    lane.looked.reset();   // nobody here observed the time between
    lane.sampled.reset();  // nor knows what was told in it
    lane.told.reset();
    lane.intents.clear();
    for (store::Effect const& effect : stored.effects) lane.intents.emplace(effect.body, effect.id);
    if (!stored.placements.empty()) lane.placement = std::move(stored.placements.front());
    std::deque<DeploymentId> waiting;
    for (model::Deployment const& deployment : stored.deployments) {
        std::vector<model::Rollout> rollouts;
        for (model::Rollout const& rollout : stored.rollouts)
            if (rollout.deployment == deployment.id) rollouts.push_back(rollout);
        if (co_await refresh(lane.key, deployment, std::move(rollouts))) waiting.push_back(deployment.id);
    }
    // What was accepted here since it was read comes after it.
    for (DeploymentId const& id : lane.queue)
        if (!contains(known, id) && !contains(waiting, id)) waiting.push_back(id);
    put_begun_first(waiting, stored.rollouts, lane.key.component);
    lane.queue = std::move(waiting);
    for (DeploymentId const& id : known)
        if (!contains(lane.queue, id)) forget(id, stored.deployments);
    co_return std::move(claimed.lease);
}

/// Unless it is still open for another component.
void Engine::Impl::forget(DeploymentId const& id, std::vector<model::Deployment> const& still_open) {
    bool is_open = std::any_of(still_open.begin(), still_open.end(),
                               [&](model::Deployment const& each) { return each.id == id; });
    auto place = open.find(id);
    if (is_open || place == open.end()) return;
    std::shared_ptr<Open> ended = place->second;
    open.erase(place);
    notify(*ended);
}

/// Takes over what is stored of a deployment, but for the components that we drive already. Does it wait for
/// this one?
awaitable<bool> Engine::Impl::refresh(target::ComponentKey const& key, model::Deployment const& deployment,
                                      std::vector<model::Rollout> rollouts) {
    auto its = [&](model::Rollout const& rollout) { return rollout.component == key.component; };
    auto mine = std::find_if(rollouts.begin(), rollouts.end(), its);
    if (mine == rollouts.end()) co_return false;
    bool is_due = !is_final(mine->phase);
    auto place = open.find(deployment.id);
    if (place == open.end()) {
        open.emplace(deployment.id, std::make_shared<Open>(world.executor, deployment, std::move(rollouts)));
        co_return is_due;
    }
    std::shared_ptr<Open> refreshed = place->second;
    base::Mutex::Guard guard = co_await refreshed->mutex.lock();
    refreshed->deployment = deployment;
    for (model::Rollout const& rollout : rollouts) {
        Lane* lane = find_lane({rollout.environment, rollout.component});
        bool driven_here = lane && lane->lease;
        if (!driven_here) *refreshed->rollout_of(rollout.component) = rollout;
    }
    notify(*refreshed);
    co_return is_due;
}

}  // namespace rollout
