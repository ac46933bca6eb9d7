#include "cli/health.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using model::Color;
using model::HealthCheckName;
using model::HealthCheckResult;

model::HealthView demo(model::Health health, HealthCheckResult replicas, HealthCheckResult traffic) {
    return {.environment = "demo",
            .health = health,
            .checks = {
                {"web", Color::blue, HealthCheckName::replicas, replicas, "1 of 2 replicas are ready", {}},
                {"web", Color::blue, HealthCheckName::traffic, traffic, "HAProxy sends it 100 %", {}},
                {"api", {}, HealthCheckName::replicas, HealthCheckResult::skipped, "api is disabled", {}}}};
}

TEST(Health, IsATableForPeople) {
    std::vector<std::string> const expected{"COMPONENT  COLOR  CHECK     RESULT   TEXT",
                                            "web        blue   replicas  passed   1 of 2 replicas are ready",
                                            "web        blue   traffic   passed   HAProxy sends it 100 %",
                                            "api        -      replicas  skipped  api is disabled",
                                            "demo is healthy"};

    EXPECT_EQ(
        describe(demo(model::Health::healthy, HealthCheckResult::passed, HealthCheckResult::passed), {}),
        expected);
}

TEST(Health, TheLastLineNamesWhatIsWorst) {
    auto last = [](model::HealthView const& health, std::optional<Color> only = {}) {
        return describe(health, only).back();
    };
    EXPECT_EQ(last(demo(model::Health::degraded, HealthCheckResult::warning, HealthCheckResult::passed)),
              "demo is degraded: web: 1 of 2 replicas are ready");
    EXPECT_EQ(last(demo(model::Health::failed, HealthCheckResult::warning, HealthCheckResult::failed),
                   Color::green),
              "demo (green) is failed: web: HAProxy sends it 100 %");
    EXPECT_EQ(last({.environment = "demo", .health = model::Health::empty}),
              "demo is empty: it has no component");
}

TEST(Health, NothingReachesTheTerminalRaw) {
    model::HealthView health{.environment = "demo", .health = model::Health::failed};
    health.checks = {{"web", Color::blue, HealthCheckName::rpc, HealthCheckResult::failed, "\x1b[2J", {}}};

    for (std::string const& line : describe(health, {})) EXPECT_EQ(line.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace cli
