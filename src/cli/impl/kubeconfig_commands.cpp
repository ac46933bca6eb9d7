// kubeconfig put, list, remove.
#include <filesystem>

#include "cli/impl/client_commands.hpp"
#include "cli/listing.hpp"
#include "cli/text.hpp"
#include "model/kubeconfig.hpp"

namespace cli {

namespace {

using base::Result;
using Lines = std::vector<std::string>;

struct NoArguments {};
struct PutArguments {
    std::string name{}, file{};
    std::optional<std::string> context{};
};
struct NameArguments {
    std::string name{};
};

std::string path_of(std::string const& name) { return "/api/admin/kubeconfigs/" + encoded(name); }

Result<std::string> read_text(Session& session, std::string const& file) {
    if (file == "-") return session.terminal.read_all();
    std::error_code failed;
    std::string const path = std::filesystem::absolute(file, failed).string();
    return session.files.read(path);
}

awaitable<int> put(Session& session, PutArguments const& arguments) {
    auto text = read_text(session, arguments.file);
    if (!text) co_return session.fail(text.error());
    base::json::object body{{"kubeconfig", *text}};
    if (arguments.context) body["context"] = base::json::string(*arguments.context);
    Call call{.method = "PUT", .path = path_of(arguments.name), .body = std::move(body)};
    std::function<Lines(model::KubeconfigView const&)> tell = [](model::KubeconfigView const& kubeconfig) {
        return describe(kubeconfig);
    };
    co_return co_await show<model::KubeconfigView>(session, std::move(call), tell);
}

awaitable<int> list(Session& session, NoArguments const&) {
    Call call{.path = "/api/admin/kubeconfigs"};
    std::function<Lines(model::KubeconfigList const&)> tell = [](model::KubeconfigList const& all) {
        return describe(all);
    };
    co_return co_await show<model::KubeconfigList>(session, std::move(call), tell);
}

awaitable<int> remove(Session& session, NameArguments const& arguments) {
    Call call{.method = "DELETE", .path = path_of(arguments.name)};
    Result<std::string> answer = co_await session.portal.call(std::move(call));
    if (!answer) co_return session.fail(answer.error());
    session.say(fmt::format("the kubeconfig {} is removed\n", printable(arguments.name)));
    co_return code(ExitCode::done);
}

}  // namespace

void add_kubeconfig_commands(Place place) {
    CLI::App& group = *place.app.add_subcommand(
        "kubeconfig", "uploaded kubeconfigs, with which the portal gets into clusters");
    group.require_subcommand(1);
    Place const inside{group, place.terminal, place.chosen};
    auto puts = declare(inside, "put",
                        "upload one, or replace it; its secrets are encrypted and never given back", put);
    puts.command.add_option("name", puts.arguments.name, "as environments.yaml names it: uploaded: NAME")
        ->required();
    puts.command.add_option("file", puts.arguments.file, "the kubeconfig; - reads it from standard input")
        ->required();
    puts.command.add_option("--context", puts.arguments.context,
                            "which of its contexts counts; without it: its current one");
    declare(inside, "list", "all of them, and which environments use them", list);
    auto removes = declare(inside, "remove", "remove one that no environment uses", remove);
    removes.command.add_option("name", removes.arguments.name, "which")->required();
}

}  // namespace cli
