// What environments look like now: from the declaration and the last look at each component.
#include "rollout/impl/engine_impl.hpp"

namespace rollout {

namespace {

using model::Health;

/// The worst of its components speaks for an environment.
Health together(std::vector<Health> const& parts) {
    for (Health worst : {Health::failed, Health::degraded, Health::unknown, Health::deploying,
                         Health::healthy, Health::empty})
        if (std::find(parts.begin(), parts.end(), worst) != parts.end()) return worst;
    return Health::empty;
}

std::string version_of(int revision, Observation const& seen, model::Revision const& stable) {
    if (revision == stable.number) return stable.version;
    for (Replica const& replica : seen.replicas)
        if (replica.revision == revision && !replica.view.version.empty()) return replica.view.version;
    return {};
}

/// What gets no requests is not named.
model::RouteView route_of(Observation const& seen, model::Revision const& stable) {
    DataPlane const& plane = seen.traffic;
    model::RouteView route{.name = plane.name,
                           .problem = plane.problem,
                           .counted_by = plane.counted_by,
                           .not_counted = plane.not_counted};
    for (auto const& [revision, percent] : plane.shares_percent)
        if (std::string version = version_of(revision, seen, stable); percent > 0 && !version.empty())
            route.shares.push_back({std::move(version), percent});
    return route;
}

}  // namespace

model::DeploymentView Engine::Impl::view(Open const& shown) const {
    std::optional<WallTime> observed_at;
    std::string not_ours;
    for (model::Rollout const& rollout : shown.rollouts) {
        auto place = lane_by_key.find({rollout.environment, rollout.component});
        if (place == lane_by_key.end()) continue;
        Lane const& lane = lanes[place->second];
        if (!lane.lease && !lane.trouble.empty() && !is_final(rollout.phase)) not_ours = lane.trouble;
        if (!lane.seen) continue;
        if (!observed_at || lane.seen->at < *observed_at)
            observed_at = lane.seen->at;  // as old as its oldest part
    }
    model::DeploymentView view = view_of(shown.deployment, shown.rollouts, observed_at);
    if (!not_ours.empty()) view.reason = not_ours;
    return view;
}

std::pair<Health, std::string> Engine::Impl::health_of(model::Environment const& environment,
                                                       model::Component const& component,
                                                       Lane const* lane) const {
    if (!environment.enabled || !component.enabled) return {Health::disabled, "disabled"};
    if (environment.target.sample) return {Health::unknown, "sample data: nothing runs here"};
    if (!lane || (!lane->placement && lane->queue.empty()))
        return {Health::empty, "nothing was deployed yet"};
    if (!lane->lease && !lane->trouble.empty()) return {Health::unknown, lane->trouble};
    if (!lane->seen) return {Health::unknown, "not looked at yet"};
    if (!lane->seen->problem.empty()) return {Health::unknown, lane->seen->problem};
    if (world.clock.now() - *lane->looked > 3 * settings.idle_interval + 5s)
        return {Health::unknown, "not looked at since " + base::format_time(lane->seen->at)};
    if (!lane->queue.empty())
        if (auto driven = open.find(lane->queue.front()); driven != open.end())
            return {Health::deploying, driven->second->deployment.reason};
    if (!lane->placement || lane->placement->stable.number == 0)
        return {Health::empty, "nothing is deployed"};
    int wanted = lane->placement->stable.workload.replicas;
    int ready = lane->seen->routable_count(lane->placement->stable.number);
    if (!lane->seen->traffic.running) return {Health::failed, lane->seen->traffic.problem};
    if (ready >= wanted)
        return {Health::healthy, fmt::format("{} of {} replicas take traffic", ready, wanted)};
    std::string why = lane->trouble.empty() ? "" : ": " + lane->trouble;
    return {ready == 0 ? Health::failed : Health::degraded,
            fmt::format("{} of {} replicas take traffic{}", ready, wanted, why)};
}

model::ComponentView Engine::Impl::component_view(model::Environment const& environment,
                                                  model::Component const& component) const {
    model::ComponentView view{
        .name = component.name, .service = component.service, .enabled = component.enabled};
    if (component.traffic && !component.traffic->listen.empty())
        view.traffic_address = component.traffic->listen;
    auto place = lane_by_key.find({environment.name, component.name});
    Lane const* lane = place == lane_by_key.end() ? nullptr : &lanes[place->second];
    std::tie(view.health, view.reason) = health_of(environment, component, lane);
    view.replicas.wanted = component.workload ? component.workload->replicas : 0;
    if (!lane) return view;
    if (lane->placement && lane->placement->stable.number != 0) {
        view.version = lane->placement->stable.version;
        view.replicas.wanted = lane->placement->stable.workload.replicas;
        if (lane->seen) view.replicas.ready = lane->seen->routable_count(lane->placement->stable.number);
    }
    if (!lane->queue.empty()) view.deployment = lane->queue.front();
    return view;
}

Health Engine::Impl::environment_health(model::Environment const& environment) const {
    if (!environment.enabled) return Health::disabled;
    std::vector<Health> parts;
    for (model::Component const& component : environment.components) {
        auto place = lane_by_key.find({environment.name, component.name});
        Lane const* lane = place == lane_by_key.end() ? nullptr : &lanes[place->second];
        if (component.enabled) parts.push_back(health_of(environment, component, lane).first);
    }
    return together(parts);
}

Result<model::Environment const*> find_environment(model::Environments const& declared,
                                                   std::string const& name) {
    std::vector<std::string_view> names;
    for (model::Environment const& environment : declared.environments) {
        if (environment.name == name) return &environment;
        names.push_back(environment.name);
    }
    return base::not_found(
        fmt::format("there is no environment \"{}\"{}", name, base::suggestion(name, names)));
}

Result<model::EnvironmentView> Engine::environment(std::string const& name) const {
    TRY(model::Environment const* declared, find_environment(*impl_->environments, name));
    model::EnvironmentView view{.name = declared->name,
                                .provider = declared->provider,
                                .type = declared->type,
                                .region = declared->region,
                                .enabled = declared->enabled,
                                .target = std::string(model::kind_of(declared->target))};
    for (model::Component const& component : declared->components) {
        view.components.push_back(impl_->component_view(*declared, component));
        auto lane = impl_->lane_by_key.find({name, component.name});
        if (lane == impl_->lane_by_key.end() || !impl_->lanes[lane->second].seen) continue;
        WallTime at = impl_->lanes[lane->second].seen->at;
        if (!view.observed_at || at < *view.observed_at) view.observed_at = at;
    }
    view.health = impl_->environment_health(*declared);
    if (auto seq = impl_->environment_seqs.find("environment/" + name); seq != impl_->environment_seqs.end())
        view.seq = seq->second;
    return view;
}

model::ProviderGroup Engine::provider(model::Provider provider) const {
    model::ProviderGroup group{.provider = provider};
    for (std::string const& name : environment_names())
        if (auto view = environment(name); view && view->provider == provider)
            group.items.push_back(std::move(*view));
    return group;
}

Result<model::MonitoringView> Engine::monitoring(std::string const& name) const {
    TRY(model::EnvironmentStatusView status, environment_status(name));
    model::MonitoringView view{.environment = name, .observed_at = status.observed_at};
    for (model::ComponentStatusView& component : status.components) {
        model::MonitoredComponent seen{.name = component.name,
                                       .version = component.version,
                                       .health = component.health,
                                       .reason = component.reason,
                                       .replicas = std::move(component.replicas),
                                       .traffic = std::move(component.traffic),
                                       .route = std::move(component.route),
                                       .drift = std::move(component.drift)};
        if (component.deployment) seen.deployment = component.deployment->id;
        Lane const* lane = impl_->find_lane({name, component.name});
        if (lane && lane->sampled && seen.deployment && lane->sampled->of == *seen.deployment)
            seen.sample = lane->sampled->last;
        view.components.push_back(std::move(seen));
    }
    return view;
}

Result<model::EnvironmentStatusView> Engine::environment_status(std::string const& name) const {
    TRY(model::EnvironmentView overview, environment(name));
    model::EnvironmentStatusView view{.name = name,
                                      .enabled = overview.enabled,
                                      .health = overview.health,
                                      .observed_at = overview.observed_at};
    for (model::ComponentView const& component : overview.components) {
        model::ComponentStatusView status{.name = component.name,
                                          .version = component.version,
                                          .health = component.health,
                                          .reason = component.reason};
        auto place = impl_->lane_by_key.find({name, component.name});
        if (place != impl_->lane_by_key.end() && impl_->lanes[place->second].seen) {
            Lane const& lane = impl_->lanes[place->second];
            Observation const& seen = *lane.seen;
            status.observed_at = seen.at;
            for (Replica const& replica : seen.replicas) status.replicas.push_back(replica.view);
            status.traffic = seen.traffic.view;
            if (status.traffic && status.traffic->listen.empty())
                status.traffic->listen = component.traffic_address.value_or("");
            status.route = route_of(seen, lane.placement ? lane.placement->stable : model::Revision{});
            status.drift = seen.gone;
            status.drift.insert(status.drift.end(), seen.drift.begin(), seen.drift.end());
            if (!lane.queue.empty()) status.deployment = open_deployment(lane.queue.front());
        }
        view.components.push_back(std::move(status));
    }
    return view;
}

}  // namespace rollout
