// What the error counts say of a new version. Pure, and valid at every look: docs/verdict.md explains the
// rule.
#pragma once
#include "model/deployment.hpp"

namespace rollout {

struct JudgeInput {
    model::Window canary{}, stable{};              // since the canary's first request
    model::Window stage_canary{}, stage_stable{};  // at the current weight
    int stages = 1;                 // weights in the plan: the stage tests share their half of the risk
    bool historical = false;        // the stable counts are the last window before the switch
    bool first_deployment = false;  // nothing to compare with: judged by an absolute limit
    bool source_down = false;       // the data plane does not count
    model::JudgeSettings settings{};
    std::string canary_version{}, stable_version{};  // for the sentence
};

struct Judged {
    model::Judgement total, stage;
    model::Verdict verdict =
        model::Verdict::none;  // source_down; else bad from either test; else what the total says
};

/// Never `none`. Looking more often spends no more risk.
Judged judge(JudgeInput const& input);

/// How many failures count as one, from 1: as often as the counts of single looks scatter more than
/// independent failures would (Pearson's chi-squared over its degrees of freedom, as in quasi-binomial
/// regression).
double burst_size(model::Window const& window);

/// Limits that hold at all looks together, but for a chance of `risk`: a Beta-binomial mixture with the prior
/// (1/2, 1/2). Without requests: from 0 to 1.
model::Limits confidence_sequence(model::Counts const& counts, double risk, double burst = 1);

/// Two versions' counts.
struct Pair {
    model::Counts canary{}, stable{};
    double canary_burst = 1, stable_burst = 1;  // so many requests, and so many failures, count as one
    bool operator==(Pair const&) const = default;
};
Pair pair_of(model::Window const& canary, model::Window const& stable);

/// Refuted: "the canary fails no more often". True of equal versions with a chance of at most `risk` over all
/// looks.
bool is_worse(Pair const& counts, double risk);
/// Refuted: "the canary fails more often by `margin` (0 to 1) or more". Wrong with a chance of at most `risk`
/// over all looks.
bool is_within(Pair const& counts, double risk, double margin);
/// Both: `bad` when worse, `good` when within the margin, else `not_enough_data`.
model::Verdict compare(Pair const& counts, double risk, double margin);

/// Limits for canary rate minus stable rate, from -1 to 1, by the same test: `bad` means a lower limit above
/// 0, `good` an upper limit below the margin. Each limit has its own `risk`.
model::Limits difference(Pair const& counts, double risk);

}  // namespace rollout
