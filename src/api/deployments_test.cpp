#include <gtest/gtest.h>

#include "api/world.hpp"

namespace api {
namespace {

std::string text_at(http::Response const& response, char const* key) {
    return std::string(World::json_of(response).at(key).as_string());
}

http::Fields key(std::string value) {
    http::Fields fields;
    fields.set("Idempotency-Key", std::move(value));
    return fields;
}

constexpr char const* deploy = "/api/environments/demo/deploy";
constexpr char const* body = R"({"version":"1.0.0","strategy":"blue-green"})";

std::size_t count(World& world, std::string const& query = "") {
    return World::json_of(world.ask("GET", "/api/deployments" + query)).at("items").as_array().size();
}

TEST(Deployments, AreAcceptedStoredAndFoundAgain) {
    World world;
    http::Response accepted = world.ask("POST", deploy, body);
    EXPECT_EQ(accepted.status, 202);
    EXPECT_EQ(text_at(accepted, "status"), "queued");
    EXPECT_EQ(accepted.fields.get("Location"), "/api/deployments/" + text_at(accepted, "id"));
    http::Response found = world.ask("GET", std::string(accepted.fields.get("Location")));
    EXPECT_EQ(found.status, 200);
    EXPECT_EQ(text_at(found, "actor"), "alice");
    EXPECT_EQ(text_at(found, "trigger"), "api");
}

TEST(Deployments, EndAndAreThenReadFromTheStore) {
    World world;
    std::string id = world.deploy("1.0.0");
    http::Response ended = world.ask("GET", "/api/deployments/" + id);
    EXPECT_EQ(text_at(ended, "phase"), "completed");
    http::Fields has_it;
    has_it.set("If-None-Match", std::string(ended.fields.get("ETag")));
    EXPECT_EQ(world.ask("GET", "/api/deployments/" + id, "", has_it).status, 304);
}

TEST(Deployments, ThatAreUnknownAre404) {
    World world;
    for (std::string id : {"01kb0z3v9m4e8r2t6w5y7a1c3d", "a b", "%00", "\xc3\xa9"})
        for (char const* what : {"", "/logs"})
            EXPECT_EQ(world
                          .ask("GET", "/api/deployments/" +
                                          (id == "a b"        ? "a%20b"
                                           : id == "\xc3\xa9" ? "%C3%A9"
                                                              : id) +
                                          what)
                          .status,
                      404)
                << id;
    for (char const* action : {"pause", "resume", "promote", "abort", "retry", "rollback"})
        EXPECT_EQ(
            world.ask("POST", fmt::format("/api/deployments/01kb0z3v9m4e8r2t6w5y7a1c3d/{}", action)).status,
            404)
            << action;
}

TEST(Deployments, PausedAndResumedAndAborted) {
    World world;
    world.deploy("1.0.0");
    std::string id = text_at(world.ask("POST", deploy, R"({"version":"1.1.0","strategy":"canary"})"), "id");
    world.pass(5s);
    EXPECT_EQ(world.ask("POST", "/api/deployments/" + id + "/pause").status, 200);
    world.pass(1s);
    EXPECT_EQ(text_at(world.ask("GET", "/api/deployments/" + id), "phase"), "paused");
    EXPECT_EQ(world.ask("POST", "/api/deployments/" + id + "/resume", "{}").status, 200);
    EXPECT_EQ(world.ask("POST", "/api/deployments/" + id + "/resume").status, 409) << "it is not paused";
    EXPECT_EQ(world.ask("POST", "/api/deployments/" + id + "/promote", R"({"all":false})").status, 200);
    EXPECT_EQ(world.ask("POST", "/api/deployments/" + id + "/retry").status, 409) << "it is under way";
    EXPECT_EQ(world.ask("POST", "/api/deployments/" + id + "/abort").status, 200);
    world.pass(60s);
    EXPECT_EQ(text_at(world.ask("GET", "/api/deployments/" + id), "phase"), "cancelled");
    http::Response again = world.ask("POST", "/api/deployments/" + id + "/abort");
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(text_at(again, "detail"), "deployment " + id + " has ended: it is cancelled");
}

TEST(Deployments, RetriedAndRolledBackAreNewOnes) {
    World world;
    world.deploy("1.0.0");
    std::string second = world.deploy("1.1.0");
    http::Response retried = world.ask("POST", "/api/deployments/" + second + "/retry");
    EXPECT_EQ(retried.status, 202);
    EXPECT_EQ(text_at(retried, "retry_of"), second);
    EXPECT_EQ(text_at(retried, "version"), "1.1.0");
    world.pass(120s);
    http::Response back = world.ask("POST", "/api/deployments/" + second + "/rollback");
    EXPECT_EQ(back.status, 202);
    EXPECT_EQ(text_at(back, "rollback_of"), second);
    EXPECT_EQ(text_at(back, "version"), "1.0.0");
    http::Response named =
        world.ask("POST", "/api/deployments/" + second + "/rollback", R"({"version":"9.9.9"})");
    EXPECT_EQ(named.status, 400);
    EXPECT_TRUE(text_at(named, "detail").starts_with("version: 9.9.9 is unknown to component web"))
        << text_at(named, "detail");
}

TEST(Deployments, ArePagedWithoutGapsOrDoubles) {
    World world;
    std::vector<std::string> newest_first;
    for (int i = 0; i < 5; ++i) {
        newest_first.insert(newest_first.begin(), text_at(world.ask("POST", deploy, body), "id"));
        world.pass(1s);
    }
    std::vector<std::string> seen;
    std::string after;
    do {
        auto page = World::json_of(
            world.ask("GET", "/api/deployments?limit=2" + (after.empty() ? "" : "&after=" + after)));
        for (auto const& item : page.at("items").as_array()) seen.emplace_back(item.at("id").as_string());
        after = page.at("next").is_null() ? "" : std::string(page.at("next").as_string());
        if (seen.size() == 2) world.ask("POST", deploy, body);
    } while (!after.empty());
    EXPECT_EQ(seen, newest_first);
    EXPECT_EQ(world.ask("GET", "/api/deployments?after=nonsense").status, 400);
}

TEST(Deployments, AreFiltered) {
    World world;
    world.deploy("1.0.0");
    std::string second = world.deploy("1.1.0");
    std::string created = text_at(world.ask("GET", "/api/deployments/" + second), "created_at");
    EXPECT_EQ(count(world), 2U);
    EXPECT_EQ(count(world, "?version=1.1.0"), 1U);
    EXPECT_EQ(count(world, "?environment=demo&status=completed&strategy=blue-green&trigger=api"), 2U);
    EXPECT_EQ(count(world, "?status=failed"), 0U);
    EXPECT_EQ(count(world, "?environment=nowhere"), 0U);
    EXPECT_EQ(count(world, "?created_from=" + created), 1U);
    EXPECT_EQ(count(world, "?created_before=" + created), 1U);
}

TEST(Deployments, CountAPlansBlockers) {
    World world;
    auto plan = World::json_of(world.ask("POST", "/api/environments/demo/plan", R"({"version":"7.0.0"})"));
    ASSERT_EQ(plan.at("blockers").as_array().size(), 1U);
    EXPECT_GT(plan.at("steps").as_array().size(), 1U);
    EXPECT_EQ(count(world), 0U) << "a plan changes nothing";
}

TEST(Deployments, WhatThePlanSaysMustNotBeginIsRefusedInTheSameWords) {
    World world;
    world.checks = {{"web", model::CheckName::quota, model::CheckResult::blocker, "the quota is too small"},
                    {"web", model::CheckName::readiness, model::CheckResult::warning, "no probe"},
                    {"web", model::CheckName::metrics, model::CheckResult::unknown, "not read"},
                    {"web", model::CheckName::rights, model::CheckResult::blocker, "a right is missing"}};
    auto plan = World::json_of(world.ask("POST", "/api/environments/demo/plan", body));
    EXPECT_EQ(plan.at("blockers"), base::json::value({"the quota is too small", "a right is missing"}));
    EXPECT_EQ(plan.at("checks").as_array().size(), 4U);

    http::Response refused = world.ask("POST", deploy, body);
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(text_at(refused, "detail"), "the quota is too small; a right is missing");
    EXPECT_EQ(count(world), 0U);

    world.checks.resize(3);
    world.checks.erase(world.checks.begin());
    EXPECT_EQ(world.ask("POST", deploy, body).status, 202) << "warnings and what is unknown block nothing";
}

TEST(Idempotency, TheSameKeyAndRequestIsDoneOnce) {
    World world;
    http::Response first = world.ask("POST", deploy, body, key("k1"));
    http::Response second = world.ask("POST", deploy, body, key("k1"));
    EXPECT_EQ(second.status, 202);
    EXPECT_EQ(World::body_of(second), World::body_of(first));
    EXPECT_EQ(second.fields.get("Location"), first.fields.get("Location"));
    EXPECT_EQ(second.fields.get("Idempotency-Replayed"), "true");
    EXPECT_FALSE(first.fields.has("Idempotency-Replayed"));
    EXPECT_EQ(count(world), 1U);
}

TEST(Idempotency, TheSameKeyWithAnotherRequestIsRefused) {
    World world;
    world.ask("POST", deploy, body, key("k1"));
    http::Response other = world.ask("POST", deploy, R"({"version":"1.1.0"})", key("k1"));
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(count(world), 1U);
    EXPECT_EQ(world.ask("POST", deploy, body, key("k2")).status, 202);
    EXPECT_EQ(count(world), 2U);
}

TEST(Idempotency, AnAnswerIsForgottenAfterADay) {
    World world;
    world.ask("POST", deploy, body, key("k1"));
    world.clock().jump_wall(24h - 1s);
    world.ask("POST", deploy, body, key("k1"));
    EXPECT_EQ(count(world), 1U);
    world.clock().jump_wall(2s);
    EXPECT_EQ(world.ask("POST", deploy, body, key("k1")).status, 202)
        << "the session goes by the steady clock";
    EXPECT_EQ(count(world), 2U);
}

TEST(Idempotency, ARefusedOrderKeepsTheKeyFree) {
    World world;
    EXPECT_EQ(world.ask("POST", deploy, R"({"version":"7.0.0"})", key("k1")).status, 400);
    EXPECT_EQ(world.ask("POST", deploy, body, key("k1")).status, 202);
}

TEST(Idempotency, TwoAtTheSameTimeAreOne) {
    World world;
    std::vector<http::Response> answers;
    for (int i = 0; i < 2; ++i) {
        http::Request request{.method = "POST", .path = deploy, .raw_target = deploy, .body = body};
        request.fields = key("k1");
        request.fields.set("Authorization", "Bearer " + world.token());
        request.fields.set("Content-Type", "application/json");
        asio::co_spawn(world.context(), world.handler()(std::move(request)),
                       [&](std::exception_ptr failure, http::Response response) {
                           EXPECT_FALSE(failure);
                           answers.push_back(std::move(response));
                       });
    }
    world.settle();
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(World::body_of(answers[0]), World::body_of(answers[1]));
    EXPECT_EQ(count(world), 1U);
}

TEST(Idempotency, KeysAreVisibleAscii) {
    World world;
    for (std::string bad : {"", " ", "a b", "\x01", "caf\xc3\xa9"})
        EXPECT_EQ(world.ask("POST", deploy, body, key(bad)).status, 400) << bad;
    EXPECT_EQ(world.ask("POST", deploy, body, key(std::string(256, 'k'))).status, 400);
    EXPECT_EQ(world.ask("POST", deploy, body, key(std::string(255, 'k'))).status, 202);
    EXPECT_EQ(count(world), 1U);
}

TEST(Idempotency, RetryAndRollbackAreOrdersToo) {
    World world;
    world.deploy("1.0.0");
    std::string id = world.deploy("1.1.0");
    for (char const* action : {"retry", "rollback"}) {
        std::string target = "/api/deployments/" + id + "/" + action;
        http::Response first = world.ask("POST", target, "", key(action));
        EXPECT_EQ(World::body_of(world.ask("POST", target, "", key(action))), World::body_of(first));
        EXPECT_EQ(world.ask("POST", deploy, body, key(action)).status, 422);
    }
    EXPECT_EQ(count(world), 4U);
}

}  // namespace
}  // namespace api
