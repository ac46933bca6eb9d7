// A strategy as a list of steps. Pure.
#pragma once
#include "model/views.hpp"

namespace rollout {

using model::Step;
using model::StepKind;

struct PlanInput {
    model::Strategy strategy = model::Strategy::canary;
    model::StrategySettings settings{};
    int old_replicas = 0;  // 0: a first deployment, which every strategy does the same way
    int new_replicas = 1;
};

/// Canary replicas rise with the weight (capacity before weight), the old version keeps all of its replicas
/// until the new one is promoted by a change of roles: no second rollout. After `promote` there is no way
/// back but a new deployment.
std::vector<Step> plan(PlanInput const& input);

/// Observed time that the plan takes at the very least.
Duration at_least(std::vector<Step> const& steps);

/// "send 25 % of the traffic to 1.1.0"
std::string say(Step const& step, std::string const& old_version, std::string const& new_version);

std::vector<model::StepView> views_of(std::vector<Step> const& steps, std::string const& component,
                                      std::string const& old_version, std::string const& new_version);

}  // namespace rollout
