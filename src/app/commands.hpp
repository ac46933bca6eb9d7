// The commands that are the server: serve, migrate, config check, version.
#pragma once
#include <CLI/CLI.hpp>

#include "cli/commands.hpp"

namespace app {

/// `terminal` and `chosen` outlive `app`.
void add_server_commands(CLI::App& app, cli::Terminal& terminal, cli::Chosen& chosen);

}  // namespace app
