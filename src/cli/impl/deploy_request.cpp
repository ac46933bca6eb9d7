#include "cli/impl/deploy_request.hpp"

#include "cli/impl/arguments.hpp"

namespace cli {

namespace {

using base::Result;
namespace json = base::json;

/// 10, true and [1, 2] as such; "10s" as text.
json::value value_of(std::string const& text) {
    auto parsed = base::parse_json(text);
    if (parsed) return std::move(*parsed);
    return json::string(text);
}

/// Puts a value where "strategy.bake" says.
Result<void> put(json::object& into, std::string_view path, json::value value) {
    auto const dot = path.find('.');
    std::string_view const name = path.substr(0, dot);
    if (name.empty()) return base::invalid("write it like --set strategy.bake=10s");
    if (dot == std::string_view::npos) {
        into[name] = std::move(value);
        return {};
    }
    json::value& inner = into[name];
    if (inner.is_null()) inner = json::object();
    if (!inner.is_object())
        return base::invalid(fmt::format("--set {}: \"{}\" has a value of its own already", path, name));
    return put(inner.get_object(), path.substr(dot + 1), std::move(value));
}

Result<void> put_set(json::object& options, std::string const& assignment) {
    auto const equals = assignment.find('=');
    if (equals == std::string::npos)
        return base::invalid(fmt::format("--set {}: write it like --set strategy.bake=10s", assignment));
    return put(options, std::string_view(assignment).substr(0, equals),
               value_of(assignment.substr(equals + 1)));
}

json::value list_of(std::string const& text) {
    json::array list;
    for (int number : numbers(text)) list.push_back(number);
    return list;
}

struct Shortcut {
    std::string const& given;
    std::string_view path;
    json::value (*value)(std::string const&);
};

}  // namespace

Result<json::object> deploy_request(DeployArguments const& arguments) {
    auto as_text = [](std::string const& text) -> json::value { return json::string(text); };
    Shortcut const shortcuts[] = {
        {arguments.weights, "strategy.weights_percent", list_of},
        {arguments.gates, "strategy.gates_percent", list_of},
        {arguments.bake, "strategy.bake", as_text},
        {arguments.replicas, "replicas", value_of},
        {arguments.when_busy, "when_busy", as_text},
        {arguments.risk, "judge.risk", value_of},
        {arguments.margin, "judge.margin_percent", value_of},
    };
    json::object options;
    for (Shortcut const& shortcut : shortcuts)
        if (!shortcut.given.empty()) TRY_VOID(put(options, shortcut.path, shortcut.value(shortcut.given)));
    for (std::string const& assignment : arguments.set) TRY_VOID(put_set(options, assignment));

    json::object body{{"version", json::string(arguments.version)}};
    if (!arguments.strategy.empty()) body["strategy"] = json::string(arguments.strategy);
    if (!arguments.components.empty()) body["components"] = base::to_json(words(arguments.components));
    if (!options.empty()) body["options"] = std::move(options);
    return body;
}

}  // namespace cli
