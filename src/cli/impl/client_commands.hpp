// The commands that speak to the server, by what they are for.
#pragma once
#include "cli/impl/client.hpp"

namespace cli {

void add_account_commands(Place place);      // setup, login, logout
void add_deploy_commands(Place place);       // deploy, plan
void add_control_commands(Place place);      // pause, resume, promote, abort, retry, rollback
void add_follow_commands(Place place);       // follow, logs
void add_look_commands(Place place);         // status, health, deployments, audit
void add_environment_commands(Place place);  // env
void add_kubeconfig_commands(Place place);   // kubeconfig
void add_sample_data_commands(Place place);  // sample-data
void add_completion(Place place);            // completion

}  // namespace cli
