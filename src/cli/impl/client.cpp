#include "cli/impl/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <random>

#include "base/real.hpp"
#include "cli/impl/arguments.hpp"
#include "cli/text.hpp"
#include "model/views.hpp"

namespace cli {

namespace {

using base::Result;

std::uint64_t seed() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

int interrupted(Session& session) {
    std::string const advice =
        session.following.empty()
            ? ""
            : fmt::format("; the deployment goes on, follow it with: pilothouse follow {}",
                          session.following);
    session.terminal.err(fmt::format("\npilothouse: interrupted{}\n", printable(advice)));
    return code(ExitCode::interrupted);
}

awaitable<void> wait_for_interrupt() {
    asio::signal_set signals(co_await asio::this_coro::executor, SIGINT);
    co_await signals.async_wait(use_awaitable);
}

awaitable<int> until_interrupted(Session& session, Action const& action) {
    namespace experimental = asio::experimental;
    Executor executor = co_await asio::this_coro::executor;
    auto group =
        experimental::make_parallel_group(asio::co_spawn(executor, action(session), asio::deferred),
                                          asio::co_spawn(executor, wait_for_interrupt(), asio::deferred));
    auto results = co_await group.async_wait(experimental::wait_for_one(), use_awaitable);
    bool const finished = std::get<0>(results)[0] == 0;
    if (!finished) co_return interrupted(session);
    if (std::exception_ptr failure = std::get<1>(results)) std::rethrow_exception(failure);
    co_return std::get<2>(results);
}

std::string query_for(std::string const& environment, std::string_view status) {
    std::string query = "/api/deployments?limit=1&environment=" + encoded(environment);
    if (!status.empty()) query += fmt::format("&status={}", status);
    return query;
}

/// Empty: none.
awaitable<Result<std::string>> first_id(Session& session, std::string path) {
    Call call{.path = std::move(path)};
    CO_TRY(std::string text, co_await session.portal.call(std::move(call)));
    CO_TRY(model::DeploymentList list, read_answer<model::DeploymentList>(text));
    if (list.items.empty()) co_return std::string();
    co_return list.items.front().id.value;
}

}  // namespace

int run_client(ClientOptions const& options, Terminal& terminal, Action const& action) {
    std::signal(SIGPIPE, SIG_IGN);
    asio::io_context context(1);
    base::RealClock clock(context.get_executor());
    std::unique_ptr<base::Dialer> dialer = base::make_dialer(context.get_executor());
    base::RealFiles files;
    base::Random random(seed());
    Result<Profile> profile = load_profile(options.profile, terminal, files);
    if (!profile) {
        terminal.err(fmt::format("pilothouse: {}\n", printable(profile.error().message)));
        return code(exit_code_of(profile.error().code));
    }
    Session session{.options = options,
                    .portal = Portal(*dialer, clock, std::move(*profile)),
                    .files = files,
                    .random = random,
                    .terminal = terminal};
    int result = code(ExitCode::failed);
    auto work = [&]() -> awaitable<void> { result = co_await until_interrupted(session, action); };
    asio::co_spawn(context, work, must_not_throw);
    context.run();
    return result;
}

void add_client_options(CLI::App& command, ClientOptions& options) {
    command.add_option("--server", options.profile.server,
                       "address of the server: http://127.0.0.1:7410 ($PILOTHOUSE_SERVER)");
    command.add_option("--profile", options.profile.file,
                       "file with the server's address and the session ($PILOTHOUSE_PROFILE)");
    add_field(command, "--output,-o", options.output, "text, or json: exactly what the server answers");
}

bool is_deployment_id(std::string_view text) {
    return text.size() == 26 && text[0] >= '0' && text[0] <= '7' &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

awaitable<Result<std::string>> find_deployment(Session& session, std::string named, Which which) {
    if (is_deployment_id(named)) co_return named;
    std::vector<std::string_view> const statuses = which == Which::open
                                                       ? std::vector<std::string_view>{"deploying", "queued"}
                                                       : std::vector<std::string_view>{""};
    for (std::string_view status : statuses) {
        CO_TRY(std::string id, co_await first_id(session, query_for(named, status)));
        if (!id.empty()) co_return id;
    }
    co_return base::not_found(fmt::format(
        "there is no deployment {}in \"{}\"; see: pilothouse deployments list, pilothouse env list",
        which == Which::open ? "under way " : "", named));
}

}  // namespace cli
