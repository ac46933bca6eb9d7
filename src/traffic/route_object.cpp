#include "traffic/route_object.hpp"

#include <cmath>

#include "base/json_at.hpp"

namespace traffic {

namespace {

namespace json = base::json;

/// A destination with its weight, and where it stands in the object.
struct Destination {
    std::string pointer{};    // "/spec/http/0/route/1"
    std::string name{};       // as it is written there
    std::string elsewhere{};  // a namespace of its own, if it has one
    std::optional<std::int64_t> weight{};
};

/// The destinations of one rule.
using Rule = std::vector<Destination>;

using base::list_at;
using base::number_at;
using base::text_at;

/// Where each kind keeps its rules, the destinations of a rule, and the Service of a destination.
struct Layout {
    std::vector<std::string_view> rules{};
    std::string_view destinations{};
    std::string_view service{};
};

Layout layout_of(RouteKind kind) {
    if (kind == RouteKind::http_route) return {{"/spec/rules"}, "/backendRefs", "/name"};
    return {{"/spec/http", "/spec/tls", "/spec/tcp"}, "/route", "/destination/host"};
}

std::vector<Rule> rules_of(RouteKind kind, json::value const& object) {
    Layout const layout = layout_of(kind);
    std::vector<Rule> rules;
    for (std::string_view place : layout.rules) {
        json::array const& list = list_at(object, place);
        for (std::size_t i = 0; i < list.size(); ++i) {
            Rule rule;
            json::array const& destinations = list_at(list[i], layout.destinations);
            for (std::size_t j = 0; j < destinations.size(); ++j)
                rule.push_back({.pointer = fmt::format("{}/{}{}/{}", place, i, layout.destinations, j),
                                .name = text_at(destinations[j], layout.service),
                                .elsewhere = text_at(destinations[j], "/namespace"),
                                .weight = number_at(destinations[j], "/weight")});
            rules.push_back(std::move(rule));
        }
    }
    return rules;
}

/// A VirtualService may write "web", "web.shop", "web.shop.svc" or "web.shop.svc.cluster.local".
bool is_service(std::string_view written, std::string const& service, std::string const& in_namespace) {
    if (!written.starts_with(service)) return false;
    std::string_view rest = written.substr(service.size());
    if (rest.empty()) return true;
    std::string const with_namespace = "." + in_namespace;
    if (!rest.starts_with(with_namespace)) return false;
    rest = rest.substr(with_namespace.size());
    return rest.empty() || rest == ".svc" || rest.starts_with(".svc.");
}

struct Pair {
    Destination const* blue = nullptr;
    Destination const* green = nullptr;
};

Pair pair_of(Rule const& rule, Backends const& backends) {
    Pair pair;
    for (Destination const& destination : rule) {
        if (!destination.elsewhere.empty() && destination.elsewhere != backends.namespace_) continue;
        if (is_service(destination.name, backends.blue, backends.namespace_)) pair.blue = &destination;
        if (is_service(destination.name, backends.green, backends.namespace_)) pair.green = &destination;
    }
    return pair;
}

/// What a destination without a weight has: Gateway API gives it 1; Istio 100 when it stands alone, 0 beside
/// others.
std::int64_t weight_of(RouteKind kind, Destination const& destination, Rule const& rule) {
    if (destination.weight) return *destination.weight;
    if (kind == RouteKind::http_route) return 1;
    return rule.size() == 1 ? 100 : 0;
}

base::Error names_not_both(RouteKind kind, json::value const& object, Backends const& backends,
                           std::vector<Rule> const& rules) {
    std::string there;
    for (Rule const& rule : rules)
        for (Destination const& destination : rule)
            if (there.find(destination.name) == std::string::npos)
                there += (there.empty() ? "" : ", ") + destination.name;
    return base::invalid(fmt::format(
        "no rule of {} names both {} and {}; it names {}. Give the rule both, one of them with weight 0",
        name_of(kind, object), backends.blue, backends.green, there.empty() ? "nobody" : there));
}

json::value operation(char const* what, std::string path, json::value value) {
    return json::object{{"op", what}, {"path", std::move(path)}, {"value", std::move(value)}};
}

void change_weight(json::array& patch, RouteKind kind, Destination const& destination, std::int64_t wanted) {
    patch.push_back(operation("test", destination.pointer + std::string(layout_of(kind).service),
                              json::string(destination.name)));
    std::string const weight = destination.pointer + "/weight";
    if (destination.weight) patch.push_back(operation("test", weight, *destination.weight));
    patch.push_back(operation(destination.weight ? "replace" : "add", weight, wanted));
}

/// The first reason why a parent has not taken the newest generation; empty: it has.
std::string reason_of(json::value const& parent, std::int64_t generation) {
    for (std::string_view type : {"Accepted", "ResolvedRefs"}) {
        json::array const& conditions = list_at(parent, "/conditions");
        auto condition = std::find_if(conditions.begin(), conditions.end(), [&](json::value const& each) {
            return text_at(each, "/type") == type;
        });
        if (condition == conditions.end()) return fmt::format("it does not say whether it is {}", type);
        if (number_at(*condition, "/observedGeneration").value_or(0) < generation)
            return "it has not seen the last change yet";
        if (text_at(*condition, "/status") != "True")
            return fmt::format("{} ({})", text_at(*condition, "/message"), text_at(*condition, "/reason"));
    }
    return {};
}

}  // namespace

base::Result<Shares> read_shares(RouteKind kind, json::value const& object, Backends const& backends) {
    std::vector<Rule> const rules = rules_of(kind, object);
    Shares shares;
    bool found = false;
    int number = 0, least = 100, alone = 0;
    for (Rule const& rule : rules) {
        ++number;
        Pair const pair = pair_of(rule, backends);
        std::int64_t const blue = pair.blue ? weight_of(kind, *pair.blue, rule) : 0;
        std::int64_t const both = blue + (pair.green ? weight_of(kind, *pair.green, rule) : 0);
        found = found || (pair.blue && pair.green);
        if (both == 0) continue;
        if (!pair.blue || !pair.green) alone = number;
        auto const percent =
            static_cast<int>(std::lround(100.0 * static_cast<double>(blue) / static_cast<double>(both)));
        least = std::min(least, percent);
        shares.blue_at_most = std::max(shares.blue_at_most, percent);
        shares.green_at_most = std::max(shares.green_at_most, 100 - percent);
    }
    if (!found) return names_not_both(kind, object, backends, rules);
    if (alone > 0)
        shares.dispute = fmt::format(
            "rule {} of {} names only one of {} and {}: give it both, with the weights of the others", alone,
            name_of(kind, object), backends.blue, backends.green);
    else if (least < shares.blue_at_most)
        shares.dispute =
            fmt::format("the rules of {} give {} between {} and {} %: give them the same weights",
                        name_of(kind, object), backends.blue, least, shares.blue_at_most);
    return shares;
}

base::Result<json::array> patch_shares(RouteKind kind, json::value const& object, Backends const& backends,
                                       int blue_percent) {
    std::vector<Rule> const rules = rules_of(kind, object);
    json::array patch;
    bool found = false;
    for (Rule const& rule : rules) {
        Pair const pair = pair_of(rule, backends);
        if (!pair.blue || !pair.green) continue;
        found = true;
        std::int64_t const blue = weight_of(kind, *pair.blue, rule);
        std::int64_t const green = weight_of(kind, *pair.green, rule);
        // Small numbers, as Gateway API allows them, cannot say percentages: 1 and 1 become 50 and 50.
        bool const coarse = kind == RouteKind::http_route && rule.size() == 2;
        std::int64_t const sum = coarse || blue + green == 0 ? 100 : blue + green;
        auto const new_blue =
            static_cast<std::int64_t>(std::llround(static_cast<double>(sum) * blue_percent / 100.0));
        if (blue == new_blue && green == sum - new_blue) continue;
        change_weight(patch, kind, *pair.blue, new_blue);
        change_weight(patch, kind, *pair.green, sum - new_blue);
    }
    if (!found) return names_not_both(kind, object, backends, rules);
    return patch;
}

std::string not_accepted(RouteKind kind, json::value const& object) {
    if (kind == RouteKind::virtual_service) return {};
    std::int64_t const generation = number_at(object, "/metadata/generation").value_or(0);
    json::array const& parents = list_at(object, "/status/parents");
    if (parents.empty()) return name_of(kind, object) + " is not accepted by any gateway yet";
    for (json::value const& parent : parents) {
        std::string why = reason_of(parent, generation);
        if (!why.empty())
            return fmt::format("{} is not accepted by {}: {}", name_of(kind, object),
                               text_at(parent, "/parentRef/name"), why);
    }
    return {};
}

std::string name_of(RouteKind kind, json::value const& object) {
    return (kind == RouteKind::http_route ? "HTTPRoute " : "VirtualService ") +
           text_at(object, "/metadata/name");
}

}  // namespace traffic
