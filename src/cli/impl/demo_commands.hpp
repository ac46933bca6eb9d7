// The words of demo-service and demo-traffic.
#pragma once
#include "cli/commands.hpp"

namespace cli {

void add_demo_commands(CLI::App& app, Terminal& terminal, Chosen& chosen);

}  // namespace cli
