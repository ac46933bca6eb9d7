// Every route once, as a story; its answers are the files in tests/api/golden, to the last character. To
// write them anew after a wanted change: PILOTHOUSE_UPDATE_GOLDEN=1 api_test --gtest_filter='Golden.*', then
// read the difference.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "api/routes.hpp"
#include "api/world.hpp"

namespace api {
namespace {

/// JSON as people read it: short values on one line, others indented.
void write_pretty(std::string& text, base::json::value const& value, std::size_t depth) {
    std::string flat = base::to_text(value);
    bool is_leaf = flat.size() + 2 * depth <= 100 || !value.is_structured();
    if (is_leaf) {
        text += flat;
        return;
    }
    std::string indent(2 * depth + 2, ' ');
    text += value.is_object() ? "{\n" : "[\n";
    std::size_t left = value.is_object() ? value.as_object().size() : value.as_array().size();
    auto end_item = [&] { text += --left ? ",\n" : "\n"; };
    if (auto const* object = value.if_object())
        for (auto const& [key, member] : *object) {
            text += indent + base::to_text(base::json::string(key)) + ": ";
            write_pretty(text, member, depth + 1);
            end_item();
        }
    if (auto const* list = value.if_array())
        for (auto const& item : *list) {
            text += indent;
            write_pretty(text, item, depth + 1);
            end_item();
        }
    text += std::string(2 * depth, ' ') + (value.is_object() ? "}" : "]");
}

/// The exchange as a text: request, empty line, answer. Entity tags are left out: they say only that
/// something changed.
std::string tell(std::string const& method, std::string const& target, std::string const& body,
                 http::Response const& response) {
    std::string text = method + " " + target + "\n" + (body.empty() ? "" : body + "\n") + "\n" +
                       std::to_string(response.status) + "\n";
    for (auto const& [name, value] : response.fields.all())
        if (name != "ETag") text += name + ": " + value + "\n";
    std::string answer = World::body_of(response);
    if (answer.empty()) return text;
    text += "\n";
    if (answer.front() == '{')
        write_pretty(text, World::json_of(response), 0);
    else
        text += answer;
    return text + "\n";
}

std::string read_file(std::string const& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

class Story {
public:
    http::Response ask(std::string const& name, std::string const& method, std::string const& target,
                       std::string const& body = {}) {
        http::Response response = world.ask(method, target, body);
        keep(name, tell(method, target, body, response));
        for (Route const& route : routes())
            if (route.method == method && match(route.path, target.substr(0, target.find('?'))))
                asked.insert(route.id);
        return response;
    }
    World world{World::Start::without_anybody};
    std::set<std::string_view> asked{};

private:
    void keep(std::string const& name, std::string const& told) {
        std::string path =
            fmt::format("{}/tests/api/golden/{:02}-{}.http", PILOTHOUSE_SOURCE_DIR, ++number_, name);
        if (std::getenv("PILOTHOUSE_UPDATE_GOLDEN")) {
            std::ofstream(path) << told;
            return;
        }
        EXPECT_EQ(told, read_file(path)) << path;
    }
    int number_ = 0;
};

std::string id_of(http::Response const& response) {
    return std::string(World::json_of(response).at("id").as_string());
}

TEST(Golden, EveryRouteAnswersExactlyThis) {
    Story story;
    World& world = story.world;
    std::string token = world.make_setup_token();
    story.ask("alive", "GET", "/healthz");
    story.ask("ready", "GET", "/readyz");
    story.ask("not-logged-in", "GET", "/api/environments");
    story.ask("session-nobody", "GET", "/api/admin/session");
    story.ask("setup", "POST", "/api/admin/setup",
              base::to_text(model::SetupRequest{token, "alice", "correct horse battery"}));
    story.ask("login", "POST", "/api/admin/login",
              R"({"username":"alice","password":"correct horse battery"})");
    story.ask("login-refused", "POST", "/api/admin/login",
              R"({"username":"alice","password":"correct horse"})");

    story.ask("session", "GET", "/api/admin/session");
    story.ask("ticket", "POST", "/api/realtime/ticket");
    story.ask("environments", "GET", "/api/environments");
    story.ask("environments-grouped", "GET", "/api/environments?group_by=provider&type=cloud");
    story.ask("plan", "POST", "/api/environments/demo/plan",
              R"({"version":"1.0.0","strategy":"blue-green"})");
    http::Response first = story.ask("deploy", "POST", "/api/environments/demo/deploy",
                                     R"({"version":"1.0.0","strategy":"blue-green"})");
    world.pass(120s);
    story.ask("deployment-completed", "GET", "/api/deployments/" + id_of(first));
    story.ask("environment", "GET", "/api/environments/demo");

    http::Response second = story.ask(
        "deploy-canary", "POST", "/api/environments/demo/deploy",
        R"({"version":"1.1.0","strategy":"canary","options":{"strategy":{"weights_percent":[10,100],"gates_percent":[10]}}})");
    std::string id = id_of(second);
    world.pass(2s);
    story.ask("pause", "POST", "/api/deployments/" + id + "/pause");
    world.pass(2s);
    story.ask("deployment-paused", "GET", "/api/deployments/" + id);
    story.ask("resume", "POST", "/api/deployments/" + id + "/resume");
    world.pass(60s);
    story.ask("deployment-at-a-gate", "GET", "/api/deployments/" + id);
    story.ask("status", "GET", "/api/environments/demo/status");
    story.ask("health", "GET", "/api/environments/demo/health");
    story.ask("events", "GET", "/api/environments/demo/events");
    story.ask("deployment-not-ended", "POST", "/api/deployments/" + id + "/retry");
    story.ask("promote", "POST", "/api/deployments/" + id + "/promote", R"({"all":true})");
    world.pass(240s);
    story.ask("logs", "GET", "/api/deployments/" + id + "/logs");
    story.ask("samples", "GET", "/api/deployments/" + id + "/samples");
    story.ask("rollback", "POST", "/api/deployments/" + id + "/rollback");
    world.pass(60s);
    http::Response third = story.ask("retry", "POST", "/api/deployments/" + id + "/retry");
    story.ask("abort", "POST", "/api/deployments/" + id_of(third) + "/abort");
    world.pass(60s);
    story.ask("deployments", "GET", "/api/deployments?limit=1&status=failed");
    story.ask("deployment-ended", "POST", "/api/deployments/" + id + "/pause");

    story.ask("toggle", "PUT", "/api/admin/environments/demo/toggle", R"({"enabled":false})");
    story.ask("environment-disabled", "POST", "/api/environments/demo/deploy", R"({"version":"1.1.0"})");
    story.ask("environment-unknown", "GET", "/api/environments/dmeo");
    story.ask("environment-sample", "POST", "/api/environments/frankfurt/deploy", R"({"version":"1.1.0"})");
    story.ask("version-unknown", "POST", "/api/deployments/" + id + "/rollback", R"({"version":"7.0.0"})");
    story.ask("field-unknown", "POST", "/api/environments/demo/plan", R"({"verson":"1.1.0"})");
    story.ask("method-wrong", "DELETE", "/api/environments/demo");
    story.ask("audit-logs", "GET", "/api/admin/audit-logs?limit=4");
    story.ask("metrics-of-environment", "GET", "/api/environments/frankfurt/metrics?hours=1");
    story.ask("alerts", "GET", "/api/alerts?status=firing");
    story.ask("costs", "GET", "/api/costs/summary?days=2");
    story.ask("sample-data-removed", "DELETE", "/api/admin/sample-data");
    story.ask("openapi", "GET", "/api/openapi.json");
    story.ask("metrics", "GET", "/metrics");
    std::string const kubeconfig =
        base::to_text(base::json::object{{"kubeconfig", World::kubeconfig("hidden")}});
    story.ask("kubeconfig-uploaded", "PUT", "/api/admin/kubeconfigs/shop-west", kubeconfig);
    story.ask("kubeconfig-refused", "PUT", "/api/admin/kubeconfigs/shop-west", R"({"kubeconfig":"a: 1"})");
    story.ask("kubeconfigs", "GET", "/api/admin/kubeconfigs");
    story.ask("kubeconfig", "GET", "/api/admin/kubeconfigs/shop-west");
    story.ask("kubeconfig-removed", "DELETE", "/api/admin/kubeconfigs/shop-west");
    story.ask("role-of-no-cluster", "GET", "/api/environments/demo/role");
    story.ask("logout", "POST", "/api/admin/logout");
    EXPECT_EQ(story.asked.size(), routes().size()) << "a route is missing in this story";
}

}  // namespace
}  // namespace api
