// Watching a deployment.
#include "cli/impl/arguments.hpp"
#include "cli/impl/client_commands.hpp"
#include "cli/impl/order.hpp"

namespace cli {

namespace {

using base::Result;

struct FollowArguments {
    std::string deployment{};
    bool live = false;
    Duration timeout{};
};

awaitable<int> follow_one(Session& session, FollowArguments const& arguments) {
    Result<std::string> id = co_await find_deployment(session, arguments.deployment, Which::newest);
    if (!id) co_return session.fail(id.error());
    FollowSettings settings{.timeout = arguments.timeout};
    co_return co_await follow(session, *id, std::move(settings));
}

awaitable<int> logs(Session& session, FollowArguments const& arguments) {
    Result<std::string> id = co_await find_deployment(session, arguments.deployment, Which::newest);
    if (!id) co_return session.fail(id.error());
    if (arguments.live) session.following = *id;
    co_return co_await print_log(session, *id, arguments.live);
}

void add_deployment(Declared<FollowArguments> declared) {
    declared.command
        .add_option("deployment", declared.arguments.deployment,
                    "its id, or an environment: the newest there")
        ->required();
}

}  // namespace

void add_follow_commands(Place place) {
    auto follows = declare(place, "follow", "wait for a deployment, as deploy --wait does", follow_one);
    add_deployment(follows);
    add_field(follows.command, "--timeout", follows.arguments.timeout,
              "give up waiting after this time (the deployment goes on)");
    auto prints = declare(place, "logs", "print the log of a deployment", logs);
    add_deployment(prints);
    prints.command.add_flag("--follow,-f", prints.arguments.live, "go on until it ends");
}

}  // namespace cli
