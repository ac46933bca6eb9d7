// One deployment out of its rollouts. Pure.
#pragma once
#include "model/deployment.hpp"

namespace rollout {

/// Phase, reason and times of a deployment from those of its rollouts: it is done when all are; then the
/// worst end counts. While one goes back, all of it goes back; otherwise what needs a person comes first,
/// then what is furthest behind.
void aggregate(model::Deployment& deployment, std::vector<model::Rollout> const& rollouts, WallTime now);

/// Must this rollout go back because another one of its deployment does?
bool follows_sibling(model::Rollout const& rollout, std::vector<model::Rollout> const& rollouts);

}  // namespace rollout
