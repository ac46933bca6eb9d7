// Who is asking: the first administrator, a session and its end.
#include "cli/impl/client_commands.hpp"
#include "cli/text.hpp"
#include "model/views.hpp"

namespace cli {

namespace {

using base::Result;

struct AccountArguments {
    std::string token{};
    std::string username{};
    bool password_stdin = false;
};

struct NoArguments {};

Result<std::string> given_or_asked(std::string const& given, Terminal& terminal, std::string_view question,
                                   std::string_view option) {
    if (!given.empty()) return given;
    Result<std::string> answer = terminal.ask(question);
    if (answer && !answer->empty()) return answer;
    return base::invalid(fmt::format("{} is needed", option));
}

Result<std::string> read_password(AccountArguments const& arguments, Terminal& terminal) {
    if (arguments.password_stdin) return terminal.read_line();
    Result<std::string> password = terminal.ask_secret("password: ");
    if (password) return password;
    return base::invalid("there is no terminal to ask for the password on; pipe it in with --password-stdin");
}

Result<std::string> read_new_password(AccountArguments const& arguments, Terminal& terminal) {
    TRY(std::string password, read_password(arguments, terminal));
    if (arguments.password_stdin) return password;
    TRY(std::string again, terminal.ask_secret("the same password again: "));
    if (again != password) return base::invalid("the two passwords differ; nothing was sent");
    return password;
}

Result<void> remember(Session& session, std::string username, std::string const& answer) {
    TRY(model::LoginAnswer login, read_answer<model::LoginAnswer>(answer));
    Profile& profile = session.portal.profile();
    profile.username = std::move(username);
    profile.token = std::move(login.token);
    profile.expires_at = login.expires_at;
    return save_profile(session.options.profile, session.terminal, session.files, profile);
}

/// Sends what opens a session and keeps the session.
awaitable<int> open_session(Session& session, Call call, std::string username) {
    session.portal.profile().token.clear();
    Result<std::string> answer = co_await session.portal.call(std::move(call));
    if (!answer) co_return session.fail(answer.error());
    Result<void> kept = remember(session, username, *answer);
    if (!kept) co_return session.fail(kept.error());
    if (session.json()) session.terminal.out(*answer + "\n");
    Profile const& profile = session.portal.profile();
    session.say(fmt::format("logged in to {} as {} until {}\n", printable(profile.server),
                            printable(username), base::format_time(*profile.expires_at)));
    co_return code(ExitCode::done);
}

awaitable<int> setup(Session& session, AccountArguments const& arguments) {
    model::SetupRequest request;
    Result<std::string> token = given_or_asked(arguments.token, session.terminal,
                                               "set-up token, which the server printed: ", "--token");
    if (!token) co_return session.fail(token.error());
    Result<std::string> username =
        given_or_asked(arguments.username, session.terminal, "name of the administrator: ", "--username");
    if (!username) co_return session.fail(username.error());
    Result<std::string> password = read_new_password(arguments, session.terminal);
    if (!password) co_return session.fail(password.error());
    request = {.token = *token, .username = *username, .password = *password};
    Call call{
        .method = "POST", .path = "/api/admin/setup", .body = base::to_json(request), .opens_session = true};
    co_return co_await open_session(session, std::move(call), *username);
}

awaitable<int> login(Session& session, AccountArguments const& arguments) {
    std::string const known =
        arguments.username.empty() ? session.portal.profile().username : arguments.username;
    Result<std::string> username = given_or_asked(known, session.terminal, "user name: ", "--username");
    if (!username) co_return session.fail(username.error());
    Result<std::string> password = read_password(arguments, session.terminal);
    if (!password) co_return session.fail(password.error());
    model::LoginRequest request{.username = *username, .password = *password};
    Call call{
        .method = "POST", .path = "/api/admin/login", .body = base::to_json(request), .opens_session = true};
    co_return co_await open_session(session, std::move(call), *username);
}

/// The session is forgotten here whatever the server says.
awaitable<int> logout(Session& session, NoArguments const&) {
    Call call{.method = "POST", .path = "/api/admin/logout", .body = base::json::object()};
    Result<std::string> answer = co_await session.portal.call(std::move(call));
    Profile forgotten{.server = session.portal.profile().server,
                      .username = session.portal.profile().username};
    Result<void> kept = save_profile(session.options.profile, session.terminal, session.files, forgotten);
    if (!kept) co_return session.fail(kept.error());
    bool const was_over = !answer && answer.error().code == base::Errc::unauthenticated;
    if (!answer && !was_over) co_return session.fail(answer.error());
    session.say(fmt::format("logged out of {}\n", printable(forgotten.server)));
    co_return code(ExitCode::done);
}

void add_account_options(Declared<AccountArguments> declared) {
    declared.command.add_option("--username,-u", declared.arguments.username,
                                "asked for when it is not given");
    declared.command.add_flag("--password-stdin", declared.arguments.password_stdin,
                              "read the password from stdin, one line");
}

}  // namespace

void add_account_commands(Place place) {
    auto first = declare(place, "setup", "make the first administrator of a new server, and log in", setup);
    first.command.add_option("--token", first.arguments.token,
                             "the one-time token that the server printed when it first started");
    add_account_options(first);
    add_account_options(declare(place, "login", "log in for 24 hours", login));
    declare(place, "logout", "end the session", logout);
}

}  // namespace cli
