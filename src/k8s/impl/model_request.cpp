#include "k8s/impl/model_request.hpp"

#include <fmt/format.h>

#include "base/json_at.hpp"

namespace k8s::impl {

namespace {

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0) parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::string verb_of(ModelRequest const& request) {
    std::string const& method = request.http.method;
    if (method == "POST") return "create";
    if (method == "DELETE") return "delete";
    if (method == "PATCH")
        return request.content_type() == "application/apply-patch+yaml" ? "apply" : "patch";
    if (!request.name.name.empty()) return "get";
    return request.query("watch") == "1" ? "watch" : "list";
}

Resource const* find_resource(std::vector<Resource> const& resources, std::string_view group_path,
                              std::string_view plural) {
    for (Resource const& each : resources)
        if (each.group_path() == group_path && each.plural == plural) return &each;
    return nullptr;
}

bool matches(json::value const& object, std::string_view requirement) {
    auto labels = base::texts_at(object, "/metadata/labels");
    bool negated = requirement.starts_with('!');
    if (negated) requirement.remove_prefix(1);
    auto equals = requirement.find('=');
    if (equals == std::string_view::npos) return labels.contains(std::string(requirement)) != negated;
    bool differs = equals > 0 && requirement[equals - 1] == '!';
    std::string key(requirement.substr(0, differs ? equals - 1 : equals));
    std::string_view wanted = requirement.substr(equals + 1);
    if (wanted.starts_with('=')) wanted.remove_prefix(1);
    auto found = labels.find(key);
    return (found != labels.end() && found->second == wanted) != differs;
}

json::object details_of(ModelRequest const& request) {
    return {
        {"name", request.name.name}, {"group", request.resource.group}, {"kind", request.resource.plural}};
}

std::string quoted(ModelRequest const& request) {
    return fmt::format("{} \"{}\"", request.resource.full_name(), request.name.name);
}

}  // namespace

std::string ModelRequest::manager() const {
    std::string given = query("fieldManager");
    return given.empty() ? "unknown" : given;
}

/// /api/v1/[namespaces/<ns>/]pods[/<name>[/proxy/<path>]] or /apis/<group>/<version>/...
std::optional<ModelRequest> parse_request(http::Request http, std::vector<Resource> const& resources) {
    std::vector<std::string> parts = split(http.path, '/');
    std::size_t at = parts.empty() ? 0 : parts[0] == "api" ? 2 : 3;
    if (at == 0 || parts.size() <= at) return {};
    std::string group_path;
    for (std::size_t i = 0; i < at; ++i) group_path += "/" + parts[i];
    ModelRequest request;
    if (parts[at] == "namespaces" && parts.size() > at + 2) {
        request.name.namespace_ = parts[at + 1];
        at += 2;
    }
    Resource const* resource = find_resource(resources, group_path, parts[at]);
    bool const is_proxied = parts.size() > at + 2 && parts[at + 2] == "proxy";
    if (!resource || (parts.size() > at + 2 && !is_proxied)) return {};
    request.resource = *resource;
    if (parts.size() > at + 1) request.name.name = parts[at + 1];
    if (is_proxied) {
        request.subresource = parts[at + 2];
        constexpr std::string_view separator = "/proxy";
        http.path.erase(0, http.path.find(separator) + separator.size());
    }
    request.http = std::move(http);
    request.verb = verb_of(request);
    return request;
}

bool is_selected(json::value const& object, std::string_view labels, std::string_view fields) {
    for (std::string const& requirement : split(labels, ','))
        if (!matches(object, requirement)) return false;
    for (std::string const& requirement : split(fields, ',')) {
        std::vector<std::string> sides = split(requirement, '=');
        bool by_name = sides.size() == 2 && sides[0] == "metadata.name";
        if (by_name && base::text_at(object, "/metadata/name") != sides[1]) return false;
    }
    return true;
}

http::Response answer_json(int status, json::value const& body) {
    http::Response response{.status = status, .body = json::serialize(body)};
    response.fields.set("Content-Type", "application/json");
    return response;
}

http::Response answer_status(Refusal const& refusal) {
    return answer_json(refusal.status, json::object{{"kind", "Status"},
                                                    {"apiVersion", "v1"},
                                                    {"metadata", json::object()},
                                                    {"status", "Failure"},
                                                    {"message", refusal.message},
                                                    {"reason", refusal.reason},
                                                    {"details", refusal.details},
                                                    {"code", refusal.status}});
}

http::Response not_found(ModelRequest const& request) {
    return answer_status({404, "NotFound", quoted(request) + " not found", details_of(request)});
}

http::Response already_exists(ModelRequest const& request) {
    return answer_status({409, "AlreadyExists", quoted(request) + " already exists", details_of(request)});
}

http::Response modified_meanwhile(ModelRequest const& request, std::string const& why) {
    return answer_status({409, "Conflict",
                          fmt::format("Operation cannot be fulfilled on {}: {}", quoted(request), why),
                          details_of(request)});
}

http::Response refused_patch() {
    return answer_status(
        {422, "Invalid", "the server rejected our request due to an error in our request", {}});
}

http::Response apply_conflict(std::vector<Clash> const& clashes, std::string const& api_version) {
    json::array causes;
    std::string fields;
    for (Clash const& clash : clashes) {
        std::string text = fmt::format("conflict with \"{}\" using {}", clash.manager, api_version);
        fields += fmt::format("{}{}: {}", fields.empty() ? "" : "; ", text, say(clash.field));
        causes.push_back(
            json::object{{"reason", "FieldManagerConflict"}, {"message", text}, {"field", say(clash.field)}});
    }
    std::string message = fmt::format("Apply failed with {} conflict{}: {}", clashes.size(),
                                      clashes.size() == 1 ? "" : "s", fields);
    return answer_status({409, "Conflict", message, json::object{{"causes", std::move(causes)}}});
}

std::optional<http::Response> broken_rule(ModelRequest const& request, json::value const& object) {
    auto replicas = base::number_at(object, "/spec/replicas");
    if (replicas.value_or(0) >= 0) return {};
    constexpr std::string_view rule = "must be greater than or equal to 0";
    json::object details = details_of(request);
    details["causes"] = json::array{
        json::object{{"reason", "FieldValueInvalid"}, {"message", rule}, {"field", "spec.replicas"}}};
    return answer_status(
        {422, "Invalid",
         fmt::format("{} is invalid: spec.replicas: Invalid value: {}: {}", quoted(request), *replicas, rule),
         std::move(details)});
}

}  // namespace k8s::impl
