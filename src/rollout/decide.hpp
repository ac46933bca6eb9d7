// The heart: what a rollout does next, given what is seen. Pure; the engine only stores and performs it.
#pragma once
#include "rollout/wish.hpp"

namespace rollout {

struct Decision {
    model::Rollout next{};
    std::vector<model::LogEntry> log{};
    bool changed = false;   // something a person would notice: store it now, not only from time to time
    bool promoted = false;  // the new version has just become the stable one
};

/// The next state after one look. Advances through as many steps as are already true; never past one that
/// must be done first. A final rollout stays as it is.
///
/// Safety comes first: a bad verdict or an abort that was asked for is honoured in every phase before the
/// promotion, paused or not, ready or not, with or without metrics. Only observed time counts
/// (`Observation::elapsed`).
Decision decide(model::Rollout const& rollout, Observation const& seen);

/// What the rollout wants of the target in its present state.
Wish wish_of(model::Rollout const& rollout, Observation const& seen);

/// Asked by people. Errors: conflict, with the state that does not allow it.
base::Result<void> pause(model::Rollout& rollout);
base::Result<void> resume(model::Rollout& rollout);
/// Goes on from a pause, a gate, a bake or a judge step without waiting for its end; with `all` from every
/// later one, too.
base::Result<void> promote(model::Rollout& rollout, bool all);
base::Result<void> abort(model::Rollout& rollout, model::AbortCause cause);

}  // namespace rollout
