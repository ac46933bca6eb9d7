// Is there room for the pods that a rollout adds?
#include "base/json_at.hpp"
#include "rollout/impl/checks.hpp"
#include "rollout/quantity.hpp"

namespace rollout::impl {

namespace {

namespace json = base::json;

/// By the names that quotas use: "pods", "requests.cpu".
using Amounts = std::map<std::string, Quantity>;

Quantity quantity_in(std::string const& text) {
    auto quantity = parse_quantity(text);
    return quantity ? *quantity : Quantity(0);  // which the API server has let pass, so it is none
}

void add(Amounts& sum, Amounts const& more) {
    for (auto const& [resource, amount] : more) sum[resource] += amount;
}

Amounts greater(Amounts a, Amounts const& b) {
    for (auto const& [resource, amount] : b) a[resource] = std::max(a[resource], amount);
    return a;
}

void note(Amounts& amounts, std::string const& prefix, std::string const& resource, std::string const& text) {
    amounts[prefix + resource] = quantity_in(text);
}

/// A limit without a request is a request as well.
Amounts amounts_of_container(json::value const& container) {
    Amounts amounts;
    for (auto const& [resource, text] : base::texts_at(container, "/resources/limits")) {
        note(amounts, "limits.", resource, text);
        note(amounts, "requests.", resource, text);
    }
    for (auto const& [resource, text] : base::texts_at(container, "/resources/requests"))
        note(amounts, "requests.", resource, text);
    return amounts;
}

/// Init containers run one after the other, before the rest; those that are restarted stay beside it.
/// https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
Amounts amounts_of_containers(json::value const& pod) {
    Amounts beside, while_starting;
    for (json::value const& each : base::list_at(pod, "/spec/initContainers")) {
        Amounts mine = amounts_of_container(each);
        if (base::text_at(each, "/restartPolicy") == "Always") {
            add(beside, mine);
            mine.clear();
        }
        add(mine, beside);
        while_starting = greater(std::move(while_starting), mine);
    }
    for (json::value const& each : base::list_at(pod, "/spec/containers"))
        add(beside, amounts_of_container(each));
    return greater(std::move(beside), while_starting);
}

Amounts amounts_of_pod(json::value const& pod) {
    Amounts amounts = amounts_of_containers(pod);
    for (auto const& [resource, text] : base::texts_at(pod, "/spec/overhead"))
        for (char const* prefix : {"requests.", "limits."}) amounts[prefix + resource] += quantity_in(text);
    // Quotas have two names for these.
    for (char const* resource : {"cpu", "memory", "ephemeral-storage"})
        if (auto found = amounts.find(fmt::format("requests.{}", resource)); found != amounts.end())
            amounts[resource] = found->second;
    amounts["pods"] = amounts["count/pods"] = *parse_quantity("1");
    return amounts;
}

json::value const& pod_of(json::value const& deployment) { return deployment.at("spec").at("template"); }

using Deployments = std::map<std::string, json::value const*>;

Amounts amounts_of(Deployments const& deployments) {
    Amounts sum;
    for (auto const& [name, deployment] : deployments) {
        std::int64_t const replicas = base::number_at(*deployment, "/spec/replicas").value_or(1);
        for (auto const& [resource, amount] : amounts_of_pod(pod_of(*deployment)))
            sum[resource] += amount * replicas;
    }
    return sum;
}

/// What the rollout has at its peak and not now. Never less than nothing.
Amounts growth(Premises const& premises) {
    Deployments deployments;
    for (json::value const* each : deployments_of(premises)) deployments[name_of(*each)] = each;
    Amounts const now = amounts_of(deployments);
    Amounts peak = now;
    for (Rehearsed const& write : premises.writes) {
        auto const place = deployments.find(name_of(write.after));
        if (place == deployments.end() || !write.effect.object.starts_with("Deployment ")) continue;
        place->second = &write.after;
        peak = greater(std::move(peak), amounts_of(deployments));
    }
    for (auto const& [resource, amount] : now) peak[resource] -= amount;
    return peak;
}

std::vector<std::string> scopes_of(json::value const& quota) {
    std::vector<std::string> scopes;
    for (json::value const& each : base::list_at(quota, "/spec/scopes"))
        if (each.is_string()) scopes.emplace_back(each.get_string());
    for (json::value const& each : base::list_at(quota, "/spec/scopeSelector/matchExpressions"))
        scopes.push_back(base::text_at(each, "/scopeName"));
    return scopes;
}

enum class Counts { yes, no, not_known };
/// Are our pods counted? https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes
Counts counts_ours(json::value const& quota, Amounts const& added) {
    bool const best_effort = std::none_of(added.begin(), added.end(), [](auto const& each) {
        return each.first.starts_with("requests.") || each.first.starts_with("limits.");
    });
    Counts counts = Counts::yes;
    for (std::string const& scope : scopes_of(quota)) {
        bool const is_other = scope == "Terminating" || (scope == "BestEffort" && !best_effort) ||
                              (scope == "NotBestEffort" && best_effort);
        if (is_other) return Counts::no;
        if (scope != "NotTerminating" && scope != "BestEffort" && scope != "NotBestEffort")
            counts = Counts::not_known;
    }
    return counts;
}

/// The first container that does not say how much of this it wants, although the quota asks everyone.
/// https://kubernetes.io/docs/concepts/policy/resource-quotas/#requests-vs-limits
std::string silent_container(Premises const& premises, std::string const& resource) {
    for (char const* asked :
         {"cpu", "requests.cpu", "limits.cpu", "memory", "requests.memory", "limits.memory"}) {
        if (resource != asked) continue;
        std::string const full = resource.find('.') == resource.npos ? "requests." + resource : resource;
        for (json::value const* deployment : deployments_of(premises))
            for (json::value const& each : base::list_at(*deployment, "/spec/template/spec/containers"))
                if (!amounts_of_container(each).contains(full))
                    return fmt::format("container {} of Deployment {}", base::text_at(each, "/name"),
                                       name_of(*deployment));
    }
    return {};
}

void check_one(json::value const& quota, Amounts const& added, Premises const& premises, Findings& findings) {
    std::map<std::string, std::string> const used = base::texts_at(quota, "/status/used");
    for (auto const& [resource, text] : base::texts_at(quota, "/status/hard")) {
        Quantity const hard = quantity_in(text);
        auto const in_use = used.find(resource);
        Quantity const taken = in_use == used.end() ? Quantity(0) : quantity_in(in_use->second);
        Quantity const free = std::max(Quantity(hard - taken), Quantity(0));
        auto const needed = added.find(resource);
        if (needed != added.end() && needed->second > free)
            findings.push_back(blocker(
                fmt::format("ResourceQuota {} in namespace {} leaves {} of its {} of {}, and the rollout "
                            "needs {} more: raise the quota, or ask for fewer replicas",
                            name_of(quota), premises.namespace_, say_quantity(free, resource),
                            say_quantity(hard, resource), resource, say_quantity(needed->second, resource))));
        if (std::string const silent = silent_container(premises, resource); !silent.empty())
            findings.push_back(
                warning(fmt::format("ResourceQuota {} counts {}, and {} names none: unless a LimitRange "
                                    "fills it in, no pod is made; name it in the container's resources",
                                    name_of(quota), resource, silent)));
    }
}

}  // namespace

Findings check_quota(Premises const& premises) {
    auto const& quotas = premises.around.quotas;
    if (!quotas) return {unknown("the ResourceQuotas could not be read: " + quotas.error().message)};
    Amounts const added = growth(premises);
    Findings findings;
    if (auto pods = added.find("pods"); pods == added.end() || pods->second == 0)
        return {passed("the rollout adds no pods")};
    for (json::value const& quota : *quotas) {
        Counts const counts = counts_ours(quota, added);
        if (counts == Counts::yes) check_one(quota, added, premises, findings);
        if (counts == Counts::not_known)
            findings.push_back(unknown(fmt::format(
                "ResourceQuota {} counts only pods of the scope {}: whether it counts these is not looked at",
                name_of(quota), fmt::join(scopes_of(quota), ", "))));
    }
    std::string const pods = say_quantity(added.at("pods"), "pods");
    return or_passed(std::move(findings),
                     quotas->empty()
                         ? fmt::format("namespace {} has no ResourceQuota", premises.namespace_)
                         : fmt::format("the ResourceQuotas leave room for the rollout's {} more pods", pods));
}

}  // namespace rollout::impl
