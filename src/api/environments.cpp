// Environments: what there is, how it is, and whether it may be deployed to.
#include "api/handlers.hpp"

namespace api {

namespace {

using model::EnvironmentView;

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

/// `wanted` is lower-case.
bool mentions(EnvironmentView const& environment, std::string const& wanted) {
    auto has = [&](std::string_view text) { return lower(text).find(wanted) != std::string::npos; };
    return has(environment.name) || has(environment.region) ||
           std::any_of(environment.components.begin(), environment.components.end(),
                       [&](model::ComponentView const& component) {
                           return has(component.name) || (component.version && has(*component.version));
                       });
}

std::vector<EnvironmentView> matching(rollout::Engine const& engine, EnvironmentsQuery const& query) {
    std::string wanted = lower(query.q.value_or(""));
    std::vector<EnvironmentView> found;
    for (std::string const& name : engine.environment_names()) {
        Result<EnvironmentView> view = engine.environment(name);
        if (!view) continue;
        if (query.provider && view->provider != *query.provider) continue;
        if (query.type && view->type != *query.type) continue;
        if (query.enabled && view->enabled != *query.enabled) continue;
        if (!mentions(*view, wanted)) continue;
        found.push_back(std::move(*view));
    }
    return found;
}

/// In the order of the enumeration, without empty groups.
model::GroupedEnvironments grouped(std::vector<EnvironmentView> all) {
    std::map<model::Provider, std::vector<EnvironmentView>> by_provider;
    for (EnvironmentView& view : all) by_provider[view.provider].push_back(std::move(view));
    model::GroupedEnvironments result;
    for (auto& [provider, items] : by_provider) result.groups.push_back({provider, std::move(items)});
    return result;
}

std::string write_list(rollout::Engine const& engine, EnvironmentsQuery const& query) {
    std::vector<EnvironmentView> found = matching(engine, query);
    if (query.group_by) return base::to_text(grouped(std::move(found)));
    return base::to_text(model::EnvironmentList{.items = std::move(found)});
}

model::AuditEntry toggle_entry(Call const& call, model::ToggleRequest const& request, std::string result) {
    return {.time = call.services().clock.wall_now(),
            .actor = call.actor(),
            .address = call.request.address,
            .action = request.enabled ? "environment.enable" : "environment.disable",
            .target = "environment/" + call.name + (request.component ? "/" + *request.component : ""),
            .result = std::move(result)};
}

awaitable<Result<void>> record(Call& call, model::AuditEntry entry) {
    auto work = [entry = std::move(entry)](store::Transaction& transaction) {
        return store::append_audit(transaction, entry);
    };
    co_return co_await call.store().write(std::move(work));
}

Result<void> check_component(EnvironmentView const& environment, std::string const& name) {
    std::vector<std::string_view> known;
    known.reserve(environment.components.size());
    for (model::ComponentView const& component : environment.components) known.push_back(component.name);
    if (std::find(known.begin(), known.end(), name) != known.end()) return {};
    return base::invalid(fmt::format("component: {} has no component \"{}\"{}", environment.name, name,
                                     base::suggestion(name, known)));
}

}  // namespace

Answer<Ready<model::EnvironmentList, model::GroupedEnvironments>> list_environments(
    Call& call, Query<EnvironmentsQuery> query) {
    // Some of what is told depends on the time alone ("not looked at since"), so an answer is kept for a
    // second at most.
    Moment now{call.engine().revision(),
               std::chrono::floor<std::chrono::seconds>(call.services().clock.now())};
    auto write = [&] { return write_list(call.engine(), query.value); };
    Reply const& reply = call.shared.environment_lists.find(now, call.request.raw_target, write);
    co_return Ready<model::EnvironmentList, model::GroupedEnvironments>{
        json_answer(call, reply.body, reply.tag)};
}

Answer<EnvironmentView> show_environment(Call& call) { co_return call.engine().environment(call.name); }

Answer<model::EnvironmentStatusView> show_status(Call& call) {
    co_return call.engine().environment_status(call.name);
}

Answer<model::RoleView> show_role(Call& call, Query<RoleQuery> query) {
    co_return call.engine().role(call.name, query.value.strategy);
}

Answer<model::HealthView> check_health(Call& call, Query<HealthQuery> query) {
    co_return co_await call.engine().health(call.name, query->color);
}

Answer<model::ClusterEventsView> show_events(Call& call, Query<EventsQuery> query) {
    CO_TRY(EnvironmentView environment, call.engine().environment(call.name));
    if (query->component) CO_TRY_VOID(check_component(environment, *query->component));
    co_return co_await call.engine().events(call.name, query->component, query->limit);
}

/// The file cannot be part of a transaction. So the wish is recorded first and its outcome after: whatever
/// happens between, the log says who wanted what.
Answer<EnvironmentView> toggle(Call& call, Body<model::ToggleRequest> body) {
    model::ToggleRequest const& request = body.value;
    CO_TRY(EnvironmentView before, call.engine().environment(call.name));
    if (request.component) CO_TRY_VOID(check_component(before, *request.component));
    CO_TRY_VOID(co_await record(call, toggle_entry(call, request, "asked")));
    Result<void> edited =
        co_await call.services().toggle(call.name, request.component, request.enabled, call.actor());
    if (!edited) {
        CO_TRY_VOID(co_await record(call, toggle_entry(call, request, "refused: " + edited.error().message)));
        co_return edited.error();
    }
    CO_TRY_VOID(co_await record(call, toggle_entry(call, request, "done")));
    CO_TRY(EnvironmentView after, call.engine().environment(call.name));
    co_return after;
}

}  // namespace api
