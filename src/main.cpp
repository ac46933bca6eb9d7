// The words on the command line, to the room that does it.
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "cli/commands.hpp"
#include "target/shim.hpp"

int main(int argc, char** argv) {
    // The shim of each process is this program, too: nothing else may happen in it.
    if (argc == 3 && std::string_view(argv[1]) == "shim") return target::run_shim(argv[2]);

    CLI::App app("Brings versions to environments, watches them, and takes bad ones back.");
    cli::RealTerminal terminal;
    cli::Chosen chosen;
    app::add_server_commands(app, terminal, chosen);
    cli::add_commands(app, terminal, chosen);
    return cli::run(app, argc, argv, terminal, chosen);
}
