#include "rollout/evidence.hpp"

#include <gtest/gtest.h>

namespace rollout {
namespace {

Observation seen(std::vector<std::tuple<int, std::uint64_t, std::uint64_t, char const*>> servers) {
    Observation look;
    for (auto const& [revision, requests, failures, generation] : servers)
        look.traffic.counters.push_back({.name = fmt::format("web-r{}-0", revision),
                                         .revision = revision,
                                         .generation = generation,
                                         .counts = {requests, failures}});
    return look;
}

model::Rollout rollout() {
    model::Rollout made;
    made.from.number = 1;
    made.to.number = 2;
    return made;
}

TEST(Evidence, CountsOnlyWhatCameSinceTheFirstLook) {
    auto it = rollout();
    absorb(it, seen({{1, 1000, 5, "a"}, {2, 0, 0, "a"}}));
    absorb(it, seen({{1, 1090, 6, "a"}, {2, 10, 1, "a"}}));
    EXPECT_EQ(it.evidence.stable.counts, (model::Counts{90, 1}));
    EXPECT_EQ(it.evidence.canary.counts, (model::Counts{10, 1}));
}

TEST(Evidence, BeforeTheCanarysFirstRequestTheStableWindowIsKeptApart) {
    auto it = rollout();
    absorb(it, seen({{1, 1000, 5, "a"}}));
    absorb(it, seen({{1, 1100, 5, "a"}, {2, 0, 0, "a"}}));
    EXPECT_EQ(it.evidence.before_stable.counts, (model::Counts{100, 0}));
    EXPECT_EQ(it.evidence.stable.counts, (model::Counts{}));
}

TEST(Evidence, ARestartOfHaproxyLosesNothingAndDoublesNothing) {
    auto it = rollout();
    absorb(it, seen({{1, 1000, 0, "a"}, {2, 100, 0, "a"}}));
    absorb(it, seen({{1, 30, 0, "b"}, {2, 7, 2, "b"}}));
    EXPECT_EQ(it.evidence.canary.counts, (model::Counts{107, 2}));
    EXPECT_EQ(it.evidence.stable.counts, (model::Counts{30, 0}));
}

TEST(Evidence, AtFullWeightTheLastWindowOfTheStableVersionStandsIn) {
    auto it = rollout();
    it.evidence.stage_stable.counts = {500, 1};
    it.evidence.stage_canary.counts = {500, 1};
    begin_stage(it.evidence, 100);
    EXPECT_EQ(it.evidence.before_stable.counts, (model::Counts{500, 1}));
    EXPECT_EQ(it.evidence.stage_canary.counts, (model::Counts{}));
}

TEST(Evidence, ACounterWithAPastCountsForTheCanaryOnlyFromItsSecondReadingOn) {
    auto it = rollout();
    Observation first = seen({{1, 1000, 5, "a"}, {2, 700, 3, "a"}}),
                second = seen({{1, 1090, 6, "a"}, {2, 710, 4, "a"}});
    for (Observation* look : {&first, &second})
        for (Counter& counter : look->traffic.counters) counter.has_past = true;
    absorb(it, first);
    EXPECT_EQ(it.evidence.canary.counts, (model::Counts{}));
    absorb(it, second);
    EXPECT_EQ(it.evidence.canary.counts, (model::Counts{10, 1}));
}

TEST(Evidence, KeepsHowTheFailuresWereSpread) {
    auto it = rollout();
    for (std::uint64_t look = 0; look <= 10; ++look)
        absorb(it, seen({{1, 90 * look, look, "a"}, {2, 10 * look, look < 5 ? 0U : 10U, "a"}}));
    EXPECT_EQ(it.evidence.canary.looks, 10U);
    EXPECT_DOUBLE_EQ(it.evidence.canary.squares, 10) << "all ten failures of one look with ten requests";
    EXPECT_DOUBLE_EQ(it.evidence.stable.squares, 10.0 / 90) << "one failure in each look with ninety";
}

}  // namespace
}  // namespace rollout
