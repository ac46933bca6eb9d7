#include "cli/health.hpp"

#include "cli/table.hpp"
#include "cli/text.hpp"

namespace cli {

namespace {

using model::HealthCheckView;
using model::HealthView;

std::string sentence_of(HealthView const& health, std::optional<model::Color> only) {
    std::string const what =
        only ? fmt::format("{} ({})", health.environment, base::enum_name(*only)) : health.environment;
    std::string is = fmt::format("{} is {}", what, base::enum_name(health.health));
    if (health.health == model::Health::healthy) return is;
    if (health.checks.empty()) return is + ": it has no component";
    HealthCheckView const& worst = *std::max_element(
        health.checks.begin(), health.checks.end(),
        [](HealthCheckView const& a, HealthCheckView const& b) { return a.result < b.result; });
    return fmt::format("{}: {}: {}", is, worst.component, worst.text);
}

}  // namespace

std::vector<std::string> describe(HealthView const& health, std::optional<model::Color> only) {
    Table table({"COMPONENT", "COLOR", "CHECK", "RESULT", "TEXT"});
    for (HealthCheckView const& check : health.checks)
        table.add({check.component, check.color ? std::string(base::enum_name(*check.color)) : "-",
                   std::string(base::enum_name(check.name)), std::string(base::enum_name(check.result)),
                   check.text});
    std::vector<std::string> lines = table.lines();
    lines.push_back(printable(sentence_of(health, only)));
    return lines;
}

}  // namespace cli
