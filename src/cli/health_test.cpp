#include "cli/health.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using model::ComponentStatusView;
using model::EnvironmentStatusView;
using model::Health;

model::ReplicaView replica(std::string version, bool routable) {
    return {.version = std::move(version), .phase = "running", .routable = routable};
}

EnvironmentStatusView demo(Health health, std::vector<model::ReplicaView> replicas) {
    ComponentStatusView web{
        .name = "web", .version = "1.0.0", .health = health, .replicas = std::move(replicas)};
    return {.name = "demo", .health = health, .components = {web}};
}

/// 1.0.0 serves, 1.1.0 is brought beside it.
EnvironmentStatusView blue_green(bool green_routable) {
    EnvironmentStatusView environment =
        demo(Health::deploying, {replica("1.0.0", true), replica("1.1.0", green_routable)});
    environment.components[0].deployment = model::DeploymentView{.version = "1.1.0"};
    return environment;
}

TEST(Health, IsWhatTheServerSaysOutsideOfADeployment) {
    EXPECT_TRUE(assess(demo(Health::healthy, {replica("1.0.0", true)}), {}).healthy);
    EXPECT_FALSE(
        assess(demo(Health::degraded, {replica("1.0.0", true), replica("1.0.0", false)}), {}).healthy);
    EXPECT_FALSE(assess(demo(Health::failed, {replica("1.0.0", false)}), {}).healthy);
    EXPECT_FALSE(assess(demo(Health::unknown, {replica("1.0.0", true)}), {}).healthy);
}

TEST(Health, NamesWhatIsMissing) {
    HealthReport report =
        assess(demo(Health::degraded, {replica("1.0.0", true), replica("1.0.0", false)}), {});

    EXPECT_EQ(report.sentence, "demo is not healthy: web: 1 of 2 replicas can take traffic");
}

TEST(Health, UnderADeploymentTheStableVersionCounts) { EXPECT_TRUE(assess(blue_green(false), {}).healthy); }

TEST(Health, ColoursTellTheTwoVersionsApart) {
    EXPECT_TRUE(assess(blue_green(false), Color::blue).healthy);
    EXPECT_FALSE(assess(blue_green(false), Color::green).healthy);
    EXPECT_TRUE(assess(blue_green(true), Color::green).healthy);
    EXPECT_EQ(assess(blue_green(true), Color::green).sentence, "demo (green) is healthy");
}

TEST(Health, ThereIsNoGreenWithoutARollout) {
    HealthReport report = assess(demo(Health::healthy, {replica("1.0.0", true)}), Color::green);

    EXPECT_FALSE(report.healthy);
    EXPECT_EQ(report.sentence,
              "demo (green) is not healthy: web: no rollout is under way, so there is no green version");
}

TEST(Health, WhatIsDisabledIsNotAskedButAnEmptyEnvironmentIsNotHealthy) {
    EnvironmentStatusView two = demo(Health::healthy, {replica("1.0.0", true)});
    two.components.push_back({.name = "api", .health = Health::disabled});
    EnvironmentStatusView none = demo(Health::disabled, {});
    EnvironmentStatusView off = demo(Health::healthy, {replica("1.0.0", true)});
    off.enabled = false;

    EXPECT_TRUE(assess(two, {}).healthy);
    EXPECT_EQ(assess(none, {}).sentence, "demo has no enabled component");
    EXPECT_EQ(assess(off, {}).sentence, "demo is disabled; enable it with: pilothouse env enable demo");
    EXPECT_FALSE(assess(off, {}).healthy);
}

TEST(Health, IsATableForPeople) {
    std::vector<std::string> expected{"COMPONENT  VERSION  READY  HEALTHY  REASON",
                                      "web        1.0.0    1/1    yes", "demo is healthy"};

    EXPECT_EQ(describe(assess(demo(Health::healthy, {replica("1.0.0", true)}), {})), expected);
}

}  // namespace
}  // namespace cli
