// The events of a cluster: read when somebody asks for them.
#include "rollout/impl/engine_impl.hpp"

namespace rollout {

awaitable<Result<model::ClusterEventsView>> Engine::events(std::string environment,
                                                           std::optional<std::string> component, int limit) {
    return impl_->events(std::move(environment), std::move(component), limit);
}

awaitable<Result<model::ClusterEventsView>> Engine::Impl::events(std::string name,
                                                                 std::optional<std::string> component,
                                                                 int limit) {
    auto self = shared_from_this();
    std::shared_ptr<model::Environments const> const declared = environments;
    CO_TRY(model::Environment const* environment, find_environment(*declared, name));
    model::ClusterEventsView view{.environment = name, .observed_at = world.clock.wall_now()};
    if (environment->target.sample) {
        view.problem = "sample data: nothing runs here";
        co_return view;
    }
    std::map<std::string, model::Revision> of;
    for (model::Component const& each : environment->components)
        if (each.workload && (!component || *component == each.name))
            of.emplace(each.name, names_of(name, each));
    Driver& driver = environment->target.kubernetes ? world.drivers.cluster : world.drivers.host;
    auto reading = driver.events(std::move(name), std::move(of));
    auto events = co_await std::move(reading);
    view.observed_at = world.clock.wall_now();
    if (!events) {
        view.problem = events.error().message;
        co_return view;
    }
    view.items = std::move(*events);
    if (view.items.size() > static_cast<std::size_t>(limit))
        view.items.resize(static_cast<std::size_t>(limit));
    co_return view;
}

/// Those of what is there, or is to be; where nothing was deployed yet, the declared ones.
model::Revision Engine::Impl::names_of(std::string const& environment, model::Component const& component) {
    Lane const* lane = find_lane({environment, component.name});
    std::optional<model::Revision> of = lane ? revision_of(*lane) : std::nullopt;
    if (of && of->workload.deployment) return *of;
    return {.workload = *component.workload, .traffic = component.traffic.value_or(model::Traffic{})};
}

}  // namespace rollout
