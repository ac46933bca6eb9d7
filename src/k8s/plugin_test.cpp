// Credential plugins: what they answer, and real processes.
#include <boost/asio/io_context.hpp>

#include "base/real.hpp"
#include "base/time.hpp"
#include "k8s/real_plugin.hpp"
#include "k8s/testing.hpp"

namespace k8s {
namespace {

std::string const v1 = "client.authentication.k8s.io/v1";

std::string credential(std::string const& token, std::string const& expires = "") {
    json::object status{{"token", token}};
    if (!expires.empty()) status["expirationTimestamp"] = expires;
    return json::serialize(
        json::object{{"apiVersion", v1}, {"kind", "ExecCredential"}, {"status", std::move(status)}});
}

/// Gives what it is told to, and remembers what it was asked.
struct FakePlugins : RunPlugin {
    base::Result<std::string> run(PluginCall const& call, Duration) override {
        calls.push_back(call);
        return answer;
    }
    std::vector<PluginCall> calls{};
    base::Result<std::string> answer = std::string();
};

TEST(ExecCredential, IsReadOrRefusedWithoutQuotingIt) {
    PluginCall const call{.command = "aws", .api_version = v1};
    auto good = parse_exec_credential(credential("hidden", "2026-01-01T00:15:00Z"), call);
    ASSERT_TRUE(good);
    EXPECT_EQ(good->identity.token, "hidden");
    EXPECT_TRUE(good->expires.has_value());
    for (std::string const& bad :
         {std::string("hidden"), std::string("{}"), credential(""), credential("hidden", "tomorrow"),
          std::string(R"({"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential",)"
                      R"("status":{"token":"hidden"}})"),
          std::string(R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",)"
                      R"("status":{"clientCertificateData":"hidden"}})")}) {
        auto got = parse_exec_credential(bad, call);
        ASSERT_FALSE(got) << bad;
        EXPECT_EQ(got.error().message.find("hidden"), std::string::npos);
        EXPECT_NE(got.error().message.find("aws"), std::string::npos);
    }
}

TEST(PluginCredential, RunsAgainBeforeItExpiresAndWhenItIsRefused) {
    testing::World world;
    world.cluster.api.put(deployments, testing::deployment("web"), "test");
    FakePlugins plugins;
    auto in = [&](Duration time) {
        return base::format_time(world.user.clock().wall_now() +
                                 std::chrono::duration_cast<WallTime::duration>(time));
    };
    plugins.answer = credential("first", in(15min));
    PluginCall call{.command = "aws", .arguments = {"eks"}, .api_version = v1};
    PluginHost host{plugins, world.user.executor(), world.user.workers(), world.user.clock()};
    auto made = std::make_shared<PluginCredential>(call, host);
    Client client = world.client(world.cluster.address(), made);
    ObjectName const web{"demo", "web"};
    world.cluster.api.accept_only({"first"});
    EXPECT_TRUE(world.run(client.get(deployments, web)));
    world.pass(13min);
    EXPECT_TRUE(world.run(client.get(deployments, web)));
    EXPECT_EQ(plugins.calls.size(), 1U);
    EXPECT_EQ(plugins.calls[0].environment.at("KUBERNETES_EXEC_INFO"),
              R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",)"
              R"("spec":{"interactive":false}})");

    world.pass(90s);
    plugins.answer = credential("second");
    world.cluster.api.accept_only({"second"});
    EXPECT_TRUE(world.run(client.get(deployments, web)));
    EXPECT_EQ(plugins.calls.size(), 2U);

    world.pass(1h);
    plugins.answer = credential("third");
    world.cluster.api.accept_only({"third"});
    EXPECT_TRUE(world.run(client.get(deployments, web)));
    EXPECT_EQ(plugins.calls.size(), 3U);

    world.pass(1h);
    plugins.answer = base::unavailable("the credential plugin aws ended with exit status 1");
    world.cluster.api.accept_only({"fourth"});
    auto got = world.run(client.get(deployments, web));
    ASSERT_FALSE(got);
    EXPECT_NE(got.error().message.find("exit status 1"), std::string::npos) << got.error().message;
}

TEST(PluginCredential, RunsOnceForAllWhoAskTogether) {
    testing::World world;
    FakePlugins plugins;
    plugins.answer = credential("first");
    PluginCall call{.command = "aws", .api_version = v1};
    PluginHost host{plugins, world.user.executor(), world.user.workers(), world.user.clock()};
    PluginCredential made(call, host);
    int got = 0;
    auto one = [&]() -> awaitable<void> {
        auto identity = co_await made.current();
        EXPECT_TRUE(identity && identity->token == "first");
        ++got;
    };
    for (int i = 0; i < 20; ++i) asio::co_spawn(world.user.executor(), one(), must_not_throw);
    ASSERT_TRUE(world.until([&] { return got == 20; }));
    EXPECT_EQ(plugins.calls.size(), 1U);
    world.user.kill();
}

// -- Real processes.

struct RealPluginsTest : ::testing::Test {
    base::Result<std::string> run(std::string script, Duration limit = 20s,
                                  std::map<std::string, std::string> environment = {}) {
        PluginCall call{.command = "/bin/sh",
                        .arguments = {"-c", std::move(script)},
                        .environment = std::move(environment)};
        return plugins.run(call, limit);
    }
    asio::io_context context{1};
    base::RealClock clock{context.get_executor()};
    RealPlugins plugins{clock};
};

TEST_F(RealPluginsTest, GivesTheOutputAndNothingOfOurEnvironment) {
    ::setenv("PILOTHOUSE_TEST_SECRET", "hidden", 1);
    auto got = run("echo \"$A:$PILOTHOUSE_TEST_SECRET\"; cat; echo noise >&2", 20s, {{"A", "x y"}});
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(*got, "x y:\n");
}

TEST_F(RealPluginsTest, PassesArgumentsAsTheyAre) {
    PluginCall call{.command = "printf", .arguments = {"%s|", "$(id)", "a;b", ""}};
    EXPECT_EQ(*plugins.run(call, 20s), "$(id)|a;b||");
}

TEST_F(RealPluginsTest, SaysHowItFailed) {
    EXPECT_NE(run("exit 3").error().message.find("exit status 3"), std::string::npos);
    EXPECT_NE(run("kill -9 $$").error().message.find("signal 9"), std::string::npos);
    PluginCall none{.command = "/nowhere/plugin"};
    EXPECT_NE(plugins.run(none, 1s).error().message.find("No such file"), std::string::npos);
}

TEST_F(RealPluginsTest, IsKilledWithItsChildrenAtItsLimits) {
    auto late = run("sleep 600 & sleep 600", 50ms);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, base::Errc::timed_out);
    auto endless = run("yes hidden");
    ASSERT_FALSE(endless);
    EXPECT_NE(endless.error().message.find("more than 1 MiB"), std::string::npos);
    EXPECT_EQ(endless.error().message.find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace k8s
