// Deployments: order one, look at them, and steer them.
#include "api/handlers.hpp"

namespace api {

namespace {

using model::DeploymentId;
using model::DeploymentView;
using rollout::Action;

/// A deployment that was created, or would have been had it not been already.
Answer<Ready<DeploymentView>> created(Call& call, Order order) {
    CO_TRY(std::string body, co_await once(call, std::move(order)));
    co_return Ready<DeploymentView>{json_answer(call, 202, std::move(body))};
}

Answer<DeploymentView> act(Call& call, Action action) {
    CO_TRY_VOID(check_id(call.deployment()));
    co_return co_await call.engine().act(call.deployment(), action, call.caller());
}

Result<store::Page<DeploymentView>> read_page(store::Transaction& transaction,
                                              store::DeploymentFilter const& filter) {
    TRY(store::Page<model::Deployment> page, store::list_deployments(transaction, filter));
    std::vector<DeploymentId> ids;
    ids.reserve(page.items.size());
    for (model::Deployment const& deployment : page.items) ids.push_back(deployment.id);
    TRY(std::vector<model::Rollout> rollouts, store::rollouts_of(transaction, ids));
    std::map<DeploymentId, std::vector<model::Rollout>> by_deployment;
    for (model::Rollout& rollout : rollouts) by_deployment[rollout.deployment].push_back(std::move(rollout));
    store::Page<DeploymentView> views{.next = std::move(page.next)};
    for (model::Deployment const& deployment : page.items)
        views.items.push_back(rollout::view_of(deployment, by_deployment[deployment.id]));
    return views;
}

Result<store::DeploymentFilter> filter_of(DeploymentsQuery const& query) {
    TRY(std::string after, place_of(query.after));
    return store::DeploymentFilter{.environment = query.environment.value_or(""),
                                   .status = query.status,
                                   .strategy = query.strategy,
                                   .version = query.version.value_or(""),
                                   .trigger = query.trigger,
                                   .created_from = query.created_from,
                                   .created_before = query.created_before,
                                   .sort = query.sort,
                                   .order = query.order,
                                   .after = std::move(after),
                                   .limit = query.limit};
}

}  // namespace

Result<std::string> place_of(std::optional<std::string> const& after) {
    if (!after) return std::string();
    if (after->empty())
        return base::invalid("after: is empty; take it from an answer's \"next\", or leave it out");
    return *after;
}

Result<void> check_id(DeploymentId const& id) {
    bool plausible = id.value.size() <= 64 && std::all_of(id.value.begin(), id.value.end(),
                                                          [](char c) { return c > ' ' && c < '\x7f'; });
    if (plausible) return {};
    return base::not_found("there is no such deployment; an id looks like 01kb0z3v9m4e8r2t6w5y7a1c3d");
}

Answer<model::PlanView> plan(Call& call, Body<model::DeployRequest> body) {
    return call.engine().plan(call.name, std::move(body.value));
}

Answer<Ready<DeploymentView>> deploy(Call& call, Body<model::DeployRequest> body) {
    Order order = [&call, request = std::move(body.value)](rollout::AlsoStore also) {
        return call.engine().deploy(call.name, request, call.caller(), std::move(also));
    };
    co_return co_await created(call, std::move(order));
}

Answer<Ready<DeploymentView>> retry(Call& call, Body<NoFields>) {
    CO_TRY_VOID(check_id(call.deployment()));
    Order order = [&call](rollout::AlsoStore also) {
        return call.engine().retry(call.deployment(), call.caller(), std::move(also));
    };
    co_return co_await created(call, std::move(order));
}

Answer<Ready<DeploymentView>> rollback(Call& call, Body<model::RollbackRequest> body) {
    CO_TRY_VOID(check_id(call.deployment()));
    if (body->version) CO_TRY_VOID(model::check_version(*body->version));
    Order order = [&call, version = body->version](rollout::AlsoStore also) {
        return call.engine().rollback(call.deployment(), version, call.caller(), std::move(also));
    };
    co_return co_await created(call, std::move(order));
}

Answer<DeploymentView> pause(Call& call, Body<NoFields>) { return act(call, Action::pause); }
Answer<DeploymentView> resume(Call& call, Body<NoFields>) { return act(call, Action::resume); }
Answer<DeploymentView> abort(Call& call, Body<NoFields>) { return act(call, Action::abort); }
Answer<DeploymentView> promote(Call& call, Body<model::PromoteRequest> body) {
    return act(call, body->all.value_or(false) ? Action::promote_all : Action::promote);
}

Answer<DeploymentView> find_deployment(Services const& services, DeploymentId id) {
    CO_TRY_VOID(check_id(id));
    if (auto open = services.engine.open_deployment(id)) co_return std::move(*open);
    auto find = [id](store::Transaction& transaction) -> Result<DeploymentView> {
        TRY(model::Deployment deployment, store::find_deployment(transaction, id));
        TRY(std::vector<model::Rollout> rollouts, store::rollouts_of(transaction, id));
        return rollout::view_of(deployment, rollouts);
    };
    co_return co_await services.store.read(std::move(find));
}

Answer<DeploymentView> show_deployment(Call& call) {
    return find_deployment(call.services(), call.deployment());
}

Answer<model::DeploymentList> list_deployments(Call& call, Query<DeploymentsQuery> query) {
    CO_TRY(store::DeploymentFilter filter, filter_of(query.value));
    auto read = [filter](store::Transaction& transaction) { return read_page(transaction, filter); };
    CO_TRY(store::Page<DeploymentView> page, co_await call.store().read(std::move(read)));
    model::DeploymentList list;
    if (!page.next.empty()) list.next = std::move(page.next);
    for (DeploymentView& stored : page.items) {
        auto open = call.engine().open_deployment(stored.id);
        list.items.push_back(open ? std::move(*open) : std::move(stored));
        // Nine tenths of the bytes, and the deployment itself has them.
        for (model::ComponentRolloutView& component : list.items.back().components) component.plan.clear();
    }
    co_return list;
}

Answer<model::SampleList> samples(Call& call, Query<SamplesQuery> query) {
    CO_TRY(DeploymentView view, co_await find_deployment(call.services(), call.deployment()));
    auto read = [id = view.id, component = query->component.value_or(""),
                 after = query->after.value_or(WallTime{}),
                 limit = query->limit](store::Transaction& transaction) {
        return store::read_samples(transaction, id, component, after, limit + 1);
    };
    CO_TRY(std::vector<model::Sample> points, co_await call.store().read(std::move(read)));
    model::SampleList list{.items = std::move(points)};
    if (std::ssize(list.items) > query->limit) {
        // A page ends between two moments, not between two components of one.
        while (list.items.size() > 1 && list.items[list.items.size() - 2].time == list.items.back().time)
            list.items.pop_back();
        list.items.pop_back();
        if (!list.items.empty()) list.next = base::format_time(list.items.back().time);
    }
    co_return list;
}

}  // namespace api
