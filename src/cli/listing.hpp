// Answers of the server as text for people. Pure.
#pragma once
#include <string>
#include <vector>

#include "model/cluster_event.hpp"
#include "model/kubeconfig.hpp"
#include "model/views.hpp"

namespace cli {

std::vector<std::string> describe(model::EnvironmentList const& list);
std::vector<std::string> describe(model::EnvironmentView const& environment);
std::vector<std::string> describe(model::EnvironmentStatusView const& environment, WallTime now);
std::vector<std::string> describe(model::ClusterEventsView const& events);
std::vector<std::string> describe(model::DeploymentList const& list);
std::vector<std::string> describe(model::PlanView const& plan);
/// YAML for kubectl: a Role, and a RoleBinding whose subject is an example.
std::vector<std::string> describe(model::RoleView const& role);
std::vector<std::string> describe(model::AuditList const& list);
std::vector<std::string> describe(model::KubeconfigView const& kubeconfig);
std::vector<std::string> describe(model::KubeconfigList const& list);

}  // namespace cli
