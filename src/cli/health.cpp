#include "cli/health.hpp"

#include "cli/table.hpp"
#include "cli/text.hpp"

namespace cli {

namespace {

using model::ComponentStatusView;
using model::EnvironmentStatusView;
using model::Health;

/// The version whose replicas are asked about; empty: there is none.
std::string version_of(ComponentStatusView const& component, std::optional<Color> color) {
    std::string const coming = component.deployment ? component.deployment->version : "";
    if (color == Color::green) return coming;
    return component.version ? *component.version : color == Color::blue ? "" : coming;
}

void count_replicas(ComponentHealth& health, ComponentStatusView const& component) {
    for (model::ReplicaView const& replica : component.replicas) {
        if (replica.version != health.version || replica.draining) continue;
        ++health.replicas;
        if (replica.routable) ++health.ready;
    }
}

ComponentHealth assess_component(ComponentStatusView const& component, std::optional<Color> color) {
    ComponentHealth health{
        .name = component.name, .version = version_of(component, color), .reason = component.reason};
    count_replicas(health, component);
    bool const all_ready = health.replicas > 0 && health.ready == health.replicas;
    bool const under_way = color.has_value() || component.health == Health::deploying;
    health.healthy =
        component.health != Health::unknown && (under_way ? all_ready : component.health == Health::healthy);
    if (health.version.empty())
        health.reason = color == Color::green ? "no rollout is under way, so there is no green version"
                                              : "nothing is deployed";
    else if (!health.healthy && health.reason.empty())
        health.reason = fmt::format("{} of {} replicas can take traffic", health.ready, health.replicas);
    return health;
}

std::string sentence_of(EnvironmentStatusView const& environment, HealthReport const& report,
                        std::optional<Color> color) {
    std::string const what =
        color ? fmt::format("{} ({})", environment.name, base::enum_name(*color)) : environment.name;
    if (!environment.enabled)
        return fmt::format("{} is disabled; enable it with: pilothouse env enable {}", what,
                           environment.name);
    if (report.components.empty()) return fmt::format("{} has no enabled component", what);
    for (ComponentHealth const& component : report.components)
        if (!component.healthy)
            return fmt::format("{} is not healthy: {}: {}", what, component.name, component.reason);
    return fmt::format("{} is healthy", what);
}

}  // namespace

HealthReport assess(EnvironmentStatusView const& environment, std::optional<Color> color) {
    HealthReport report;
    for (ComponentStatusView const& component : environment.components)
        if (component.health != Health::disabled)
            report.components.push_back(assess_component(component, color));
    report.healthy = environment.enabled && !report.components.empty() &&
                     std::all_of(report.components.begin(), report.components.end(),
                                 [](auto const& c) { return c.healthy; });
    report.sentence = sentence_of(environment, report, color);
    return report;
}

std::vector<std::string> describe(HealthReport const& report) {
    Table table({"COMPONENT", "VERSION", "READY", "HEALTHY", "REASON"});
    for (ComponentHealth const& component : report.components)
        table.add({component.name, component.version.empty() ? "-" : component.version,
                   fmt::format("{}/{}", component.ready, component.replicas),
                   component.healthy ? "yes" : "no", component.reason});
    std::vector<std::string> lines = table.lines();
    lines.push_back(printable(report.sentence));
    return lines;
}

}  // namespace cli
