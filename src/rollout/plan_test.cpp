#include "rollout/plan.hpp"

#include <gtest/gtest.h>

namespace rollout {
namespace {

/// One line a step: kind, weight, new and old replicas.
std::string sketch(std::vector<Step> const& steps) {
    std::string text;
    for (Step const& step : steps)
        text += fmt::format("{} {}% new {} old {}{}\n", base::enum_name(step.kind), step.weight_percent,
                            step.new_replicas, step.old_replicas, step.decides ? " decides" : "");
    return text;
}

TEST(Plan, CanaryGrowsCapacityBeforeWeightAndKeepsTheOldVersionWhole) {
    PlanInput input{.strategy = model::Strategy::canary, .old_replicas = 3, .new_replicas = 3};
    input.settings.weights_percent = {10, 50, 100};

    EXPECT_EQ(sketch(plan(input)),
              "prepare 0% new 1 old 3\n"
              "wait_ready 0% new 1 old 3\n"
              "check 0% new 1 old 3\n"
              "shift 10% new 1 old 3\n"
              "bake 10% new 1 old 3\n"
              "judge 10% new 1 old 3\n"
              "prepare 10% new 2 old 3\n"
              "wait_ready 10% new 2 old 3\n"
              "shift 50% new 2 old 3\n"
              "bake 50% new 2 old 3\n"
              "judge 50% new 2 old 3\n"
              "prepare 50% new 3 old 3\n"
              "wait_ready 50% new 3 old 3\n"
              "shift 100% new 3 old 3\n"
              "bake 100% new 3 old 3\n"
              "judge 100% new 3 old 3 decides\n"
              "promote 100% new 3 old 3\n"
              "drain 100% new 3 old 0\n"
              "retire 100% new 3 old 0\n");
}

TEST(Plan, BlueGreenSwitchesAtOnceAndWatchesWhileTheOldVersionIsWarm) {
    PlanInput input{.strategy = model::Strategy::blue_green, .old_replicas = 2, .new_replicas = 2};

    EXPECT_EQ(sketch(plan(input)),
              "prepare 0% new 2 old 2\n"
              "wait_ready 0% new 2 old 2\n"
              "check 0% new 2 old 2\n"
              "shift 100% new 2 old 2\n"
              "bake 100% new 2 old 2\n"
              "bake 100% new 2 old 2\n"
              "judge 100% new 2 old 2 decides\n"
              "promote 100% new 2 old 2\n"
              "drain 100% new 2 old 0\n"
              "retire 100% new 2 old 0\n");
}

TEST(Plan, RollingReplacesOneByOneAndKeepsTheLastOldReplicaUntilItIsJudged) {
    PlanInput input{.strategy = model::Strategy::rolling, .old_replicas = 3, .new_replicas = 3};

    EXPECT_EQ(sketch(plan(input)),
              "prepare 0% new 1 old 3\n"
              "wait_ready 0% new 1 old 3\n"
              "check 0% new 1 old 3\n"
              "shift 33% new 1 old 3\n"
              "drain 33% new 1 old 2\n"
              "retire 33% new 1 old 2\n"
              "bake 33% new 1 old 2\n"
              "judge 33% new 1 old 2\n"
              "prepare 33% new 2 old 2\n"
              "wait_ready 33% new 2 old 2\n"
              "shift 67% new 2 old 2\n"
              "drain 67% new 2 old 1\n"
              "retire 67% new 2 old 1\n"
              "bake 67% new 2 old 1\n"
              "judge 67% new 2 old 1\n"
              "prepare 67% new 3 old 1\n"
              "wait_ready 67% new 3 old 1\n"
              "shift 100% new 3 old 1\n"
              "bake 100% new 3 old 1\n"
              "judge 100% new 3 old 1 decides\n"
              "promote 100% new 3 old 1\n"
              "drain 100% new 3 old 0\n"
              "retire 100% new 3 old 0\n");
}

TEST(Plan, RollingWithoutSurgeTakesAnOldReplicaAwayFirst) {
    PlanInput input{.strategy = model::Strategy::rolling, .old_replicas = 2, .new_replicas = 2};
    input.settings.surge = 0;
    input.settings.unavailable = 1;
    input.settings.bake = {};

    EXPECT_EQ(sketch(plan(input)),
              "drain 0% new 0 old 1\n"
              "retire 0% new 0 old 1\n"
              "prepare 0% new 1 old 1\n"
              "wait_ready 0% new 1 old 1\n"
              "check 0% new 1 old 1\n"
              "shift 50% new 1 old 1\n"
              "judge 50% new 1 old 1\n"
              "prepare 50% new 2 old 1\n"
              "wait_ready 50% new 2 old 1\n"
              "shift 100% new 2 old 1\n"
              "judge 100% new 2 old 1 decides\n"
              "promote 100% new 2 old 1\n"
              "drain 100% new 2 old 0\n"
              "retire 100% new 2 old 0\n");
}

TEST(Plan, AFirstDeploymentHasNoOldVersionToDrain) {
    for (auto strategy : {model::Strategy::rolling, model::Strategy::blue_green, model::Strategy::canary})
        EXPECT_EQ(sketch(plan({.strategy = strategy, .new_replicas = 2})),
                  "prepare 0% new 2 old 0\n"
                  "wait_ready 0% new 2 old 0\n"
                  "check 0% new 2 old 0\n"
                  "shift 100% new 2 old 0\n"
                  "bake 100% new 2 old 0\n"
                  "judge 100% new 2 old 0 decides\n"
                  "promote 100% new 2 old 0\n");
}

TEST(Plan, AGateStandsBehindItsWeight) {
    PlanInput input{.strategy = model::Strategy::canary, .old_replicas = 1, .new_replicas = 1};
    input.settings.weights_percent = {50, 100};
    input.settings.gates_percent = {50};
    auto steps = plan(input);

    auto gate = std::find_if(steps.begin(), steps.end(),
                             [](Step const& step) { return step.kind == StepKind::gate; });

    ASSERT_NE(gate, steps.end());
    EXPECT_EQ(gate->weight_percent, 50);
    EXPECT_EQ(std::prev(gate)->kind, StepKind::judge);
    EXPECT_EQ(std::next(gate)->kind, StepKind::shift);
}

TEST(Plan, EveryPlanKeepsEnoughCapacityForEveryWeight) {
    for (auto strategy : {model::Strategy::rolling, model::Strategy::blue_green, model::Strategy::canary})
        for (int old_replicas = 0; old_replicas <= 7; ++old_replicas)
            for (int new_replicas = 1; new_replicas <= 7; ++new_replicas)
                for (int surge = 0; surge <= 3; ++surge)
                    for (int unavailable = surge == 0 ? 1 : 0; unavailable <= 2; ++unavailable) {
                        PlanInput input{
                            .strategy = strategy, .old_replicas = old_replicas, .new_replicas = new_replicas};
                        input.settings.surge = surge;
                        input.settings.unavailable = unavailable;
                        auto steps = plan(input);
                        int weight = 0;
                        for (Step const& step : steps) {
                            EXPECT_GE(step.weight_percent, weight);
                            weight = step.weight_percent;
                            EXPECT_TRUE(step.new_replicas > 0 || step.old_replicas > 0);
                            EXPECT_TRUE(step.weight_percent == 0 || step.new_replicas > 0);
                            EXPECT_TRUE(step.weight_percent == 100 || old_replicas == 0 ||
                                        step.old_replicas > 0);
                        }
                        EXPECT_EQ(weight, 100);
                        EXPECT_EQ(steps.back().new_replicas, new_replicas);
                        EXPECT_EQ(steps.back().old_replicas, 0);
                        EXPECT_LT(steps.size(), 120U);
                    }
}

TEST(Plan, TellsHowLongItTakesAtLeast) {
    PlanInput input{.strategy = model::Strategy::canary, .old_replicas = 1, .new_replicas = 1};
    EXPECT_EQ(at_least(plan(input)), 150s);
}

}  // namespace
}  // namespace rollout
