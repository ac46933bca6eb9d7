#include "rollout/verdict.hpp"

#include <gtest/gtest.h>

#include <random>

namespace rollout {
namespace {

using model::Counts;
using model::Limits;
using model::Verdict;

constexpr double risk = 0.005;  // half of the default risk: what the test over the whole rollout gets
constexpr double margin = 0.02;

// -- What is judged how.

struct Row {
    char const* story;
    Counts canary, stable;
    Verdict verdict;
};

class Table : public testing::TestWithParam<Row> {};

TEST_P(Table, JudgesTwoVersions) {
    Row const& row = GetParam();
    EXPECT_EQ(compare({row.canary, row.stable}, risk, margin), row.verdict) << row.story;
}

INSTANTIATE_TEST_SUITE_P(
    Verdict, Table,
    testing::Values(
        Row{"nothing happened yet", {0, 0}, {0, 0}, Verdict::not_enough_data},
        Row{"no request to the new version", {0, 0}, {10'000, 10}, Verdict::not_enough_data},
        Row{"no request to the old version", {10'000, 500}, {0, 0}, Verdict::not_enough_data},
        Row{"one failure is an accident", {1, 1}, {1000, 0}, Verdict::not_enough_data},
        Row{"three failures in ten are not", {10, 3}, {1000, 0}, Verdict::bad},
        Row{"few requests without failure", {50, 0}, {450, 0}, Verdict::not_enough_data},
        Row{"many requests without failure", {500, 0}, {4500, 0}, Verdict::good},
        Row{"equal rates, early", {500, 5}, {4500, 45}, Verdict::not_enough_data},
        Row{"equal rates, enough", {1500, 15}, {13'500, 135}, Verdict::good},
        Row{"clearly worse", {200, 10}, {1800, 2}, Verdict::bad},
        Row{"worse by half a point, which the margin allows", {100'000, 600}, {100'000, 500}, Verdict::good},
        Row{"worse by less than the margin, but surely worse", {100'000, 1500}, {100'000, 500}, Verdict::bad},
        Row{"better", {1000, 1}, {9000, 450}, Verdict::good},
        Row{"both always fail", {1000, 1000}, {9000, 9000}, Verdict::good},
        Row{"the new one always fails", {5, 5}, {45, 0}, Verdict::bad},
        Row{"the old one always fails", {500, 0}, {4500, 4500}, Verdict::good},
        Row{"huge and equal", {1'000'000'000'000, 1'000'000'000}, {9'000'000'000'000, 9'000'000'000}, Verdict::good},
        Row{"huge and worse", {1'000'000'000'000, 1'100'000'000}, {9'000'000'000'000, 9'000'000'000}, Verdict::bad}));

JudgeInput input(Counts canary, Counts stable) {
    return {.canary = canary,
            .stable = stable,
            .stage_canary = canary,
            .stage_stable = stable,
            .stages = 5,
            .settings = {},
            .canary_version = "1.2.0",
            .stable_version = "1.0.0"};
}

TEST(Judge, SaysWhatIsBad) {
    Judged judged = judge(input({412, 21}, {3708, 4}));

    EXPECT_EQ(judged.verdict, Verdict::bad);
    EXPECT_EQ(judged.total.sentence, "1.2.0 fails 5.1 % of 412 requests, 1.0.0 0.1 % of 3,708: worse by at least 1.5 points");
}

}  // namespace
}  // namespace rollout
