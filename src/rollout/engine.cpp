#include "rollout/engine.hpp"

#include "rollout/impl/engine_impl.hpp"

namespace rollout {

model::Rollout* Open::rollout_of(std::string const& component) {
    for (model::Rollout& rollout : rollouts)
        if (rollout.component == component) return &rollout;
    return nullptr;
}

Engine::Impl::Impl(Surroundings its_surroundings, EngineSettings its_settings)
    : world(std::move(its_surroundings)),
      settings(std::move(its_settings)),
      wake_up(world.executor, 1),
      idle(world.executor, 1) {}

Lane& Engine::Impl::lane_of(target::ComponentKey const& key) {
    auto [place, is_new] = lane_by_key.emplace(key, lanes.size());
    if (is_new) {
        lanes.emplace_back();
        lanes.back().index = place->second;
        lanes.back().key = key;
    }
    return lanes[place->second];
}

Lane* Engine::Impl::find_lane(target::ComponentKey const& key) {
    auto place = lane_by_key.find(key);
    return place == lane_by_key.end() ? nullptr : &lanes[place->second];
}

void Engine::Impl::schedule(Lane& lane, Duration in) {
    if (lane.due) due.erase({*lane.due, lane.index});
    lane.due = world.clock.now() + in;
    due.emplace(*lane.due, lane.index);
    if (settings.planted_fault != PlantedFault::lost_wake_up) wake_up.try_send(error_code{});
}

void Engine::Impl::wake(Lane& lane) {
    if (lane.looking)
        lane.again = Duration{};
    else
        schedule(lane, Duration{});
}

/// Changes come in bursts: one look sees them all.
void Engine::Impl::look_soon(Lane& lane) {
    if (lane.looking)
        lane.again = std::min(lane.again.value_or(soon), soon);
    else if (!lane.due || *lane.due > world.clock.now() + soon)
        schedule(lane, soon);
}

/// Starts a look whenever one is due; sleeps until the next one is, or until somebody wakes it.
awaitable<void> Engine::Impl::run() {
    auto self = shared_from_this();
    while (!stopping) {
        SteadyTime now = world.clock.now();
        while (!due.empty() && due.begin()->first <= now && looking < settings.looks_at_once) {
            Lane& lane = lanes[due.begin()->second];
            due.erase(due.begin());
            lane.due.reset();
            lane.looking = true;
            ++looking;
            asio::co_spawn(world.executor, look(lane.index), must_not_throw);
        }
        bool full = looking >= settings.looks_at_once;
        if (due.empty() || full) {
            co_await wake_up.async_receive(use_awaitable);
        } else {
            Duration wait = std::max<Duration>(due.begin()->first - world.clock.now(), Duration{});
            try {
                co_await base::within(world.clock, wait, wake_up.async_receive(use_awaitable));
            } catch (system_error const& timeout) {
                if (timeout.code() != asio::error::timed_out) throw;
            }
        }
    }
}

void Engine::Impl::notify(Open& changed) {
    ++revision;
    for (auto& signal : std::exchange(changed.waiting, {})) signal->try_send(error_code{});
}

// -- The public face
// ------------------------------------------------------------------------------------------------

Engine::Engine(Surroundings surroundings, EngineSettings settings)
    : impl_(std::make_shared<Impl>(std::move(surroundings), std::move(settings))) {}

Engine::~Engine() { impl_->stopping = true; }

awaitable<Result<void>> Engine::start() {
    CO_TRY_VOID(co_await impl_->load());
    asio::co_spawn(impl_->world.executor, impl_->run(), must_not_throw);
    co_return Result<void>{};
}

awaitable<void> Engine::stop() {
    impl_->stopping = true;
    impl_->wake_up.try_send(error_code{});
    while (impl_->looking > 0) co_await impl_->idle.async_receive(use_awaitable);
}

void Engine::look_soon(target::ComponentKey const& key) {
    if (Lane* lane = impl_->find_lane(key)) impl_->look_soon(*lane);
}

void Engine::on_look(std::function<void(std::string const& environment)> listener) {
    impl_->looked_at = std::move(listener);
}

awaitable<Result<model::DeploymentView>> Engine::deploy(std::string environment, model::DeployRequest request,
                                                        Caller caller, AlsoStore also) {
    return impl_->deploy(std::move(environment), std::move(request), std::move(caller), {}, std::move(also));
}

awaitable<Result<model::DeploymentView>> Engine::act(DeploymentId id, Action action, Caller caller,
                                                     AlsoStore also) {
    return impl_->change(std::move(id), action, std::move(caller), std::move(also));
}

awaitable<void> Engine::changed(DeploymentId id, Duration limit) {
    auto place = impl_->open.find(id);
    if (place == impl_->open.end()) co_return;
    auto signal = std::make_shared<Signal>(impl_->world.executor, 1);
    place->second->waiting.push_back(signal);
    try {
        co_await base::within(impl_->world.clock, limit, signal->async_receive(use_awaitable));
    } catch (system_error const& timeout) {
        if (timeout.code() != asio::error::timed_out) throw;
    }
}

std::optional<model::DeploymentView> Engine::open_deployment(DeploymentId const& id) const {
    auto place = impl_->open.find(id);
    if (place == impl_->open.end()) return {};
    return impl_->view(*place->second);
}

std::uint64_t Engine::revision() const { return impl_->revision; }

std::vector<std::string> Engine::environment_names() const {
    std::vector<std::string> names;
    for (model::Environment const& environment : impl_->environments->environments)
        names.push_back(environment.name);
    std::sort(names.begin(), names.end());
    return names;
}

Engine::Totals Engine::totals() const {
    Totals totals = impl_->totals;
    totals.open_rollouts = 0;
    for (auto const& [id, open] : impl_->open)
        for (model::Rollout const& rollout : open->rollouts)
            if (!is_final(rollout.phase)) ++totals.open_rollouts;
    return totals;
}

}  // namespace rollout
