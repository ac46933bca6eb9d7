// How pods begin and end.
#include "base/json_at.hpp"
#include "rollout/impl/checks.hpp"

namespace rollout {

namespace json = base::json;

namespace {

std::vector<std::string> names_at(json::value const& object, std::string_view pointer) {
    std::vector<std::string> names;
    for (json::value const& each : base::list_at(object, pointer))
        names.push_back(base::text_at(each, "/name"));
    return names;
}

}  // namespace

std::vector<std::string> pull_secrets_of(json::value const& deployment) {
    return names_at(deployment, "/spec/template/spec/imagePullSecrets");
}

std::vector<std::string> pull_secrets_of_account(json::value const& account) {
    return names_at(account, "/imagePullSecrets");
}

std::string account_of(json::value const& deployment) {
    std::string const named = base::text_at(deployment, "/spec/template/spec/serviceAccountName");
    return named.empty() ? "default" : named;
}

namespace impl {

namespace {

constexpr std::int64_t default_grace_seconds = 30;

/// The objects of which this is so.
template <class Predicate>
std::vector<std::string> names_where(Premises const& premises, Predicate predicate) {
    std::vector<std::string> names;
    for (json::value const* deployment : deployments_of(premises)) {
        json::value const* container = container_of(*deployment, premises);
        if (container && predicate(*deployment, *container)) names.push_back(name_of(*deployment));
    }
    return names;
}

std::string container_name(Premises const& premises) {
    return premises.state->workload.container.value_or("");
}

std::int64_t grace_seconds(json::value const& deployment) {
    return base::number_at(deployment, "/spec/template/spec/terminationGracePeriodSeconds")
        .value_or(default_grace_seconds);
}

/// As a hook says it: {"sleep":{"seconds":5}}, or a command with "sleep 5" in it. 0: it does not say.
std::int64_t sleep_seconds(json::value const& container) {
    if (auto seconds = base::number_at(container, "/lifecycle/preStop/sleep/seconds")) return *seconds;
    std::string command;
    for (json::value const& each : base::list_at(container, "/lifecycle/preStop/exec/command"))
        if (each.is_string()) command += std::string(each.get_string()) + " ";
    std::size_t const at = command.find("sleep ");
    return at == std::string::npos ? 0 : std::atoll(command.c_str() + at + std::string_view("sleep ").size());
}

bool has_hook(json::value const& container) { return base::find_at(container, "/lifecycle/preStop"); }

bool is_of_a_registry(std::string const& type) {
    return type == "kubernetes.io/dockerconfigjson" || type == "kubernetes.io/dockercfg";
}

/// Without the Secret the kubelet asks the registry as nobody, and an image that the node has is not asked
/// for: so it may go well. https://kubernetes.io/docs/concepts/containers/images/#using-a-private-registry
void check_secret(std::string const& secret, std::string const& named_by, Premises const& premises,
                  Findings& findings) {
    auto const found = premises.around.secret_types.find(secret);
    if (found == premises.around.secret_types.end()) return;
    base::Result<std::string> const& type = found->second;
    std::string const what = fmt::format("Secret {}, which {} names in imagePullSecrets,", secret, named_by);
    if (!type && type.error().code == base::Errc::not_found)
        findings.push_back(
            warning(fmt::format("{} is not in namespace {}: a node pulls the image as nobody then, which a "
                                "private registry refuses; make the Secret, or take its name out",
                                what, premises.namespace_)));
    else if (!type)
        findings.push_back(unknown(fmt::format("{} could not be looked at: {}", what, type.error().message)));
    else if (!is_of_a_registry(*type))
        findings.push_back(
            warning(fmt::format("{} has the type {} and is not used for pulling: make it one of the type "
                                "kubernetes.io/dockerconfigjson",
                                what, *type)));
}

void check_secrets_of(json::value const& deployment, Premises const& premises, Findings& findings) {
    std::vector<std::string> const own = pull_secrets_of(deployment);
    for (std::string const& secret : own)
        check_secret(secret, "Deployment " + name_of(deployment), premises, findings);
    if (!own.empty()) return;
    std::string const name = account_of(deployment);
    auto const account = premises.around.accounts.find(name);
    if (account == premises.around.accounts.end()) return;
    if (!account->second) {
        findings.push_back(unknown(
            fmt::format("ServiceAccount {}, which may name Secrets for pulling, could not be read: {}", name,
                        account->second.error().message)));
        return;
    }
    for (std::string const& secret : pull_secrets_of_account(*account->second))
        check_secret(secret, "ServiceAccount " + name, premises, findings);
}

}  // namespace

Findings check_pull_secret(Premises const& premises) {
    Findings findings;
    for (json::value const* deployment : deployments_of(premises)) {
        Findings of_this;
        check_secrets_of(*deployment, premises, of_this);
        for (Finding& each : of_this)  // both colors may name the same ServiceAccount
            if (std::none_of(findings.begin(), findings.end(),
                             [&](Finding const& known) { return known.text == each.text; }))
                findings.push_back(std::move(each));
    }
    return or_passed(std::move(findings), premises.around.secret_types.empty()
                                              ? "no Secret is named for pulling the image"
                                              : "every Secret that is named for pulling the image is there");
}

Findings check_readiness(Premises const& premises) {
    auto const without = names_where(premises, [](json::value const&, json::value const& container) {
        return !base::find_at(container, "/readinessProbe");
    });
    if (without.empty()) return {passed("a pod takes requests when its readiness probe has passed")};
    return {
        warning(fmt::format("container {} of {} has no readinessProbe: a pod takes requests as soon as its "
                            "process runs, and they fail until it listens; add one",
                            container_name(premises), say_all(without)))};
}

/// With a route nobody has a share any more when the pods end.
Findings check_shutdown(Premises const& premises) {
    Findings findings;
    auto const too_long =
        names_where(premises, [](json::value const& deployment, json::value const& container) {
            return sleep_seconds(container) >= grace_seconds(deployment);
        });
    if (!too_long.empty())
        findings.push_back(
            warning(fmt::format("the preStop hook of container {} of {} sleeps for as long as "
                                "terminationGracePeriodSeconds: its process is killed with its requests; "
                                "make the grace period longer than the sleep and the longest request",
                                container_name(premises), say_all(too_long))));
    Split const split = split_of(*premises.state);
    bool const has_route = split == Split::virtual_service || split == Split::http_route;
    auto const without = names_where(
        premises, [](json::value const&, json::value const& container) { return !has_hook(container); });
    if (!has_route && !without.empty())
        findings.push_back(warning(fmt::format(
            "container {} of {} has no preStop hook: nodes go on sending it requests for a moment after it "
            "was told to end, and those are lost unless it serves on; add a sleep of 5 s",
            container_name(premises), say_all(without))));
    return or_passed(std::move(findings), has_route
                                              ? "requests are led elsewhere before pods end"
                                              : "pods go on serving for a while after they were told to end");
}

}  // namespace impl

}  // namespace rollout
