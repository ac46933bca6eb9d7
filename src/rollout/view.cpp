// How deployments are shown: from the stored state, nothing is made up.
#include "rollout/engine.hpp"
#include "rollout/impl/percent.hpp"
#include "rollout/plan.hpp"

namespace rollout {

namespace {

using model::Verdict;

model::RateView rate(std::string const& version, model::Counts const& counts, model::Limits const& limits) {
    double share = counts.requests == 0
                       ? 0
                       : static_cast<double>(counts.failures) / static_cast<double>(counts.requests);
    return {version,        counts.requests,       counts.failures,
            percent(share), percent(limits.lower), percent(limits.upper)};
}

/// The stronger of the two tests: what one of them has decided is what is shown.
model::Judgement const& shown(model::Rollout const& rollout) {
    for (Verdict strong : {Verdict::bad, Verdict::source_down, Verdict::good}) {
        if (rollout.total.verdict == strong) return rollout.total;
        if (rollout.stage.verdict == strong) return rollout.stage;
    }
    return rollout.total;
}

model::ComponentRolloutView view_of(model::Rollout const& rollout) {
    model::Judgement const& judgement = shown(rollout);
    model::ComponentRolloutView view{.name = rollout.component,
                                     .steps = static_cast<int>(rollout.plan.size()),
                                     .weight_percent = rollout.weight_in_force,
                                     .verdict = judgement.verdict,
                                     .reason = rollout.reason,
                                     .phase = rollout.phase,
                                     .judgement = judgement.sentence,
                                     .judge = rollout.judge};
    if (rollout.from.number != 0) view.from_version = rollout.from.version;
    if (rollout.phase != model::Phase::queued) view.step = rollout.step + 1;
    if (rollout.since != WallTime{}) view.since = rollout.since;
    view.canary = rate(rollout.to.version, judgement.canary, judgement.canary_limits);
    if (rollout.from.number != 0)
        view.stable = rate(rollout.from.version, judgement.stable, judgement.stable_limits);
    view.plan = views_of(rollout.plan, rollout.component, rollout.from.version, rollout.to.version);
    return view;
}

}  // namespace

model::DeploymentView view_of(model::Deployment const& deployment,
                              std::vector<model::Rollout> const& rollouts,
                              std::optional<WallTime> observed_at) {
    model::DeploymentView view{.id = deployment.id,
                               .environment = deployment.environment,
                               .version = deployment.version,
                               .strategy = deployment.strategy,
                               .status = deployment.status(),
                               .phase = deployment.phase,
                               .reason = deployment.reason,
                               .trigger = deployment.trigger,
                               .actor = deployment.actor,
                               .created_at = deployment.created_at,
                               .started_at = deployment.started_at,
                               .completed_at = deployment.completed_at,
                               .observed_at = observed_at,
                               .retry_of = deployment.retry_of,
                               .rollback_of = deployment.rollback_of,
                               .seq = deployment.seq};
    for (model::Rollout const& rollout : rollouts) view.components.push_back(view_of(rollout));
    return view;
}

}  // namespace rollout
