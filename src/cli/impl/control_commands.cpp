// Steering a deployment that is under way, and starting one from another.
#include "cli/impl/client_commands.hpp"
#include "cli/impl/order.hpp"

namespace cli {

namespace {

using base::Result;
namespace json = base::json;

struct ControlArguments {
    std::string deployment{};
    std::string version{};  // rollback
    bool all = false;       // promote
    bool wait = false;
    Duration timeout{};
};

struct Verb {
    std::string_view name;
    Which which = Which::open;
    bool creates = false;  // a new deployment: may be repeated under one key
    bool cancelled_is_success = false;
};

awaitable<int> steer(Session& session, ControlArguments const& arguments, Verb verb, json::object body) {
    Result<std::string> id = co_await find_deployment(session, arguments.deployment, verb.which);
    if (!id) co_return session.fail(id.error());
    Order order{.call = {.method = "POST",
                         .path = fmt::format("/api/deployments/{}/{}", encoded(*id), verb.name),
                         .body = std::move(body)},
                .wait = arguments.wait,
                .follow = {.timeout = arguments.timeout, .cancelled_is_success = verb.cancelled_is_success}};
    if (verb.creates) order.call.idempotency_key = random_key(session.random);
    co_return co_await place_order(session, std::move(order));
}

awaitable<int> pause(Session& session, ControlArguments const& arguments) {
    return steer(session, arguments, {.name = "pause"}, {});
}
awaitable<int> resume(Session& session, ControlArguments const& arguments) {
    return steer(session, arguments, {.name = "resume"}, {});
}
awaitable<int> promote(Session& session, ControlArguments const& arguments) {
    return steer(session, arguments, {.name = "promote"},
                 arguments.all ? json::object{{"all", true}} : json::object());
}
awaitable<int> abort(Session& session, ControlArguments const& arguments) {
    return steer(session, arguments, {.name = "abort", .cancelled_is_success = true}, {});
}
awaitable<int> retry(Session& session, ControlArguments const& arguments) {
    return steer(session, arguments, {.name = "retry", .which = Which::newest, .creates = true}, {});
}
/// One that is under way is aborted: then `cancelled` is what was wanted.
awaitable<int> rollback(Session& session, ControlArguments const& arguments) {
    json::object body;
    if (!arguments.version.empty()) body["version"] = json::string(arguments.version);
    return steer(session, arguments,
                 {.name = "rollback", .which = Which::newest, .creates = true, .cancelled_is_success = true},
                 std::move(body));
}

Declared<ControlArguments> add(Place place, std::string const& name, std::string const& about,
                               awaitable<int> (*act)(Session&, ControlArguments const&)) {
    auto declared = declare(place, name, about, act);
    declared.command
        .add_option("deployment", declared.arguments.deployment, "its id, or an environment: the one there")
        ->required();
    return declared;
}

void add_wait(Declared<ControlArguments> declared) {
    add_wait_options(declared.command, declared.arguments.wait, declared.arguments.timeout);
}

}  // namespace

void add_control_commands(Place place) {
    add(place, "pause", "stay where it is until resume", pause);
    add_wait(add(place, "resume", "go on after a pause", resume));
    auto promotes = add(place, "promote", "go on past a gate or step by a person's decision", promote);
    promotes.command.add_flag("--all", promotes.arguments.all, "past all that are to come");
    add_wait(promotes);
    add_wait(add(place, "abort", "give the traffic back to the version that was there before", abort));
    add_wait(add(place, "retry", "deploy the same again after one that has ended", retry));
    auto rolls = add(place, "rollback", "bring back the version before, or another", rollback);
    rolls.command.add_option("--version,version", rolls.arguments.version,
                             "default: the one that was there before");
    add_wait(rolls);
}

}  // namespace cli
