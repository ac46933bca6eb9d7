#include "rollout/aggregate.hpp"

#include <gtest/gtest.h>

namespace rollout {
namespace {

using model::Phase;

model::Rollout rollout(char const* component, Phase phase, char const* reason = "") {
    model::Rollout made{.component = component, .phase = phase, .reason = reason};
    return made;
}

Phase phase_of(std::vector<model::Rollout> const& rollouts) {
    model::Deployment deployment;
    aggregate(deployment, rollouts, WallTime{});
    return deployment.phase;
}

TEST(Aggregate, IsDoneWhenAllAreAndThenTheWorstEndCounts) {
    EXPECT_EQ(phase_of({rollout("a", Phase::completed), rollout("b", Phase::completed)}), Phase::completed);
    EXPECT_EQ(phase_of({rollout("a", Phase::completed), rollout("b", Phase::rolled_back)}),
              Phase::rolled_back);
    EXPECT_EQ(phase_of({rollout("a", Phase::failed), rollout("b", Phase::rolled_back)}), Phase::failed);
}

TEST(Aggregate, IsUnderWayWhileOneIs) {
    EXPECT_EQ(phase_of({rollout("a", Phase::completed), rollout("b", Phase::progressing)}),
              Phase::progressing);
    EXPECT_EQ(phase_of({rollout("a", Phase::rolled_back), rollout("b", Phase::aborting)}), Phase::aborting);
    EXPECT_EQ(phase_of({rollout("a", Phase::completed), rollout("b", Phase::queued)}), Phase::progressing);
    EXPECT_EQ(phase_of({rollout("a", Phase::queued), rollout("b", Phase::queued)}), Phase::queued);
}

TEST(Aggregate, WhatNeedsAPersonComesFirst) {
    model::Deployment deployment;
    aggregate(
        deployment,
        {rollout("a", Phase::progressing, "x"), rollout("b", Phase::waiting_for_approval, "at the gate")},
        WallTime{});
    EXPECT_EQ(deployment.phase, Phase::waiting_for_approval);
    EXPECT_EQ(deployment.reason, "b: at the gate");
}

TEST(Aggregate, AllOfADeploymentGoesBackWhenOneDoes) {
    auto bad = rollout("a", Phase::aborting);
    bad.abort = model::AbortCause::bad_verdict;
    auto promoted = rollout("c", Phase::promoting);
    promoted.promoted = true;
    EXPECT_TRUE(follows_sibling(rollout("b", Phase::progressing), {bad, rollout("b", Phase::progressing)}));
    EXPECT_FALSE(follows_sibling(promoted, {bad, promoted})) << "there is no way back any more";
    EXPECT_FALSE(follows_sibling(rollout("b", Phase::progressing), {rollout("b", Phase::progressing)}));
}

}  // namespace
}  // namespace rollout
