// The checks of a plan, one function each.
#pragma once
#include "rollout/preflight.hpp"

namespace rollout::impl {

struct Finding {
    model::CheckResult result = model::CheckResult::passed;
    std::string text{};
};
using Findings = std::vector<Finding>;

inline Finding passed(std::string text) { return {model::CheckResult::passed, std::move(text)}; }
inline Finding warning(std::string text) { return {model::CheckResult::warning, std::move(text)}; }
inline Finding blocker(std::string text) { return {model::CheckResult::blocker, std::move(text)}; }
inline Finding unknown(std::string text) { return {model::CheckResult::unknown, std::move(text)}; }
/// What is wrong, or else that nothing is.
inline Findings or_passed(Findings findings, std::string text) {
    if (findings.empty()) findings.push_back(passed(std::move(text)));
    return findings;
}

/// No answer, which is no refusal.
inline bool is_unanswered(base::Error const& error) {
    return error.code == base::Errc::unavailable || error.code == base::Errc::timed_out;
}

/// The Deployments of both colors. All but the first two checks need a state that could be told.
std::vector<base::json::value const*> deployments_of(Premises const& premises);
/// The container whose image is the version; null: there is none.
base::json::value const* container_of(base::json::value const& deployment, Premises const& premises);
std::string name_of(base::json::value const& object);
/// "web-blue", "web-blue and web-green"
std::string say_all(std::vector<std::string> const& names);
std::string say_pods(std::int64_t count);

// -- check_access.cpp
Findings check_rights(Premises const& premises);
Findings check_versions(Premises const& premises);
Findings check_dry_run(Premises const& premises);

// -- check_quota.cpp
Findings check_quota(Premises const& premises);

// -- check_pods.cpp
Findings check_pull_secret(Premises const& premises);
Findings check_readiness(Premises const& premises);
Findings check_shutdown(Premises const& premises);

// -- check_capacity.cpp
Findings check_autoscaler(Premises const& premises);
Findings check_last_capacity(Premises const& premises);
Findings check_disruption_budget(Premises const& premises);
Findings check_metrics(Premises const& premises);

}  // namespace rollout::impl
