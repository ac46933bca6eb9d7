// sample-data remove.
#include "cli/impl/client_commands.hpp"

namespace cli {

namespace {

struct NoArguments {};

awaitable<int> remove(Session& session, NoArguments const&) {
    Call call{.method = "DELETE", .path = "/api/admin/sample-data"};
    base::Result<std::string> answer = co_await session.portal.call(std::move(call));
    if (!answer) co_return session.fail(answer.error());
    session.say("all sample data is removed\n");
    co_return code(ExitCode::done);
}

}  // namespace

void add_sample_data_commands(Place place) {
    CLI::App& group = *place.app.add_subcommand("sample-data", "invented metrics, alerts and costs");
    group.require_subcommand(1);
    Place const inside{group, place.terminal, place.chosen};
    declare(inside, "remove", "remove all of it", remove);
}

}  // namespace cli
