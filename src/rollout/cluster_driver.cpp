#include "rollout/cluster_driver.hpp"

#include "base/json_at.hpp"
#include "base/json_patch.hpp"
#include "base/log.hpp"
#include "base/together.hpp"
#include "rollout/impl/checks.hpp"
#include "rollout/impl/cluster.hpp"
#include "rollout/impl/survey.hpp"

namespace rollout {

namespace json = base::json;
using impl::Cluster;

namespace {

/// What others have changed, if it is not simply written again.
std::vector<std::string> holds(model::Rollout const& draft, ClusterState const& state) {
    std::vector<std::string> sentences;
    if (draft.settings.on_drift == model::DriftPolicy::hold)
        for (Drift const& drift : drift_of(state))
            sentences.push_back(drift.text +
                                ": put it back, or the deployment is held until somebody resumes it");
    return sentences;
}

/// That we may not write it is said by the check of the rights, once.
bool may_write(PatchObject const& order, std::string const& name, Survey const& survey) {
    return !survey.denied ||
           std::none_of(survey.denied->begin(), survey.denied->end(), [&](k8s::Action const& action) {
               return action.verb == "patch" && action.resource.plural == order.resource &&
                      action.name.name == name;
           });
}

/// Without a state only access is checked. Errors: as observe.
base::Result<Premises> premises_of(model::Rollout const& draft, Cluster& cluster) {
    Premises premises{.rollout = draft, .namespace_ = cluster.namespace_name()};
    auto state = cluster.state_of(draft.component, draft.to);
    if (!state) return premises;
    TRY(premises.writes, rehearse(draft, *state));
    premises.state = std::move(*state);
    return premises;
}

Rehearsal rehearsal_of(Premises const& premises) {
    Rehearsal rehearsal{.checks = preflight(premises)};
    if (premises.state) rehearsal.holds = holds(premises.rollout, *premises.state);
    for (Rehearsed const& write : premises.writes)
        rehearsal.changes.push_back({.component = premises.rollout.component,
                                     .step = write.step,
                                     .object = write.effect.object,
                                     .text = write.effect.text,
                                     .patch = write.patch,
                                     .fields = field_changes(write.before, write.after)});
    return rehearsal;
}

/// Components whose writes are tried at the same time: more would only stand in line.
constexpr std::size_t tried_at_once = 4;

}  // namespace

struct ClusterDriver::Impl {
    ClusterSurroundings world;
    ClusterSettings settings;
    std::map<std::string, std::shared_ptr<Cluster>> clusters{};  // by environment
    OnClusterChange changed{};

    std::shared_ptr<Cluster> watch(model::Environment const& environment) const {
        return Cluster::watch(world, settings, environment, changed);
    }

    base::Result<std::shared_ptr<Cluster>> find(ComponentKey const& key) const {
        auto found = clusters.find(key.environment);
        if (found != clusters.end()) return found->second;
        return base::unavailable(fmt::format(
            "environment {} is no longer declared as a cluster, so it cannot be looked at", key.environment));
    }

    /// The writes to one object stand in one patch, each time one more: so the API server sees each of them
    /// on top of those before it, although it keeps none. Without an answer none is waited for again.
    static awaitable<void> try_writes(Cluster& cluster, Premises& premises) {
        std::map<std::string, json::array> asked;
        std::set<std::string> refused;
        for (Rehearsed const& write : premises.writes) {
            PatchObject const& order = std::get<PatchObject>(write.effect.order);
            std::string const name = base::text_at(order.seen, "/metadata/name");
            if (refused.contains(write.effect.object) || !may_write(order, name, premises.survey)) continue;
            json::array& patch = asked[write.effect.object];
            patch.insert(patch.end(), write.patch.begin(), write.patch.end());
            auto answer = co_await cluster.try_patch(order.resource, name, patch);
            if (!answer) refused.insert(write.effect.object);
            bool const is_last = !answer && impl::is_unanswered(answer.error());
            premises.survey.dry_runs.push_back({write.step, write.effect.text, std::move(answer)});
            if (is_last) co_return;
        }
    }

    static awaitable<void> try_all_writes(Cluster& cluster, std::vector<Premises>& all, std::size_t most) {
        std::size_t writes = 0;
        for (Premises const& premises : all) writes += premises.writes.size();
        if (writes > most) {
            for (Premises& premises : all)
                premises.survey.not_tried = fmt::format(
                    "no write was tried: there are {}, and a deployment that is to begin tries {} at most; "
                    "its plan tries them all",
                    writes, most);
            co_return;
        }
        std::size_t next = 0;
        auto work = [&]() -> awaitable<void> {
            while (next < all.size()) {
                Premises& premises = all[next++];
                co_await try_writes(cluster, premises);
            }
        };
        std::vector<awaitable<void>> workers;
        for (std::size_t i = 0; i < std::min(tried_at_once, all.size()); ++i) workers.push_back(work());
        co_await base::together(std::move(workers));
    }
};

ClusterDriver::ClusterDriver(ClusterSurroundings surroundings, ClusterSettings settings)
    : impl_(std::make_shared<Impl>(Impl{surroundings, std::move(settings)})) {}

ClusterDriver::~ClusterDriver() { stop(); }

void ClusterDriver::declare(model::Environments const& environments) {
    std::map<std::string, std::shared_ptr<Cluster>> now;
    for (model::Environment const& environment : environments.environments) {
        if (!environment.target.kubernetes) continue;
        auto before = impl_->clusters.find(environment.name);
        if (before != impl_->clusters.end() && before->second->take_over(environment)) {
            now[environment.name] = before->second;
            impl_->clusters.erase(before);
            continue;
        }
        now[environment.name] = impl_->watch(environment);
    }
    stop();
    impl_->clusters = std::move(now);
}

void ClusterDriver::refresh(std::string const& uploaded) {
    for (auto& [environment, cluster] : impl_->clusters) {
        if (cluster->environment().target.kubernetes->uploaded != uploaded) continue;
        cluster->stop();
        cluster = impl_->watch(cluster->environment());
    }
}

void ClusterDriver::on_change(OnClusterChange listener) { impl_->changed = std::move(listener); }

void ClusterDriver::stop() {
    for (auto const& [environment, cluster] : impl_->clusters) cluster->stop();
    impl_->clusters.clear();
}

awaitable<base::Result<Observation>> ClusterDriver::observe(ComponentKey key, model::Revision of) {
    CO_TRY(std::shared_ptr<Cluster> cluster, impl_->find(key));
    CO_TRY(ClusterState state, cluster->state_of(key.component, of));
    CO_TRY(Observation seen, observation_of(std::move(state)));
    cluster->note_shares(key.component, seen);
    co_return seen;
}

awaitable<base::Result<void>> ClusterDriver::perform(ComponentKey key, Effect effect, std::int64_t epoch) {
    CO_TRY(std::shared_ptr<Cluster> cluster, impl_->find(key));
    PatchObject& order = std::get<PatchObject>(effect.order);
    if (std::int64_t const writer = target::epoch_of(order.seen); writer > epoch)
        co_return base::conflict(
            fmt::format("another portal (epoch {}) has taken over {}; this one (epoch {}) must not write",
                        writer, effect.object, epoch));
    // Requests first: a change of a route may be what saves them, and goes ahead of all other work on this
    // cluster.
    target::Writer const writer{epoch, order.written};
    co_return co_await cluster->patch(order.resource, base::text_at(order.seen, "/metadata/name"),
                                      target::fenced(std::move(order.patch), order.seen, writer),
                                      effect.purpose == Purpose::route);
}

awaitable<base::Result<void>> ClusterDriver::check(ComponentKey key, model::Component component, std::string,
                                                   model::Strategy strategy) {
    model::Revision of{.workload = *component.workload, .traffic = *component.traffic};
    CO_TRY(std::shared_ptr<Cluster> cluster, impl_->find(key));
    CO_TRY(ClusterState state, cluster->state_of(key.component, of));
    CO_TRY_VOID(check_deployments(state));
    Split const split = split_of(state);
    auto seen = observation_of(std::move(state));
    if (!seen) co_return seen.error();
    if (!seen->traffic.problem.empty()) co_return base::invalid(seen->traffic.problem);
    std::string const service = component.traffic->service.value_or("");
    if (strategy == model::Strategy::blue_green && split == Split::ratio)
        co_return base::invalid(
            fmt::format("blue-green needs a Service that selects one color: give the selector of Service {} "
                        "the label {}, or name a route",
                        service, color_label));
    if (strategy != model::Strategy::blue_green && split == Split::selector)
        co_return base::invalid(
            fmt::format("{} needs a route with weights, or a Service that selects both colors: Service {} "
                        "selects one by {}",
                        base::enum_name(strategy), service, color_label));
    co_return base::Result<void>{};
}

awaitable<std::vector<base::Result<Rehearsal>>> ClusterDriver::rehearse(std::vector<model::Rollout> drafts,
                                                                        std::size_t most_dry_runs) {
    std::vector<base::Result<Rehearsal>> answers(drafts.size(), Rehearsal{});
    if (drafts.empty()) co_return answers;
    auto found = impl_->find({drafts.front().environment, {}});
    auto client = found ? (*found)->client() : base::Result<k8s::Client>(found.error());
    if (!client) co_return std::vector<base::Result<Rehearsal>>(drafts.size(), client.error());
    std::shared_ptr<Cluster> const& cluster = *found;
    std::vector<Premises> all;
    std::vector<std::size_t> places;  // of each of them in the answers
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        auto premises = premises_of(drafts[i], *cluster);
        if (!premises) {
            answers[i] = premises.error();
            continue;
        }
        all.push_back(std::move(*premises));
        places.push_back(i);
    }
    if (all.empty()) co_return answers;
    NamespaceSurvey around = co_await impl::read_survey(std::move(*client), all);
    around.autoscalers = cluster->autoscalers();
    co_await Impl::try_all_writes(*cluster, all, most_dry_runs);
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].around = std::move(around);  // lent: there may be much of it
        answers[places[i]] = rehearsal_of(all[i]);
        around = std::move(all[i].around);
    }
    co_return answers;
}

awaitable<base::Result<Inspection>> ClusterDriver::inspect(ComponentKey key, model::Revision of,
                                                           std::map<model::Color, Part>) {
    CO_TRY(std::shared_ptr<Cluster> cluster, impl_->find(key));
    CO_TRY(ClusterState state, cluster->state_of(key.component, of));
    auto read = co_await cluster->read_endpoints(state);
    co_return inspection_of(state, read ? "" : read.error().message);
}

awaitable<base::Result<std::vector<model::ClusterEvent>>> ClusterDriver::events(
    std::string environment, std::map<std::string, model::Revision> of) {
    CO_TRY(std::shared_ptr<Cluster> cluster, impl_->find({std::move(environment), {}}));
    co_return co_await cluster->events(std::move(of));
}

awaitable<NodeAnswer> ClusterDriver::ask(ComponentKey key, InspectedReplica replica, model::Rpc rpc,
                                         std::string body) {
    auto cluster = impl_->find(key);
    if (!cluster) co_return NodeAnswer{.not_asked = cluster.error().message};
    auto asking = (*cluster)->ask(std::move(replica.name), std::move(rpc), std::move(body));
    co_return co_await std::move(asking);
}

}  // namespace rollout
