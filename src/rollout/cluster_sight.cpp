#include "rollout/cluster_sight.hpp"

#include <cmath>

#include "base/json_at.hpp"
#include "base/json_patch.hpp"

namespace rollout {

namespace {

namespace json = base::json;
using target::Color;
using target::Pod;

/// A data plane takes some time to hear of a change; and requests that were sent before it end meanwhile.
constexpr Duration settle_time = 5s;

traffic::RouteKind kind_of(Split split) {
    return split == Split::http_route ? traffic::RouteKind::http_route : traffic::RouteKind::virtual_service;
}

bool has_route(Split split) { return split == Split::virtual_service || split == Split::http_route; }

std::string selector_pointer() { return "/spec/selector/" + base::pointer_token(color_label); }

/// Why the route's data plane does not do what is written in it, or rules that do not agree; empty: all is
/// well.
std::string dispute(ClusterState const& state) {
    Split const split = split_of(state);
    if (!has_route(split)) return {};
    auto const shares = traffic::read_shares(kind_of(split), *state.route, backends_of(state));
    if (shares && !shares->dispute.empty()) return shares->dispute;
    return traffic::not_accepted(kind_of(split), *state.route);
}

/// A color of a component, as read. One whose Deployment is gone has its name only.
struct Side {
    Color color{};
    bool is_gone = false;
    target::Workload workload{};
    int ready = 0;          // pods of the workload's revision that take requests, or could
    int share_percent = 0;  // of the traffic: the most that any rule of the route gives it
};

bool is_routable(Pod const& pod, ColorState const& state, Split split) {
    // With a route each color has a Service of its own; the other ways the pods that get none are in no
    // Service.
    return pod.ready && (!has_route(split) || state.endpoints.contains(pod.uid));
}

int ready_count(ColorState const& state, int revision, Split split) {
    return static_cast<int>(std::count_if(state.pods.begin(), state.pods.end(), [&](Pod const& pod) {
        return pod.revision == revision && is_routable(pod, state, split);
    }));
}

int rounded_percent(int part, int whole) {
    return whole == 0 ? 0 : static_cast<int>(std::lround(100.0 * part / whole));
}

std::string data_plane_name(ClusterState const& state) {
    if (has_route(split_of(state))) return traffic::name_of(kind_of(split_of(state)), *state.route);
    return "Service " + state.traffic.service.value_or("");
}

// -- What we wrote, in short, and what others have changed since.

std::string written(std::string const& image, int replicas) { return fmt::format("{} x{}", image, replicas); }
std::string written_share(int blue) { return fmt::format("blue={}", blue); }

/// "kubectl-edit at 2026-11-24T10:42:07Z": of others the one who wrote last.
std::string who_changed(json::value const& object, k8s::Path path) {
    k8s::Manager last;
    for (k8s::Manager& manager : k8s::managers_of(object, path))
        if (manager.name != k8s::own_manager && manager.time >= last.time) last = std::move(manager);
    return last.name.empty() ? "somebody" : fmt::format("{} at {}", last.name, last.time);
}

std::string gone(ClusterState const& state, Color color) {
    return fmt::format("there is no Deployment {} in namespace {}; a component needs two, one of each color",
                       deployment_name(state.workload, color), state.namespace_);
}

std::optional<Drift> drift_of_deployment(ColorState const& color, std::string const& container) {
    std::string const before = target::written_in(*color.deployment);
    std::size_t const space = before.rfind(" x");
    auto const now = target::read_workload(*color.deployment, container);
    if (space == std::string::npos || !now) return {};
    std::string const image = before.substr(0, space);
    std::string const replicas = before.substr(space + 2);
    std::string const object = "Deployment " + now->name;
    if (image != now->image)
        return Drift{object, fmt::format("{}'s image was changed from {} to {} by {}", object, image,
                                         now->image, who_changed(*color.deployment, {"spec", "template"}))};
    // An autoscaler may change a number, but not from or to none.
    bool const is_autoscaled = color.autoscaled && replicas != "0" && now->replicas != 0;
    if (is_autoscaled || replicas == std::to_string(now->replicas)) return {};
    return Drift{object, fmt::format("{} was scaled from {} to {} by {}", object, replicas, now->replicas,
                                     who_changed(*color.deployment, {"spec", "replicas"}))};
}

std::optional<Drift> drift_of_route(ClusterState const& state) {
    Split const split = split_of(state);
    std::string const before = target::written_in(*state.route);
    auto const shares = traffic::read_shares(kind_of(split), *state.route, backends_of(state));
    // Rules that do not agree are told by their own sentence.
    if (before.empty() || !shares || !shares->dispute.empty()) return {};
    std::string const now = written_share(shares->blue_at_most);
    if (before == now) return {};
    std::string const who = split == Split::http_route ? who_changed(*state.route, {"spec", "rules"})
                                                       : who_changed(*state.route, {"spec", "http"});
    return Drift{
        data_plane_name(state),
        fmt::format("{}'s weights were changed from {} % to {} % for {} by {}", data_plane_name(state),
                    before.substr(before.find('=') + 1), shares->blue_at_most, backends_of(state).blue, who)};
}

std::optional<Drift> drift_of_selector(ClusterState const& state) {
    std::string const before = target::written_in(*state.service);
    std::string const now = base::text_at(*state.service, selector_pointer());
    if (before.empty() || before == now) return {};
    return Drift{
        data_plane_name(state),
        fmt::format("{} was pointed from {} to {} by {}", data_plane_name(state), before,
                    now.empty() ? "no color" : now, who_changed(*state.service, {"spec", "selector"}))};
}

class ClusterSight : public Sight {
public:
    ClusterSight(ClusterState state, std::array<Side, 2> sides)
        : state_(std::move(state)), sides_(std::move(sides)), split_(split_of(state_)) {
        for (Drift const& drift : drift_of(state_)) drifted_.insert(drift.object);
    }

    std::vector<Effect> missing(Wish const& wish) const override {
        std::vector<Effect> effects;
        for (Part const& part : wish.parts) {
            Side const* side = side_of(part.revision.number);
            if (!side)
                install(part, wish, effects);
            else if (side->workload.replicas < part.replicas && !is_ruled_by_autoscaler(*side) &&
                     !is_left_alone(object_of(*side), wish))
                effects.push_back(scale(*side, part.replicas));
        }
        shift(wish, effects);
        for (Side const& side : sides_) shrink(side, wish, effects);
        return effects;
    }

    bool in_force(Wish const& wish) const override {
        if (!dispute(state_).empty()) return false;
        return std::all_of(wish.parts.begin(), wish.parts.end(), [&](Part const& part) {
            if (part.weight_percent == 0) return true;
            Side const* side = side_of(part.revision.number);
            if (!side || side->ready == 0) return false;
            return split_ == Split::ratio ? side->ready >= part.replicas
                                          : side->share_percent == part.weight_percent;
        });
    }

private:
    Side const* side_of(int revision) const {
        for (Side const& side : sides_)
            if (side.workload.revision == revision && revision != 0) return &side;
        return nullptr;
    }
    Part const* part_of(Side const& side, Wish const& wish) const {
        return wish.part_of(side.workload.revision, 0);
    }
    json::value const& deployment_of(Side const& side) const { return *state_.of(side.color).deployment; }
    /// From 0 on the number is ours; what an autoscaler has raised or lowered is its own.
    bool is_ruled_by_autoscaler(Side const& side) const {
        return state_.of(side.color).autoscaled && side.workload.replicas > 0;
    }
    std::string object_of(Side const& side) const { return "Deployment " + side.workload.name; }

    Effect patch(Purpose purpose, std::string object, std::string text, PatchObject order) const {
        return {purpose, std::move(object), std::move(text), std::move(order)};
    }

    /// What others have changed stays as they want it, until somebody insists.
    bool is_left_alone(std::string const& object, Wish const& wish) const {
        return !wish.insists && drifted_.contains(object);
    }

    // -- Deployments.

    /// Onto the color that no other part has, and never where requests go.
    void install(Part const& part, Wish const& wish, std::vector<Effect>& effects) const {
        Side const* free = nullptr;
        for (Side const& side : sides_)
            if (!side.is_gone && !part_of(side, wish) && (!free || side.share_percent < free->share_percent))
                free = &side;
        if (!free || free->share_percent > 0) return;
        std::string image = part.revision.workload.image.value_or("");
        for (auto at = image.find("{version}"); at != std::string::npos; at = image.find("{version}"))
            image.replace(at, std::string_view("{version}").size(), part.revision.version);
        auto changes = target::install(deployment_of(*free), state_.workload.container.value_or(""),
                                       {.revision = part.revision.number,
                                        .version = part.revision.version,
                                        .image = image,
                                        .replicas = part.replicas});
        if (!changes) return;  // no such container: but then there was no observation
        effects.push_back(patch(Purpose::start, object_of(*free),
                                fmt::format("install {} on {} with {}", part.revision.version,
                                            free->workload.name, pods(part.replicas)),
                                {.resource = "deployments",
                                 .seen = deployment_of(*free),
                                 .patch = std::move(*changes),
                                 .written = written(image, part.replicas)}));
    }

    Effect scale(Side const& side, int replicas) const {
        return patch(replicas > side.workload.replicas ? Purpose::start : Purpose::stop, object_of(side),
                     fmt::format("scale {} to {}", side.workload.name, replicas),
                     {.resource = "deployments",
                      .seen = deployment_of(side),
                      .patch = target::scale(deployment_of(side), replicas),
                      .written = written(side.workload.image, replicas)});
    }

    void shrink(Side const& side, Wish const& wish, std::vector<Effect>& effects) const {
        Part const* part = part_of(side, wish);
        int const wanted = part ? part->replicas : 0;
        if (side.workload.revision == 0 || side.workload.replicas <= wanted) return;  // or it was never ours
        if (part && state_.of(side.color).autoscaled) return;
        if (is_left_alone(object_of(side), wish)) return;
        bool const is_last = !part && split_ == Split::ratio && others_ready(side) == 0;
        bool const serves =
            split_ != Split::ratio && !part &&
            (side.share_percent > 0 || (state_.of(side.color).idle_for < settle_time && !wish.cut));
        if (!is_last && !serves) effects.push_back(scale(side, wanted));
    }

    int others_ready(Side const& side) const { return sides_[side.color == Color::blue ? 1 : 0].ready; }

    static std::string pods(int count) { return count == 1 ? "1 pod" : fmt::format("{} pods", count); }

    // -- Requests.

    /// Nobody gets a share who has no pod that could take it: then the shares stay as they are.
    void shift(Wish const& wish, std::vector<Effect>& effects) const {
        int blue = 0;
        for (Part const& part : wish.parts) {
            Side const* side = side_of(part.revision.number);
            if (part.weight_percent == 0) continue;
            if (!side || side->ready == 0) return;
            if (side->color == Color::blue) blue = part.weight_percent;
        }
        if (wish.parts.empty() || is_left_alone(data_plane_name(state_), wish)) return;
        if (has_route(split_))
            set_weights(blue, effects);
        else if (split_ == Split::selector && (blue == 100 || blue == 0))
            select(blue == 100 ? Color::blue : Color::green, effects);
    }

    void set_weights(int blue, std::vector<Effect>& effects) const {
        traffic::Backends const backends = backends_of(state_);
        auto changes = traffic::patch_shares(kind_of(split_), *state_.route, backends, blue);
        if (!changes || changes->empty()) return;
        std::string const object = traffic::name_of(kind_of(split_), *state_.route);
        effects.push_back(patch(Purpose::route, object,
                                fmt::format("route {}: {} {} %, {} {} %", object, backends.blue, blue,
                                            backends.green, 100 - blue),
                                {.resource = split_ == Split::http_route ? "httproutes" : "virtualservices",
                                 .seen = *state_.route,
                                 .patch = std::move(*changes),
                                 .written = written_share(blue)}));
    }

    void select(Color color, std::vector<Effect>& effects) const {
        std::string const pointer = selector_pointer();
        std::string const selected = base::text_at(*state_.service, pointer);
        std::string const wanted(base::enum_name(color));
        if (selected == wanted) return;
        json::array changes{
            json::object{{"op", "test"}, {"path", pointer}, {"value", selected}},
            json::object{{"op", "replace"}, {"path", pointer}, {"value", wanted}},
        };
        std::string const object = "Service " + base::text_at(*state_.service, "/metadata/name");
        effects.push_back(patch(Purpose::route, object, fmt::format("point {} to {}", object, wanted),
                                {.resource = "services",
                                 .seen = *state_.service,
                                 .patch = std::move(changes),
                                 .written = wanted}));
    }

    ClusterState state_;
    std::array<Side, 2> sides_;
    Split split_;
    std::set<std::string> drifted_{};
};

// -- Reading.

base::Result<Side> read_side(ClusterState const& state, Color color) {
    ColorState const& seen = state.of(color);
    Side side{.color = color, .is_gone = !seen.deployment};
    if (side.is_gone) {
        side.workload.name = deployment_name(state.workload, color);
        return side;
    }
    TRY(side.workload, target::read_workload(*seen.deployment, state.workload.container.value_or("")));
    side.ready = ready_count(seen, side.workload.revision, split_of(state));
    return side;
}

base::Result<traffic::Shares> shares_of(ClusterState const& state, int blue_ready, int green_ready) {
    Split const split = split_of(state);
    if (has_route(split)) {
        if (!state.route)
            return base::unavailable(
                fmt::format("there is no {} {} in namespace {}",
                            split == Split::http_route ? "HTTPRoute" : "VirtualService",
                            state.traffic.http_route.value_or(state.traffic.virtual_service.value_or("")),
                            state.namespace_));
        return traffic::read_shares(kind_of(split), *state.route, backends_of(state));
    }
    if (!state.service)
        return base::unavailable(fmt::format("there is no Service {} in namespace {}",
                                             state.traffic.service.value_or(""), state.namespace_));
    int const ready = blue_ready + green_ready;
    if (split == Split::ratio)
        return traffic::Shares{.blue_at_most = rounded_percent(blue_ready, ready),
                               .green_at_most = ready == 0 ? 0 : 100 - rounded_percent(blue_ready, ready)};
    bool const blue = base::text_at(*state.service, selector_pointer()) == "blue";
    return traffic::Shares{.blue_at_most = blue ? 100 : 0, .green_at_most = blue ? 0 : 100};
}

base::Result<std::array<Side, 2>> read_sides(ClusterState const& state) {
    if (!state.blue.deployment && !state.green.deployment) return base::unavailable(gone(state, Color::blue));
    TRY(Side blue, read_side(state, Color::blue));
    TRY(Side green, read_side(state, Color::green));
    TRY(traffic::Shares shares, shares_of(state, blue.ready, green.ready));
    blue.share_percent = shares.blue_at_most;
    green.share_percent = shares.green_at_most;
    return std::array<Side, 2>{std::move(blue), std::move(green)};
}

Replica replica_of(Pod const& pod, int slot, Side const& side, ColorState const& state, Split split) {
    Replica replica{.name = pod.name,
                    .revision = pod.revision,
                    .slot = slot,
                    .started = true,
                    .routable = is_routable(pod, state, split),
                    // Until the data plane has heard of it, somebody may still be sending.
                    .in_route = side.share_percent > 0 || state.idle_for < settle_time,
                    .view = {.name = pod.name,
                             .version = pod.revision == side.workload.revision ? side.workload.version : "",
                             .phase = pod.leaving ? "Terminating" : pod.phase,
                             .starts = pod.restarts + 1,
                             .last_exit = pod.last_exit,
                             .weight = side.share_percent,
                             .routable = is_routable(pod, state, split),
                             .draining = side.share_percent == 0 && pod.ready,
                             .check = pod.trouble}};
    if (!replica.routable)
        replica.trouble =
            fmt::format("{}: {}", pod.name,
                        pod.trouble.empty() ? "no Service has it among its endpoints yet" : pod.trouble);
    return replica;
}

/// Why a Deployment has fewer pods than it should.
std::string shortage_of(Side const& side, int pods) {
    target::Workload const& workload = side.workload;
    if (!workload.shortage.empty())
        return fmt::format("{} cannot make its pods: {}", workload.name, workload.shortage);
    if (workload.paused) return workload.name + " is paused";
    return fmt::format("{} has made {} of {} pods", workload.name, pods, workload.replicas);
}

void add_replicas(Observation& seen, Side const& side, ClusterState const& state) {
    ColorState const& color = state.of(side.color);
    std::map<int, int> slots;
    for (Pod const& pod : color.pods)
        seen.replicas.push_back(replica_of(pod, slots[pod.revision]++, side, color, split_of(state)));
    int const revision = side.workload.revision;
    if (revision != 0) seen.shortage[revision] = shortage_of(side, slots[revision]);
}

DataPlane data_plane_of(ClusterState const& state, std::array<Side, 2> const& sides) {
    DataPlane plane{.name = data_plane_name(state),
                    .running = true,
                    .problem = dispute(state),
                    .counted_by = state.metrics_name,
                    .queries = state.metrics_queries,
                    .not_counted = state.metrics_problem};
    for (Side const& side : sides) {
        if (side.workload.revision != 0) plane.shares_percent[side.workload.revision] = side.share_percent;
        if (side.ready == 0) plane.unserved_percent += side.share_percent;
    }
    for (Counter counter : state.counters) {
        Side const& side = sides[counter.name.starts_with("blue") ? 0 : 1];
        counter.revision = side.workload.revision;
        // Each revision of a color counts for itself, from where the one before it ended.
        counter.name = fmt::format("{} r{}", counter.name, counter.revision);
        counter.has_past = true;
        plane.counters.push_back(std::move(counter));
    }
    return plane;
}

// -- For a health check.

InspectedReplica inspected(Pod const& pod) {
    std::string const restarts =
        pod.restarts == 0 ? "" : fmt::format(", {} restart{}", pod.restarts, pod.restarts == 1 ? "" : "s");
    return {.name = pod.name,
            .ready = pod.ready,
            .trouble = pod.ready ? "" : fmt::format("{}: {}{}", pod.name, pod.trouble, restarts),
            .runs = pod.phase == "Running"};
}

/// Endpoints are pods; what is none of this component's has only a uid.
std::string name_of_endpoint(std::string const& uid, ClusterState const& state) {
    for (Color color : {Color::blue, Color::green})
        for (Pod const& pod : state.of(color).pods)
            if (pod.uid == uid) return pod.name;
    return "a pod of something else, with the uid " + uid;
}

/// A Service that selects both colors has the other one's pods as well.
bool is_of_other_color(std::string const& uid, Side const& side, ClusterState const& state) {
    std::vector<Pod> const& pods = state.of(other(side.color)).pods;
    return std::any_of(pods.begin(), pods.end(), [&](Pod const& pod) { return pod.uid == uid; });
}

Endpoints endpoints_of(Side const& side, ClusterState const& state, std::string const& problem) {
    Split const split = split_of(state);
    Endpoints endpoints{.holder = "Service " + backend_of(state, side.color), .not_looked_at = problem};
    if (split == Split::selector && side.share_percent == 0)
        endpoints.not_wanted = fmt::format("{} points to {}", endpoints.holder,
                                           base::text_at(*state.service, selector_pointer()));
    for (std::string const& uid : state.of(side.color).endpoints)
        if (split != Split::ratio || !is_of_other_color(uid, side, state))
            endpoints.names.insert(name_of_endpoint(uid, state));
    return endpoints;
}

std::optional<InspectedColor> inspected(Side const& side, ClusterState const& state,
                                        std::string const& endpoints_problem) {
    InspectedColor color{.color = side.color,
                         .version = side.workload.version,
                         .missing = side.is_gone ? gone(state, side.color) : "",
                         .wanted = side.workload.replicas,
                         .endpoints = endpoints_of(side, state, endpoints_problem),
                         .share_percent = side.share_percent};
    for (Pod const& pod : state.of(side.color).pods)
        if (pod.revision == side.workload.revision && !pod.leaving) color.replicas.push_back(inspected(pod));
    color.shortage = shortage_of(side, static_cast<int>(color.replicas.size()));
    bool const is_there = color.wanted > 0 || !color.replicas.empty() || color.share_percent > 0;
    return is_there ? std::optional(std::move(color)) : std::nullopt;
}

}  // namespace

std::string backend_of(ClusterState const& state, Color color) {
    traffic::Backends const backends = backends_of(state);
    if (!has_route(split_of(state))) return state.traffic.service.value_or("");
    return color == Color::blue ? backends.blue : backends.green;
}

std::string deployment_name(model::Workload const& workload, Color color) {
    return fmt::format("{}-{}", workload.deployment.value_or(""), base::enum_name(color));
}

traffic::Backends backends_of(ClusterState const& state) {
    std::string const service = state.traffic.service.value_or("");
    return {.blue = service + "-blue", .green = service + "-green", .namespace_ = state.namespace_};
}

Split split_of(ClusterState const& state) {
    if (state.traffic.http_route) return Split::http_route;
    if (state.traffic.virtual_service) return Split::virtual_service;
    bool const selects = state.service && base::find_at(*state.service, selector_pointer());
    return selects ? Split::selector : Split::ratio;
}

std::vector<Drift> drift_of(ClusterState const& state) {
    std::vector<Drift> found;
    auto add = [&](std::optional<Drift> drift) {
        if (drift) found.push_back(std::move(*drift));
    };
    if (has_route(split_of(state)) && state.route) add(drift_of_route(state));
    // That a Service no longer selects a color makes it another way to split, so it is looked at in any case.
    if (!has_route(split_of(state)) && state.service) add(drift_of_selector(state));
    for (Color color : {Color::blue, Color::green}) {
        std::string const container = state.workload.container.value_or("");
        if (state.of(color).deployment)
            add(drift_of_deployment(state.of(color), container));
        else
            add(Drift{.object = "Deployment " + deployment_name(state.workload, color),
                      .text = gone(state, color),
                      .is_gone = true});
    }
    return found;
}

base::Result<void> check_deployments(ClusterState const& state) {
    for (Color color : {Color::blue, Color::green})
        if (!state.of(color).deployment) return base::unavailable(gone(state, color));
    return {};
}

base::Result<Observation> observation_of(ClusterState state) {
    TRY(auto sides, read_sides(state));
    Observation seen;
    for (Side const& side : sides) add_replicas(seen, side, state);
    std::sort(seen.replicas.begin(), seen.replicas.end(), [](Replica const& a, Replica const& b) {
        return std::tie(a.revision, a.slot, a.name) < std::tie(b.revision, b.slot, b.name);
    });
    seen.traffic = data_plane_of(state, sides);
    for (Drift& drift : drift_of(state))
        (drift.is_gone ? seen.gone : seen.drift).push_back(std::move(drift.text));
    seen.sight = std::make_shared<ClusterSight>(std::move(state), std::move(sides));
    return seen;
}

base::Result<Inspection> inspection_of(ClusterState const& state, std::string const& endpoints_problem) {
    TRY(auto sides, read_sides(state));
    Inspection inspection{.data_plane = data_plane_name(state), .problem = dispute(state)};
    for (Side const& side : sides)
        if (auto color = inspected(side, state, endpoints_problem))
            inspection.colors.push_back(std::move(*color));
    return inspection;
}

}  // namespace rollout
