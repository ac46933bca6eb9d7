#include "rollout/preflight.hpp"

#include "base/json_at.hpp"
#include "rollout/impl/checks.hpp"

namespace rollout {

namespace {

namespace json = base::json;
using model::CheckName;

struct Check {
    CheckName name{};
    impl::Findings (*find)(Premises const&) = nullptr;
    bool needs_state = true;
};
constexpr Check checks[] = {
    {CheckName::rights, impl::check_rights, false},
    {CheckName::versions, impl::check_versions, false},
    {CheckName::dry_run, impl::check_dry_run},
    {CheckName::quota, impl::check_quota},
    {CheckName::pull_secret, impl::check_pull_secret},
    {CheckName::autoscaler, impl::check_autoscaler},
    {CheckName::last_capacity, impl::check_last_capacity},
    {CheckName::readiness, impl::check_readiness},
    {CheckName::shutdown, impl::check_shutdown},
    {CheckName::disruption_budget, impl::check_disruption_budget},
    {CheckName::metrics, impl::check_metrics},
};

}  // namespace

std::vector<model::PlanCheck> preflight(Premises const& premises) {
    std::vector<model::PlanCheck> found;
    for (Check const& check : checks) {
        if (check.needs_state && !premises.state) continue;
        for (impl::Finding& finding : check.find(premises))
            found.push_back(
                {premises.rollout.component, check.name, finding.result, std::move(finding.text)});
    }
    return found;
}

namespace impl {

std::vector<json::value const*> deployments_of(Premises const& premises) {
    std::vector<json::value const*> both;
    for (target::Color color : {target::Color::blue, target::Color::green})
        if (auto const& deployment = premises.state->of(color).deployment) both.push_back(&*deployment);
    return both;
}

json::value const* container_of(json::value const& deployment, Premises const& premises) {
    for (json::value const& each : base::list_at(deployment, "/spec/template/spec/containers"))
        if (base::text_at(each, "/name") == premises.state->workload.container.value_or("")) return &each;
    return nullptr;
}

std::string name_of(json::value const& object) { return base::text_at(object, "/metadata/name"); }

std::string say_all(std::vector<std::string> const& names) {
    return fmt::format("{}", fmt::join(names, " and "));
}

std::string say_pods(std::int64_t count) { return count == 1 ? "1 pod" : fmt::format("{} pods", count); }

}  // namespace impl

}  // namespace rollout
