#include "rollout/rights.hpp"

namespace rollout {

namespace {

using enum Split;

/// Whose objects: all of the namespace (lists and watches cannot be narrowed to names), or those that are
/// written.
enum class Names { all, deployments, service, virtual_service, http_route };

struct Row {
    k8s::Resource resource{};
    std::vector<std::string> verbs{};
    Names names = Names::all;
    std::set<Split> splits{};  // empty: every one
    Use use = Use::rollout;
};

std::vector<Row> const& table() {
    static std::vector<Row> const rows{
        {k8s::deployments, {"list", "watch"}},
        {k8s::deployments, {"patch"}, Names::deployments},
        {k8s::pods, {"list", "watch"}},
        {k8s::services, {"list", "watch"}},
        {k8s::services, {"patch"}, Names::service, {selector}},
        {k8s::autoscalers, {"list", "watch"}},
        {k8s::endpoint_slices, {"list", "watch"}, Names::all, {virtual_service, http_route}},
        {k8s::virtual_services, {"list", "watch"}, Names::all, {virtual_service}},
        {k8s::virtual_services, {"patch"}, Names::virtual_service, {virtual_service}},
        {k8s::http_routes, {"list", "watch"}, Names::all, {http_route}},
        {k8s::http_routes, {"patch"}, Names::http_route, {http_route}},
        {k8s::resource_quotas, {"list"}, Names::all, {}, Use::plan},
        {k8s::disruption_budgets, {"list"}, Names::all, {}, Use::plan},
        {k8s::service_accounts, {"get"}, Names::all, {}, Use::plan},
        {k8s::endpoint_slices, {"list"}, Names::all, {selector, ratio}, Use::closer_look},
        {k8s::events, {"list"}, Names::all, {}, Use::closer_look},
        // To ask nodes, where there are some.
        {k8s::pod_proxies, {"create"}, Names::all, {}, Use::closer_look},
    };
    return rows;
}

std::vector<std::string> names_of(Names names, model::Component const& component) {
    switch (names) {
        case Names::all:
            return {""};
        case Names::deployments:
            return {deployment_name(*component.workload, target::Color::blue),
                    deployment_name(*component.workload, target::Color::green)};
        case Names::service:
            return {component.traffic->service.value_or("")};
        case Names::virtual_service:
            return {component.traffic->virtual_service.value_or("")};
        case Names::http_route:
            return {component.traffic->http_route.value_or("")};
    }
    return {};
}

bool can_be_brought(model::Component const& component) { return component.workload && component.traffic; }

model::Strategy strategy_of(model::Environment const& environment, model::Component const& component) {
    model::StrategySettings settings;
    if (environment.strategy) model::apply(*environment.strategy, settings);
    if (component.strategy) model::apply(*component.strategy, settings);
    return settings.default_;
}

/// The rights to one kind of object, with the names that they are for.
using Grants = std::map<std::pair<k8s::Resource, std::string>, std::set<std::string>>;  // names by verb

Grants grants_for(model::Environment const& environment, std::optional<model::Strategy> strategy) {
    Grants grants;
    for (model::Component const& component : environment.components) {
        if (!can_be_brought(component)) continue;
        model::Strategy const by = strategy.value_or(strategy_of(environment, component));
        for (Right const& right : rights_for(component, by, "")) {
            std::set<std::string>& names = grants[{right.action.resource, right.action.verb}];
            if (!right.action.name.name.empty()) names.insert(right.action.name.name);
        }
    }
    return grants;
}

bool same_but_for(std::vector<std::string> model::RoleRule::* field, model::RoleRule a,
                  model::RoleRule const& b) {
    a.*field = b.*field;
    return a == b;
}

/// Into a rule that differs in nothing else, or as one of its own.
void add(std::vector<model::RoleRule>& rules, model::RoleRule rule,
         std::vector<std::string> model::RoleRule::* field) {
    for (model::RoleRule& each : rules)
        if (same_but_for(field, each, rule)) {
            (each.*field).push_back((rule.*field).front());
            return;
        }
    rules.push_back(std::move(rule));
}

}  // namespace

Split split_for(model::Traffic const& traffic, model::Strategy strategy) {
    if (traffic.http_route) return http_route;
    if (traffic.virtual_service) return virtual_service;
    return strategy == model::Strategy::blue_green ? selector : ratio;
}

std::vector<Right> rights_for(model::Component const& component, model::Strategy strategy,
                              std::string const& in_namespace) {
    std::vector<Right> rights;
    Split const split = split_for(*component.traffic, strategy);
    for (Row const& row : table()) {
        if (!row.splits.empty() && !row.splits.contains(split)) continue;
        if (row.resource == k8s::pod_proxies && !component.rpc) continue;
        for (std::string const& name : names_of(row.names, component))
            for (std::string const& verb : row.verbs)
                rights.push_back(
                    {{.verb = verb, .resource = row.resource, .name = {in_namespace, name}}, row.use});
    }
    return rights;
}

base::Result<model::RoleView> role_for(model::Environment const& environment,
                                       std::optional<model::Strategy> strategy) {
    if (!environment.target.kubernetes)
        return base::not_found(
            fmt::format("{} is no cluster, and a Role is for an account of a cluster", environment.name));
    model::RoleView role{.environment = environment.name,
                         .namespace_ = environment.target.kubernetes->namespace_};
    std::vector<model::RoleRule> by_resource;
    for (auto const& [what, names] : grants_for(environment, strategy))
        add(by_resource,
            {.api_group = what.first.group,
             .resources = {what.first.plural},
             .resource_names = {names.begin(), names.end()},
             .verbs = {what.second}},
            &model::RoleRule::verbs);
    for (model::RoleRule& rule : by_resource) add(role.rules, std::move(rule), &model::RoleRule::resources);
    return role;
}

}  // namespace rollout
