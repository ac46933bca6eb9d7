// env list, show, role, enable, disable.
#include "cli/impl/client_commands.hpp"
#include "cli/listing.hpp"
#include "cli/text.hpp"

namespace cli {

namespace {

using base::Result;
using Lines = std::vector<std::string>;

struct EnvironmentListArguments {
    std::string provider{}, type{}, text{};
};
struct RoleArguments {
    std::string name{};
    std::string strategy{};
};
struct EnvironmentArguments {
    std::string name{};
    std::string component{};
};

std::string path_of(EnvironmentListArguments const& arguments) {
    std::string path = "/api/environments";
    auto add = [&](std::string_view name, std::string const& value) {
        if (!value.empty())
            path +=
                fmt::format("{}{}={}", path.find('?') == std::string::npos ? '?' : '&', name, encoded(value));
    };
    add("provider", arguments.provider);
    add("type", arguments.type);
    add("q", arguments.text);
    return path;
}

awaitable<int> list(Session& session, EnvironmentListArguments const& arguments) {
    Call call{.path = path_of(arguments)};
    std::function<Lines(model::EnvironmentList const&)> tell = [](model::EnvironmentList const& all) {
        return describe(all);
    };
    co_return co_await show<model::EnvironmentList>(session, std::move(call), tell);
}

awaitable<int> show_one(Session& session, EnvironmentArguments const& arguments) {
    Call call{.path = "/api/environments/" + encoded(arguments.name)};
    std::function<Lines(model::EnvironmentView const&)> tell = [](model::EnvironmentView const& one) {
        return describe(one);
    };
    co_return co_await show<model::EnvironmentView>(session, std::move(call), tell);
}

awaitable<int> role(Session& session, RoleArguments const& arguments) {
    Call call{.path = fmt::format("/api/environments/{}/role", encoded(arguments.name))};
    if (!arguments.strategy.empty()) call.path += "?strategy=" + encoded(arguments.strategy);
    std::function<Lines(model::RoleView const&)> tell = [](model::RoleView const& one) {
        return describe(one);
    };
    co_return co_await show<model::RoleView>(session, std::move(call), tell);
}

awaitable<int> toggle(Session& session, EnvironmentArguments const& arguments, bool enabled) {
    base::json::object body{{"enabled", enabled}};
    if (!arguments.component.empty()) body["component"] = base::json::string(arguments.component);
    Call call{.method = "PUT",
              .path = fmt::format("/api/admin/environments/{}/toggle", encoded(arguments.name)),
              .body = std::move(body)};
    std::function<Lines(model::EnvironmentView const&)> tell = [&](model::EnvironmentView const&) -> Lines {
        std::string const what =
            arguments.component.empty() ? arguments.name : arguments.name + "/" + arguments.component;
        return {fmt::format("{} is {}", printable(what), enabled ? "enabled" : "disabled")};
    };
    co_return co_await show<model::EnvironmentView>(session, std::move(call), tell);
}

awaitable<int> enable(Session& session, EnvironmentArguments const& arguments) {
    return toggle(session, arguments, true);
}
awaitable<int> disable(Session& session, EnvironmentArguments const& arguments) {
    return toggle(session, arguments, false);
}

Declared<EnvironmentArguments> add_name(Declared<EnvironmentArguments> declared) {
    declared.command.add_option("environment", declared.arguments.name, "which")->required();
    return declared;
}

void add_component(Declared<EnvironmentArguments> declared) {
    declared.command.add_option("--component", declared.arguments.component, "only this part of it");
}

}  // namespace

void add_environment_commands(Place place) {
    CLI::App& group = *place.app.add_subcommand("env", "the environments that are declared");
    group.require_subcommand(1);
    Place const inside{group, place.terminal, place.chosen};
    auto lists = declare(inside, "list", "all of them", list);
    lists.command.add_option("--provider", lists.arguments.provider,
                             "azure, aws, gcp, ibm, oci or on-premises");
    lists.command.add_option("--type", lists.arguments.type, "cloud or hci");
    lists.command.add_option("--search,-q", lists.arguments.text,
                             "part of a name, region, component or version");
    add_name(declare(inside, "show", "one, with its components", show_one));
    auto roles =
        declare(inside, "role", "the Role, as YAML, that the portal's account needs in its cluster", role);
    roles.command.add_option("environment", roles.arguments.name, "which")->required();
    roles.command.add_option("--strategy", roles.arguments.strategy,
                             "rolling, blue-green or canary; default: each component's");
    add_component(add_name(declare(inside, "enable", "let deployments begin there again", enable)));
    add_component(add_name(declare(inside, "disable", "let no deployment begin there", disable)));
}

}  // namespace cli
