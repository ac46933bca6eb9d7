// Every route, with a store that fails at each of its operations in turn (R42, R58).
#include <gtest/gtest.h>

#include "api/routes.hpp"
#include "api/world.hpp"

namespace api {
namespace {

struct Asked {
    std::string method{};
    std::string target{};
    std::string body{};
};

/// One deployment that has ended and one that waits at a gate.
class Prepared : public World {
public:
    Prepared() {
        ended = deploy("1.0.0");
        auto accepted = ask("POST", "/api/environments/demo/deploy",
                            R"({"version":"1.1.0","options":{"strategy":{"gates_percent":[10]}}})");
        open = json_of(accepted).at("id").as_string();
        pass(60s);
    }
    std::size_t deployments() {
        return json_of(ask("GET", "/api/deployments")).at("items").as_array().size();
    }
    std::string ended, open;
};

/// A good request for a route.
Asked example(Route const& route, Prepared const& world) {
    std::string id(route.id);
    std::string target(route.path);
    auto put = [&](std::string_view name, std::string const& value) {
        if (auto at = target.find(name); at != std::string::npos) target.replace(at, name.size(), value);
    };
    put(":name", "demo");
    put(":id", id == "retry" || id == "rollback" ? world.ended : world.open);
    std::string body = route.method == "GET" ? "" : "{}";
    if (id == "login") body = R"({"username":"alice","password":"correct horse battery"})";
    if (id == "setup") body = R"({"token":"aaaa-bbbb","username":"bob","password":"correct horse battery"})";
    if (id == "toggle_environment") body = R"({"enabled":true})";
    if (id == "put_kubeconfig")
        body = base::to_text(base::json::object{{"kubeconfig", World::kubeconfig("hidden")}});
    if (id == "plan" || id == "deploy") body = R"({"version":"1.1.0"})";
    return {std::string(route.method), target, body};
}

/// The status; 0 when something was thrown, which the server turns into 500 and goes on.
int status_of(Prepared& world, Asked const& asked) {
    try {
        auto response = world.ask(asked.method, asked.target, asked.body);
        if (response.status >= 500) {
            auto problem = World::json_of(response);
            EXPECT_EQ(problem.at("code").as_string(), "unavailable") << asked.target;
            EXPECT_NE(problem.at("detail").as_string().find("disk is full"), std::string::npos)
                << asked.target;
        }
        return response.status;
    } catch (std::runtime_error const& thrown) {
        EXPECT_STREQ(thrown.what(), "a fault of the test");
        return 0;
    }
}

void fail_everywhere(Route const& route, StoreFault fault) {
    for (int operation = 1; operation < 20; ++operation) {
        Prepared world;
        Asked asked = example(route, world);
        std::size_t before = world.deployments();
        world.fail_store_at(operation, fault);
        int status = status_of(world, asked);
        bool failed = world.has_store_failed();
        world.fail_store_at(0, fault);
        if (!failed) return;
        std::string where = fmt::format("{} {}, operation {}", asked.method, asked.target, operation);
        EXPECT_EQ(status, fault == StoreFault::throws ? 0 : 503) << where;
        if (route.id != "logout") {
            EXPECT_EQ(world.deployments(), before) << where;
        }
        int again = status_of(world, asked);
        EXPECT_TRUE(again > 0 && again < 500) << where << ": then " << again;
    }
    FAIL() << route.id << " asks the store again and again";
}

class StoreFaults : public testing::TestWithParam<StoreFault> {};

TEST_P(StoreFaults, AnswerOneRequestAndSpoilNothing) {
    for (Route const& route : routes()) {
        SCOPED_TRACE(route.id);
        fail_everywhere(route, GetParam());
    }
}

INSTANTIATE_TEST_SUITE_P(Each, StoreFaults, testing::Values(StoreFault::refuses, StoreFault::throws));

}  // namespace
}  // namespace api
