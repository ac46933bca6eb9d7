#include <gtest/gtest.h>

#include "api/world.hpp"

namespace api {
namespace {

std::vector<std::string> names(World& world, std::string const& target) {
    std::vector<std::string> found;
    auto answer = World::json_of(world.ask("GET", target));
    for (auto const& item : answer.at("items").as_array()) found.emplace_back(item.at("name").as_string());
    return found;
}

using Names = std::vector<std::string>;

TEST(Environments, AreListedByNameAndFiltered) {
    World world;
    EXPECT_EQ(names(world, "/api/environments"), (Names{"demo", "frankfurt", "virginia"}));
    EXPECT_EQ(names(world, "/api/environments?provider=aws"), (Names{"frankfurt"}));
    EXPECT_EQ(names(world, "/api/environments?type=cloud"), (Names{"frankfurt", "virginia"}));
    EXPECT_EQ(names(world, "/api/environments?type=cloud&enabled=true"), (Names{"frankfurt"}));
    EXPECT_EQ(names(world, "/api/environments?q=BESU"), (Names{"frankfurt"}));
    EXPECT_EQ(names(world, "/api/environments?q=east"), (Names{"virginia"}));
    EXPECT_EQ(names(world, "/api/environments?q=nowhere"), Names{});
}

TEST(Environments, AreGroupedByProvider) {
    World world;
    auto groups =
        World::json_of(world.ask("GET", "/api/environments?group_by=provider")).at("groups").as_array();
    ASSERT_EQ(groups.size(), 3U);
    EXPECT_EQ(groups[0].at("provider"), "azure");
    EXPECT_EQ(groups[1].at("provider"), "aws");
    EXPECT_EQ(groups[2].at("provider"), "on-premises");
    EXPECT_EQ(groups[2].at("items").as_array().size(), 1U);
}

TEST(Environments, AreSerialisedOnceAndSentWithoutACopy) {
    World world;
    auto first = world.ask("GET", "/api/environments").shared_body;
    ASSERT_TRUE(first);
    EXPECT_EQ(world.ask("GET", "/api/environments").shared_body, first);
    EXPECT_NE(world.ask("GET", "/api/environments?type=cloud").shared_body, first);
    world.ask("PUT", "/api/admin/environments/virginia/toggle", R"({"enabled":true})");
    EXPECT_NE(world.ask("GET", "/api/environments").shared_body, first);
}

TEST(Environments, AreNotSentAgainToWhoHasThem) {
    World world;
    http::Response first = world.ask("GET", "/api/environments");
    http::Fields has_it;
    has_it.set("If-None-Match", std::string(first.fields.get("ETag")));
    http::Response second = world.ask("GET", "/api/environments", "", has_it);
    EXPECT_EQ(second.status, 304);
    EXPECT_EQ(World::body_of(second), "");
    EXPECT_EQ(second.fields.get("ETag"), first.fields.get("ETag"));

    world.ask("PUT", "/api/admin/environments/virginia/toggle", R"({"enabled":true})");
    EXPECT_EQ(world.ask("GET", "/api/environments", "", has_it).status, 200);
}

TEST(Environments, SayWhatTheHealthCheckHasFoundAndWhatItHasNotLookedAt) {
    World world;
    auto first = [&](std::string const& target) {
        auto found = World::json_of(world.ask("GET", target));
        auto const& check = found.at("checks").at(0);
        return fmt::format("{}: {}: {}", std::string(found.at("health").as_string()),
                           std::string(check.at("result").as_string()),
                           std::string(check.at("text").as_string()));
    };
    EXPECT_EQ(first("/api/environments/demo/health"), "degraded: warning: nothing is deployed");
    EXPECT_EQ(first("/api/environments/frankfurt/health"),
              "unknown: unknown: sample data: nothing runs here");

    world.deploy("1.0.0");
    EXPECT_EQ(first("/api/environments/demo/health?color=blue"),
              "healthy: passed: 2 of 2 replicas of 1.0.0 are ready");
    EXPECT_EQ(first("/api/environments/demo/health?color=green"),
              "failed: failed: no green version of web runs");
    EXPECT_EQ(world.ask("GET", "/api/environments/demo/health?color=red").status, 400);
    world.ask("PUT", "/api/admin/environments/demo/toggle", R"({"enabled":false})");
    EXPECT_EQ(first("/api/environments/demo/health"),
              "disabled: skipped: demo is disabled; enable it with: pilothouse env enable demo");
    EXPECT_EQ(world.ask_as_nobody("GET", "/api/environments/demo/health").status, 401);
}

TEST(Environments, SayWhyTheyHaveNoEvents) {
    World world;
    auto problem = [&](std::string const& target) {
        auto answer = World::json_of(world.ask("GET", target));
        EXPECT_TRUE(answer.at("items").as_array().empty());
        return std::string(answer.at("problem").as_string());
    };
    EXPECT_EQ(problem("/api/environments/demo/events?component=web&limit=200"),
              "demo is no cluster, and it is clusters that keep events of their objects");
    EXPECT_EQ(problem("/api/environments/frankfurt/events"), "sample data: nothing runs here");

    EXPECT_EQ(world.ask("GET", "/api/environments/demo/events?component=wbe").status, 400);
    EXPECT_EQ(world.ask("GET", "/api/environments/demo/events?limit=201").status, 400);
    EXPECT_EQ(world.ask_as_nobody("GET", "/api/environments/demo/events").status, 401);
}

TEST(Environments, OfAnUnknownNameSuggestTheNearest) {
    World world;
    for (auto [method, target, body] :
         {std::tuple("GET", "/api/environments/dmeo", ""),
          {"GET", "/api/environments/dmeo/status", ""},
          {"GET", "/api/environments/dmeo/health", ""},
          {"GET", "/api/environments/dmeo/events", ""},
          {"POST", "/api/environments/dmeo/plan", R"({"version":"1.1.0"})"},
          {"POST", "/api/environments/dmeo/deploy", R"({"version":"1.1.0"})"},
          {"PUT", "/api/admin/environments/dmeo/toggle", R"({"enabled":true})"}}) {
        http::Response response = world.ask(method, target, body);
        EXPECT_EQ(response.status, 404) << target;
        EXPECT_EQ(World::json_of(response).at("detail"),
                  "there is no environment \"dmeo\" (did you mean \"demo\"?)")
            << target;
    }
}

TEST(Environments, CanBeDisabledAndThenRefuseDeployments) {
    World world;
    http::Response toggled = world.ask("PUT", "/api/admin/environments/demo/toggle", R"({"enabled":false})");
    EXPECT_EQ(toggled.status, 200);
    EXPECT_EQ(World::json_of(toggled).at("enabled"), false);
    http::Response refused = world.ask("POST", "/api/environments/demo/deploy", R"({"version":"1.1.0"})");
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(World::json_of(refused).at("detail"), "environment demo is disabled; enable it first");
}

/// Nothing runs in a sample, so nobody looks at it: who follows its provider is told all the same.
TEST(Environments, TellOfTheirProviderWhenTheyAreDisabled) {
    World world;
    world.ask("PUT", "/api/admin/environments/frankfurt/toggle", R"({"enabled":false})");
    world.pass(1s);
    auto newest = [](store::Transaction& transaction) {
        return store::newest_event(transaction, "provider/aws", "aws", "provider-updated");
    };
    using Told = base::Result<std::optional<model::Event>>;
    std::function<Told(store::Transaction&)> read = newest;
    Told told = base::run(world.context(), world.store().read(read));
    ASSERT_TRUE(told && *told);
    EXPECT_EQ((*told)->payload.at("health"), (base::json::value{{"disabled", 1}}));
}

TEST(Environments, ToggleOneComponent) {
    World world;
    http::Response toggled =
        world.ask("PUT", "/api/admin/environments/demo/toggle", R"({"enabled":true,"component":"worker"})");
    EXPECT_EQ(World::json_of(toggled).at("components").at(1).at("enabled"), true);
    http::Response unknown =
        world.ask("PUT", "/api/admin/environments/demo/toggle", R"({"enabled":true,"component":"wrker"})");
    EXPECT_EQ(unknown.status, 400);
    EXPECT_EQ(World::json_of(unknown).at("detail"),
              "component: demo has no component \"wrker\" (did you mean \"worker\"?)");
}

TEST(Environments, RecordWhoWantedToToggleAndWhatCameOfIt) {
    World world;
    world.ask("PUT", "/api/admin/environments/demo/toggle", R"({"enabled":false})");
    world.toggle_problem = base::conflict("environments.yaml:4:5: \"enabled\" comes from an alias");
    http::Response refused = world.ask("PUT", "/api/admin/environments/demo/toggle", R"({"enabled":true})");
    EXPECT_EQ(refused.status, 409);

    std::vector<std::string> results;
    auto rows = World::json_of(world.ask("GET", "/api/admin/audit-logs")).at("items").as_array();
    for (auto const& row : rows)
        if (row.at("target") == "environment/demo")
            results.push_back(fmt::format(
                "{} {} {} {}", row.at("actor").as_string().c_str(), row.at("address").as_string().c_str(),
                row.at("action").as_string().c_str(), row.at("result").as_string().c_str()));
    EXPECT_EQ(results, (std::vector<std::string>{"alice 127.0.0.1 environment.enable refused: "
                                                 "environments.yaml:4:5: \"enabled\" comes from an alias",
                                                 "alice 127.0.0.1 environment.enable asked",
                                                 "alice 127.0.0.1 environment.disable done",
                                                 "alice 127.0.0.1 environment.disable asked"}));
}

TEST(Environments, SampleOnesCannotBeDeployedTo) {
    World world;
    http::Response refused =
        world.ask("POST", "/api/environments/frankfurt/deploy", R"({"version":"1.1.0"})");
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(World::json_of(refused).at("detail"),
              "frankfurt is sample data: it can be looked at, but nothing can be deployed to it");
}

}  // namespace
}  // namespace api
