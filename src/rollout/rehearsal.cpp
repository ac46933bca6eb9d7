#include "rollout/rehearsal.hpp"

#include "base/json_at.hpp"
#include "base/json_diff.hpp"
#include "base/json_patch.hpp"
#include "model/views.hpp"
#include "rollout/decide.hpp"

namespace rollout {

namespace {

namespace json = base::json;
using target::Color;

/// Each write brings the objects closer to the wish, so there is an end; this is for a fault in our own
/// rules.
constexpr int most_writes_of_a_step = 8;

/// The pods that a Deployment will have when its controller and the kubelets have done their work.
base::Result<void> settle(ClusterState const& state, ColorState& color) {
    TRY(target::Workload workload,
        target::read_workload(*color.deployment, state.workload.container.value_or("")));
    color.pods.clear();
    color.endpoints.clear();
    for (int i = 0; i < workload.replicas; ++i) {
        target::Pod pod{.name = fmt::format("{}-{}", workload.name, i), .revision = workload.revision};
        pod.uid = fmt::format("{} r{}", pod.name, pod.revision);
        pod.ready = true;
        color.endpoints.insert(pod.uid);
        color.pods.push_back(std::move(pod));
    }
    return {};
}

/// Who has no share any more has had none for long enough.
void let_time_pass(ClusterState& state) {
    for (Color color : {Color::blue, Color::green}) state.of(color).idle_for = std::chrono::hours(1);
}

base::Result<void> put(ClusterState& state, PatchObject const& order, json::value after) {
    if (order.resource == "services") {
        state.service = std::move(after);
        return {};
    }
    if (order.resource != "deployments") {
        state.route = std::move(after);
        return {};
    }
    std::string const name = base::text_at(after, "/metadata/name");
    for (Color color : {Color::blue, Color::green})
        if (name == deployment_name(state.workload, color)) {
            state.of(color).deployment = std::move(after);
            return settle(state, state.of(color));
        }
    return {};
}

base::Result<Rehearsed> write(ClusterState& state, Effect effect, model::Rollout const& rollout) {
    PatchObject const& order = std::get<PatchObject>(effect.order);
    std::int64_t const epoch = std::max(rollout.epoch, target::epoch_of(order.seen));
    Rehearsed done{.step = rollout.step + 1, .before = order.seen};
    done.patch = target::fenced(order.patch, order.seen, {epoch, order.written});
    TRY(done.after, base::apply_patch(order.seen, done.patch));
    TRY_VOID(put(state, order, done.after));
    done.effect = std::move(effect);
    return done;
}

bool is_a_note_of_ours(std::string const& pointer) {
    for (std::string_view mark : {target::mark::epoch, target::mark::written})
        if (pointer == "/metadata/annotations/" + base::pointer_token(mark)) return true;
    return false;
}

std::optional<std::string> text_of(std::optional<json::value> const& value) {
    return value ? std::optional(json::serialize(*value)) : std::nullopt;
}

}  // namespace

base::Result<std::vector<Rehearsed>> rehearse(model::Rollout rollout, ClusterState state) {
    std::vector<Rehearsed> all;
    rollout.insists = true;
    for (Color color : {Color::blue, Color::green})
        if (state.of(color).deployment) TRY_VOID(settle(state, state.of(color)));
    for (rollout.step = 0; rollout.step < static_cast<int>(rollout.plan.size()); ++rollout.step) {
        for (int writes = 0; writes < most_writes_of_a_step; ++writes) {
            let_time_pass(state);
            TRY(Observation seen, observation_of(state));
            std::vector<Effect> missing = seen.sight->missing(wish_of(rollout, seen));
            if (missing.empty()) break;
            TRY(Rehearsed done, write(state, std::move(missing.front()), rollout));
            all.push_back(std::move(done));
        }
    }
    return all;
}

std::vector<model::FieldChange> field_changes(json::value const& before, json::value const& after) {
    std::vector<model::FieldChange> changes;
    for (base::Difference const& difference : base::differences(before, after))
        if (!is_a_note_of_ours(difference.pointer))
            changes.push_back({difference.pointer, text_of(difference.before), text_of(difference.after)});
    return changes;
}

}  // namespace rollout
