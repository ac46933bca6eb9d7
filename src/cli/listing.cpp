#include "cli/listing.hpp"

#include <fmt/ranges.h>

#include "cli/table.hpp"
#include "cli/text.hpp"

namespace cli {

namespace {

using Lines = std::vector<std::string>;

std::string or_dash(std::string const& text) { return text.empty() ? "-" : text; }
std::string or_dash(std::optional<std::string> const& text) { return or_dash(text.value_or("")); }
std::string yes_no(bool value) { return value ? "yes" : "no"; }
std::string seconds(WallTime time) { return base::format_time(time).substr(0, 19) + "Z"; }
template <class E>
std::string word(E value) {
    return std::string(base::enum_name(value));
}

void add(Lines& lines, Lines const& more) { lines.insert(lines.end(), more.begin(), more.end()); }

void add_next(Lines& lines, std::optional<std::string> const& next) {
    if (next) lines.push_back(fmt::format("there is more: --after {}", printable(*next)));
}

std::string versions_of(model::EnvironmentView const& environment) {
    std::string versions;
    for (auto const& component : environment.components)
        if (component.version)
            versions +=
                fmt::format("{}{} {}", versions.empty() ? "" : ", ", component.name, *component.version);
    return or_dash(versions);
}

template <class Number>
std::string number(std::optional<Number> const& value) {
    return value ? std::to_string(*value) : "-";
}

Lines replica_lines(model::ComponentStatusView const& component) {
    Table table(
        {"  REPLICA", "VERSION", "PROCESS", "PID", "PORT", "STARTS", "WEIGHT", "TRAFFIC", "SESSIONS"});
    for (auto const& replica : component.replicas) {
        std::string traffic = replica.draining   ? "drains"
                              : replica.routable ? "yes"
                                                 : "no (" + or_dash(replica.check) + ")";
        table.add({"  " + replica.name, replica.version, replica.phase, number(replica.pid),
                   number(replica.port), std::to_string(replica.starts), std::to_string(replica.weight),
                   traffic, number(replica.sessions)});
    }
    return table.empty() ? Lines{} : table.lines();
}

std::string traffic_line(model::TrafficView const& traffic) {
    std::string line =
        fmt::format("  traffic on {}: {} requests, {} answered by HAProxy itself, {} retries",
                    printable(traffic.listen), traffic.requests, traffic.own_failures, traffic.retries);
    if (!traffic.running) line += "; HAProxy does not run";
    if (!traffic.problem.empty()) line += "; " + printable(traffic.problem);
    return line;
}

/// How the requests are handed out, and why it is not so.
Lines route_lines(model::RouteView const& route) {
    std::vector<std::string> shares;
    for (model::VersionShare const& share : route.shares)
        shares.push_back(fmt::format("{} % to {}", share.percent, printable(share.version)));
    std::string const all =
        shares.empty() ? "nothing to anybody" : fmt::format("{}", fmt::join(shares, ", "));
    Lines lines{fmt::format("  {} sends {}", printable(route.name), all)};
    if (!route.problem.empty()) lines.push_back("  " + printable(route.problem));
    if (!route.not_counted.empty()) lines.push_back("  not counted: " + printable(route.not_counted));
    return lines;
}

/// "step 4: scale web-green to 2", and the fields below it.
Lines describe_change(model::PlannedChange const& change) {
    Lines lines{
        fmt::format("  step {}: {} ({})", change.step, printable(change.text), printable(change.component))};
    for (model::FieldChange const& field : change.fields)
        lines.push_back(fmt::format("    {}: {} -> {}", printable(field.path),
                                    printable(field.before.value_or("-")),
                                    printable(field.after.value_or("-"))));
    return lines;
}

/// What has passed is a number; the rest is a table.
Lines check_lines(std::vector<model::PlanCheck> const& checks) {
    Table table({"CHECK", "COMPONENT", "RESULT", "WHAT"});
    std::size_t passed = 0;
    for (model::PlanCheck const& check : checks) {
        if (check.result == model::CheckResult::passed)
            ++passed;
        else
            table.add({word(check.name), check.component, word(check.result), check.text});
    }
    Lines lines = table.empty() ? Lines{} : table.lines();
    if (!checks.empty()) lines.push_back(fmt::format("{} of {} checks passed", passed, checks.size()));
    return lines;
}

std::string in_flow(std::vector<std::string> const& words) {
    std::vector<std::string> quoted;
    for (std::string const& each : words)
        quoted.push_back(base::json::serialize(base::json::string(printable(each))));
    return fmt::format("[{}]", fmt::join(quoted, ", "));
}

Lines head_of(std::string_view kind, std::string const& name,
              std::optional<std::string> const& in_namespace) {
    Lines lines{"apiVersion: rbac.authorization.k8s.io/v1", fmt::format("kind: {}", kind),
                "metadata:", "  name: " + name};
    if (in_namespace) lines.push_back("  namespace: " + printable(*in_namespace));
    return lines;
}

Lines rule_lines(model::RoleRule const& rule) {
    Lines lines{"- apiGroups: " + in_flow({rule.api_group}), "  resources: " + in_flow(rule.resources)};
    if (!rule.resource_names.empty()) lines.push_back("  resourceNames: " + in_flow(rule.resource_names));
    lines.push_back("  verbs: " + in_flow(rule.verbs));
    return lines;
}

void add_component(Lines& lines, model::ComponentStatusView const& component) {
    std::string line = fmt::format("{}  {}  {}", printable(component.name),
                                   printable(or_dash(component.version)), word(component.health));
    if (!component.reason.empty()) line += "  " + printable(component.reason);
    lines.push_back(std::move(line));
    if (component.deployment)
        lines.push_back(
            fmt::format("  deployment {} brings {}: {}", printable(component.deployment->id.value),
                        printable(component.deployment->version), printable(component.deployment->reason)));
    if (component.traffic) lines.push_back(traffic_line(*component.traffic));
    if (component.route) add(lines, route_lines(*component.route));
    for (std::string const& drift : component.drift) lines.push_back("  drift: " + printable(drift));
    add(lines, replica_lines(component));
}

}  // namespace

Lines describe(model::EnvironmentList const& list) {
    Table table({"NAME", "PROVIDER", "TYPE", "REGION", "ENABLED", "TARGET", "HEALTH", "VERSIONS"});
    for (auto const& item : list.items)
        table.add({item.name, word(item.provider), word(item.type), or_dash(item.region),
                   yes_no(item.enabled), item.target, word(item.health), versions_of(item)});
    Lines lines = table.lines();
    add_next(lines, list.next);
    return lines;
}

Lines describe(model::EnvironmentView const& environment) {
    Lines lines = describe(model::EnvironmentList{.items = {environment}});
    Table table({"COMPONENT", "SERVICE", "ENABLED", "VERSION", "READY", "TRAFFIC", "HEALTH", "REASON"});
    for (auto const& item : environment.components)
        table.add({item.name, item.service, yes_no(item.enabled), or_dash(item.version),
                   fmt::format("{}/{}", item.replicas.ready, item.replicas.wanted),
                   or_dash(item.traffic_address), word(item.health), item.reason});
    lines.emplace_back();
    add(lines, table.lines());
    return lines;
}

Lines describe(model::EnvironmentStatusView const& environment, WallTime now) {
    std::string seen = "not looked at yet";
    if (environment.observed_at)
        seen = fmt::format("seen {} ago", base::say_duration(std::max<Duration>(
                                              Duration::zero(), now - *environment.observed_at)));
    Lines lines{fmt::format("{}  {}{}  ({})", printable(environment.name), word(environment.health),
                            environment.enabled ? "" : ", disabled", seen)};
    for (auto const& component : environment.components) add_component(lines, component);
    return lines;
}

Lines describe(model::ClusterEventsView const& events) {
    if (!events.problem.empty()) return {printable(events.problem)};
    if (events.items.empty())
        return {fmt::format(
            "its cluster tells of nothing in {} now, and forgets what is older than an hour or so",
            printable(events.environment))};
    Table table({"LAST", "TYPE", "COMPONENT", "COLOR", "OBJECT", "REASON", "COUNT", "TEXT"});
    for (auto const& item : events.items)
        table.add({seconds(item.last_at), word(item.type), item.component,
                   item.color ? word(*item.color) : "-", item.object, item.reason, std::to_string(item.count),
                   item.text});
    return table.lines();
}

Lines describe(model::DeploymentList const& list) {
    Table table({"ID", "CREATED", "ENVIRONMENT", "VERSION", "STRATEGY", "PHASE", "BY", "REASON"});
    for (auto const& item : list.items)
        table.add({item.id.value, seconds(item.created_at), item.environment, item.version,
                   word(item.strategy), word(item.phase), item.actor, item.reason});
    Lines lines = table.lines();
    add_next(lines, list.next);
    return lines;
}

Lines describe(model::PlanView const& plan) {
    Lines lines{fmt::format("{} to {} by {}: {} steps, at least {}", printable(plan.version),
                            printable(plan.environment), word(plan.strategy), plan.steps.size(),
                            base::say_duration(std::chrono::seconds(plan.at_least_seconds)))};
    Table table({"STEP", "COMPONENT", "WHAT", "WEIGHT", "NEW", "OLD", "AT LEAST"});
    for (auto const& step : plan.steps)
        table.add({std::to_string(step.number), step.component,
                   step.text.empty() ? word(step.kind) : step.text, fmt::format("{} %", step.weight_percent),
                   std::to_string(step.new_replicas), std::to_string(step.old_replicas),
                   step.at_least_seconds == 0 ? "" : fmt::format("{} s", step.at_least_seconds)});
    if (!table.empty()) add(lines, table.lines());
    if (!plan.changes.empty()) lines.emplace_back("what will be written:");
    for (auto const& change : plan.changes) add(lines, describe_change(change));
    add(lines, check_lines(plan.checks));
    if (plan.blockers.empty()) lines.emplace_back("nothing stands in its way");
    for (std::string const& blocker : plan.blockers) lines.push_back("blocked: " + printable(blocker));
    return lines;
}

Lines describe(model::RoleView const& role) {
    std::string const name = "pilothouse-" + printable(role.environment);
    Lines lines = head_of("Role", name, role.namespace_);
    lines.emplace_back("rules:");
    for (model::RoleRule const& rule : role.rules) add(lines, rule_lines(rule));
    lines.emplace_back("---");
    add(lines, head_of("RoleBinding", name, role.namespace_));
    add(lines, {"roleRef:", "  apiGroup: rbac.authorization.k8s.io", "  kind: Role", "  name: " + name,
                "subjects:  # the account that the portal's credential stands for", "- kind: ServiceAccount",
                "  name: pilothouse", "  namespace: pilothouse"});
    return lines;
}

Lines describe(model::AuditList const& list) {
    Table table({"TIME", "WHO", "FROM", "ACTION", "TARGET", "RESULT"});
    for (auto const& item : list.items)
        table.add({seconds(item.time), or_dash(item.actor), or_dash(item.address), item.action,
                   or_dash(item.target), item.result});
    Lines lines = table.lines();
    add_next(lines, list.next);
    return lines;
}

Lines describe(model::KubeconfigView const& kubeconfig) {
    return {fmt::format("the kubeconfig {} is kept: {}, namespace {}; used by {}", printable(kubeconfig.name),
                        printable(kubeconfig.server), printable(kubeconfig.namespace_),
                        kubeconfig.used_by.empty()
                            ? "no environment yet"
                            : printable(fmt::format("{}", fmt::join(kubeconfig.used_by, ", "))))};
}

Lines describe(model::KubeconfigList const& list) {
    Table table({"NAME", "SERVER", "NAMESPACE", "CREDENTIAL", "UPDATED", "BY", "USED BY"});
    for (auto const& item : list.items)
        table.add({item.name, item.server, item.namespace_, word(item.credential), seconds(item.updated_at),
                   or_dash(item.created_by), or_dash(fmt::format("{}", fmt::join(item.used_by, ", ")))});
    return table.lines();
}

}  // namespace cli
