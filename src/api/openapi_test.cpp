#include "api/openapi.hpp"

#include <gtest/gtest.h>

#include "api/examples.hpp"
#include "api/routes.hpp"

namespace api {
namespace {

json::value const& document() {
    static json::value const made = openapi_document(routes(), "0.1.0");
    return made;
}

/// Calls `see(key, value)` for every member of every object below.
template <class See>
void walk(json::value const& value, See const& see) {
    if (auto const* list = value.if_array())
        for (auto const& item : *list) walk(item, see);
    if (auto const* object = value.if_object())
        for (auto const& [key, member] : *object) {
            see(key, member);
            walk(member, see);
        }
}

json::value const& operation(char const* path, char const* method) {
    return document().at("paths").at(path).at(method);
}

TEST(OpenApi, DescribesEveryRoute) {
    std::size_t operations = 0;
    for (auto const& [path, methods] : document().at("paths").as_object())
        operations += methods.as_object().size();
    EXPECT_EQ(operations, routes().size());
    EXPECT_EQ(document().at("openapi"), "3.1.0");
}

TEST(OpenApi, NamesNoOperationTwice) {
    std::set<std::string> ids;
    walk(document(), [&](std::string_view key, json::value const& value) {
        bool is_id = key == "operationId";
        EXPECT_TRUE(!is_id || ids.insert(std::string(value.as_string())).second) << value;
    });
    EXPECT_EQ(ids.size(), routes().size());
}

TEST(OpenApi, RefersOnlyToWhatIsThere) {
    walk(document(), [&](std::string_view key, json::value const& value) {
        if (key != "$ref") return;
        std::string pointer(value.as_string().subview(1));
        json::error_code failed;
        EXPECT_TRUE(document().find_pointer(pointer, failed)) << pointer;
    });
}

TEST(OpenApi, AllowsNoUnknownFieldAnywhere) {
    for (auto const& [name, schema] : document().at("components").at("schemas").as_object()) {
        EXPECT_EQ(schema.at("additionalProperties"), false) << name;
        walk(schema, [&](std::string_view key, json::value const& value) {
            if (key != "properties") return;
            for (auto const& [field, its_schema] : value.as_object())
                EXPECT_TRUE(its_schema.is_object()) << name << "." << field;
        });
    }
    EXPECT_EQ(document().at("components").at("schemas").at("DeployRequest").at("required"),
              json::array{"version"});
}

TEST(OpenApi, WantsABodyOnlyWhereSomethingInItIsRequired) {
    auto required = [](char const* path) {
        return operation(path, "post").at("requestBody").at("required").as_bool();
    };
    EXPECT_TRUE(required("/api/admin/login"));
    EXPECT_TRUE(required("/api/environments/{name}/deploy"));
    EXPECT_FALSE(required("/api/deployments/{id}/promote"));
    EXPECT_FALSE(required("/api/deployments/{id}/pause"));
}

TEST(OpenApi, LeavesOpenOnlyWhatIsOpen) {
    for (Route const& route : routes()) {
        auto colon = route.path.find(':');
        if (colon != std::string_view::npos) continue;
        std::string method = route.method == "GET" ? "get" : route.method == "DELETE" ? "delete" : "post";
        json::object const& described =
            operation(std::string(route.path).c_str(), method.c_str()).as_object();
        EXPECT_EQ(described.contains("security"), route.access.is_open()) << route.path;
        EXPECT_EQ(described.at("responses").as_object().contains("401"),
                  !route.access.is_open() || route.method == "POST")
            << route.path;
    }
}

TEST(OpenApi, SaysWhatAListCanBeAskedFor) {
    std::map<std::string, json::value> schemas;
    for (auto const& parameter : operation("/api/deployments", "get").at("parameters").as_array())
        schemas.emplace(parameter.at("name").as_string(), parameter.at("schema"));
    EXPECT_EQ(schemas.size(), 11U);
    EXPECT_EQ(schemas["sort"].at("enum").as_array().size(), 4U);
    EXPECT_EQ(schemas["limit"].at("minimum"), 1);
    EXPECT_EQ(schemas["limit"].at("maximum"), 200);
    EXPECT_EQ(schemas["status"].at("type"), "string");
    EXPECT_EQ(schemas["status"].at("enum"), (json::array{"queued", "deploying", "completed", "failed"}));
    EXPECT_EQ(schemas["created_from"].at("format"), "date-time");
}

template <class T>
void expect_readable() {
    Shape shape = shape_of<T>();
    json::value example = example_of(shape.name);
    ASSERT_FALSE(example.is_null()) << shape.name;
    auto read = base::from_json<T>(example);
    EXPECT_TRUE(read) << shape.name << ": " << read.error().message;
}

TEST(OpenApi, ItsExamplesAreWhatTheServerTakes) {
    expect_readable<model::SetupRequest>();
    expect_readable<model::LoginRequest>();
    expect_readable<model::ToggleRequest>();
    expect_readable<model::DeployRequest>();
    expect_readable<model::PromoteRequest>();
    expect_readable<model::RollbackRequest>();
    expect_readable<model::DeploymentView>();
    expect_readable<model::EnvironmentList>();
    expect_readable<model::KubeconfigRequest>();
    expect_readable<model::KubeconfigList>();
    expect_readable<Problem>();
}

TEST(OpenApi, SaysThatTheLogCanBeFollowed) {
    auto const& described = operation("/api/deployments/{id}/logs", "get");
    EXPECT_TRUE(described.at("responses").at("200").at("content").as_object().contains("text/event-stream"));
    EXPECT_TRUE(described.at("responses").at("200").at("content").as_object().contains("application/json"));
}

}  // namespace
}  // namespace api
