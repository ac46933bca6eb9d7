// What is checked of a cluster before a deployment begins there. Pure: rules over what was read.
#pragma once
#include "k8s/client.hpp"
#include "rollout/rehearsal.hpp"

namespace rollout {

/// One write, and what the API server says of it as a dry run.
struct DryRun {
    int step = 0;        // from 1
    std::string text{};  // of the effect
    base::Result<void> answer{};
};

/// What was read of a namespace for the checks alone. A list that could not be read is an error, which says
/// why.
struct NamespaceSurvey {
    using Objects = base::Result<std::vector<base::json::value>>;

    base::Result<std::string> api_version{};  // "v1.31.2"
    Objects quotas{};
    Objects budgets{};
    std::vector<base::json::value> autoscalers{};
    std::map<std::string, base::Result<base::json::value>> accounts{};  // ServiceAccounts of pods
    std::map<std::string, base::Result<std::string>> secret_types{};    // by name; not_found: it is not there
};

/// And for one component.
struct Survey {
    base::Result<bool> serves_route = true;           // the kind of route that the component names
    base::Result<std::vector<k8s::Action>> denied{};  // of what is needed
    std::vector<DryRun> dry_runs{};
    std::string not_tried{};  // why there are no dry runs; empty: there are
};

struct Premises {
    model::Rollout rollout{};
    std::string namespace_{};
    std::optional<ClusterState> state{};  // none: it could not be told, and only access is checked
    std::vector<Rehearsed> writes{};
    Survey survey{};
    NamespaceSurvey around{};
};

/// What each check has found, in the order of CheckName; each finds something.
std::vector<model::PlanCheck> preflight(Premises const& premises);

/// The Secrets with which images of a Deployment's pods are pulled: its own, otherwise those of its account.
std::vector<std::string> pull_secrets_of(base::json::value const& deployment);
std::vector<std::string> pull_secrets_of_account(base::json::value const& account);
/// The ServiceAccount of a Deployment's pods.
std::string account_of(base::json::value const& deployment);

}  // namespace rollout
