// What the checks of a plan read of a cluster, all at once.
#pragma once
#include "rollout/preflight.hpp"
#include "rollout/rights.hpp"

namespace rollout::impl {

/// Fills in all but the dry runs and the autoscalers. Nothing of it changes anything.
awaitable<void> read_survey(k8s::Client client, Premises& premises);

}  // namespace rollout::impl
