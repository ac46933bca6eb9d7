// A command that speaks to the server: its common options, and the world it runs in.
#pragma once
#include "cli/commands.hpp"
#include "cli/session.hpp"

namespace cli {

using Action = std::function<awaitable<int>(Session&)>;

/// Runs the action over the real network, until it ends or Ctrl-C.
int run_client(ClientOptions const& options, Terminal& terminal, Action const& action);

/// --server, --profile, --output.
void add_client_options(CLI::App& command, ClientOptions& options);

/// Where commands are added, and what each needs later.
struct Place {
    CLI::App& app;
    Terminal& terminal;
    Chosen& chosen;
};

template <class Arguments>
struct Declared {
    CLI::App& command;
    Arguments& arguments;  // lives as long as the command
};

/// Adds a command that calls `act` with what its options have put into its arguments.
template <class Arguments>
Declared<Arguments> declare(Place place, std::string const& name, std::string const& about,
                            awaitable<int> (*act)(Session&, Arguments const&)) {
    auto arguments = std::make_shared<Arguments>();
    auto options = std::make_shared<ClientOptions>();
    CLI::App& command = *place.app.add_subcommand(name, about);
    add_client_options(command, *options);
    Action const action = [arguments, act](Session& session) { return act(session, *arguments); };
    command.callback([place, options, action] {
        place.chosen = [place, options, action] { return run_client(*options, place.terminal, action); };
    });
    return {command, *arguments};
}

/// What the arguments name: a deployment by its id, or by its environment the one under way there (`open`) or
/// the newest.
enum class Which { open, newest };
awaitable<base::Result<std::string>> find_deployment(Session& session, std::string named, Which which);
/// 26 lower-case letters and digits, as ids are.
bool is_deployment_id(std::string_view text);

/// A call whose answer is printed: the server's JSON, or for people what `describe` makes of it.
template <class T>
awaitable<int> show(Session& session, Call call, std::function<std::vector<std::string>(T const&)> describe) {
    base::Result<std::string> text = co_await session.portal.call(std::move(call));
    if (!text) co_return session.fail(text.error());
    if (session.json()) {
        session.terminal.out(*text + "\n");
        co_return code(ExitCode::done);
    }
    base::Result<T> value = read_answer<T>(*text);
    if (!value) co_return session.fail(value.error());
    for (std::string const& line : describe(*value)) session.terminal.out(line + "\n");
    co_return code(ExitCode::done);
}

}  // namespace cli
