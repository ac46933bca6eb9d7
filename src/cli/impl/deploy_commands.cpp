// Bringing a version somewhere.
#include "cli/follow.hpp"
#include "cli/impl/arguments.hpp"
#include "cli/impl/client_commands.hpp"
#include "cli/impl/deploy_request.hpp"
#include "cli/impl/order.hpp"
#include "cli/listing.hpp"
#include "cli/text.hpp"

namespace cli {

namespace {

using base::Result;
namespace json = base::json;

bool wanted(DeployArguments const& arguments, model::ComponentView const& component) {
    if (arguments.components.empty()) return component.enabled;
    std::vector<std::string> const named = words(arguments.components);
    return std::find(named.begin(), named.end(), component.name) != named.end();
}

/// The one version that all wanted components run.
Result<std::string> running_version(DeployArguments const& arguments,
                                    model::EnvironmentView const& environment) {
    std::set<std::string> versions;
    for (auto const& component : environment.components)
        if (wanted(arguments, component)) versions.insert(component.version.value_or(""));
    if (versions.size() == 1 && !versions.begin()->empty()) return *versions.begin();
    return base::invalid(fmt::format(
        "name the version, like: pilothouse deploy {} 1.1.0 ({})", arguments.environment,
        versions.size() > 1 ? "its components run different ones now" : "nothing runs there now"));
}

awaitable<Result<std::string>> version_for(Session& session, DeployArguments const& arguments) {
    if (!arguments.version.empty()) co_return arguments.version;
    Call call{.path = "/api/environments/" + encoded(arguments.environment)};
    CO_TRY(std::string text, co_await session.portal.call(std::move(call)));
    CO_TRY(model::EnvironmentView environment, read_answer<model::EnvironmentView>(text));
    CO_TRY(std::string version, running_version(arguments, environment));
    session.say(fmt::format("no version named: {}, which runs in {} now, is brought there anew\n",
                            printable(version), printable(arguments.environment)));
    co_return version;
}

awaitable<Result<json::object>> body_for(Session& session, DeployArguments const& arguments) {
    DeployArguments complete = arguments;
    CO_TRY(complete.version, co_await version_for(session, arguments));
    co_return deploy_request(complete);
}

std::string path_of(DeployArguments const& arguments, std::string_view verb) {
    return fmt::format("/api/environments/{}/{}", encoded(arguments.environment), verb);
}

awaitable<int> deploy(Session& session, DeployArguments const& arguments) {
    Result<json::object> body = co_await body_for(session, arguments);
    if (!body) co_return session.fail(body.error());
    Order order{.call = {.method = "POST", .path = path_of(arguments, "deploy"), .body = std::move(*body)},
                .wait = arguments.wait,
                .follow = {.timeout = arguments.timeout}};
    order.call.idempotency_key =
        arguments.idempotency_key.empty() ? random_key(session.random) : arguments.idempotency_key;
    co_return co_await place_order(session, std::move(order));
}

awaitable<int> plan(Session& session, DeployArguments const& arguments) {
    Result<json::object> body = co_await body_for(session, arguments);
    if (!body) co_return session.fail(body.error());
    Call call{.method = "POST", .path = path_of(arguments, "plan"), .body = std::move(*body)};
    std::function<std::vector<std::string>(model::PlanView const&)> tell = [](model::PlanView const& view) {
        return describe(view);
    };
    co_return co_await show<model::PlanView>(session, std::move(call), tell);
}

void add_request_options(Declared<DeployArguments> declared) {
    auto& [command, arguments] = declared;
    command.add_option("environment", arguments.environment, "where to")->required();
    command.add_option("--version,version", arguments.version, "what; default: what runs there now, anew");
    command.add_option("--strategy", arguments.strategy,
                       "rolling, blue-green or canary; default: the component's");
    command.add_option("--components", arguments.components, "web,api; default: all that are enabled");
    command.add_option("--weights", arguments.weights, "of a canary, in percent: 10,50,100");
    command.add_option("--gate", arguments.gates, "weights at which a person must promote: 50");
    command.add_option("--bake", arguments.bake, "time at each weight: 30s");
    command.add_option("--replicas", arguments.replicas, "of each component");
    command.add_option("--when-busy", arguments.when_busy,
                       "when another deployment is under way: queue, supersede or refuse");
    command.add_option("--risk", arguments.risk, "of a wrong verdict: 0.01");
    command.add_option("--margin", arguments.margin,
                       "percentage points of errors that still count as good: 2");
    command
        .add_option("--set", arguments.set, "any other option: strategy.settle=10s, judge.on_no_data=promote")
        ->take_all()
        ->expected(1);
}

}  // namespace

void add_deploy_commands(Place place) {
    auto brings = declare(place, "deploy", "bring a version to an environment", deploy);
    add_request_options(brings);
    add_wait_options(brings.command, brings.arguments.wait, brings.arguments.timeout);
    brings.command.add_option("--idempotency-key", brings.arguments.idempotency_key,
                              "the same key is the same deployment; default: a random one");
    add_request_options(
        declare(place, "plan", "show what deploy would do, and what stands in its way", plan));
}

}  // namespace cli
