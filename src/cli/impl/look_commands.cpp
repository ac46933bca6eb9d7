// Looking, without changing anything.
#include "cli/health.hpp"
#include "cli/impl/arguments.hpp"
#include "cli/impl/client_commands.hpp"
#include "cli/listing.hpp"
#include "cli/progress.hpp"

namespace cli {

namespace {

using base::Result;
using Lines = std::vector<std::string>;

struct StatusArguments {
    std::string what{};
};
struct HealthArguments {
    std::string environment{};
    std::optional<model::Color> color{};
};
struct EventsArguments {
    std::string environment{}, component{};
    int limit = 50;
};
struct ListArguments {
    std::string environment{}, status{}, strategy{}, version{}, after{};
    int limit = 20;
};

std::string status_path(std::string const& environment) {
    return fmt::format("/api/environments/{}/status", encoded(environment));
}

awaitable<int> show_deployment(Session& session, StatusArguments const& arguments) {
    Call call{.path = "/api/deployments/" + encoded(arguments.what)};
    std::function<Lines(model::DeploymentView const&)> tell = [&](model::DeploymentView const& view) {
        ProgressStyle const style{.columns = 1000, .unicode = session.terminal.unicode()};
        return render_progress(view, {}, view.observed_at.value_or(session.portal.clock().wall_now()), style);
    };
    co_return co_await show<model::DeploymentView>(session, std::move(call), tell);
}

awaitable<int> status(Session& session, StatusArguments const& arguments) {
    if (is_deployment_id(arguments.what)) co_return co_await show_deployment(session, arguments);
    Call call{.path = status_path(arguments.what)};
    std::function<Lines(model::EnvironmentStatusView const&)> tell =
        [&](model::EnvironmentStatusView const& view) {
            return describe(view, session.portal.clock().wall_now());
        };
    co_return co_await show<model::EnvironmentStatusView>(session, std::move(call), tell);
}

awaitable<int> health(Session& session, HealthArguments const& arguments) {
    Call call{.path = fmt::format(
                  "/api/environments/{}/health{}", encoded(arguments.environment),
                  arguments.color ? fmt::format("?color={}", base::enum_name(*arguments.color)) : "")};
    Result<std::string> text = co_await session.portal.call(std::move(call));
    if (!text) co_return session.fail(text.error());
    auto view = read_answer<model::HealthView>(*text);
    if (!view) co_return session.fail(view.error());
    if (session.json()) session.terminal.out(*text + "\n");
    std::vector<std::string> const lines = describe(*view, arguments.color);
    for (std::string const& line : lines) session.say(line + "\n");
    co_return code(view->health == model::Health::healthy ? ExitCode::done : ExitCode::failed);
}

awaitable<int> events(Session& session, EventsArguments const& arguments) {
    Call call{.path = fmt::format("/api/environments/{}/events?limit={}", encoded(arguments.environment),
                                  arguments.limit)};
    if (!arguments.component.empty()) call.path += "&component=" + encoded(arguments.component);
    Result<std::string> text = co_await session.portal.call(std::move(call));
    if (!text) co_return session.fail(text.error());
    auto view = read_answer<model::ClusterEventsView>(*text);
    if (!view) co_return session.fail(view.error());
    if (session.json()) session.terminal.out(*text + "\n");
    std::vector<std::string> const lines = describe(*view);
    for (std::string const& line : lines) session.say(line + "\n");
    co_return code(view->problem.empty() ? ExitCode::done : ExitCode::failed);
}

std::string query_of(ListArguments const& arguments) {
    std::string query = fmt::format("?limit={}", arguments.limit);
    auto add = [&](std::string_view name, std::string const& value) {
        if (!value.empty()) query += fmt::format("&{}={}", name, encoded(value));
    };
    add("environment", arguments.environment);
    add("status", arguments.status);
    add("strategy", arguments.strategy);
    add("version", arguments.version);
    add("after", arguments.after);
    return query;
}

awaitable<int> list_deployments(Session& session, ListArguments const& arguments) {
    Call call{.path = "/api/deployments" + query_of(arguments)};
    std::function<Lines(model::DeploymentList const&)> tell = [](model::DeploymentList const& list) {
        return describe(list);
    };
    co_return co_await show<model::DeploymentList>(session, std::move(call), tell);
}

awaitable<int> audit(Session& session, ListArguments const& arguments) {
    Call call{.path = "/api/admin/audit-logs" + query_of(arguments)};
    std::function<Lines(model::AuditList const&)> tell = [](model::AuditList const& list) {
        return describe(list);
    };
    co_return co_await show<model::AuditList>(session, std::move(call), tell);
}

void add_paging(Declared<ListArguments> declared) {
    declared.command.add_option("--limit", declared.arguments.limit, "rows, at most 200")
        ->capture_default_str();
    declared.command.add_option("--after", declared.arguments.after, "go on where a list ended");
}

void add_deployments(Place place) {
    CLI::App& group = *place.app.add_subcommand("deployments", "what was deployed when, by whom");
    group.require_subcommand(1);
    Place const inside{group, place.terminal, place.chosen};
    auto list = declare(inside, "list", "newest first", list_deployments);
    list.command.add_option("--environment", list.arguments.environment, "of this one only");
    list.command.add_option("--status", list.arguments.status, "queued, deploying, completed or failed");
    list.command.add_option("--strategy", list.arguments.strategy, "rolling, blue-green or canary");
    list.command.add_option("--version", list.arguments.version, "of this one only");
    add_paging(list);
    auto one = declare(inside, "show", "one deployment", show_deployment);
    one.command.add_option("id", one.arguments.what, "of the deployment")->required();
}

}  // namespace

void add_look_commands(Place place) {
    auto looks =
        declare(place, "status", "what runs in an environment, or where a deployment stands", status);
    looks.command.add_option("environment", looks.arguments.what, "or the id of a deployment")->required();
    auto asks = declare(place, "health", "exit code 0 when an environment is healthy, 1 when not", health);
    asks.command.add_option("environment", asks.arguments.environment, "which")->required();
    add_field(
        asks.command, "color", asks.arguments.color,
        "one of the two only: in a cluster a Deployment; on a host blue is the stable version, green the "
        "one that is being brought");
    auto tells =
        declare(place, "events", "what a cluster tells of an environment's objects, newest first", events);
    tells.command.add_option("environment", tells.arguments.environment, "which")->required();
    tells.command.add_option("--component", tells.arguments.component, "of this one only");
    tells.command.add_option("--limit", tells.arguments.limit, "rows, at most 200")->capture_default_str();
    add_deployments(place);
    add_paging(declare(place, "audit", "who did what, newest first", audit));
}

}  // namespace cli
