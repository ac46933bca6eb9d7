#include "api/openapi.hpp"

#include <cmath>

#include "api/examples.hpp"
#include "http/server.hpp"

namespace api {

namespace {

using base::SchemaFor;

json::object ref(std::string_view kind, std::string_view name) {
    return {{"$ref", fmt::format("#/components/{}/{}", kind, name)}};
}

/// Limits are kept as doubles, and 200.0 would be written as 2E2.
void make_whole(json::value& value) {
    if (auto const* number = value.if_double();
        number && std::trunc(*number) == *number && std::abs(*number) < 1e15)
        value = static_cast<std::int64_t>(*number);
    if (auto* list = value.if_array())
        for (json::value& item : *list) make_whole(item);
    if (auto* object = value.if_object())
        for (auto& member : *object) make_whole(member.value());
}

/// Collects the schemas that the routes name.
class Schemas {
public:
    json::object ref_to(Shape const& shape, SchemaFor use) {
        if (!schemas_.contains(shape.name)) {
            json::object schema = shape.schema(use, nullptr);
            if (auto example = example_of(shape.name); !example.is_null())
                schema["examples"] = json::array{example};
            schemas_[shape.name] = std::move(schema);
        }
        return ref("schemas", shape.name);
    }
    json::object take() { return std::move(schemas_); }

private:
    json::object schemas_{};
};

/// "/api/environments/{name}" for "/api/environments/:name", and the name.
std::pair<std::string, std::string> template_of(std::string_view path) {
    auto colon = path.find(':');
    if (colon == std::string_view::npos) return {std::string(path), ""};
    std::string_view rest = path.substr(colon + 1);
    std::string_view name = rest.substr(0, rest.find('/'));
    return {fmt::format("{}{{{}}}{}", path.substr(0, colon), name, rest.substr(name.size())),
            std::string(name)};
}

json::object path_parameter(std::string const& name, Route const& route) {
    bool is_name = name == "name", is_kubeconfig = route.path.find("/kubeconfigs/") != std::string_view::npos;
    json::object schema{{"type", "string"},
                        {"pattern", json::string(is_name ? model::name_pattern : "^[0-9a-z]{26}$")}};
    return {{"name", name},
            {"in", "path"},
            {"required", true},
            {"schema", std::move(schema)},
            {"description", is_kubeconfig ? "an uploaded kubeconfig"
                            : is_name     ? "an environment"
                                          : "a deployment"},
            {"example", is_kubeconfig ? "shop-west"
                        : is_name     ? "demo"
                                      : "01kb0z3v9m4e8r2t6w5y7a1c3d"}};
}

/// A parameter that is not given is left out, so null is none of its values.
json::value not_null(json::value schema) {
    if (auto* type = schema.as_object().if_contains("type"); type && type->is_array())
        *type = json::value(type->as_array().front());
    if (auto* values = schema.as_object().if_contains("enum"))
        values->as_array().erase(std::remove(values->as_array().begin(), values->as_array().end(), nullptr),
                                 values->as_array().end());
    return schema;
}

void add_query_parameters(json::array& parameters, Shape const& query) {
    json::object schema = query.schema(SchemaFor::request, nullptr);
    for (auto const& [name, its_schema] : schema["properties"].as_object())
        parameters.push_back(
            {{"name", name}, {"in", "query"}, {"required", false}, {"schema", not_null(its_schema)}});
}

json::object header_parameter(char const* name, char const* about, json::object schema) {
    return {{"name", name},
            {"in", "header"},
            {"required", false},
            {"description", about},
            {"schema", std::move(schema)}};
}

json::array parameters_of(Route const& route, std::string const& path_name) {
    json::array parameters;
    if (!path_name.empty()) parameters.push_back(path_parameter(path_name, route));
    if (!route.endpoint.query.name.empty()) add_query_parameters(parameters, route.endpoint.query);
    if (route.extra == Extra::idempotency_key)
        parameters.push_back(header_parameter(
            "Idempotency-Key", "the same key and request within 24 hours: the same answer, and nothing new",
            {{"type", "string"}, {"pattern", "^[!-~]{1,255}$"}}));
    if (route.extra == Extra::event_stream)
        parameters.push_back(header_parameter("Last-Event-ID", "go on after this event",
                                              {{"type", "string"}, {"pattern", "^[0-9]{1,15}$"}}));
    return parameters;
}

json::object schema_of_answers(Endpoint const& endpoint, Schemas& schemas) {
    if (endpoint.answers.size() == 1) return schemas.ref_to(endpoint.answers.front(), SchemaFor::answer);
    json::array alternatives;
    for (Shape const& shape : endpoint.answers)
        alternatives.push_back(schemas.ref_to(shape, SchemaFor::answer));
    return {{"oneOf", std::move(alternatives)}};
}

json::object content_of(Route const& route, Schemas& schemas) {
    std::string const& name = route.endpoint.answers.front().name;
    json::object content;
    if (name == "Text")
        content["text/plain"] = {{"schema", {{"type", "string"}}}};
    else if (name == "Document")
        content["application/json"] = {{"schema", {{"type", "object"}}}};
    else
        content["application/json"] = {{"schema", schema_of_answers(route.endpoint, schemas)}};
    if (route.extra == Extra::event_stream) content["text/event-stream"] = {{"schema", {{"type", "string"}}}};
    return content;
}

json::object header(char const* about) { return {{"description", about}, {"schema", {{"type", "string"}}}}; }

json::object success_of(Route const& route, Schemas& schemas) {
    json::object response{{"description", json::string(http::reason_phrase(route.status))}};
    if (!route.endpoint.answers.empty()) response["content"] = content_of(route, schemas);
    json::object headers;
    if (route.method == "GET" && route.access.is_open() == false && route.id != "metrics")
        headers["ETag"] = header("of this content");
    if (route.status == 202) headers["Location"] = header("of the deployment");
    if (route.extra == Extra::cookie) headers["Set-Cookie"] = header("the session, for browsers");
    if (!headers.empty()) response["headers"] = std::move(headers);
    return response;
}

/// Statuses of problems, in order.
std::vector<int> problem_statuses(Route const& route) {
    bool has_name = route.path.find(':') != std::string_view::npos;
    bool changes = route.method != "GET";
    std::vector<int> statuses{400};
    if (!route.access.is_open() || changes) statuses.insert(statuses.end(), {401, 403});
    if (has_name) statuses.push_back(404);
    if (changes) statuses.push_back(409);
    if (changes) statuses.push_back(413);
    if (has_name || !route.endpoint.query.name.empty()) statuses.push_back(414);
    if (changes) statuses.insert(statuses.end(), {415, 422});
    if (route.extra == Extra::cookie) statuses.push_back(429);
    statuses.insert(statuses.end(), {500, 503});
    return statuses;
}

json::object responses_of(Route const& route, Schemas& schemas) {
    json::object responses;
    responses[std::to_string(route.status)] = success_of(route, schemas);
    if (route.method == "GET" && !route.access.is_open())
        responses["304"] = {{"description", "what If-None-Match names is still true"}};
    for (int status : problem_statuses(route))
        responses[std::to_string(status)] = ref("responses", fmt::format("Problem{}", status));
    return responses;
}

json::object operation_of(Route const& route, std::string const& path_name, Schemas& schemas) {
    json::object operation{{"operationId", json::string(route.id)}, {"summary", json::string(route.summary)}};
    json::array parameters = parameters_of(route, path_name);
    if (!parameters.empty()) operation["parameters"] = std::move(parameters);
    if (Shape const& body = route.endpoint.body; !body.name.empty()) {
        json::object content{{"application/json", {{"schema", schemas.ref_to(body, SchemaFor::request)}}}};
        operation["requestBody"] = {{"required", !body.optional}, {"content", std::move(content)}};
    }
    operation["responses"] = responses_of(route, schemas);
    if (route.access.is_open()) operation["security"] = json::array();
    return operation;
}

json::object shared_problems() {
    json::object responses;
    for (int status : {400, 401, 403, 404, 409, 413, 414, 415, 422, 429, 500, 503}) {
        json::object response{
            {"description", json::string(http::reason_phrase(status))},
            {"content", {{"application/problem+json", {{"schema", ref("schemas", "Problem")}}}}}};
        if (status == 401) response["headers"] = {{"WWW-Authenticate", header("how to log in")}};
        if (status == 429 || status == 503)
            response["headers"] = {{"Retry-After", header("seconds to wait")}};
        responses[fmt::format("Problem{}", status)] = std::move(response);
    }
    return responses;
}

json::object security_schemes() {
    return {{"bearer",
             {{"type", "http"}, {"scheme", "bearer"}, {"description", "the token of POST /api/admin/login"}}},
            {"cookie",
             {{"type", "apiKey"},
              {"in", "cookie"},
              {"name", "pilothouse"},
              {"description",
               "for browsers; with TLS its name is __Host-pilothouse. Requests that change something need "
               "our Origin"}}}};
}

}  // namespace

json::object openapi_document(std::span<Route const> routes, std::string const& version) {
    Schemas schemas;
    json::object paths;
    for (Route const& route : routes) {
        auto [path, name] = template_of(route.path);
        std::string method(route.method);
        for (char& c : method) c = static_cast<char>(c | 0x20);
        if (!paths.contains(path)) paths[path] = json::object();
        paths[path].as_object()[method] = operation_of(route, name, schemas);
    }
    schemas.ref_to(shape_of<Problem>(), SchemaFor::answer);
    json::object components{{"schemas", schemas.take()},
                            {"responses", shared_problems()},
                            {"securitySchemes", security_schemes()}};
    json::value document{{"openapi", "3.1.0"},
                         {"info",
                          {{"title", "Pilothouse"},
                           {"version", json::string(version.empty() ? "0" : version)},
                           {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}},
                           {"description",
                            "Brings versions to environments, judges them, and rolls back what is worse. "
                            "Errors are problems (RFC 9457); "
                            "times are RFC 3339 in UTC; a list's `next` is the `after` of its next page."}}},
                         {"servers", json::array{json::object{{"url", "/"}}}},
                         {"security", json::array{json::object{{"bearer", json::array()}},
                                                  json::object{{"cookie", json::array()}}}},
                         {"paths", std::move(paths)},
                         {"components", std::move(components)}};
    make_whole(document);
    return std::move(document.as_object());
}

}  // namespace api
