#include "cli/commands.hpp"

#include <fmt/format.h>

#include <sstream>

#include "cli/exit_code.hpp"
#include "cli/impl/client_commands.hpp"
#include "cli/impl/demo_commands.hpp"
#include "cli/text.hpp"

namespace cli {

namespace {

/// The command that the words had reached when they went wrong.
CLI::App const& reached(CLI::App const& app) {
    auto chosen = app.get_subcommands();
    return chosen.empty() ? app : reached(*chosen.back());
}

std::string path_of(CLI::App const& command) {
    if (!command.get_parent()) return "pilothouse";
    return path_of(*command.get_parent()) + " " + command.get_name();
}

int refuse(CLI::App const& app, CLI::ParseError const& problem, Terminal& terminal) {
    std::string const command = path_of(reached(app));
    terminal.err(fmt::format("{}: {}; see {} --help\n", command, printable(problem.what()), command));
    return static_cast<int>(ExitCode::usage);
}

int tell(CLI::App const& app, CLI::ParseError const& wish, Terminal& terminal) {
    std::ostringstream text, unused;
    int const code = app.exit(wish, text, unused);
    terminal.out(text.str());
    return code;
}

}  // namespace

void add_commands(CLI::App& app, Terminal& terminal, Chosen& chosen) {
    app.require_subcommand(1);
    Place const place{app, terminal, chosen};
    add_deploy_commands(place);
    add_follow_commands(place);
    add_control_commands(place);
    add_look_commands(place);
    add_environment_commands(place);
    add_account_commands(place);
    add_kubeconfig_commands(place);
    add_sample_data_commands(place);
    add_demo_commands(app, terminal, chosen);
    add_completion(place);
}

int run(CLI::App& app, int argc, char const* const* argv, Terminal& terminal, Chosen const& chosen) {
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& problem) {
        bool const asked_for = problem.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
        return asked_for ? tell(app, problem, terminal) : refuse(app, problem, terminal);
    }
    return chosen ? chosen() : static_cast<int>(ExitCode::usage);
}

}  // namespace cli
