#include <gtest/gtest.h>

#include "api/world.hpp"

namespace api {
namespace {

constexpr char const* login = "/api/admin/login";
constexpr char const* alice = R"({"username":"alice","password":"correct horse battery"})";

http::Fields from_a_page(char const* origin) {
    http::Fields fields;
    fields.set("Sec-Fetch-Site", "same-origin");
    fields.set("Host", "127.0.0.1:7410");
    fields.set("Origin", origin);
    return fields;
}

http::Fields with_token(std::string const& token) {
    http::Fields fields;
    fields.set("Authorization", "Bearer " + token);
    return fields;
}

TEST(Sessions, BeginWithALoginAndEndWithALogout) {
    World world;
    http::Response answer = world.ask_as_nobody("POST", login, alice);
    ASSERT_EQ(answer.status, 200);
    EXPECT_FALSE(answer.fields.has("Set-Cookie")) << "a program keeps the token by itself";
    std::string token(World::json_of(answer).at("token").as_string());
    EXPECT_EQ(World::json_of(answer).at("expires_at"), "2026-01-02T00:00:00.000Z");

    EXPECT_EQ(world.ask_as_nobody("GET", "/api/environments", "", with_token(token)).status, 200);
    EXPECT_EQ(world.ask_as_nobody("POST", "/api/admin/logout", "", with_token(token)).status, 204);
    EXPECT_EQ(world.ask_as_nobody("GET", "/api/environments", "", with_token(token)).status, 401);
    EXPECT_EQ(world.ask("GET", "/api/environments").status, 200) << "the other session goes on";
}

TEST(Sessions, LastADay) {
    World world;
    world.clock().advance(24h - 1s);
    EXPECT_EQ(world.ask("GET", "/api/admin/audit-logs").status, 200);
    world.clock().advance(1s);
    EXPECT_EQ(world.ask("GET", "/api/admin/audit-logs").status, 401);
}

TEST(Sessions, OfABrowserAreACookieThatNoScriptReads) {
    World world;
    http::Response answer = world.ask_as_nobody("POST", login, alice, from_a_page("http://127.0.0.1:7410"));
    ASSERT_EQ(answer.status, 200);
    std::string cookie(answer.fields.get("Set-Cookie"));
    EXPECT_TRUE(cookie.starts_with("pilothouse=ph_")) << cookie;
    EXPECT_TRUE(cookie.ends_with("; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict")) << cookie;

    http::Fields browser = from_a_page("http://127.0.0.1:7410");
    browser.set("Cookie", cookie.substr(0, cookie.find(';')));
    EXPECT_EQ(world.ask_as_nobody("GET", "/api/environments", "", browser).status, 200);
    http::Response out = world.ask_as_nobody("POST", "/api/admin/logout", "", browser);
    EXPECT_EQ(out.status, 204);
    EXPECT_EQ(out.fields.get("Set-Cookie"), "pilothouse=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
}

TEST(Sessions, CannotBeBegunByAnotherSite) {
    World world;
    http::Response refused = world.ask_as_nobody("POST", login, alice, from_a_page("http://evil.example"));
    EXPECT_EQ(refused.status, 403);
    EXPECT_FALSE(refused.fields.has("Set-Cookie"));
}

TEST(Sessions, AreRefusedForAWrongNameAsForAWrongPassword) {
    World world;
    http::Response wrong_name =
        world.ask_as_nobody("POST", login, R"({"username":"bob","password":"correct horse battery"})");
    http::Response wrong_password =
        world.ask_as_nobody("POST", login, R"({"username":"alice","password":"nonsense"})");
    EXPECT_EQ(wrong_name.status, 401);
    EXPECT_EQ(World::body_of(wrong_name), World::body_of(wrong_password));
}

TEST(Sessions, MakeWhoGuessesWait) {
    World world;
    http::Response last;
    for (int i = 0; i < 6; ++i)
        last = world.ask_as_nobody("POST", login, R"({"username":"alice","password":"nonsense"})");
    EXPECT_EQ(last.status, 429);
    EXPECT_EQ(World::json_of(last).at("detail"), "too many failed tries; try again in 30 s");
    EXPECT_EQ(last.fields.get("Retry-After"), "30");
}

TEST(Sessions, TheSetUpTokenWorksOnce) {
    World world;
    http::Response again = world.ask_as_nobody(
        "POST", "/api/admin/setup",
        R"({"token":"k7qm-k7qm","username":"mallory","password":"correct horse battery"})");
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(World::json_of(again).at("detail"), "there is an administrator already; log in");
}

TEST(Sessions, AreWrittenIntoTheAuditLogWithTheClientsAddress) {
    World world;
    world.ask_as_nobody("POST", login, R"({"username":"alice","password":"nonsense"})");
    auto newest = World::json_of(world.ask("GET", "/api/admin/audit-logs?limit=1")).at("items").at(0);
    EXPECT_EQ(newest.at("action"), "session.login");
    EXPECT_EQ(newest.at("result"), "refused");
    EXPECT_EQ(newest.at("address"), "127.0.0.1");
}

TEST(Service, SaysWhyItIsNotReady) {
    World world;
    EXPECT_EQ(world.ask_as_nobody("GET", "/readyz").status, 200);
    world.problems = {"the disk is full (/var/lib/pilothouse): reading only", "HAProxy is missing"};
    http::Response not_ready = world.ask_as_nobody("GET", "/readyz");
    EXPECT_EQ(not_ready.status, 503);
    EXPECT_EQ(World::json_of(not_ready).at("detail"),
              "the disk is full (/var/lib/pilothouse): reading only; HAProxy is missing");
    EXPECT_EQ(not_ready.fields.get("Retry-After"), "5");
    EXPECT_EQ(world.ask_as_nobody("GET", "/healthz").status, 200) << "it lives all the same";
}

TEST(Service, TellsPrometheusItsNumbers) {
    World world;
    http::Response answer = world.ask("GET", "/metrics");
    EXPECT_EQ(answer.fields.get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_NE(answer.body.find("pilothouse_up 1"), std::string::npos);
}

}  // namespace
}  // namespace api
