#include <gtest/gtest.h>

#include "api/world.hpp"

namespace api {
namespace {

/// Keeps what the client would have received.
class Received : public http::Writer {
public:
    awaitable<void> write(std::string_view piece) override {
        text += piece;
        co_return;
    }
    std::size_t count(std::string_view what) const {
        std::size_t found = 0;
        for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++found;
        return found;
    }
    std::string text{};
};

/// A client that follows a log until it ends.
class Follower {
public:
    Follower(World& world, std::string const& id, http::Fields fields = {}) {
        fields.set("Accept", "text/event-stream");
        response_ = world.ask("GET", "/api/deployments/" + id + "/logs", "", std::move(fields));
        EXPECT_EQ(response_.status, 200);
        EXPECT_EQ(response_.fields.get("Content-Type"), "text/event-stream");
        asio::co_spawn(world.context(), response_.stream(received), [this](std::exception_ptr failure) {
            EXPECT_FALSE(failure);
            ended = true;
        });
        world.settle();
    }
    Received received;
    bool ended = false;

private:
    http::Response response_;
};

std::string start(World& world, std::string const& request) {
    return std::string(
        World::json_of(world.ask("POST", "/api/environments/demo/deploy", request)).at("id").as_string());
}

TEST(Logs, ArePages) {
    World world;
    std::string id = world.deploy("1.0.0");
    auto whole = World::json_of(world.ask("GET", "/api/deployments/" + id + "/logs"));
    ASSERT_GT(whole.at("items").as_array().size(), 3U);
    EXPECT_TRUE(whole.at("next").is_null());
    base::json::array seen;
    std::string after = "0";
    while (!after.empty()) {
        auto page =
            World::json_of(world.ask("GET", "/api/deployments/" + id + "/logs?limit=2&after=" + after));
        for (auto const& item : page.at("items").as_array()) seen.push_back(item);
        after = page.at("next").is_null() ? "" : std::string(page.at("next").as_string());
    }
    EXPECT_EQ(seen, whole.at("items").as_array());
}

TEST(Logs, AreFollowedUntilTheDeploymentEnds) {
    World world;
    std::string id = start(world, R"({"version":"1.0.0","strategy":"blue-green"})");
    Follower follower(world, id);
    EXPECT_GE(follower.received.count("event: log\n"), 1U);
    EXPECT_FALSE(follower.ended);
    for (int i = 0; i < 600 && !follower.ended; ++i) world.pass(1s);
    ASSERT_TRUE(follower.ended);
    EXPECT_EQ(follower.received.count("event: end\n"), 1U);
    EXPECT_NE(follower.received.text.find(R"("status":"completed","phase":"completed")"), std::string::npos);
    auto stored = World::json_of(world.ask("GET", "/api/deployments/" + id + "/logs?limit=1000"))
                      .at("items")
                      .as_array();
    EXPECT_EQ(follower.received.count("event: log\n"), stored.size());
    for (auto const& entry : stored)
        EXPECT_EQ(follower.received.count(fmt::format("id: {}\nevent: log\ndata: {}\n\n",
                                                      entry.at("seq").as_int64(), base::to_text(entry))),
                  1U);
}

TEST(Logs, GoOnAfterTheLastEventThatAClientSaw) {
    World world;
    std::string id = world.deploy("1.0.0");
    auto stored = World::json_of(world.ask("GET", "/api/deployments/" + id + "/logs")).at("items").as_array();
    http::Fields again;
    again.set("Last-Event-ID", std::to_string(stored[1].at("seq").as_int64()));
    Follower follower(world, id, again);
    EXPECT_TRUE(follower.ended);
    EXPECT_EQ(follower.received.count("event: log\n"), stored.size() - 2);
    for (char const* bad : {"-1", "", "x", "1 ", "1234567890123456"}) {
        again.set("Last-Event-ID", bad);
        EXPECT_EQ(world.ask("GET", "/api/deployments/" + id + "/logs", "", again).status, 400) << bad;
    }
}

TEST(Logs, ShowThatTheConnectionLivesWhileNothingHappens) {
    World world;
    world.deploy("1.0.0");
    std::string id = start(
        world, R"({"version":"1.1.0","strategy":"canary","options":{"strategy":{"gates_percent":[10]}}})");
    world.pass(120s);
    Follower follower(world, id);
    world.pass(61s);
    EXPECT_FALSE(follower.ended) << "it waits for a person";
    EXPECT_EQ(follower.received.count(": still here\n\n"), 4U);
    world.ask("POST", "/api/deployments/" + id + "/abort");
    for (int i = 0; i < 120 && !follower.ended; ++i) world.pass(1s);
    EXPECT_TRUE(follower.ended);
    EXPECT_NE(follower.received.text.find(R"("phase":"cancelled")"), std::string::npos);
}

TEST(Logs, EndWithTheSession) {
    World world;
    std::string id = start(world, R"({"version":"1.0.0"})");
    Follower follower(world, id);
    EXPECT_EQ(world.ask("POST", "/api/admin/logout").status, 204);
    world.pass(2s);
    EXPECT_TRUE(follower.ended);
    EXPECT_EQ(follower.received.count("event: end\n"), 0U);
}

TEST(Logs, AreNotStreamedToHead) {
    World world;
    std::string id = start(world, R"({"version":"1.0.0"})");
    http::Fields fields;
    fields.set("Accept", "text/event-stream");
    EXPECT_FALSE(world.ask("HEAD", "/api/deployments/" + id + "/logs", "", fields).stream);
}

}  // namespace
}  // namespace api
