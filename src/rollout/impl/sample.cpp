// The points of a rollout's chart.
#include "rollout/impl/engine_impl.hpp"
#include "rollout/impl/percent.hpp"

namespace rollout {

namespace {

constexpr Duration closest = 2s, farthest = 60s;
constexpr int most_a_step = 150;  // from then on they are farther apart

/// The mean over a revision's counters, by the requests that each has had.
std::optional<double> latency_ms(int revision, Observation const& seen) {
    double sum = 0, requests = 0;
    for (Counter const& counter : seen.traffic.counters) {
        if (counter.revision != revision) continue;
        auto weight = static_cast<double>(counter.counts.requests);
        sum += weight * static_cast<double>(counter.response_ms);
        requests += weight;
    }
    if (requests == 0) return {};
    return std::round(sum / requests * 10) / 10;
}

model::VersionSample since(model::Counts const& now, model::Counts const& before, model::Limits const& limits,
                           std::optional<double> latency) {
    return {.requests = now.requests - std::min(before.requests, now.requests),
            .failures = now.failures - std::min(before.failures, now.failures),
            .latency_ms = latency,
            .error_at_least_percent = percent(limits.lower),
            .error_at_most_percent = percent(limits.upper)};
}

bool is_nothing(model::Evidence const& evidence) {
    return evidence.canary.counts.requests == 0 && evidence.stable.counts.requests == 0;
}

}  // namespace

/// A point tells of the time since the one before it. The first one of a rollout begins with its first
/// request; the first one of this portal's life where it took the rollout up: what was counted before that is
/// in older points.
void Engine::Impl::begin_samples(Lane& lane, model::Rollout const& rollout) const {
    bool is_same = lane.sampled && lane.sampled->of == rollout.deployment;
    if (is_same && !is_nothing(rollout.evidence)) return;
    lane.sampled =
        Sampled{.of = rollout.deployment,
                .in = rollout.phase,
                .at = lane.seen->at - std::chrono::duration_cast<WallTime::duration>(lane.seen->elapsed),
                .canary = rollout.evidence.canary.counts,
                .stable = rollout.evidence.stable.counts};
}

std::optional<model::Sample> Engine::Impl::sample(Lane const& lane, model::Rollout const& rollout) const {
    Sampled const& before = *lane.sampled;
    model::Evidence const& now = rollout.evidence;
    if (now.canary.counts == before.canary && now.stable.counts == before.stable) return {};
    Duration pause = std::clamp<Duration>(rollout.step_observed / most_a_step, closest, farthest);
    bool is_due = !before.last || lane.seen->at >= before.at + pause ||
                  before.last->step != rollout.step + 1 || before.in != rollout.phase;
    if (!is_due) return {};
    model::Sample sample{.time = lane.seen->at,
                         .component = rollout.component,
                         .step = rollout.step + 1,
                         .weight_percent = rollout.weight_in_force,
                         .seconds = std::chrono::duration<double>(lane.seen->at - before.at).count()};
    sample.canary = since(now.canary.counts, before.canary, rollout.total.canary_limits,
                          latency_ms(rollout.to.number, *lane.seen));
    if (rollout.from.number != 0)
        sample.stable = since(now.stable.counts, before.stable, rollout.total.stable_limits,
                              latency_ms(rollout.from.number, *lane.seen));
    return sample;
}

}  // namespace rollout
