#include "rollout/verdict.hpp"

#include <cmath>

namespace rollout {

namespace {

using model::Counts;
using model::Judgement;
using model::Limits;
using model::Verdict;

// -- Likelihoods. Logarithms throughout; order within a stream does not matter, so counts say it all.

struct Tally {
    double failures, successes;
    explicit Tally(Counts const& counts, double burst = 1)
        : failures(static_cast<double>(std::min(counts.failures, counts.requests)) / burst),
          successes(static_cast<double>(counts.requests) / burst - failures) {}
    Tally(double failed, double succeeded) : failures(failed), successes(succeeded) {}
    double rate() const { return failures / (failures + successes); }
    friend Tally operator+(Tally const& a, Tally const& b) {
        return {a.failures + b.failures, a.successes + b.successes};
    }
};

/// std::lgamma writes a global variable.
double log_gamma(double x) {
    int sign = 0;
    return ::lgamma_r(x, &sign);
}
double log_beta(double a, double b) { return log_gamma(a) + log_gamma(b) - log_gamma(a + b); }
double log_sum(double a, double b) { return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b))); }
double times_log(double count, double x) { return count == 0 ? 0 : count * std::log(x); }

double log_likelihood(Tally const& seen, double rate) {
    return times_log(seen.failures, rate) + times_log(seen.successes, 1 - rate);
}

/// Weights for the failure rate: Beta(1/2, b). With a large b the rates are expected to be small.
struct Prior {
    double b;
    double log_scale = log_beta(0.5, b);
};
double log_mixture(Tally const& seen, Prior const& prior) {
    return log_beta(seen.failures + 0.5, seen.successes + prior.b) - prior.log_scale;
}
Prior const any_rate{0.5};

/// A service that fails once in ten requests, in a hundred or in a thousand: all are expected, so that none
/// decides late.
double log_mixture_of_scales(Tally const& seen) {
    static std::array const priors{any_rate, Prior{5}, Prior{50}, Prior{500}};
    double sum = log_mixture(seen, priors[0]);
    for (std::size_t i = 1; i < priors.size(); ++i) sum = log_sum(sum, log_mixture(seen, priors[i]));
    return sum - std::log(static_cast<double>(priors.size()));
}

/// The border between true and false; `is_low(x)` holds below it.
template <class IsLow>
double bisect(double low, double high, IsLow const& is_low) {
    for (int i = 0; i < 45; ++i) {
        double middle = (low + high) / 2;
        (is_low(middle) ? low : high) = middle;
    }
    return (low + high) / 2;
}

// -- The two-sample test: evidence against "canary rate minus stable rate is at most (or at least) d".
//
// The likelihood averaged over all pairs of rates, divided by the greatest likelihood that the hypothesis
// allows, exceeds 1/risk with a chance of at most `risk`, at any look (Ville's inequality; "universal
// inference", Wasserman, Ramdas and Balakrishnan 2020), however the traffic is split and whenever the split
// changes.

/// The greatest likelihood with canary rate = stable rate + d.
double log_greatest_likelihood(Tally const& canary, Tally const& stable, double d) {
    if (d == 0) {
        Tally both = canary + stable;
        return log_likelihood(both, both.rate());
    }
    auto slope = [](Tally const& seen, double rate) {
        double rising = seen.failures > 0 ? seen.failures / rate : 0;
        double falling = seen.successes > 0 ? seen.successes / (1 - rate) : 0;
        return rising - falling;
    };
    // The stable rate; the likelihood is concave in it.
    double rate = bisect(std::max(0.0, -d), std::min(1.0, 1 - d),
                         [&](double x) { return slope(canary, x + d) + slope(stable, x) > 0; });
    return log_likelihood(canary, std::clamp(rate + d, 0.0, 1.0)) + log_likelihood(stable, rate);
}

class Evidence {
public:
    explicit Evidence(Pair const& counts)
        : canary_(counts.canary, counts.canary_burst),
          stable_(counts.stable, counts.stable_burst),
          difference_(canary_.rate() - stable_.rate()),
          log_greatest_(log_likelihood(canary_, canary_.rate()) + log_likelihood(stable_, stable_.rate())) {}

    double seen_difference() const { return difference_; }

    /// Against "at most d".
    bool refutes_at_most(double d, double risk) const {
        if (difference_ <= d) return false;
        return exceeds(log_greatest_likelihood(canary_, stable_, d) - std::log(risk),
                       [&] { return apart(); });
    }
    /// Against "at least d". A good version most often fails as the old one does, so one rate for both is
    /// half expected.
    bool refutes_at_least(double d, double risk) const {
        if (difference_ >= d) return false;
        return exceeds(log_greatest_likelihood(canary_, stable_, d) - std::log(risk),
                       [&] { return log_sum(apart(), together()) - std::log(2.0); });
    }

private:
    /// No average is above the greatest likelihood of all: most looks end with this comparison, which is
    /// cheap.
    template <class Average>
    bool exceeds(double wanted, Average const& average) const {
        return log_greatest_ >= wanted && average() >= wanted;
    }
    double apart() const { return log_mixture_of_scales(canary_) + log_mixture_of_scales(stable_); }
    double together() const { return log_mixture_of_scales(canary_ + stable_); }

    Tally canary_, stable_;
    double difference_;
    double log_greatest_;
};

bool can_compare(Pair const& counts) { return counts.canary.requests > 0 && counts.stable.requests > 0; }

// -- Sentences.

/// In percent: one decimal, but two figures of what is small.
std::string hundredths(double share) {
    double value = share * 100;
    if (value != 0 && std::abs(value) < 0.095) return fmt::format("{:.2g}", value);
    return fmt::format("{:.1f}", value);
}
std::string percent(double share) { return hundredths(share) + " %"; }
std::string points(double share) { return hundredths(share) + " points"; }

std::string number(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
    return text;
}

std::string requests(std::uint64_t count) { return count == 1 ? "1 request" : number(count) + " requests"; }

std::string fails(std::string const& version, Counts const& counts) {
    return fmt::format("{} fails {} of {}", version, percent(Tally(counts).rate()),
                       requests(counts.requests));
}

struct Test {
    JudgeInput const& input;
    Pair counts;
    double risk;
    char const* where;  // "" or "at this weight "
};

double margin_of(Test const& test) { return test.input.settings.margin_percent / 100; }

std::string say_comparison(Test const& test, Verdict verdict) {
    std::string rates =
        fmt::format("{}{}, {} {} of {}{}", test.where, fails(test.input.canary_version, test.counts.canary),
                    test.input.stable_version, percent(Tally(test.counts.stable).rate()),
                    number(test.counts.stable.requests),
                    test.input.historical ? " in its last window before the switch" : "");
    Limits limits = difference(test.counts, test.risk);
    std::string allowed = fmt::format("{:g} allowed", test.input.settings.margin_percent);
    if (verdict == Verdict::bad) return fmt::format("{}: worse by at least {}", rates, points(limits.lower));
    if (verdict == Verdict::good && limits.upper <= 0) return fmt::format("{}: better", rates);
    if (verdict == Verdict::good)
        return fmt::format("{}: at most {} worse, {}", rates, points(limits.upper), allowed);
    return fmt::format("{}: not decided, may be up to {} worse, {}", rates, points(limits.upper), allowed);
}

/// What makes the limits wider than the counts alone would.
std::string say_bursts(Test const& test) {
    constexpr double noticeable = 1.5;
    auto say = [](std::string const& version, double burst) {
        return fmt::format("; {} fails in bursts, {:.0f} count as one", version, burst);
    };
    if (test.counts.canary_burst >= noticeable)
        return say(test.input.canary_version, test.counts.canary_burst);
    if (test.counts.stable_burst >= noticeable)
        return say(test.input.stable_version, test.counts.stable_burst);
    return {};
}

std::string say_first(Test const& test, Judgement const& judgement) {
    std::string rate = test.where + fails(test.input.canary_version, test.counts.canary);
    double limit = test.input.settings.first_limit_percent;
    if (judgement.verdict == Verdict::bad)
        return fmt::format("{}, at least {}: above the limit of {:g} % for a first deployment", rate,
                           percent(judgement.canary_limits.lower), limit);
    return fmt::format("{}, at most {}: {}the limit for a first deployment is {:g} % and {:g} points", rate,
                       percent(judgement.canary_limits.upper),
                       judgement.verdict == Verdict::good ? "" : "not decided, ", limit,
                       test.input.settings.margin_percent);
}

// -- Judging.

Verdict against_limit(Limits const& canary, model::JudgeSettings const& settings) {
    if (canary.lower > settings.first_limit_percent / 100) return Verdict::bad;
    if (canary.upper < (settings.first_limit_percent + settings.margin_percent) / 100) return Verdict::good;
    return Verdict::not_enough_data;
}

void judge_first(Test const& test, Judgement& judgement) {
    judgement.verdict = against_limit(judgement.canary_limits, test.input.settings);
    judgement.sentence = say_first(test, judgement) + say_bursts(test);
}

void judge_pair(Test const& test, Judgement& judgement) {
    judgement.verdict = compare(test.counts, test.risk, margin_of(test));
    judgement.sentence =
        can_compare(test.counts)
            ? say_comparison(test, judgement.verdict) + say_bursts(test)
            : fmt::format("{}{}, {} has none to compare with", test.where,
                          fails(test.input.canary_version, test.counts.canary), test.input.stable_version);
}

Judgement run(Test const& test) {
    Judgement judgement{
        .verdict = Verdict::not_enough_data,
        .canary = test.counts.canary,
        .stable = test.counts.stable,
        .canary_limits = confidence_sequence(test.counts.canary, test.risk / 2, test.counts.canary_burst),
        .stable_limits = confidence_sequence(test.counts.stable, test.risk / 2, test.counts.stable_burst),
        .risk = test.risk,
        .historical = test.input.historical};
    if (test.input.source_down) {
        judgement.verdict = Verdict::source_down;
        judgement.sentence = "the requests are not counted at present, so nothing is decided";
    } else if (test.counts.canary.requests == 0) {
        judgement.sentence =
            fmt::format("{}{} has had no request yet", test.where, test.input.canary_version);
    } else if (test.input.first_deployment) {
        judge_first(test, judgement);
    } else {
        judge_pair(test, judgement);
    }
    return judgement;
}

}  // namespace

Pair pair_of(model::Window const& canary, model::Window const& stable) {
    return {canary.counts, stable.counts, burst_size(canary), burst_size(stable)};
}

Judged judge(JudgeInput const& input) {
    double half = input.settings.risk / 2;
    Judged judged;
    judged.total = run({input, pair_of(input.canary, input.stable), half, ""});
    judged.stage = run({input, pair_of(input.stage_canary, input.stage_stable),
                        half / std::max(1, input.stages), "at this weight "});
    judged.verdict = judged.stage.verdict == Verdict::bad ? Verdict::bad : judged.total.verdict;
    return judged;
}

double burst_size(model::Window const& window) {
    Tally seen(window.counts);
    if (window.looks < 2 || seen.failures == 0 || seen.successes == 0) return 1;
    double rate = seen.rate();
    double scatter = (window.squares - seen.failures * rate) / (rate * (1 - rate));
    return std::max(1.0, scatter / static_cast<double>(window.looks - 1));
}

Limits confidence_sequence(Counts const& counts, double risk, double burst) {
    if (counts.requests == 0) return {0, 1};
    Tally seen(counts, burst);
    double least = log_mixture(seen, any_rate) + std::log(risk);
    auto is_likely = [&](double rate) { return log_likelihood(seen, rate) > least; };
    double rate = seen.rate();
    return {.lower = seen.failures == 0 ? 0 : bisect(0, rate, [&](double x) { return !is_likely(x); }),
            .upper = seen.successes == 0 ? 1 : bisect(rate, 1, is_likely)};
}

bool is_worse(Pair const& counts, double risk) {
    return can_compare(counts) && Evidence(counts).refutes_at_most(0, risk);
}

bool is_within(Pair const& counts, double risk, double margin) {
    return can_compare(counts) && Evidence(counts).refutes_at_least(margin, risk);
}

Verdict compare(Pair const& counts, double risk, double margin) {
    if (is_worse(counts, risk)) return Verdict::bad;
    if (is_within(counts, risk, margin)) return Verdict::good;
    return Verdict::not_enough_data;
}

Limits difference(Pair const& counts, double risk) {
    if (!can_compare(counts)) return {-1, 1};
    Evidence evidence(counts);
    double seen = evidence.seen_difference();
    return {.lower = bisect(-1, seen, [&](double d) { return evidence.refutes_at_most(d, risk); }),
            .upper = bisect(seen, 1, [&](double d) { return !evidence.refutes_at_least(d, risk); })};
}

}  // namespace rollout
