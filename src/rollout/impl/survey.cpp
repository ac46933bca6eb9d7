#include "rollout/impl/survey.hpp"

#include "base/together.hpp"
#include "rollout/impl/checks.hpp"

namespace rollout::impl {

namespace {

/// Of each request: a slow API server makes checks unknown, and no deployment late.
constexpr k8s::Call call{.limit = 5s};

template <class T>
base::Result<T> plain(k8s::Result<T> result) {
    if (!result) return result.error().as_error();
    return std::move(*result);
}

/// What is given with its reads, which all end before it does.
class Reader {
public:
    Reader(k8s::Client client, std::vector<Premises>& all) : client_(std::move(client)), all_(all) {}

    awaitable<NamespaceSurvey> run() {
        std::vector<awaitable<void>> first;
        first.push_back(read_rights());
        first.push_back(read_version());
        first.push_back(read_routes());
        first.push_back(read_list(k8s::resource_quotas, survey_.quotas));
        first.push_back(read_list(k8s::disruption_budgets, survey_.budgets));
        for (std::string const& name : accounts()) first.push_back(read_account(name));
        co_await base::together(std::move(first));
        std::vector<awaitable<void>> then;
        for (std::string const& name : secrets()) then.push_back(read_secret(name));
        co_await base::together(std::move(then));
        co_return std::move(survey_);
    }

private:
    std::string const& in_namespace() const { return all_.front().namespace_; }

    std::vector<base::json::value const*> deployments() const {
        std::vector<base::json::value const*> found;
        for (Premises const& premises : all_)
            if (premises.state)
                for (base::json::value const* each : deployments_of(premises)) found.push_back(each);
        return found;
    }
    /// Of the pods that name no Secrets themselves.
    std::set<std::string> accounts() const {
        std::set<std::string> names;
        for (base::json::value const* deployment : deployments())
            if (pull_secrets_of(*deployment).empty()) names.insert(account_of(*deployment));
        return names;
    }
    std::set<std::string> secrets() const {
        std::set<std::string> names;
        auto add = [&](std::vector<std::string> const& more) { names.insert(more.begin(), more.end()); };
        for (base::json::value const* deployment : deployments()) add(pull_secrets_of(*deployment));
        for (auto const& [name, account] : survey_.accounts)
            if (account) add(pull_secrets_of_account(*account));
        return names;
    }

    /// The list of what we may is one request. It is incomplete where others than RBAC decide, so what is not
    /// in it is asked for by itself.
    awaitable<void> read_rights() {
        auto listed = co_await client_.my_rules(in_namespace(), call);
        if (listed) rules_ = std::move(*listed);
        for (Premises& premises : all_) {
            model::Rollout const& rollout = premises.rollout;
            auto denied = co_await denied_of(rollout.to, rollout.strategy);
            premises.survey.denied = std::move(denied);
        }
    }

    awaitable<base::Result<std::vector<k8s::Action>>> denied_of(model::Revision of, model::Strategy by) {
        model::Component component{.workload = of.workload, .traffic = of.traffic};
        std::vector<Right> rights = rights_for(component, by, in_namespace());
        std::vector<k8s::Action> denied;
        for (Right& right : rights) {
            if (right.use != Use::rollout) continue;
            CO_TRY(bool allowed, co_await may(right.action));
            if (!allowed) denied.push_back(std::move(right.action));
        }
        co_return denied;
    }

    awaitable<base::Result<bool>> may(k8s::Action action) {
        for (k8s::Rule const& rule : rules_)
            if (rule.allows(action)) co_return true;
        auto permission = co_await client_.can_i(action, call);
        if (!permission) co_return permission.error().as_error();
        co_return permission->allowed;
    }

    awaitable<void> read_version() {
        auto version = co_await client_.version(call);
        survey_.api_version = plain(std::move(version));
    }

    awaitable<void> read_routes() {
        std::map<std::string, base::Result<bool>> served;
        for (Premises& premises : all_) {
            model::Traffic const& traffic = premises.rollout.to.traffic;
            if (!traffic.http_route && !traffic.virtual_service) continue;
            k8s::Resource const route = traffic.http_route ? k8s::http_routes : k8s::virtual_services;
            if (!served.contains(route.plural)) {
                auto known = co_await client_.knows(route, call);
                served.emplace(route.plural, plain(std::move(known)));
            }
            premises.survey.serves_route = served.at(route.plural);
        }
    }

    awaitable<void> read_list(k8s::Resource resource, NamespaceSurvey::Objects& objects) {
        k8s::Selection selection{.namespace_ = in_namespace()};
        auto list = co_await client_.list(resource, selection, call);
        if (list)
            objects = std::move(list->items);
        else
            objects = list.error().as_error();
    }

    awaitable<void> read_account(std::string name) {
        k8s::ObjectName object{in_namespace(), name};
        auto account = co_await client_.get(k8s::service_accounts, object, call);
        survey_.accounts.insert_or_assign(name, plain(std::move(account)));
    }

    /// Only with the right to it: a refusal would stand in the cluster's audit log.
    awaitable<void> read_secret(std::string name) {
        k8s::Action action{.verb = "get", .resource = k8s::secrets, .name = {in_namespace(), name}};
        base::Result<bool> allowed = co_await may(action);
        base::Result<std::string> type = base::Error{
            base::Errc::forbidden,
            fmt::format("the portal's account may not get {}", k8s::say(k8s::secrets, action.name))};
        if (!allowed) type = allowed.error();
        if (allowed && *allowed) {
            auto read = co_await client_.secret_type(action.name, call);
            type = plain(std::move(read));
        }
        survey_.secret_types.insert_or_assign(name, std::move(type));
    }

    k8s::Client client_;
    std::vector<Premises>& all_;
    std::vector<k8s::Rule> rules_{};
    NamespaceSurvey survey_{};
};

}  // namespace

awaitable<NamespaceSurvey> read_survey(k8s::Client client, std::vector<Premises>& all) {
    Reader reader(std::move(client), all);
    co_return co_await reader.run();
}

}  // namespace rollout::impl
