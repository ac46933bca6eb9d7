// How the driver gets into its clusters: files of this machine, credential plugins, uploaded kubeconfigs.
#include <gtest/gtest.h>

#include "k8s/testing.hpp"
#include "rollout/cluster_driver.hpp"

namespace rollout {
namespace {

struct FakePlugins : k8s::RunPlugin {
    base::Result<std::string> run(k8s::PluginCall const& call, Duration) override {
        commands.push_back(call.command);
        return std::string(R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",)"
                           R"("status":{"token":"of-the-plugin"}})");
    }
    std::vector<std::string> commands{};
};

/// One environment, "west", in the cluster "staging".
struct ClusterAccess : testing::Test {
    void declare(model::KubernetesTarget target, std::vector<std::string> plugins = {}) {
        ClusterSettings settings{.base_folder = "/etc/pilothouse", .allowed_plugins = std::move(plugins)};
        settings.find_uploaded = [this](std::string name) { return find(std::move(name)); };
        driver.emplace(ClusterSurroundings{world.user.executor(), world.user.workers(), *world.dialer,
                                           world.user.clock(), world.random, files, run_plugin},
                       std::move(settings));
        model::Environment west{.name = "west"};
        west.target.kubernetes = std::move(target);
        driver->declare({{west}});
    }
    awaitable<base::Result<k8s::Access>> find(std::string name) {
        ++asked;
        if (uploaded.contains(name)) co_return uploaded.at(name);
        co_return base::unavailable(fmt::format("no kubeconfig \"{}\" was uploaded", name));
    }
    k8s::Access with_token(std::string token) const {
        return {.cluster = world.cluster.address(), .identity = {.token = std::move(token)}};
    }
    /// Why the cluster cannot be looked at; empty: it can, though nothing stands in it.
    std::string problem() {
        model::Revision const of{.workload = {.deployment = "web"}, .traffic = {.service = "web"}};
        auto seen = world.run(driver->observe({"west", "web"}, of));
        bool const is_cluster = !seen && seen.error().message.starts_with("cluster west");
        return is_cluster ? seen.error().message : "";
    }
    bool becomes(std::string const& wanted) {
        return world.until([&] {
            asked_at_last = problem();
            return asked_at_last == wanted;
        });
    }

    base::FakeFiles files;
    FakePlugins run_plugin;
    std::map<std::string, k8s::Access> uploaded{};
    int asked = 0;
    std::string asked_at_last{};
    k8s::testing::World world;
    std::optional<ClusterDriver> driver{};
};

std::string const own_file =
    "current-context: main\ncontexts: [{name: main, context: {cluster: a, user: b, namespace: demo}}]\n"
    "clusters: [{name: a, cluster: {server: \"http://staging:6443\"}}]\n"
    "users: [{name: b, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: kubelogin}}}]\n";

TEST_F(ClusterAccess, RunsNoPluginThatTheSettingsDoNotName) {
    files.contents["/etc/pilothouse/west.yaml"] = own_file;
    world.cluster.api.accept_only({"of-the-plugin"});
    declare({.kubeconfig = "west.yaml"}, {"/usr/bin/kubelogin", "aws"});
    EXPECT_TRUE(
        becomes("cluster west: kubeconfig, line 4: the credential plugin \"kubelogin\" is not one of "
                "those that the settings allow"))
        << asked_at_last;
    world.pass(1min);
    EXPECT_TRUE(run_plugin.commands.empty());
}

TEST_F(ClusterAccess, RunsAPluginThatTheSettingsName) {
    files.contents["/etc/pilothouse/west.yaml"] = own_file;
    world.cluster.api.accept_only({"of-the-plugin"});
    declare({.kubeconfig = "west.yaml"}, {"kubelogin"});
    EXPECT_TRUE(becomes("")) << asked_at_last;
    EXPECT_EQ(run_plugin.commands, std::vector<std::string>{"kubelogin"});
}

TEST_F(ClusterAccess, WaitsForTheUploadOfItsKubeconfig) {
    world.cluster.api.accept_only({"good"});
    declare({.uploaded = "shop"});
    EXPECT_TRUE(becomes("cluster west: no kubeconfig \"shop\" was uploaded")) << asked_at_last;
    uploaded["shop"] = with_token("good");
    SteadyTime const uploaded_at = world.simulation.now();
    EXPECT_TRUE(becomes("")) << asked_at_last;
    EXPECT_LE(world.simulation.now() - uploaded_at, 10s);
}

TEST_F(ClusterAccess, ConnectsAnewWhenItsKubeconfigIsReplaced) {
    world.cluster.api.accept_only({"first"});
    uploaded["shop"] = with_token("first");
    declare({.uploaded = "shop"});
    ASSERT_TRUE(becomes("")) << asked_at_last;
    int const before = asked;
    driver->refresh("other");
    world.pass(10s);
    EXPECT_EQ(asked, before) << "another kubeconfig is none of its business";

    uploaded["shop"] = with_token("second");
    world.cluster.api.accept_only({"second"});
    driver->refresh("shop");

    EXPECT_NE(problem(), "") << "what the old one has shown does not count any more";
    EXPECT_TRUE(becomes("")) << asked_at_last;
    EXPECT_EQ(asked, before + 1);
}

}  // namespace
}  // namespace rollout
