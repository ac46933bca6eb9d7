#include "rollout/verdict.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"

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
        Row{"huge and equal",
            {1'000'000'000'000, 1'000'000'000},
            {9'000'000'000'000, 9'000'000'000},
            Verdict::good},
        Row{"huge and worse",
            {1'000'000'000'000, 1'100'000'000},
            {9'000'000'000'000, 9'000'000'000},
            Verdict::bad}));

JudgeInput input(Counts canary, Counts stable) {
    return {.canary = {.counts = canary},
            .stable = {.counts = stable},
            .stage_canary = {.counts = canary},
            .stage_stable = {.counts = stable},
            .stages = 5,
            .canary_version = "1.2.0",
            .stable_version = "1.0.0"};
}

// -- What people read.

TEST(Judge, SaysWhatIsBad) {
    Judged judged = judge(input({412, 21}, {3708, 4}));

    EXPECT_EQ(judged.verdict, Verdict::bad);
    EXPECT_EQ(judged.total.sentence,
              "1.2.0 fails 5.1 % of 412 requests, 1.0.0 0.1 % of 3,708: worse by at least 1.5 points");
    EXPECT_EQ(judged.stage.sentence,
              "at this weight 1.2.0 fails 5.1 % of 412 requests, 1.0.0 0.1 % of 3,708: worse by at least 1.3 "
              "points");
}

TEST(Judge, SaysWhatIsGood) {
    Judged judged = judge(input({3000, 3}, {27'000, 27}));

    EXPECT_EQ(judged.verdict, Verdict::good);
    EXPECT_EQ(
        judged.total.sentence,
        "1.2.0 fails 0.1 % of 3,000 requests, 1.0.0 0.1 % of 27,000: at most 0.5 points worse, 2 allowed");
}

TEST(Judge, SaysWhatIsBetter) {
    Judged judged = judge(input({3000, 3}, {27'000, 1350}));

    EXPECT_EQ(judged.verdict, Verdict::good);
    EXPECT_EQ(judged.total.sentence, "1.2.0 fails 0.1 % of 3,000 requests, 1.0.0 5.0 % of 27,000: better");
}

TEST(Judge, SaysHowMuchWorseItMayBeWhileNothingIsDecided) {
    Judged judged = judge(input({100, 0}, {900, 1}));

    EXPECT_EQ(judged.verdict, Verdict::not_enough_data);
    EXPECT_EQ(judged.total.sentence,
              "1.2.0 fails 0.0 % of 100 requests, 1.0.0 0.1 % of 900: not decided, may be up to 6.8 points "
              "worse, 2 allowed");
}

TEST(Judge, WaitsForTheFirstRequest) {
    Judged judged = judge(input({}, {900, 1}));

    EXPECT_EQ(judged.verdict, Verdict::not_enough_data);
    EXPECT_EQ(judged.total.sentence, "1.2.0 has had no request yet");
    EXPECT_EQ(judged.total.canary_limits, (Limits{0, 1}));
}

TEST(Judge, WaitsForSomethingToCompareWith) {
    Judged judged = judge(input({1, 1}, {}));

    EXPECT_EQ(judged.verdict, Verdict::not_enough_data);
    EXPECT_EQ(judged.total.sentence, "1.2.0 fails 100.0 % of 1 request, 1.0.0 has none to compare with");
}

// -- Which test counts.

TEST(Judge, HoldsWhileTheSourceIsDownWhateverWasCounted) {
    for (Counts canary : {Counts{3000, 3}, Counts{412, 21}}) {
        JudgeInput down = input(canary, {3708, 4});
        down.source_down = true;

        Judged judged = judge(down);

        EXPECT_EQ(judged.verdict, Verdict::source_down);
        EXPECT_EQ(judged.total.verdict, Verdict::source_down);
        EXPECT_EQ(judged.total.canary, canary);
    }
}

TEST(Judge, GoesBackForAVersionThatBreaksOnlyUnderLoad) {
    JudgeInput late = input({50'000, 20}, {50'000, 20});
    late.stage_canary.counts = {300, 30};
    late.stage_stable.counts = {300, 0};

    Judged judged = judge(late);

    EXPECT_EQ(judged.total.verdict, Verdict::good);
    EXPECT_EQ(judged.stage.verdict, Verdict::bad);
    EXPECT_EQ(judged.verdict, Verdict::bad);
}

TEST(Judge, GoesBackForManySmallSignsThatNoWeightShowsAlone) {
    JudgeInput slow = input({400, 20}, {3600, 20});
    slow.stage_canary.counts = {100, 5};
    slow.stage_stable.counts = {900, 5};

    Judged judged = judge(slow);

    EXPECT_EQ(judged.stage.verdict, Verdict::not_enough_data);
    EXPECT_EQ(judged.verdict, Verdict::bad);
}

TEST(Judge, SplitsTheRiskBetweenTheWholeAndTheWeights) {
    Judged judged = judge(input({100, 0}, {900, 0}));

    EXPECT_DOUBLE_EQ(judged.total.risk, 0.005);
    EXPECT_DOUBLE_EQ(judged.stage.risk, 0.001);
    EXPECT_DOUBLE_EQ(judged.total.risk + 5 * judged.stage.risk, model::JudgeSettings{}.risk);
}

TEST(Judge, LabelsCountsFromBeforeTheSwitch) {
    JudgeInput after = input({412, 21}, {3708, 4});
    after.historical = true;

    Judged judged = judge(after);

    EXPECT_TRUE(judged.total.historical);
    EXPECT_EQ(judged.total.sentence,
              "1.2.0 fails 5.1 % of 412 requests, 1.0.0 0.1 % of 3,708 in its last window before the switch: "
              "worse by at least "
              "1.5 points");
}

// -- Failures in bursts.

/// So many looks at a version with as many requests each; the failures come all in the first ones, ten at a
/// time.
model::Window in_bursts(std::uint64_t looks, std::uint64_t requests, std::uint64_t failures) {
    model::Window window;
    for (std::uint64_t look = 0; look < looks; ++look) {
        std::uint64_t now = std::min<std::uint64_t>(10, failures);
        failures -= now;
        window.add({requests, now});
    }
    return window;
}

TEST(BurstSize, IsOneWhenFailuresAreSpreadAsChanceSpreadsThem) {
    base::Random random(3);
    double sum = 0;
    for (int run = 0; run < 200; ++run) {
        model::Window window;
        for (int look = 0; look < 100; ++look) {
            Counts now{20, 0};
            for (int i = 0; i < 20; ++i) now.failures += random.below(20) == 0 ? 1U : 0U;
            window.add(now);
        }
        sum += burst_size(window);
    }
    EXPECT_NEAR(sum / 200, 1, 0.1);
}

TEST(BurstSize, IsAboutTheNumberOfFailuresThatComeTogether) {
    EXPECT_NEAR(burst_size(in_bursts(100, 20, 30)), 10, 1);
    EXPECT_EQ(burst_size(in_bursts(100, 20, 0)), 1);
    EXPECT_EQ(burst_size({.counts = {20, 20}, .looks = 1, .squares = 20}), 1) << "one look cannot tell";
    EXPECT_EQ(burst_size({.counts = {20, 3}}), 1);
}

TEST(Judge, CountsABurstAsOneFailure) {
    JudgeInput spread = input({2000, 30}, {18'000, 18});
    EXPECT_EQ(judge(spread).verdict, Verdict::bad);

    JudgeInput burst = spread;
    burst.canary = burst.stage_canary = in_bursts(100, 20, 30);
    Judged judged = judge(burst);

    EXPECT_EQ(judged.verdict, Verdict::not_enough_data);
    EXPECT_EQ(judged.total.canary, (Counts{2000, 30})) << "what was counted stays what was counted";
    EXPECT_NE(judged.total.sentence.find("; 1.2.0 fails in bursts, 10 count as one"), std::string::npos)
        << judged.total.sentence;
}

// -- A first deployment.

JudgeInput first(Counts canary) {
    JudgeInput only = input(canary, {});
    only.first_deployment = true;
    return only;
}

TEST(FirstDeployment, IsBadWhenItsLowerLimitIsAboveTheLimit) {
    Judged judged = judge(first({200, 40}));

    EXPECT_EQ(judged.verdict, Verdict::bad);
    EXPECT_EQ(
        judged.total.sentence,
        "1.2.0 fails 20.0 % of 200 requests, at least 10.0 %: above the limit of 5 % for a first deployment");
}

TEST(FirstDeployment, IsGoodWhenItsUpperLimitIsBelowLimitAndMargin) {
    Judged judged = judge(first({200, 0}));

    EXPECT_EQ(judged.verdict, Verdict::good);
    EXPECT_EQ(judged.total.sentence,
              "1.2.0 fails 0.0 % of 200 requests, at most 4.5 %: the limit for a first deployment is 5 % and "
              "2 points");
}

TEST(FirstDeployment, IsNotDecidedInBetween) {
    Judged judged = judge(first({200, 10}));

    EXPECT_EQ(judged.verdict, Verdict::not_enough_data);
    EXPECT_EQ(judged.total.sentence,
              "1.2.0 fails 5.0 % of 200 requests, at most 14.2 %: not decided, the limit for a first "
              "deployment is 5 % and 2 points");
}

// -- Properties.

double rate(Counts const& counts) {
    return static_cast<double>(counts.failures) / static_cast<double>(counts.requests);
}

TEST(ConfidenceSequence, ContainsWhatWasSeenAndNarrowsWithEvidence) {
    for (double share : {0.0, 0.001, 0.02, 0.5, 1.0}) {
        double width = 1;
        for (std::uint64_t requests = 1000; requests <= 1'000'000'000; requests *= 10) {
            Counts counts{requests, static_cast<std::uint64_t>(static_cast<double>(requests) * share)};
            Limits limits = confidence_sequence(counts, risk);
            EXPECT_LE(0, limits.lower);
            EXPECT_LE(limits.lower, rate(counts));
            EXPECT_LE(rate(counts), limits.upper);
            EXPECT_LE(limits.upper, 1);
            EXPECT_LT(limits.upper - limits.lower, width);
            width = limits.upper - limits.lower;
        }
        EXPECT_LT(width, 3e-4);
    }
}

TEST(ConfidenceSequence, IsWhereTheMixtureOutweighsTheRateByTheRisk) {
    // Without failures: Beta(1/2, n + 1/2) / Beta(1/2, 1/2) * risk = (1 - upper)^n, here for n = 3 by hand:
    // the mixture is (1/2 * 3/2 * 5/2) / 3! = 0.3125.
    EXPECT_NEAR(std::pow(1 - confidence_sequence({3, 0}, 0.05).upper, 3), 0.3125 * 0.05, 1e-9);
    EXPECT_NEAR(std::pow(confidence_sequence({3, 3}, 0.05).lower, 3), 0.3125 * 0.05, 1e-9);
}

TEST(ConfidenceSequence, IsWiderForASmallerRisk) {
    Limits bold = confidence_sequence({1000, 20}, 0.1);
    Limits careful = confidence_sequence({1000, 20}, 0.0001);

    EXPECT_LT(careful.lower, bold.lower);
    EXPECT_GT(careful.upper, bold.upper);
}

TEST(Difference, ContainsWhatWasSeenAndAgreesWithTheVerdict) {
    for (std::uint64_t failures = 0; failures <= 200; ++failures) {
        Pair counts{{1000, failures}, {4000, 40}};
        Limits limits = difference(counts, risk);
        EXPECT_LE(limits.lower, rate(counts.canary) - rate(counts.stable));
        EXPECT_GE(limits.upper, rate(counts.canary) - rate(counts.stable));
        EXPECT_EQ(limits.lower > 0, is_worse(counts, risk)) << failures;
        EXPECT_EQ(limits.upper < margin, is_within(counts, risk, margin)) << failures;
    }
}

int severity(Verdict verdict) {
    return verdict == Verdict::good ? 0 : verdict == Verdict::not_enough_data ? 1 : 2;
}

TEST(Compare, IsMonotoneInFailures) {
    for (std::uint64_t requests : {20U, 200U, 2000U, 20'000U}) {
        int before = 0;
        for (std::uint64_t failures = 0; failures <= std::min<std::uint64_t>(requests, 400); ++failures) {
            int now = severity(compare({{requests, failures}, {9 * requests, requests / 50}}, risk, margin));
            EXPECT_LE(before, now) << failures << " of " << requests;
            before = now;
        }
        EXPECT_EQ(before, 2);
        for (std::uint64_t failures = 0; failures <= 9 * requests; failures += 1 + requests / 10) {
            int now = severity(compare({{requests, requests / 50}, {9 * requests, failures}}, risk, margin));
            EXPECT_GE(before, now) << "stable " << failures << " of " << 9 * requests;
            before = now;
        }
    }
}

TEST(Compare, NeedsNoMoreThanBothLimitsPartingWould) {
    for (std::uint64_t requests = 10; requests < 10'000; requests *= 2)
        for (std::uint64_t failures = 0; failures <= requests / 2; failures += 1 + failures / 8)
            for (std::uint64_t stable_failures : {std::uint64_t{0}, requests / 100, requests / 10}) {
                Pair counts{{requests, failures}, {requests * 9, stable_failures}};
                bool parted = confidence_sequence(counts.canary, risk / 2).lower >
                              confidence_sequence(counts.stable, risk / 2).upper;
                EXPECT_TRUE(!parted || is_worse(counts, risk))
                    << failures << " of " << requests << ", " << stable_failures;
            }
}

// -- Measured on streams, with a fixed seed. bench/verdict_grid.cpp does this at length.

class Traffic {
public:
    Traffic(double stable_rate, double canary_rate, base::Random& random)
        : stable_rate_(stable_rate), canary_rate_(canary_rate), random_(random) {}

    /// Ten requests to the canary, ninety to the stable version: a second at 100 a second and a weight of 10
    /// %.
    void go_on() {
        send(10, canary_rate_, counts.canary);
        send(90, stable_rate_, counts.stable);
    }
    Pair counts;

private:
    void send(int requests, double failure_rate, Counts& into) {
        for (int i = 0; i < requests; ++i)
            into += {1, static_cast<double>(random_.below(1'000'000)) < failure_rate * 1e6 ? 1U : 0U};
    }
    double stable_rate_, canary_rate_;
    base::Random& random_;
};

/// The plain rule, which the test has to beat: the limits of both versions must part.
Verdict limits_part(Pair const& counts, double whole_risk) {
    Limits canary = confidence_sequence(counts.canary, whole_risk / 2);
    Limits stable = confidence_sequence(counts.stable, whole_risk / 2);
    if (canary.lower > stable.upper) return Verdict::bad;
    if (canary.upper < stable.lower + margin) return Verdict::good;
    return Verdict::not_enough_data;
}
Verdict joint(Pair const& counts, double whole_risk) { return compare(counts, whole_risk, margin); }

struct Decided {
    Verdict verdict;
    std::uint64_t median_requests;
};

Decided decide_often(double stable_rate, double canary_rate, Verdict (*rule)(Pair const&, double)) {
    base::Random random(1);
    std::vector<std::uint64_t> requests;
    Verdict verdict = Verdict::none;
    for (int run = 0; run < 61; ++run) {
        Traffic traffic(stable_rate, canary_rate, random);
        do traffic.go_on();
        while ((verdict = rule(traffic.counts, 0.01)) == Verdict::not_enough_data);
        requests.push_back(traffic.counts.canary.requests);
    }
    std::nth_element(requests.begin(), requests.begin() + 30, requests.end());
    return {verdict, requests[30]};
}

struct Median {
    double stable, canary;
    Verdict verdict;
    double plain, joint;  // canary requests to the decision
};

TEST(Measured, DecidesSoonerThanThePlainRule) {
    for (Median const& wanted :
         {Median{0.001, 0.05, Verdict::bad, 175, 80}, Median{0.001, 0.02, Verdict::bad, 510, 290},
          Median{0.01, 0.05, Verdict::bad, 440, 280}, Median{0.01, 0.03, Verdict::bad, 1290, 900},
          Median{0, 0, Verdict::good, 450, 350}, Median{0.001, 0.001, Verdict::good, 450, 350},
          Median{0.01, 0.01, Verdict::good, 1260, 950}}) {
        Decided plain = decide_often(wanted.stable, wanted.canary, limits_part);
        Decided sooner = decide_often(wanted.stable, wanted.canary, joint);
        EXPECT_NEAR(static_cast<double>(plain.median_requests) / wanted.plain, 1, 0.2)
            << wanted.stable << " " << wanted.canary;
        EXPECT_NEAR(static_cast<double>(sooner.median_requests) / wanted.joint, 1, 0.2)
            << wanted.stable << " " << wanted.canary;
        EXPECT_EQ(plain.verdict, wanted.verdict);
        EXPECT_EQ(sooner.verdict, wanted.verdict);
    }
}

/// Lower 95 % limit (Wilson) for a chance that was seen `hits` times in `all`.
double at_least(int hits, int all) {
    double n = all, share = hits / n, z2 = 1.96 * 1.96;
    return (share + z2 / (2 * n) - 1.96 * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n))) /
           (1 + z2 / n);
}

TEST(Measured, KeepsItsRisksOverWholeStreams) {
    constexpr double bold = 0.1;  // a risk that a short run can measure
    constexpr int runs = 300;
    int all_wrong = 0;
    for (double failure_rate : {0.002, 0.02, 0.2}) {
        base::Random random(2);
        int false_aborts = 0, misses = 0;
        for (int run = 0; run < runs; ++run) {
            Traffic equal(failure_rate, failure_rate, random),
                worse(failure_rate, failure_rate + margin, random);
            bool ever_bad = false, ever_good = false;
            for (int second = 0; second < 150; ++second) {
                equal.go_on();
                worse.go_on();
                ever_bad |= is_worse(equal.counts, bold);
                ever_good |= is_within(worse.counts, bold, margin);
            }
            false_aborts += ever_bad;
            misses += ever_good;
        }
        EXPECT_LT(at_least(false_aborts, runs), bold) << failure_rate;
        EXPECT_LT(at_least(misses, runs), bold) << failure_rate;
        all_wrong += false_aborts + misses;
    }
    EXPECT_GT(all_wrong, 0) << "a test that is never wrong at this risk measures nothing";
}

}  // namespace
}  // namespace rollout
