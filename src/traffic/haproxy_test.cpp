#include "traffic/haproxy.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <thread>

#include "base/real.hpp"
#include "base/testing.hpp"
#include "target/host.hpp"
#include "target/testing.hpp"
#include "traffic/load.hpp"
#include "traffic/testing.hpp"

namespace traffic {

namespace {

using target::eventually;
using target::ProcessPhase;

/// Real HAProxy before real nginx replicas, each of which names itself in the header X-Server.
class HaproxyTest : public testing::Test {
protected:
    HaproxyTest() { route.traffic = {.listen = fmt::format("127.0.0.1:{}", port), .health = "/health"}; }

    template <class T>
    T run(awaitable<T> work) {
        return base::run(context, std::move(work));
    }
    RouterState observe() {
        // It may die in the middle of an answer: then nothing is known until the next look.
        base::Result<RouterState> state = run(router.observe(key));
        EXPECT_TRUE(eventually([&] { return state || (state = run(router.observe(key))); }))
            << state.error().message;
        return *state;
    }
    ServerState server(std::string const& name) {
        for (ServerState const& state : observe().servers)
            if (state.name == name) return state;
        return {};
    }
    bool has(std::string const& name) { return !server(name).name.empty(); }

    /// An nginx under a shim of its own.
    void start_replica(std::string const& name) {
        std::string place = folder / ("environment/web/" + name);
        std::uint16_t at = supervisor.free_port({}).value();
        addresses[name] = fmt::format("127.0.0.1:{}", at);
        ASSERT_TRUE(launch_nginx(files, supervisor, place, at, name));
    }
    void stop_replica(std::string const& name) {
        ASSERT_TRUE(supervisor.stop(folder / ("environment/web/" + name)));
    }
    void make_sick(std::string const& name, bool sick) {
        std::string path = folder / ("environment/web/" + name + "/sick");
        ASSERT_TRUE(sick ? files.write(path, "") : files.remove(path));
    }

    void want(std::string const& name, int weight, bool draining = false) {
        forget(name);
        route.servers.push_back(
            {.name = name, .address = addresses[name], .weight = weight, .draining = draining});
        std::sort(route.servers.begin(), route.servers.end(),
                  [](auto const& a, auto const& b) { return a.name < b.name; });
    }
    void forget(std::string const& name) {
        std::erase_if(route.servers, [&](Server const& candidate) { return candidate.name == name; });
    }
    base::Result<void> apply(std::int64_t epoch = 1) { return run(router.apply(key, route, epoch)); }
    /// As the engine does: again and again, until what is wanted is in force.
    bool reaches(std::function<bool(RouterState const&)> condition) {
        return eventually([&] {
            auto applied = apply();
            EXPECT_TRUE(applied || applied.error().code == base::Errc::unavailable)
                << applied.error().message;
            return condition(observe());
        });
    }
    bool has_weight(std::string const& name, int weight) {
        return reaches([&](RouterState const& state) {
            return std::any_of(state.servers.begin(), state.servers.end(), [&](ServerState const& candidate) {
                return candidate.name == name && candidate.weight == weight && candidate.routable &&
                       !candidate.draining;
            });
        });
    }
    bool leaves(std::string const& name) {
        want(name, 0, true);
        bool empty = reaches([&](RouterState const&) {
            ServerState state = server(name);
            return state.draining && state.sessions == 0;
        });
        forget(name);
        return empty && reaches([&](RouterState const&) { return !has(name); });
    }
    void kill_haproxy() { ASSERT_TRUE(supervisor.kill_command(folder / "environment/web/haproxy")); }
    bool runs_again(int starts) {
        return eventually([&] {
            RouterState state = observe();
            return state.running && state.starts == starts;
        });
    }

    target::TemporaryFolder folder;
    target::TemporaryFolder runtime;
    base::RealFiles files;
    target::RealSupervisor supervisor{files, "/proc/self/exe", {.first = 21000, .last = 21999}};
    target::StopAll stop_all{supervisor, folder.path()};
    asio::io_context context{1};
    asio::thread_pool workers{2};
    base::RealClock clock{context.get_executor()};
    std::unique_ptr<base::Dialer> dialer = base::make_dialer(context.get_executor());
    Haproxy router{workers.get_executor(),
                   files,
                   supervisor,
                   clock,
                   *dialer,
                   {.root = folder.path(), .runtime_folder = runtime.path()}};
    ComponentKey key{"environment", "web"};
    std::uint16_t port = supervisor.free_port({}).value();
    std::map<std::string, std::string> addresses;
    Route route;
};

}  // namespace

TEST_F(HaproxyTest, IsNotRunningBeforeTheFirstRoute) {
    RouterState state = observe();
    EXPECT_FALSE(state.running);
    EXPECT_TRUE(state.servers.empty());
}

TEST_F(HaproxyTest, GivesWeightOnlyAfterAPassedCheck) {
    start_replica("a");
    make_sick("a", true);
    want("a", 100);
    ASSERT_TRUE(
        reaches([&](RouterState const& state) { return state.running && server("a").check == "L7STS 503"; }));
    EXPECT_EQ(server("a").weight, 0);
    EXPECT_FALSE(server("a").routable);
    make_sick("a", false);
    ASSERT_TRUE(has_weight("a", 100));
    EXPECT_EQ(server("a").check, "L7OK");
}

TEST_F(HaproxyTest, LosesNothingWhileServersComeAndGo) {
    start_replica("a");
    want("a", 100);
    ASSERT_TRUE(has_weight("a", 100));
    Load load(port, 8);
    char const* names[] = {"a", "b", "c", "d"};
    for (int round = 1; round < 4; ++round) {
        std::string older = names[round - 1];
        std::string newer = names[round];
        start_replica(newer);
        want(newer, 0);
        ASSERT_TRUE(has_weight(newer, 0));
        for (int share : {25, 50, 75, 100}) {
            want(newer, share);
            want(older, 100 - share);
            ASSERT_TRUE(has_weight(newer, share));
            auto before = load.totals().by_server[newer];
            ASSERT_TRUE(eventually([&] { return load.totals().by_server[newer] > before + 50; }));
        }
        ASSERT_TRUE(leaves(older));
        stop_replica(older);
    }
    auto totals = load.end();
    EXPECT_EQ(totals.lost, 0U) << totals.say();
    EXPECT_EQ(totals.errors, 0U);
    EXPECT_EQ(totals.by_server.size(), 4U);
    RouterState state = observe();
    EXPECT_EQ(state.own_failures, 0U);
    EXPECT_EQ(state.requests, totals.sent);
    EXPECT_EQ(state.starts, 1);
}

TEST_F(HaproxyTest, AnswersWhatWasSentWhileItWasDead) {
    start_replica("a");
    want("a", 100);
    ASSERT_TRUE(has_weight("a", 100));
    kill_haproxy();
    Load load(port, 4);
    ASSERT_TRUE(runs_again(2));
    ASSERT_TRUE(eventually([&] { return load.totals().answered > 100; }));
    auto totals = load.end();
    EXPECT_EQ(totals.lost, 0U) << totals.say();
    EXPECT_EQ(server("a").weight, 100);
}

TEST_F(HaproxyTest, LosesOnlyWhatWasInFlightWhenItIsKilled) {
    start_replica("a");
    start_replica("b");
    want("a", 70);
    want("b", 30);
    ASSERT_TRUE(has_weight("a", 70));
    ASSERT_TRUE(has_weight("b", 30));
    constexpr int clients = 6;
    Load load(port, clients);
    ASSERT_TRUE(eventually([&] { return load.totals().answered > 100; }));
    kill_haproxy();
    ASSERT_TRUE(runs_again(2));
    auto before = load.totals().answered;
    ASSERT_TRUE(eventually([&] { return load.totals().answered > before + 100; }));
    EXPECT_LE(load.end().lost, static_cast<std::uint64_t>(clients));  // one each
    EXPECT_EQ(server("a").weight, 70);
    EXPECT_EQ(server("b").weight, 30);
}

TEST_F(HaproxyTest, WaitsForTheOnlyReplicaToComeBack) {
    start_replica("a");
    want("a", 100);
    ASSERT_TRUE(has_weight("a", 100));
    constexpr int clients = 4;
    Load load(port, clients);
    ASSERT_TRUE(eventually([&] { return load.totals().answered > 100; }));
    ASSERT_TRUE(supervisor.kill_command(folder / "environment/web/a"));
    ASSERT_TRUE(eventually([&] { return supervisor.inspect(folder / "environment/web/a")->starts == 2; }));
    auto before = load.totals().answered;
    ASSERT_TRUE(eventually([&] { return load.totals().answered > before + 100; }));
    auto totals = load.end();
    EXPECT_LE(totals.lost, static_cast<std::uint64_t>(clients)) << totals.say();
    RouterState state = observe();
    EXPECT_EQ(state.own_failures, totals.lost) << totals.say();
}

TEST_F(HaproxyTest, TakesADeadReplicaOutAndBackOnlyAfterACheck) {
    start_replica("a");
    start_replica("b");
    want("a", 50);
    want("b", 50);
    ASSERT_TRUE(has_weight("a", 50));
    ASSERT_TRUE(has_weight("b", 50));
    make_sick("a", true);
    ASSERT_TRUE(eventually([&] { return !server("a").routable; }));
    Load load(port, 4);
    ASSERT_TRUE(supervisor.kill_command(folder / "environment/web/a"));
    ASSERT_TRUE(eventually([&] { return supervisor.inspect(folder / "environment/web/a")->starts == 2; }));
    ASSERT_TRUE(eventually([&] { return server("a").check == "L7STS 503"; }));
    EXPECT_FALSE(server("a").routable);
    make_sick("a", false);
    ASSERT_TRUE(eventually([&] { return server("a").routable; }));
    ASSERT_TRUE(eventually([&] { return load.totals().by_server["a"] > 10; }));
    EXPECT_EQ(load.end().lost, 0U);
}

TEST_F(HaproxyTest, KeepsTheLastServerWhenItsSuccessorIsNotRoutable) {
    start_replica("a");
    want("a", 100);
    ASSERT_TRUE(has_weight("a", 100));
    start_replica("b");
    make_sick("b", true);
    Load load(port, 4);
    want("a", 0);
    want("b", 100);
    ASSERT_TRUE(reaches([&](RouterState const&) { return server("b").check == "L7STS 503"; }));
    ASSERT_TRUE(apply());
    EXPECT_EQ(server("a").weight, 100);
    EXPECT_EQ(server("b").weight, 0);
    forget("a");
    ASSERT_TRUE(apply());
    EXPECT_TRUE(has("a"));
    make_sick("b", false);
    ASSERT_TRUE(has_weight("b", 100));
    ASSERT_TRUE(reaches([&](RouterState const&) { return !has("a"); }));
    EXPECT_EQ(load.end().lost, 0U);
}

TEST_F(HaproxyTest, WritesAndDoesNothingWhenNothingDiffers) {
    start_replica("a");
    want("a", 100);
    ASSERT_TRUE(has_weight("a", 100));
    std::string config = folder / "environment/web/haproxy/haproxy.cfg";
    auto written = std::filesystem::last_write_time(config);
    ASSERT_TRUE(apply());
    ASSERT_TRUE(apply());
    EXPECT_EQ(std::filesystem::last_write_time(config), written);
}

TEST_F(HaproxyTest, RefusesAnOldOwner) {
    start_replica("a");
    want("a", 100);
    ASSERT_TRUE(apply(7));
    auto refused = apply(6);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Errc::conflict);
    EXPECT_TRUE(apply(7));
    EXPECT_TRUE(apply(8));
}

TEST_F(HaproxyTest, CountsFailuresOfVersionsAndItsOwn) {
    start_replica("a");
    want("a", 100);
    ASSERT_TRUE(has_weight("a", 100));
    make_sick("a", true);
    EXPECT_EQ(Load::get(port, "/health").status, 503);
    RouterState state = observe();
    EXPECT_EQ(state.requests, 1U);
    EXPECT_EQ(state.own_failures, 0U);
    EXPECT_EQ(state.servers.at(0).counts.requests, 1U);
    EXPECT_EQ(state.servers.at(0).counts.failures, 1U);
}

TEST_F(HaproxyTest, FinishesASlowAnswerBeforeTheServerGoes) {
    start_replica("a");
    want("a", 100);
    ASSERT_TRUE(has_weight("a", 100));
    Load::Answer slow;
    std::thread client([&] { slow = Load::get(port, "/slow"); });
    EXPECT_TRUE(eventually([&] { return server("a").sessions == 1; }));
    start_replica("b");
    want("b", 100);
    want("a", 0, true);
    EXPECT_TRUE(has_weight("b", 100));
    EXPECT_TRUE(leaves("a"));
    stop_replica("a");
    client.join();
    EXPECT_EQ(slow.status, 200) << slow.problem;
    EXPECT_EQ(observe().own_failures, 0U);
}

TEST_F(HaproxyTest, CutsWhatMayNotGoOn) {
    start_replica("a");
    start_replica("b");
    want("a", 100);
    want("b", 1);
    ASSERT_TRUE(has_weight("a", 100));
    ASSERT_TRUE(has_weight("b", 1));
    Load::Answer slow;
    std::thread client([&] { slow = Load::get(port, "/slow"); });
    EXPECT_TRUE(eventually([&] { return server("a").sessions == 1; }));
    want("b", 100);
    want("a", 0, true);
    EXPECT_TRUE(reaches([&](RouterState const&) { return server("a").draining; }));
    forget("a");
    EXPECT_TRUE(reaches([&](RouterState const&) { return !has("a"); }));
    client.join();
    EXPECT_EQ(slow.status, 0);
}

TEST_F(HaproxyTest, RollsAProgramThatWeDidNotWrite) {
    target::Host host(workers.get_executor(), files, supervisor, folder.path());
    model::Revision revision{.number = 1, .version = "1"};
    revision.workload.command = {"python3", "-m",        "http.server", "{port}",
                                 "--bind",  "127.0.0.1", "--directory", "{folder}"};
    route.traffic.health = "/";
    auto start = [&](int number) {
        revision.number = number;
        ASSERT_TRUE(run(host.start(key, revision, 0, 1)));
        for (target::Replica const& replica : run(host.replicas(key)).value())
            addresses[replica.name] = fmt::format("127.0.0.1:{}", replica.port);
    };
    start(1);
    want("web-r1-0", 100);
    ASSERT_TRUE(has_weight("web-r1-0", 100));
    Load load(port, 4, Load::Method::get);
    start(2);
    want("web-r2-0", 100);
    ASSERT_TRUE(has_weight("web-r2-0", 100));
    ASSERT_TRUE(leaves("web-r1-0"));
    EXPECT_TRUE(eventually([&] {
        EXPECT_TRUE(run(host.stop(key, "web-r1-0", 1)));
        return run(host.replicas(key))->size() == 1;
    }));
    auto before = load.totals().answered;
    ASSERT_TRUE(eventually([&] { return load.totals().answered > before + 20; }));
    auto totals = load.end();
    EXPECT_EQ(totals.lost, 0U) << totals.say();
}

TEST_F(HaproxyTest, ChangesTheHealthPathAndLosesNothing) {
    start_replica("a");
    want("a", 100);
    ASSERT_TRUE(has_weight("a", 100));
    Load load(port, 4);
    route.traffic.health = "/";
    ASSERT_TRUE(reaches([&](RouterState const& state) {
        return state.running && state.health == "/" && server("a").routable;
    }));
    auto before = load.totals().answered;
    ASSERT_TRUE(eventually([&] { return load.totals().answered > before + 100; }));
    EXPECT_EQ(load.end().lost, 0U) << load.totals().say();
    EXPECT_EQ(observe().starts, 1);
}

TEST_F(HaproxyTest, MovesToAnotherAddress) {
    start_replica("a");
    want("a", 100);
    ASSERT_TRUE(has_weight("a", 100));
    std::uint16_t other = supervisor.free_port({}).value();
    route.traffic.listen = fmt::format("127.0.0.1:{}", other);
    ASSERT_TRUE(reaches(
        [&](RouterState const& state) { return state.running && state.listen == route.traffic.listen; }));
    ASSERT_TRUE(has_weight("a", 100));
    Load load(other, 1);
    ASSERT_TRUE(eventually([&] { return load.totals().answered > 0; }));
    EXPECT_EQ(supervisor.free_port({}, port).value(), port);
}

TEST_F(HaproxyTest, SaysWhatIsWrongWhenItCannotStart) {
    Haproxy missing(
        workers.get_executor(), files, supervisor, clock, *dialer,
        {.root = folder.path(), .runtime_folder = runtime.path(), .program = "haproxy-is-not-here"});
    ASSERT_TRUE(run(missing.apply(key, route, 1)));
    std::string problem;
    ASSERT_TRUE(eventually([&] {
        problem = run(missing.observe(key))->problem;
        return problem.find("apt install haproxy") != std::string::npos;
    })) << problem;
}

TEST_F(HaproxyTest, SaysThatItsAddressIsTaken) {
    auto taken = base::listen(context.get_executor(), fmt::format("127.0.0.1:{}", port));
    ASSERT_TRUE(taken);
    ASSERT_TRUE(apply());
    std::string problem;
    EXPECT_TRUE(eventually([&] {
        problem = observe().problem;
        return problem.find("another program uses this port") != std::string::npos;
    })) << problem;
}

}  // namespace traffic
