// The client against a model API server that fails in every way we know of.
#include "k8s/client.hpp"

#include "base/json_at.hpp"
#include "k8s/testing.hpp"

namespace k8s {
namespace {

using testing::deployment;
using testing::ModelCluster;
using testing::World;

ObjectName const web{"demo", "web"};

json::array scale_to(int replicas) {
    return {json::object{{"op", "replace"}, {"path", "/spec/replicas"}, {"value", replicas}}};
}

Result<json::value> get(World& world, Client const& client, Call call = {}) {
    return world.run(client.get(deployments, web, call));
}
Result<json::value> scale(World& world, Client const& client, int replicas, Write write = {}) {
    return world.run(client.patch_json(deployments, web, scale_to(replicas), write));
}

struct ClientTest : ::testing::Test {
    ClientTest() { world.cluster.api.put(deployments, deployment("web"), "test"); }
    std::int64_t replicas() {
        return *base::number_at(*world.cluster.api.find(deployments, web), "/spec/replicas");
    }
    ModelApi& api() { return world.cluster.api; }

    World world;
    Client client = world.client(world.cluster);
};

// -- What an error says.

TEST_F(ClientTest, SaysWhatHappenedWhereAndWhatToDo) {
    struct {
        int status;
        char const* reason;
        Reason wanted;
        base::Errc code;
    } const cases[] = {{401, "Unauthorized", Reason::unauthorized, base::Errc::unauthenticated},
                       {403, "Forbidden", Reason::forbidden, base::Errc::forbidden},
                       {404, "NotFound", Reason::not_found, base::Errc::not_found},
                       {409, "Conflict", Reason::conflict, base::Errc::conflict},
                       {409, "AlreadyExists", Reason::already_exists, base::Errc::conflict},
                       {410, "Expired", Reason::expired, base::Errc::conflict},
                       {500, "InternalError", Reason::internal, base::Errc::unavailable},
                       {500, "ServerTimeout", Reason::timeout, base::Errc::timed_out},
                       {504, "Timeout", Reason::timeout, base::Errc::timed_out},
                       {418, "Teapot", Reason::unexpected, base::Errc::internal}};
    for (auto const& each : cases) {
        api().inject({.verb = "patch", .status = each.status, .reason = each.reason});
        auto got = scale(world, client, 2);
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().reason, each.wanted) << each.status;
        EXPECT_EQ(got.error().code, each.code) << each.status;
        EXPECT_EQ(got.error().status, each.status);
        EXPECT_NE(got.error().message.find("the cluster staging does not patch deployments.apps web in demo: "
                                           "the test wants"),
                  std::string::npos)
            << got.error().message;
        EXPECT_EQ(got.error().message.find("secret"), std::string::npos);
        EXPECT_EQ(got.error().may_have_taken_effect, each.status >= 500);
    }
}

TEST_F(ClientTest, NamesTheRightThatIsMissing) {
    api().forbid("patch", "deployments");
    auto got = scale(world, client, 2);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().reason, Reason::forbidden);
    EXPECT_NE(got.error().message.find("cannot patch resource \"deployments\" in API group \"apps\""),
              std::string::npos)
        << got.error().message;
    Action action{.verb = "patch", .resource = deployments, .name = web};
    EXPECT_FALSE(world.run(client.can_i(action))->allowed);
}

// -- Trying again.

TEST(Rules, AllowWhatTheyNameOrStarsStandFor) {
    Action patch{.verb = "patch", .resource = deployments, .name = {"demo", "web"}};
    Action scale = patch, list = patch;
    scale.subresource = "scale";
    list.name.name = "";
    struct {
        Rule rule;
        Action action;
        bool allowed;
    } const table[] = {
        {{{"apps"}, {"deployments"}, {}, {"patch"}}, patch, true},
        {{{"apps"}, {"deployments"}, {"web"}, {"get", "patch"}}, patch, true},
        {{{"*"}, {"*"}, {}, {"*"}}, patch, true},
        {{{""}, {"deployments"}, {}, {"patch"}}, patch, false},
        {{{"apps"}, {"deployments"}, {"api"}, {"patch"}}, patch, false},
        {{{"apps"}, {"deployments"}, {"web"}, {"patch"}}, list, false},
        {{{"apps"}, {"deployments"}, {}, {"patch"}}, scale, false},
        {{{"apps"}, {"deployments/scale"}, {}, {"patch"}}, scale, true},
    };
    for (auto const& row : table) EXPECT_EQ(row.rule.allows(row.action), row.allowed) << &row - table;
}

TEST_F(ClientTest, TriesAgainWhatOnlyReads) {
    api().inject({.verb = "get", .times = 2, .status = 503, .reason = "ServiceUnavailable"});
    api().inject({.kind = Fault::Kind::cut_before, .verb = "get"});
    EXPECT_TRUE(get(world, client));
    EXPECT_EQ(client.counts().retries, 3U);
    EXPECT_EQ(client.counts().requests.at("get"), 4U);
    EXPECT_EQ(client.counts().answers.at(503), 2U);
    EXPECT_EQ(client.counts().answers.at(0), 1U);
    EXPECT_EQ(client.counts().answers.at(200), 1U);
}

TEST_F(ClientTest, GivesUpAfterSomeAttempts) {
    api().inject({.verb = "get", .times = 100});
    EXPECT_EQ(get(world, client).error().reason, Reason::internal);
    EXPECT_EQ(api().requests("get"), 4);
}

TEST_F(ClientTest, NeverRepeatsWhatMayHaveTakenEffect) {
    for (auto kind : {Fault::Kind::cut_before, Fault::Kind::cut_after, Fault::Kind::hang}) {
        int before = api().requests("patch");
        api().inject({.kind = kind, .verb = "patch"});
        auto got = scale(world, client, static_cast<int>(kind) + 10);
        ASSERT_FALSE(got);
        EXPECT_TRUE(got.error().may_have_taken_effect);
        EXPECT_NE(got.error().message.find("look before you try again"), std::string::npos);
        EXPECT_EQ(api().requests("patch"), before + 1);
        bool took_effect = replicas() == static_cast<int>(kind) + 10;
        EXPECT_EQ(took_effect, kind == Fault::Kind::cut_after);
    }
}

TEST_F(ClientTest, RepeatsAfter429AsLateAsItIsAskedTo) {
    api().inject({.verb = "patch", .status = 429, .reason = "TooManyRequests", .retry_after_seconds = 3});
    SteadyTime began = world.simulation.now();
    EXPECT_TRUE(scale(world, client, 5));
    EXPECT_GE(world.simulation.now() - began, 3s);
    EXPECT_EQ(replicas(), 5);
    EXPECT_EQ(api().requests("patch"), 2);
}

TEST_F(ClientTest, DoesNotWaitLongerThanItMay) {
    api().inject({.verb = "get", .status = 429, .reason = "TooManyRequests", .retry_after_seconds = 600});
    auto got = get(world, client);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().reason, Reason::too_many_requests);
    EXPECT_EQ(got.error().retry_after, Duration(600s));
    EXPECT_EQ(api().requests("get"), 1);
}

TEST_F(ClientTest, AHangingServerIsATimeout) {
    api().inject({.kind = Fault::Kind::hang, .verb = "get"});
    Call call{.limit = 4s};
    SteadyTime began = world.simulation.now();
    auto got = get(world, client, call);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().reason, Reason::timeout);
    EXPECT_FALSE(got.error().may_have_taken_effect);
    EXPECT_LE(world.simulation.now() - began, 5s);
}

/// Under a network that cuts what it likes: an effect happens at most once a call, and at least once when the
/// call says so.
TEST(ClientUnderFaults, NeverDoublesAnEffect) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        World world(seed);
        world.network.faults.cut_per_mille = 60;
        world.network.faults.refuse_per_mille = 50;
        int writes = 0;
        world.cluster.api.on_write = [&](impl::Written const&) { ++writes; };
        Client client = world.client(world.cluster);
        int good = 0, unsure = 0;
        for (int i = 0; i < 20; ++i) {
            json::value wanted = deployment("d" + std::to_string(i));
            auto made = world.run(client.create(deployments, wanted));
            if (made) ++good;
            if (!made && made.error().may_have_taken_effect) ++unsure;
            EXPECT_TRUE(made || made.error().reason != Reason::already_exists)
                << seed << ": it was sent twice";
        }
        EXPECT_GE(writes, good) << seed;
        EXPECT_LE(writes, good + unsure) << seed;
    }
}

// -- Lists.

TEST_F(ClientTest, ReadsAllPagesOfOneMoment) {
    for (int i = 0; i < 1200; ++i) api().put(deployments, deployment("d" + std::to_string(i)), "test");
    Selection all;
    auto got = world.run(client.list(deployments, all));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->items.size(), 1201U);
    EXPECT_EQ(api().requests("list"), 3);
}

TEST_F(ClientTest, BeginsAListAnewThatGrewTooOld) {
    for (int i = 0; i < 600; ++i) api().put(deployments, deployment("d" + std::to_string(i)), "test");
    api().inject({.verb = "list", .after = 1, .status = 410, .reason = "Expired"});
    Selection all;
    auto got = world.run(client.list(deployments, all));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->items.size(), 601U);
    EXPECT_EQ(api().requests("list"), 4);
}

// -- Limits (R38).

TEST_F(ClientTest, AsksAtMostFiftyTimesASecondAfterABurst) {
    std::vector<SteadyTime> answered;
    auto one = [&]() -> awaitable<void> {
        Call patient{.limit = 1h};
        auto got = co_await client.get(deployments, web, patient);
        EXPECT_TRUE(got);
        answered.push_back(world.simulation.now());
    };
    SteadyTime began = world.simulation.now();
    for (int i = 0; i < 592; ++i) asio::co_spawn(world.user.executor(), one(), must_not_throw);
    ASSERT_TRUE(world.until([&] { return answered.size() == 592; }));
    // 92 at once (8 of the 100 are kept for aborts), 500 more in ten seconds.
    EXPECT_LT(answered[91] - began, 1s);
    EXPECT_GE(answered.back() - began, 9900ms);
    EXPECT_LE(answered.back() - began, 10500ms);
}

TEST_F(ClientTest, AnAbortOvertakesAHundredThatWait) {
    int answered = 0;
    auto one = [&]() -> awaitable<void> {
        Call patient{.limit = 1h};
        auto got = co_await client.get(deployments, web, patient);
        EXPECT_TRUE(got);
        ++answered;
    };
    for (int i = 0; i < 192; ++i) asio::co_spawn(world.user.executor(), one(), must_not_throw);
    ASSERT_TRUE(world.until([&] { return answered == 92; }));

    SteadyTime began = world.simulation.now();
    Write abort{.call = {.priority = Priority::abort}};
    EXPECT_TRUE(scale(world, client, 9, abort));
    EXPECT_LT(world.simulation.now() - began, 100ms);
    EXPECT_LE(answered, 100);
    ASSERT_TRUE(world.until([&] { return answered == 192; }));
}

TEST_F(ClientTest, AnAbortFindsAConnectionWhenAllOthersHang) {
    api().inject({.kind = Fault::Kind::hang, .verb = "get", .times = 100});
    auto one = [&]() -> awaitable<void> {
        Call patient{.limit = 1h};
        co_await client.get(deployments, web, patient);
    };
    for (int i = 0; i < 20; ++i) asio::co_spawn(world.user.executor(), one(), must_not_throw);
    world.pass(10s);
    EXPECT_EQ(api().requests("get"), 7);
    Write abort{.call = {.priority = Priority::abort, .limit = 1s}};
    EXPECT_TRUE(scale(world, client, 9, abort));
    EXPECT_EQ(world.cluster.server->sessions(), 8U);
}

TEST_F(ClientTest, LeavesAClusterAloneThatDoesNotAnswerAndComesBack) {
    world.cluster.server.reset();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(get(world, client).error().reason, Reason::unreachable);
    EXPECT_FALSE(client.is_reachable());
    std::uint64_t asked = client.counts().total();
    SteadyTime began = world.simulation.now();
    auto refused = get(world, client);
    EXPECT_EQ(refused.error().reason, Reason::unreachable);
    EXPECT_NE(refused.error().message.find("left alone for another"), std::string::npos);
    EXPECT_EQ(client.counts().total(), asked);
    EXPECT_LT(world.simulation.now() - began, 50ms);

    Write abort{.call = {.priority = Priority::abort}};
    EXPECT_EQ(scale(world, client, 9, abort).error().reason, Reason::unreachable);
    EXPECT_GT(client.counts().total(), asked) << "an abort is tried all the same";

    ModelCluster again(world.simulation, world.network, "staging", world.random);
    again.api.put(deployments, deployment("web"), "test");
    world.pass(30s);
    EXPECT_TRUE(get(world, client));
    EXPECT_TRUE(client.is_reachable());
}

TEST_F(ClientTest, OneProbeAtATimeGoesToAClusterThatHangs) {
    api().inject({.kind = Fault::Kind::hang, .times = 1000});
    for (int i = 0; i < 5; ++i) {
        Call call{.limit = 1s};
        get(world, client, call);
    }
    EXPECT_FALSE(client.is_reachable());
    world.pass(30s);
    int before = api().requests("get"), ended = 0;
    auto one = [&]() -> awaitable<void> {
        Call call{.limit = 500ms};
        co_await client.get(deployments, web, call);
        ++ended;
    };
    for (int i = 0; i < 10; ++i) asio::co_spawn(world.user.executor(), one(), must_not_throw);
    ASSERT_TRUE(world.until([&] { return ended == 10; }));
    EXPECT_EQ(api().requests("get"), before + 1);
}

/// R38: one that swallows everything, one that is slow, and the others do not notice.
TEST(Clusters, DoNotSlowEachOther) {
    World world;
    std::vector<std::unique_ptr<ModelCluster>> clusters;
    std::vector<Client> clients;
    for (int i = 0; i < 20; ++i) {
        clusters.push_back(std::make_unique<ModelCluster>(world.simulation, world.network,
                                                          "c" + std::to_string(i), world.random));
        clusters.back()->api.put(deployments, deployment("web"), "test");
        clients.push_back(world.client(*clusters.back()));
    }
    clusters[0]->api.inject({.kind = Fault::Kind::hang, .times = 100000});
    std::vector<int> answered(clients.size());
    auto ask = [&](std::size_t which) -> awaitable<void> {
        for (int i = 0; i < 100; ++i) {
            Call call{.limit = 2s};
            auto got = co_await clients[which].get(deployments, web, call);
            if (got) ++answered[which];
        }
    };
    for (std::size_t i = 0; i < clients.size(); ++i)
        asio::co_spawn(world.user.executor(), ask(i), must_not_throw);
    world.pass(6s);
    EXPECT_EQ(answered[0], 0);
    for (std::size_t i = 1; i < clients.size(); ++i) EXPECT_EQ(answered[i], 100) << i;
}

// -- Watches.

TEST_F(ClientTest, AWatchOfAnOldVersionIsExpired) {
    api().put(deployments, deployment("other"), "test");
    api().compact();
    WatchOptions options{.resource_version = "1"};
    Selection all;
    auto ended = world.run(client.watch(deployments, all, options, [](WatchEvent) {}));
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().reason, Reason::expired);
}

TEST_F(ClientTest, ASilentWatchEnds) {
    api().inject({.kind = Fault::Kind::silence, .verb = "watch"});
    WatchOptions options{.resource_version = "1", .longest_silence = 90s, .length = 1h};
    Selection all;
    SteadyTime began = world.simulation.now();
    auto ended = world.run(client.watch(deployments, all, options, [](WatchEvent) {}));
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().reason, Reason::timeout);
    EXPECT_LT(world.simulation.now() - began, 92s);
}

TEST_F(ClientTest, OnlySoManyWatchesHoldAConnection) {
    auto watch = [&]() -> awaitable<void> {
        WatchOptions options{.length = 1h};
        Selection all;
        auto nothing = [](WatchEvent) {};
        co_await client.watch(deployments, all, options, nothing);
    };
    for (int i = 0; i < 8; ++i) asio::co_spawn(world.user.executor(), watch(), must_not_throw);
    world.pass(5s);
    EXPECT_EQ(api().requests("watch"), 5);
    EXPECT_TRUE(get(world, client));
}

// -- Credentials.

TEST_F(ClientTest, SendsItsTokenAndSaysWhenItIsRefused) {
    api().accept_only({"secret"});
    EXPECT_TRUE(get(world, client));
    api().accept_only({"another"});
    auto got = get(world, client);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().reason, Reason::unauthorized);
    EXPECT_NE(got.error().message.find("it may have expired, give a new one"), std::string::npos);
    EXPECT_EQ(got.error().message.find("secret"), std::string::npos);
}

TEST_F(ClientTest, TakesUpARotatedToken) {
    base::FakeFiles files;
    files.contents["/token"] = "first\n";
    auto credential = std::make_shared<TokenFile>("/token", files, world.user.workers(), world.user.clock());
    Client rotating = world.client(world.cluster.address(), credential);
    api().accept_only({"first"});
    EXPECT_TRUE(get(world, rotating));

    // The old one goes on working for a while, as with service accounts: within a minute we have the new one.
    files.contents["/token"] = "second";
    api().accept_only({"first", "second"});
    world.pass(61s);
    EXPECT_TRUE(get(world, rotating));
    api().accept_only({"second"});
    EXPECT_TRUE(get(world, rotating));
    EXPECT_EQ(rotating.counts().answers.contains(401), false);

    // It is replaced and refused at once: the file is read again, and the request repeated.
    files.contents["/token"] = "third";
    api().accept_only({"third"});
    world.pass(1s);
    EXPECT_TRUE(scale(world, rotating, 3));
    EXPECT_EQ(rotating.counts().answers.at(401), 1U);

    files.contents.clear();
    world.pass(61s);
    EXPECT_TRUE(get(world, rotating)) << "what we have goes on being used";
}

// -- Asking pods.

struct PodTest : ClientTest {
    PodTest() {
        api().put(pods, json::object{{"metadata", json::object{{"name", "node-1"}, {"namespace", "demo"}}}},
                  "test");
    }
    void answer(int status, std::string body) {
        api().in_pod = [=, this](std::string pod_port, http::Request request) -> awaitable<http::Response> {
            asked = fmt::format("{} {} {} {}", request.method, pod_port, request.path, request.body);
            co_return http::Response{.status = status, .body = body};
        };
    }
    Result<http::Response> ask(std::string pod = "node-1") {
        PodPort to{{"demo", std::move(pod)}, 8545};
        http::Request request{.method = "POST", .raw_target = "/rpc", .body = "[]"};
        return world.run(client.forward(to, request, {.limit = 3s}));
    }
    std::string asked{};
};

TEST_F(PodTest, IsAskedThroughTheApiServer) {
    answer(200, "[1]");

    EXPECT_EQ(ask()->body, "[1]");
    EXPECT_EQ(asked, "POST node-1:8545 /rpc []");
}

TEST_F(PodTest, AnswersWithAStatusOfItsOwn) {
    answer(403, R"({"message":"Host not authorized."})");

    EXPECT_EQ(ask()->status, 403);
    EXPECT_EQ(api().requests("create"), 1);
}

TEST_F(PodTest, IsNotThereOrDoesNotListen) {
    EXPECT_EQ(ask("node-2").error().reason, Reason::not_found);
    auto const refused = ask();
    EXPECT_EQ(refused.error().status, 503);
    EXPECT_NE(refused.error().message.find("error trying to reach service"), std::string::npos);
    EXPECT_EQ(api().requests("create"), 2) << "one try each";
}

TEST_F(PodTest, NeedsARightOfItsOwn) {
    api().forbid("create", "pods/proxy");

    auto const got = ask();
    EXPECT_EQ(got.error().reason, Reason::forbidden);
    EXPECT_NE(got.error().message.find("does not create pods/proxy node-1 in demo"), std::string::npos)
        << got.error().message;
    EXPECT_NE(got.error().message.find("cannot create resource \"pods/proxy\""), std::string::npos);
}

TEST_F(PodTest, ThatIsSilentDoesNotMakeTheClusterUnreachable) {
    for (int i = 0; i < 20; ++i) {
        api().inject({.kind = Fault::Kind::hang, .verb = "create"});
        EXPECT_EQ(ask().error().reason, Reason::timeout);
    }
    EXPECT_TRUE(client.is_reachable());
    EXPECT_TRUE(get(world, client));
}

}  // namespace
}  // namespace k8s
