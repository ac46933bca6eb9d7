// What followers are told: events when something changes that a person would notice.
#include "base/log.hpp"
#include "rollout/impl/engine_impl.hpp"

namespace rollout {

namespace {

constexpr Duration provider_pause = 500ms;  // many environments change at once: one event tells of all

/// Numbers that change at every look are for ticks, not for events.
bool tells_the_same(model::ComponentView before, model::ComponentView now) {
    if (before.health == model::Health::deploying && now.health == model::Health::deploying)
        before.reason = now.reason;  // the deployment's own events tell it
    return before == now;
}

model::Event environment_event(std::string const& environment, WallTime now) {
    return {.topic = "environment/" + environment, .entity = environment, .actor = "pilothouse", .time = now};
}

/// What the declaration says of an environment, without what is observed.
base::json::value declared_part(model::Environment const& environment) {
    base::json::array components;
    for (model::Component const& component : environment.components)
        components.push_back(base::json::object{
            {"name", component.name}, {"service", component.service}, {"enabled", component.enabled}});
    return base::json::object{{"name", environment.name},
                              {"provider", base::to_json(environment.provider)},
                              {"type", base::to_json(environment.type)},
                              {"region", environment.region},
                              {"enabled", environment.enabled},
                              {"target", model::kind_of(environment.target)},
                              {"components", std::move(components)}};
}

std::vector<model::Event> changes(model::Environments const& before, model::Environments const& after,
                                  std::string const& actor, WallTime now) {
    std::map<std::string, base::json::value> known;
    for (model::Environment const& environment : before.environments)
        known.emplace(environment.name, declared_part(environment));
    std::vector<model::Event> events;
    auto add = [&](std::string const& name, model::EventKind kind, base::json::value payload) {
        model::Event event = environment_event(name, now);
        event.name = "environment-updated";
        event.kind = kind;
        event.actor = actor;
        event.payload = std::move(payload);
        events.push_back(std::move(event));
    };
    for (model::Environment const& environment : after.environments) {
        base::json::value part = declared_part(environment);
        auto old = known.find(environment.name);
        if (old == known.end())
            add(environment.name, model::EventKind::full, std::move(part));
        else if (old->second != part)
            add(environment.name, model::EventKind::patch, std::move(part));
        known.erase(environment.name);
    }
    for (auto const& [name, part] : known) add(name, model::EventKind::removed, nullptr);
    return events;
}

}  // namespace

model::Event event_about(model::Deployment const& deployment, std::string const& actor, WallTime now) {
    return {.topic = "deployment/" + deployment.id.value,
            .name = "deployment-updated",
            .entity = deployment.id.value,
            .actor = actor,
            .time = now};
}

base::json::value full(model::DeploymentView const& view) {
    base::json::value payload = base::to_json(view);
    payload.as_object().erase("seq");
    return payload;
}

base::json::value patch(model::DeploymentView changed, bool plan_is_new) {
    if (!plan_is_new)
        for (model::ComponentRolloutView& component : changed.components) component.plan.clear();
    base::json::value payload = full(changed);
    if (!plan_is_new)
        for (base::json::value& component : payload.as_object().at("components").as_array())
            component.as_object().erase("plan");
    return payload;
}

/// Stores what people would notice of a component, when it is not what the last event about it said.
awaitable<void> Engine::Impl::tell(Lane& lane) {
    if (!lane.lease || !lane.seen) co_return;
    auto declared = environments;
    auto environment = std::find_if(declared->environments.begin(), declared->environments.end(),
                                    [&](auto const& each) { return each.name == lane.key.environment; });
    if (environment == declared->environments.end()) co_return;
    auto component = std::find_if(environment->components.begin(), environment->components.end(),
                                  [&](auto const& each) { return each.name == lane.key.component; });
    if (component == environment->components.end()) co_return;
    model::ComponentView now = component_view(*environment, *component);
    if (lane.told && tells_the_same(*lane.told, now)) co_return;

    model::Event event = environment_event(lane.key.environment, lane.seen->at);
    event.name = "service-updated";
    event.kind = model::EventKind::patch;
    event.entity = lane.key.environment + "/" + lane.key.component;
    event.payload =
        base::json::object{{"environment", lane.key.environment}, {"component", base::to_json(now)}};
    // The first time in this life: perhaps the last one has told it already.
    bool look_back = !lane.told;
    // Who was halted and comes back does not know yet that another portal drives this: it must not tell what
    // it saw.
    std::optional<store::Lease> held;
    if (!settings.exclusive) held = lane.lease;
    auto work = [event, look_back, held,
                 wall = world.clock.wall_now()](store::Transaction& transaction) -> Result<std::int64_t> {
        if (held) TRY_VOID(store::renew_lease(transaction, *held, wall, lease_length));
        if (look_back) {
            TRY(auto last, store::newest_event(transaction, event.topic, event.entity, event.name));
            if (last && last->payload == event.payload) return last->seq;
        }
        return store::append_event(transaction, event);
    };
    auto seq = co_await world.store.write(std::move(work));
    if (!seq) co_return;  // at the next look
    lane.told = std::move(now);
    std::int64_t& newest = environment_seqs[event.topic];
    newest = std::max(newest, *seq);
    ++revision;
    tell_providers_soon();
}

void Engine::Impl::tell_providers_soon() {
    if (!std::exchange(providers_due, true)) asio::co_spawn(world.executor, tell_providers(), must_not_throw);
}

/// Another portal drives some of it: what is seen here is not the whole.
bool Engine::Impl::sees_everything() const {
    return std::all_of(lanes.begin(), lanes.end(), [](Lane const& lane) {
        return lane.lease || (lane.queue.empty() && !lane.placement);
    });
}

/// How each provider's environments are, when that has changed.
awaitable<void> Engine::Impl::tell_providers() {
    auto self = shared_from_this();
    co_await world.clock.sleep_for(provider_pause);
    providers_due = false;
    if (stopping || !sees_everything()) co_return;
    std::map<model::Provider, model::ProviderView> now;
    for (model::Environment const& environment : environments->environments) {
        model::ProviderView& view = now[environment.provider];
        view.provider = environment.provider;
        ++view.environments;
        ++view.health[std::string(base::enum_name(environment_health(environment)))];
    }
    std::vector<model::Event> events;
    for (auto const& [provider, view] : now) {
        auto told = providers.find(provider);
        if (told != providers.end() && told->second == view) continue;
        std::string name(base::enum_name(provider));
        events.push_back({.topic = "provider/" + name,
                          .name = "provider-updated",
                          .kind = model::EventKind::full,
                          .entity = name,
                          .actor = "pilothouse",
                          .time = world.clock.wall_now(),
                          .payload = base::to_json(view)});
    }
    if (events.empty()) co_return;
    auto work = [events](store::Transaction& transaction) -> Result<void> {
        for (model::Event const& event : events) {
            TRY(auto last, store::newest_event(transaction, event.topic, event.entity, event.name));
            if (last && last->payload == event.payload) continue;
            TRY_VOID(store::append_event(transaction, event));
        }
        return {};
    };
    Result<void> stored = co_await world.store.write(std::move(work));
    if (stored) providers = std::move(now);
}

awaitable<Result<void>> Engine::Impl::declare(std::shared_ptr<model::Environments const> declared,
                                              std::string actor) {
    using Seqs = std::map<std::string, std::int64_t>;
    auto work = [declared, actor = std::move(actor),
                 now = world.clock.wall_now()](store::Transaction& transaction) -> Result<Seqs> {
        constexpr char const* place = "environments_document";
        TRY(auto stored, store::find_setting(transaction, place));
        model::Environments before;
        if (stored) {
            // One that an older program wrote and that this one cannot read says nothing: all are told anew.
            auto read = base::from_text<model::Environments>(*stored, base::Author::ourselves);
            if (read) before = std::move(*read);
        }
        std::string text = base::to_text(*declared);
        if (!stored || *stored != text) TRY_VOID(store::save_setting(transaction, place, text));
        for (model::Event const& event : changes(before, *declared, actor, now))
            TRY_VOID(store::append_event(transaction, event));
        return store::last_events(transaction, "environment");
    };
    CO_TRY(environment_seqs, co_await world.store.write(std::move(work)));
    bool is_first = environments->environments.empty();
    environments = std::move(declared);
    ++revision;
    if (!is_first) tell_providers_soon();  // the first looks tell them
    co_return Result<void>{};
}

awaitable<Result<void>> Engine::declare(std::shared_ptr<model::Environments const> environments,
                                        std::string actor) {
    return impl_->declare(std::move(environments), std::move(actor));
}

}  // namespace rollout
