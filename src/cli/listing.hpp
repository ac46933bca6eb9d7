// Answers of the server as text for people. Pure.
#pragma once
#include <string>
#include <vector>

#include "model/views.hpp"

namespace cli {

std::vector<std::string> describe(model::EnvironmentList const& list);
std::vector<std::string> describe(model::EnvironmentView const& environment);
std::vector<std::string> describe(model::EnvironmentStatusView const& environment, WallTime now);
std::vector<std::string> describe(model::DeploymentList const& list);
std::vector<std::string> describe(model::PlanView const& plan);
std::vector<std::string> describe(model::AuditList const& list);

}  // namespace cli
