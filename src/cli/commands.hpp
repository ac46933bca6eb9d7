// The commands of the command line, but for those that run the server itself (app/main.cpp adds them).
#pragma once
#include <CLI/CLI.hpp>
#include <functional>

#include "cli/terminal.hpp"

namespace cli {

/// What the words on the command line chose: called after they have been read, returns the exit code.
using Chosen = std::function<int()>;

/// setup, login, logout, deploy, plan, follow, status, logs, pause, resume, promote, abort, retry, rollback,
/// health, env, deployments, audit, kubeconfig, completion, demo-service and demo-traffic. `terminal` and
/// `chosen` must outlive `app`.
void add_commands(CLI::App& app, Terminal& terminal, Chosen& chosen);

/// Reads the words and runs what they chose. Wrong words are told in a sentence, with exit code 2.
int run(CLI::App& app, int argc, char const* const* argv, Terminal& terminal, Chosen const& chosen);

}  // namespace cli
