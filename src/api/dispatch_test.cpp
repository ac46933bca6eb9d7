#include <gtest/gtest.h>

#include "api/routes.hpp"
#include "api/world.hpp"

namespace api {
namespace {

http::Fields fields(std::initializer_list<std::pair<char const*, char const*>> list) {
    http::Fields result;
    for (auto const& [name, value] : list) result.add(name, value);
    return result;
}

std::string code_of(http::Response const& response) {
    return std::string(World::json_of(response).at("code").as_string());
}
std::string said(http::Response const& response) {
    return std::string(World::json_of(response).at("detail").as_string());
}
std::string with_a_name(std::string_view path) {
    auto colon = path.find(':');
    if (colon == std::string_view::npos) return std::string(path);
    auto end = std::min(path.find('/', colon), path.size());
    return fmt::format("{}demo{}", path.substr(0, colon), path.substr(end));
}

TEST(Match, TakesTheNameOutOfThePath) {
    EXPECT_EQ(match("/api/environments/:name", "/api/environments/demo"), "demo");
    EXPECT_EQ(match("/api/environments/:name/plan", "/api/environments/demo/plan"), "demo");
    EXPECT_EQ(match("/healthz", "/healthz"), "");
    EXPECT_FALSE(match("/api/environments/:name", "/api/environments/"));
    EXPECT_FALSE(match("/api/environments/:name", "/api/environments"));
    EXPECT_FALSE(match("/api/environments/:name", "/api/environments/a/b"));
    EXPECT_FALSE(match("/api/environments", "/api/environments/"));
    EXPECT_FALSE(match("/healthz", "//healthz"));
    EXPECT_FALSE(match("/healthz", ""));
}

TEST(Dispatch, KnowsEveryRouteThatIsPromised) {
    std::set<std::string> known;
    for (Route const& route : routes()) known.insert(fmt::format("{} {}", route.method, route.path));
    for (char const* promised : {"POST /api/admin/setup",
                                 "POST /api/admin/login",
                                 "POST /api/admin/logout",
                                 "GET /api/environments",
                                 "GET /api/environments/:name",
                                 "POST /api/environments/:name/plan",
                                 "POST /api/environments/:name/deploy",
                                 "GET /api/environments/:name/status",
                                 "GET /api/environments/:name/health",
                                 "GET /api/environments/:name/events",
                                 "GET /api/deployments",
                                 "GET /api/deployments/:id",
                                 "GET /api/deployments/:id/logs",
                                 "POST /api/deployments/:id/pause",
                                 "POST /api/deployments/:id/resume",
                                 "POST /api/deployments/:id/promote",
                                 "POST /api/deployments/:id/abort",
                                 "POST /api/deployments/:id/retry",
                                 "POST /api/deployments/:id/rollback",
                                 "PUT /api/admin/environments/:name/toggle",
                                 "GET /api/admin/audit-logs",
                                 "GET /api/openapi.json",
                                 "GET /metrics",
                                 "GET /healthz",
                                 "GET /readyz"})
        EXPECT_TRUE(known.contains(promised)) << promised;
}

TEST(Dispatch, IsOpenToAnybodyOnlyWhereItMustBe) {
    World world;
    std::set<std::string> open;
    for (Route const& route : routes()) {
        http::Response response = world.ask_as_nobody(std::string(route.method), with_a_name(route.path));
        if (response.status != 401) {
            open.insert(std::string(route.path));
            continue;
        }
        EXPECT_EQ(code_of(response), "unauthenticated") << route.path;
        EXPECT_TRUE(response.fields.get("WWW-Authenticate").starts_with("Bearer")) << route.path;
    }
    EXPECT_EQ(open, (std::set<std::string>{"/api/admin/setup", "/api/admin/login", "/api/admin/session",
                                           "/healthz", "/readyz"}));
}

TEST(Dispatch, SaysThatThereIsNoSuchPath) {
    World world;
    http::Response response = world.ask("GET", "/api/enviroments");
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.fields.get("Content-Type"), "application/problem+json");
    EXPECT_EQ(said(response), "there is nothing at /api/enviroments; /api/openapi.json lists what there is");
}

TEST(Dispatch, NamesTheMethodsThatAPathKnows) {
    World world;
    http::Response response = world.ask("DELETE", "/api/environments/demo");
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(response.fields.get("Allow"), "GET, HEAD");
    EXPECT_EQ(world.ask("OPTIONS", "/api/environments/demo/deploy").fields.get("Allow"), "POST");
}

TEST(Dispatch, AnswersHeadAsGet) {
    World world;
    EXPECT_EQ(world.ask("HEAD", "/api/environments").status, 200);
    EXPECT_EQ(world.ask("HEAD", "/healthz").status, 200);
}

TEST(Dispatch, WantsTheBodyInJson) {
    World world;
    http::Response response = world.ask("POST", "/api/environments/demo/plan", "version=1.1.0",
                                        fields({{"Content-Type", "application/x-www-form-urlencoded"}}));
    EXPECT_EQ(response.status, 415);
    EXPECT_EQ(code_of(response), "unsupported_media_type");
    EXPECT_EQ(response.fields.get("Accept"), "application/json");
    http::Response with_charset = world.ask("POST", "/api/environments/demo/plan", R"({"version":"1.1.0"})",
                                            fields({{"Content-Type", "Application/JSON; charset=utf-8"}}));
    EXPECT_EQ(with_charset.status, 200);
}

struct BadRequest {
    char const* target;
    char const* body;
    char const* said;
};

TEST(Dispatch, SaysWhatIsWrongInABodyAndWhatWouldBeRight) {
    World world;
    BadRequest const bad[] = {
        {"/api/environments/demo/plan", "", "version: is required: the version to bring there"},
        {"/api/environments/demo/plan", "{", "the body: not JSON: incomplete JSON at byte 2"},
        {"/api/environments/demo/plan", "[]", "the body: expected an object, got a list"},
        {"/api/environments/demo/plan", R"({"version":1})", "version: expected text, got a number"},
        {"/api/environments/demo/plan", R"({"verson":"1"})",
         R"(verson: unknown field (did you mean "version"?))"},
        {"/api/environments/demo/plan", R"({"version":"1.1.0","strategy":"canari"})",
         R"(strategy: unknown value "canari" (did you mean "canary"?))"},
        {"/api/environments/demo/plan", R"({"version":"../etc"})",
         "version: must begin with a letter or digit and hold only letters, digits and . _ + - (at most 128, "
         "no \"..\")"},
        {"/api/environments/demo/plan", R"({"version":"1.1.0","components":["wep"]})",
         R"(components: demo has no component "wep" (did you mean "web"?))"},
        {"/api/environments/demo/plan", R"({"version":"1.1.0","options":{"strategy":{"bake":"10 s"}}})",
         R"(options.strategy.bake: "10 s" is not a duration; write it like 500ms, 30s, 10m, 1h30m or 2d)"},
        {"/api/environments/demo/plan",
         R"({"version":"1.1.0","options":{"strategy":{"weights_percent":[50,"x"]}}})",
         "options.strategy.weights_percent[1]: expected a whole number, got text"},
        {"/api/environments/demo/plan", R"({"version":"1.1.0","options":{"replicas":0}})",
         "options.replicas: must be from 1 to 100"},
        {"/api/deployments/01kb0z3v9m4e8r2t6w5y7a1c3d/pause", R"({"a":1})", "a: unknown field"},
        {"/api/deployments/01kb0z3v9m4e8r2t6w5y7a1c3d/promote", R"({"all":"yes"})",
         "all: expected true or false, got text"},
    };
    for (BadRequest const& one : bad) {
        http::Response response = world.ask("POST", one.target, one.body);
        EXPECT_EQ(response.status, 400) << one.body;
        EXPECT_EQ(said(response), one.said) << one.body;
    }
}

TEST(Dispatch, SaysWhatIsWrongInAQueryAndWhatWouldBeRight) {
    World world;
    std::pair<char const*, char const*> const bad[] = {
        {"/api/deployments?limit=0", "query parameter limit: must be from 1 to 200"},
        {"/api/deployments?limit=ten", "query parameter limit: expected a whole number, got text"},
        {"/api/deployments?limit=null", "query parameter limit: expected a whole number, got text"},
        {"/api/deployments?limt=1", R"(query parameter limt: unknown (did you mean "limit"?))"},
        {"/api/deployments?limit=1&limit=2", "query parameter limit: stands there twice"},
        {"/api/deployments?status=done",
         R"(query parameter status: unknown value "done" (known: queued, deploying, completed, failed))"},
        {"/api/deployments?created_from=yesterday",
         "query parameter created_from: \"yesterday\" is not a time; write it like 2026-01-31T12:00:00.000Z"},
        {"/api/environments?provider=azur",
         R"(query parameter provider: unknown value "azur" (did you mean "azure"?))"},
        {"/api/environments?enabled=yes", "query parameter enabled: expected true or false, got text"},
        {"/api/"
         "environments?q="
         "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
         "01234567890"
         "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
         "0",
         "query parameter q: longer than 200 characters"},
        {"/api/admin/audit-logs?after=",
         "after: is empty; take it from an answer's \"next\", or leave it out"},
        {"/api/environments/demo?a=1", "query parameter a: unknown; this path takes none"},
    };
    for (auto const& [target, what] : bad) {
        http::Response response = world.ask("GET", target);
        EXPECT_EQ(response.status, 400) << target;
        EXPECT_EQ(said(response), what) << target;
    }
}

TEST(Dispatch, TakesBodiesUpToTheLimitsAndNoFurther) {
    World world;
    auto keys = [](int count) {
        std::string text = R"({"version":"1.1.0","options":{)";
        for (int i = 0; i < count; ++i) text += fmt::format("{}\"k{}\":1", i ? "," : "", i);
        return text + "}}";
    };
    auto ask = [&](std::string body) {
        return said(world.ask("POST", "/api/environments/demo/plan", std::move(body)));
    };
    EXPECT_TRUE(ask(keys(9'998)).starts_with("options.k0: unknown field")) << "10,000 keys are fine";
    EXPECT_EQ(ask(keys(9'999)), "the body: more than 10000 keys");
    EXPECT_EQ(ask(R"({"version":")" + std::string(256 * 1024, 'a') + "\"}"),
              "version: longer than 128 characters");
    EXPECT_EQ(ask(R"({"version":")" + std::string(256 * 1024 + 1, 'a') + "\"}"),
              "the body: a text is longer than 262144 bytes");
    EXPECT_TRUE(ask(std::string(32, '[') + std::string(32, ']')).starts_with("the body: expected an object"));
    EXPECT_TRUE(ask(std::string(33, '[') + std::string(33, ']')).starts_with("the body: not JSON"))
        << "depth 32";
}

TEST(Dispatch, LetsABrowserChangeThingsOnlyFromOurOwnPages) {
    World world;
    std::string cookie = "theme=dark; pilothouse=" + world.token();
    auto post = [&](char const* origin) {
        http::Fields sent = fields({{"Cookie", cookie.c_str()}, {"Host", "127.0.0.1:7410"}});
        if (origin) sent.set("Origin", origin);
        return world.ask_as_nobody("POST", "/api/environments/demo/plan", R"({"version":"1.1.0"})", sent)
            .status;
    };
    EXPECT_EQ(post("http://127.0.0.1:7410"), 200);
    EXPECT_EQ(post("http://evil.example"), 403);
    EXPECT_EQ(post("http://127.0.0.1:7411"), 403);
    EXPECT_EQ(post("null"), 403);
    EXPECT_EQ(post(nullptr), 403);
    EXPECT_EQ(
        world.ask_as_nobody("GET", "/api/environments", "", fields({{"Cookie", cookie.c_str()}})).status,
        200);
}

TEST(Dispatch, RefusesAWrongToken) {
    World world;
    for (char const* value : {"Bearer", "Bearer ", "Bearer nonsense", "Basic dTpw", "nonsense"})
        EXPECT_EQ(
            world.ask_as_nobody("GET", "/api/environments", "", fields({{"Authorization", value}})).status,
            401)
            << value;
    EXPECT_EQ(world.ask_as_nobody("GET", "/api/environments", "", fields({{"Cookie", "pilothouse=nonsense"}}))
                  .status,
              401);
    EXPECT_EQ(world
                  .ask_as_nobody("GET", "/api/environments", "",
                                 fields({{"Authorization", "Bearer nonsense"},
                                         {"Cookie", ("pilothouse=" + world.token()).c_str()}}))
                  .status,
              401)
        << "a wrong token is not helped by a cookie";
}

}  // namespace
}  // namespace api
