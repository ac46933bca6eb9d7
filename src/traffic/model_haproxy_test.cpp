#include "traffic/model_haproxy.hpp"

#include <gtest/gtest.h>

#include "traffic/haproxy.hpp"

namespace traffic {

namespace {

using Kind = ModelAnswer::Kind;

/// The real driver before the model, all on virtual time.
class ModelHaproxyTest : public testing::Test {
protected:
    void start_replica(std::string const& name) {
        std::uint16_t port = supervisor.free_port({}).value();
        addresses[name] = fmt::format("127.0.0.1:{}", port);
        ASSERT_TRUE(
            supervisor.launch("/root/environment/web/" + name, {.command = {"svc", std::to_string(port)}}));
    }
    void want(std::map<std::string, int> weights) {
        route.servers.clear();
        for (auto const& [name, weight] : weights)
            route.servers.push_back({.name = name, .address = addresses[name], .weight = weight});
    }
    bool in_force() {
        return eventually([this] {
            (void)run(router.apply(key, route, 1));
            RouterState state = observe();
            return state.running &&
                   std::all_of(route.servers.begin(), route.servers.end(), [&](Server const& server) {
                       return std::any_of(
                           state.servers.begin(), state.servers.end(), [&](ServerState const& now) {
                               return now.name == server.name && now.weight == server.weight && now.routable;
                           });
                   });
        });
    }
    RouterState observe() {
        auto state = run(router.observe(key));
        return state ? *state : RouterState{};
    }
    void send(int count, Duration service_time = 1ms) {
        sent += count;
        for (int i = 0; i < count; ++i)
            haproxy.request("127.0.0.1:8080", service_time, [this](ModelAnswer answer) {
                ++by_kind[answer.kind];
                ++by_server[answer.server];
                if (answer.kind == Kind::lost) losses.push_back(answer.why);
            });
    }
    bool all_told() {
        return eventually(
            [this] { return by_kind[Kind::answered] + by_kind[Kind::failed] + by_kind[Kind::lost] == sent; });
    }
    template <class T>
    T run(awaitable<T> work) {
        std::optional<T> result;
        asio::co_spawn(client.executor(), std::move(work), [&](std::exception_ptr failure, T value) {
            EXPECT_FALSE(failure);
            result.emplace(std::move(value));
        });
        while (!result && world.step()) {
        }
        return std::move(*result);
    }
    bool eventually(std::function<bool()> condition) {
        SteadyTime end = world.now() + 60s;
        while (!condition())
            if (!world.step() || world.now() > end) return condition();
        return true;
    }

    sim::Simulation world{1};
    sim::Network network{world};
    base::FakeFiles files;
    target::ModelSupervisor supervisor{world, files};
    ModelHaproxy haproxy{world, network, files, supervisor};
    sim::Process client{world, "client"};
    std::unique_ptr<base::Dialer> dialer = network.dialer(client);
    Haproxy router{client.workers(), files,   supervisor,
                   client.clock(),   *dialer, {.root = "/root", .runtime_folder = "/run"}};
    ComponentKey key{"environment", "web"};
    Route route{.traffic = {.listen = "127.0.0.1:8080", .health = "/health"}, .servers = {}};
    std::map<std::string, std::string> addresses;
    int sent = 0;
    std::map<Kind, int> by_kind;
    std::map<std::string, int> by_server;
    std::vector<std::string> losses;
};

constexpr char haproxy_folder[] = "/root/environment/web/haproxy";

}  // namespace

TEST_F(ModelHaproxyTest, SharesByWeight) {
    start_replica("a");
    start_replica("b");
    want({{"a", 75}, {"b", 25}});
    ASSERT_TRUE(in_force());
    send(100);
    ASSERT_TRUE(all_told());
    EXPECT_EQ(by_server["a"], 75);
    EXPECT_EQ(by_server["b"], 25);
    RouterState state = observe();
    EXPECT_EQ(state.requests, 100U);
    EXPECT_EQ(state.servers[0].counts.requests, 75U);
    EXPECT_EQ(state.own_failures, 0U);
}

TEST_F(ModelHaproxyTest, RefusesWhoeverComesBeforeItsShim) {
    send(1);
    ASSERT_TRUE(all_told());
    EXPECT_EQ(losses, std::vector<std::string>{"connection refused"});
}

TEST_F(ModelHaproxyTest, KeepsRequestsWaitingWhileItIsDead) {
    start_replica("a");
    want({{"a", 100}});
    ASSERT_TRUE(in_force());
    send(3, 2s);
    ASSERT_TRUE(eventually([this] { return observe().servers[0].sessions == 3; }));
    ASSERT_TRUE(supervisor.kill_command(haproxy_folder));
    EXPECT_EQ(by_kind[Kind::lost], 3);  // those in flight
    send(5);
    ASSERT_TRUE(all_told());
    EXPECT_EQ(by_kind[Kind::answered], 5);
    ASSERT_TRUE(eventually([this] { return observe().running; }));
    EXPECT_EQ(observe().starts, 2);
    EXPECT_EQ(observe().requests, 5U);
}

TEST_F(ModelHaproxyTest, KeepsRequestsWaitingForTheOnlyReplica) {
    start_replica("a");
    want({{"a", 100}});
    ASSERT_TRUE(in_force());
    send(2, 2s);
    ASSERT_TRUE(eventually([this] { return observe().servers[0].sessions == 2; }));
    ASSERT_TRUE(supervisor.kill_command("/root/environment/web/a"));
    send(5);
    ASSERT_TRUE(all_told());
    EXPECT_EQ(by_kind[Kind::lost], 2);
    EXPECT_EQ(by_kind[Kind::answered], 5);
    EXPECT_EQ(observe().own_failures, 2U);
}

TEST_F(ModelHaproxyTest, LosesWhatWasInFlightWhenNobodyDrained) {
    start_replica("a");
    start_replica("b");
    want({{"a", 50}, {"b", 50}});
    ASSERT_TRUE(in_force());
    send(10, 2s);
    ASSERT_TRUE(eventually([this] { return observe().servers[0].sessions == 5; }));
    ASSERT_TRUE(supervisor.stop("/root/environment/web/a"));
    ASSERT_TRUE(all_told());
    EXPECT_EQ(by_kind[Kind::lost], 5);
}

TEST_F(ModelHaproxyTest, FinishesItsRequestsBeforeItMoves) {
    start_replica("a");
    want({{"a", 100}});
    ASSERT_TRUE(in_force());
    send(3, 2s);
    ASSERT_TRUE(eventually([this] { return observe().servers[0].sessions == 3; }));
    route.traffic.listen = "127.0.0.1:9090";
    ASSERT_TRUE(eventually([this] {
        (void)run(router.apply(key, route, 1));
        RouterState state = observe();
        return state.running && state.listen == "127.0.0.1:9090";
    }));
    ASSERT_TRUE(all_told());
    EXPECT_EQ(by_kind[Kind::answered], 3);
}

TEST_F(ModelHaproxyTest, SameSeedSameStory) {
    auto tell = [] {
        sim::Simulation other(7);
        base::FakeFiles its_files;
        target::ModelSupervisor processes(other, its_files);
        (void)processes.launch("/p", {.command = {"svc", "20000"}});
        while (other.step()) {
        }
        return other.hash();
    };
    EXPECT_EQ(tell(), tell());
}

}  // namespace traffic
