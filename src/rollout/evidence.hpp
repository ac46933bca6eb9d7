// Turns the data plane's totals into counts for the two versions. Pure.
#pragma once
#include "rollout/wish.hpp"

namespace rollout {

/// Adds what each counter counted since it was last read. Requests to the new version count while it has a
/// share of the traffic; those to the old version count beside them, or, before the new one's first request,
/// as its last window. A counter that began again (`generation`) counts from zero.
void absorb(model::Rollout& rollout, Observation const& seen);

/// At a new weight the counts of the stage begin at zero; when there will be no stable traffic beside it any
/// more, the stable version's last window stands in.
void begin_stage(model::Evidence& evidence, int weight_percent);

}  // namespace rollout
