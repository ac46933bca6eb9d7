#include "rollout/aggregate.hpp"

namespace rollout {

namespace {

using model::AbortCause;
using model::Phase;
using model::Rollout;

/// Highest first.
constexpr Phase order[] = {Phase::aborting,    Phase::waiting_for_approval,
                           Phase::paused,      Phase::preparing,
                           Phase::progressing, Phase::promoting,
                           Phase::queued,      Phase::failed,
                           Phase::rolled_back, Phase::superseded,
                           Phase::cancelled,   Phase::completed};

}  // namespace

void aggregate(model::Deployment& deployment, std::vector<Rollout> const& rollouts, WallTime now) {
    if (rollouts.empty()) return;
    bool all_final =
        std::all_of(rollouts.begin(), rollouts.end(), [](Rollout const& r) { return is_final(r.phase); });
    bool all_queued = std::all_of(rollouts.begin(), rollouts.end(),
                                  [](Rollout const& r) { return r.phase == Phase::queued; });
    Rollout const* telling = nullptr;
    for (Phase phase : order) {
        if (phase == Phase::queued && !all_queued && !all_final) continue;
        if (is_final(phase) != all_final) continue;
        auto found = std::find_if(rollouts.begin(), rollouts.end(),
                                  [&](Rollout const& rollout) { return rollout.phase == phase; });
        if (found == rollouts.end()) continue;
        telling = &*found;
        break;
    }
    if (!telling)
        for (Rollout const& rollout : rollouts)
            if (!is_final(rollout.phase)) telling = &rollout;
    deployment.phase = telling->phase;
    // One rollout still waits for its turn while another has ended: the deployment is under way, not queued
    // again.
    if (!all_final && !all_queued && deployment.phase == Phase::queued) deployment.phase = Phase::progressing;
    deployment.reason =
        rollouts.size() == 1 ? telling->reason : fmt::format("{}: {}", telling->component, telling->reason);
    if (!deployment.started_at && deployment.phase != Phase::queued) deployment.started_at = now;
    if (!deployment.completed_at && all_final) deployment.completed_at = now;
}

bool follows_sibling(Rollout const& rollout, std::vector<Rollout> const& rollouts) {
    if (is_final(rollout.phase) || rollout.promoted || rollout.abort != AbortCause::none) return false;
    return std::any_of(rollouts.begin(), rollouts.end(), [&](Rollout const& other) {
        return other.component != rollout.component && other.abort != AbortCause::none;
    });
}

}  // namespace rollout
