// May we, and does the API server take it?
#include <charconv>

#include "rollout/impl/checks.hpp"

namespace rollout::impl {

namespace {

constexpr int oldest_minor = 26;  // of 1.x: from then on EndpointSlices tell which endpoints are leaving

/// Of "v1.27.3-gke.100" 27; -1: it is written in another way.
int minor_of(std::string const& version) {
    constexpr std::string_view major = "v1.";
    int minor = -1;
    if (version.starts_with(major))
        std::from_chars(version.data() + major.size(), version.data() + version.size(), minor);
    return minor;
}

k8s::Resource const& resource_of(model::Traffic const& traffic) {
    return traffic.http_route ? k8s::http_routes : k8s::virtual_services;
}

}  // namespace

Findings check_rights(Premises const& premises) {
    auto const& denied = premises.survey.denied;
    if (!denied) return {unknown("the portal's rights could not be asked for: " + denied.error().message)};
    Findings findings;
    for (k8s::Action const& action : *denied)
        findings.push_back(blocker(fmt::format(
            "the portal's account may not {} {}: give it the Role that `pilothouse env role {}` prints",
            action.verb, k8s::say(action.resource, action.name), premises.rollout.environment)));
    return or_passed(std::move(findings), "the portal's account has every right that it needs");
}

Findings check_versions(Premises const& premises) {
    Findings findings;
    auto const& version = premises.around.api_version;
    if (!version)
        findings.push_back(unknown("the API server's version could not be read: " + version.error().message));
    else if (minor_of(*version) < oldest_minor)
        findings.push_back(warning(
            fmt::format("the API server is {}; Pilothouse is made for 1.{} and newer: update the cluster",
                        *version, oldest_minor)));
    model::Traffic const& traffic = premises.rollout.to.traffic;
    k8s::Resource const& route = resource_of(traffic);
    auto const& served = premises.survey.serves_route;
    if (!served)
        findings.push_back(unknown(fmt::format("whether the API server serves {} in {} could not be read: {}",
                                               route.kind, route.api_version(), served.error().message)));
    else if (!*served)
        findings.push_back(blocker(fmt::format(
            "the API server does not serve {} in {}, which the component's route is: install {} or a newer "
            "one",
            route.kind, route.api_version(), traffic.http_route ? "Gateway API 1.0" : "Istio 1.22")));
    return or_passed(std::move(findings), version ? "the API server is " + *version : "");
}

Findings check_dry_run(Premises const& premises) {
    if (!premises.survey.not_tried.empty()) return {unknown(premises.survey.not_tried)};
    Findings findings;
    for (DryRun const& run : premises.survey.dry_runs) {
        if (run.answer) continue;
        base::Error const& error = run.answer.error();
        std::string text = fmt::format("step {}, {}: {}", run.step, run.text, error.message);
        findings.push_back(is_unanswered(error) ? unknown(std::move(text)) : blocker(std::move(text)));
    }
    return or_passed(std::move(findings),
                     fmt::format("the API server was asked about {} writes and refuses none",
                                 premises.survey.dry_runs.size()));
}

}  // namespace rollout::impl
