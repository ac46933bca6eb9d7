// A plan played through on the objects of a cluster as they are now: what will be written, before anything
// is. Pure.
#pragma once
#include "rollout/cluster_sight.hpp"

namespace rollout {

/// One write, with the object as it will be before and after it.
struct Rehearsed {
    int step = 0;  // from 1
    Effect effect{};
    base::json::array patch{};  // as it is sent: with who writes
    base::json::value before{};
    base::json::value after{};
};

/// What the rollout writes when all goes well: every pod becomes ready, and nobody else writes. What others
/// have changed is written again. Errors: as observation_of; conflict (a patch does not fit its object).
base::Result<std::vector<Rehearsed>> rehearse(model::Rollout rollout, ClusterState state);

/// Without the notes that we keep for ourselves.
std::vector<model::FieldChange> field_changes(base::json::value const& before,
                                              base::json::value const& after);

}  // namespace rollout
