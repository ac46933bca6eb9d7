#include "api/route.hpp"

namespace api {

namespace {

/// Takes the first segment, with its slash, off the front.
std::string_view take_segment(std::string_view& path) {
    std::string_view segment = path.substr(0, path.find('/', 1));
    path.remove_prefix(segment.size());
    return segment;
}

}  // namespace

std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
    std::string_view name;
    while (!pattern.empty() && !path.empty()) {
        std::string_view wanted = take_segment(pattern);
        std::string_view given = take_segment(path);
        if (wanted.starts_with("/:") && given.size() > 1)
            name = given.substr(1);
        else if (wanted != given)
            return {};
    }
    if (!pattern.empty() || !path.empty()) return {};
    return name;
}

Found find_route(std::span<Route const> routes, std::string_view method, std::string_view path) {
    if (method == "HEAD") method = "GET";
    Found found;
    for (Route const& route : routes) {
        auto name = match(route.path, path);
        if (!name) continue;
        if (route.method == method) return {.route = &route, .name = std::string(*name)};
        found.allowed.push_back(route.method);
        if (route.method == "GET") found.allowed.push_back("HEAD");
    }
    return found;
}

}  // namespace api
