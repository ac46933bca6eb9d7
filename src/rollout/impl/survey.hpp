// What the checks of a plan read of a cluster, all at once, and once for all of its components.
#pragma once
#include "rollout/preflight.hpp"
#include "rollout/rights.hpp"

namespace rollout::impl {

/// Fills in each one's rights and route, and returns what is common to them but for the autoscalers. They are
/// of one namespace. Nothing of it changes anything.
awaitable<NamespaceSurvey> read_survey(k8s::Client client, std::vector<Premises>& all);

}  // namespace rollout::impl
