#include "rollout/evidence.hpp"

namespace rollout {

namespace {

model::Counts increment(model::Counts const& before, model::Counts const& now) {
    // A counter that fell began again, even when its generation does not tell.
    if (now.requests < before.requests || now.failures < before.failures) return now;
    return {now.requests - before.requests, now.failures - before.failures};
}

}  // namespace

void absorb(model::Rollout& rollout, Observation const& seen) {
    model::Evidence& evidence = rollout.evidence;
    model::Counts canary, stable;
    for (Counter const& counter : seen.traffic.counters) {
        auto known = evidence.totals.find(counter.name);
        model::Counts before;
        bool first_reading = known == evidence.totals.end();
        if (!first_reading && known->second.generation == counter.generation) before = known->second.counts;
        model::Counts more = increment(before, counter.counts);
        evidence.totals[counter.name] = {counter.generation, counter.counts};
        if (counter.revision == 0) continue;
        if (counter.revision == rollout.to.number && !(first_reading && counter.has_past)) canary += more;
        // The old version has a life before this rollout: its first reading is only where counting begins.
        if (counter.revision == rollout.from.number && !first_reading) stable += more;
    }
    if (evidence.canary.counts.requests == 0 && canary.requests == 0) {
        evidence.before_stable.add(stable);
        return;
    }
    evidence.canary.add(canary);
    evidence.stage_canary.add(canary);
    evidence.stable.add(stable);
    evidence.stage_stable.add(stable);
}

void begin_stage(model::Evidence& evidence, int weight_percent) {
    if (weight_percent == 100 && evidence.stage_stable.counts.requests > 0)
        evidence.before_stable = evidence.stage_stable;
    evidence.stage_canary = {};
    evidence.stage_stable = {};
}

}  // namespace rollout
