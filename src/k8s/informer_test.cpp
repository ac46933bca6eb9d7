// An informer stays right, whatever becomes of its watch.
#include "k8s/informer.hpp"

#include "k8s/testing.hpp"

namespace k8s {
namespace {

using testing::deployment;
using testing::World;

struct InformerTest : ::testing::Test {
    ModelApi& api() { return world.cluster.api; }
    void put(std::string name, int replicas = 1) {
        api().put(deployments, deployment(std::move(name), replicas), "test");
    }
    void remove(std::string name) { api().remove(deployments, {"demo", std::move(name)}); }
    void start(InformerSettings settings = {}, Selection selection = {}) {
        auto tell = [this](Change const& change) { note(change); };
        informer.emplace(client, deployments, selection, tell, settings);
        asio::co_spawn(world.user.executor(), informer->run(), must_not_throw);
    }
    void note(Change const& change) {
        constexpr char signs[] = {'+', '~', '-'};
        told += signs[static_cast<int>(change.kind)];
        told += metadata_of(change.object).name.name + " ";
    }
    /// It has what the server has, and no more.
    bool is_right() {
        std::map<ObjectName, json::value> wanted;
        for (json::value const& object : api().all(deployments)) wanted[metadata_of(object).name] = object;
        if (informer->objects().size() != wanted.size()) return false;
        return std::all_of(wanted.begin(), wanted.end(), [&](auto const& each) {
            Object held = informer->find(each.first);
            return held && metadata_of(*held).resource_version == metadata_of(each.second).resource_version;
        });
    }
    bool becomes_right() {
        return world.until([&] { return informer->in_sync_since() && is_right(); });
    }

    World world;
    Client client = world.client(world.cluster);
    std::optional<Informer> informer{};
    std::string told{};
    ~InformerTest() override { world.user.kill(); }
};

TEST_F(InformerTest, ListsThenTellsEachChange) {
    put("a");
    put("b");
    start();
    ASSERT_TRUE(becomes_right());
    EXPECT_EQ(told, "+a +b ");
    put("a", 2);
    put("c");
    remove("b");
    world.pass(1s);
    EXPECT_TRUE(is_right());
    EXPECT_EQ(told, "+a +b ~a +c -b ");
    EXPECT_EQ(api().requests("list"), 1);
    EXPECT_EQ(api().requests("watch"), 1);
}

TEST_F(InformerTest, KeepsOnlyWhatItsTrimLeaves) {
    auto forget_spec = [](json::value& object) { object.as_object().erase("spec"); };
    api().put(deployments, deployment("a", 1), "test");
    start({.trim = forget_spec});
    ASSERT_TRUE(becomes_right());
    api().put(deployments, deployment("b", 1), "test");
    ASSERT_TRUE(becomes_right());
    for (auto const& [name, object] : informer->objects()) EXPECT_FALSE(object->as_object().contains("spec"));
    EXPECT_TRUE(api().find(deployments, {"demo", "a"})->as_object().contains("spec"));
}

TEST_F(InformerTest, SaysHowOldItsNewsIs) {
    start();
    EXPECT_FALSE(informer->age());
    EXPECT_FALSE(informer->in_sync_since());
    ASSERT_TRUE(becomes_right());
    SteadyTime since = *informer->in_sync_since();
    world.pass(40s);
    EXPECT_GE(*informer->age(), 39s);
    world.pass(25s);
    EXPECT_LT(*informer->age(), 30s) << "a bookmark is news, too";
    EXPECT_EQ(informer->in_sync_since(), since);
}

TEST_F(InformerTest, GoesOnWhenTheServerEndsTheWatch) {
    start();
    ASSERT_TRUE(becomes_right());
    SteadyTime since = *informer->in_sync_since();
    world.pass(10s);
    api().end_watches();
    put("a");
    world.pass(1s);
    EXPECT_TRUE(is_right());
    EXPECT_EQ(api().requests("list"), 1);
    EXPECT_EQ(informer->in_sync_since(), since);
}

TEST_F(InformerTest, ListsAnewWhenItsVersionHasExpired) {
    put("a");
    put("b");
    start();
    ASSERT_TRUE(becomes_right());
    world.pass(10s);
    // While no watch is open, things happen and are forgotten.
    api().inject({.verb = "watch", .status = 500});
    api().end_watches();
    world.pass(50ms);
    put("a", 3);
    remove("b");
    put("c");
    api().compact();
    world.pass(3s);
    EXPECT_TRUE(is_right());
    EXPECT_EQ(api().requests("list"), 2);
    EXPECT_EQ(told, "+a +b -b ~a +c ");
}

TEST_F(InformerTest, NoticesAWatchThatHasFallenSilent) {
    api().inject({.kind = Fault::Kind::silence, .verb = "watch"});
    start();
    ASSERT_TRUE(world.until([&] { return informer->in_sync_since().has_value(); }));
    put("a");
    world.pass(99s);
    EXPECT_FALSE(is_right());
    EXPECT_GE(*informer->age(), 98s);
    world.pass(3s);
    EXPECT_TRUE(is_right());
    EXPECT_EQ(api().requests("list"), 1) << "nothing was missed, so nothing is listed again";
}

TEST_F(InformerTest, FindsWhatAWatchHasLost) {
    api().inject({.kind = Fault::Kind::gap, .verb = "watch", .versions_back = 2});
    start();
    ASSERT_TRUE(world.until([&] { return informer->in_sync_since().has_value(); }));
    put("lost");
    put("lost-too");
    put("seen");
    world.pass(1s);
    EXPECT_EQ(told, "+seen ");
    world.pass(40min);
    EXPECT_TRUE(is_right());
}

TEST_F(InformerTest, DoesNotGoBackWithAStaleListOrAWatchThatRepeatsItself) {
    put("a", 1);
    put("a", 2);
    put("b");
    start();
    ASSERT_TRUE(becomes_right());
    world.pass(10s);
    std::string before = told;
    api().inject({.kind = Fault::Kind::stale, .verb = "watch", .versions_back = 3});
    api().end_watches();
    world.pass(10s);
    EXPECT_EQ(told, before) << "what is not newer is not told";

    remove("b");
    world.pass(1s);
    before = told;
    api().inject({.verb = "watch", .status = 410, .reason = "Expired"});
    api().inject({.kind = Fault::Kind::stale, .verb = "list", .times = 2, .versions_back = 1});
    api().end_watches();
    world.pass(100ms);
    EXPECT_EQ(told, before) << "b does not come back";
    ASSERT_TRUE(becomes_right());
    EXPECT_EQ(told, before);
}

TEST_F(InformerTest, BelievesAClusterThatWasRestoredFromABackup) {
    put("a");
    put("b");
    start();
    ASSERT_TRUE(becomes_right());
    api().inject({.verb = "watch", .status = 410, .reason = "Expired"});
    api().inject({.kind = Fault::Kind::stale, .verb = "list", .times = 100, .versions_back = 1});
    api().end_watches();
    ASSERT_TRUE(world.until([&] { return informer->problem().has_value(); }));
    ASSERT_TRUE(world.until([&] { return informer->objects().size() == 1; }));
    EXPECT_GE(api().requests("list"), 6);
}

TEST_F(InformerTest, TellsAnObjectFromItsSuccessorOfTheSameName) {
    put("a");
    start();
    ASSERT_TRUE(becomes_right());
    world.pass(10s);
    api().inject({.verb = "watch", .status = 410, .reason = "Expired"});
    remove("a");
    put("a");
    api().end_watches();
    world.pass(5s);
    EXPECT_TRUE(is_right());
    EXPECT_EQ(told, "+a -a +a ");
}

TEST_F(InformerTest, SeesWhatEntersAndLeavesItsSelection) {
    put("a");
    start({}, {.namespace_ = "demo", .labels = "app=b"});
    ASSERT_TRUE(world.until([&] { return informer->in_sync_since().has_value(); }));
    put("b");
    json::value other = deployment("b");
    other.at("metadata").at("labels").as_object()["app"] = "c";
    api().put(deployments, other, "test");
    world.pass(1s);
    EXPECT_EQ(told, "+b -b ");
}

TEST_F(InformerTest, SaysWhyItIsNotInSync) {
    api().forbid("list", "deployments");
    start();
    ASSERT_TRUE(world.until([&] { return informer->problem().has_value(); }));
    EXPECT_EQ(informer->problem()->reason, Reason::forbidden);
    EXPECT_FALSE(informer->in_sync_since());
    world.pass(10min);
    EXPECT_LT(api().requests("list"), 40) << "later each time";
}

/// Whatever the network and the server do, in the end it is right, and no object ever went back.
TEST(InformerUnderFaults, EndsUpRight) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        World world(seed);
        world.network.faults.cut_per_mille = 20;
        world.network.faults.mute_per_mille = 3;
        world.network.faults.refuse_per_mille = 50;
        ModelApi& api = world.cluster.api;
        base::Random& random = world.simulation.random();
        std::map<std::string, std::string> versions;  // by uid
        auto check = [&](Change const& change) {
            Metadata const is = metadata_of(change.object);
            std::string& last = versions[is.uid];
            if (!last.empty() && change.kind != Change::Kind::removed) {
                EXPECT_EQ(compare_versions(is.resource_version, last), Order::newer) << seed;
            }
            last = is.resource_version;
        };
        InformerSettings settings{.stale_lists_to_believe = 1000};
        Informer informer(world.client(world.cluster), deployments, {}, check, settings);
        asio::co_spawn(world.user.executor(), informer.run(), must_not_throw);
        for (int i = 0; i < 200; ++i) {
            std::string name = "d" + std::to_string(random.below(6));
            if (random.chance_per_mille(300))
                api.remove(deployments, {"demo", name});
            else
                api.put(deployments, deployment(name, static_cast<int>(random.below(100))), "test");
            if (random.chance_per_mille(50)) api.compact();
            if (random.chance_per_mille(50)) api.end_watches();
            if (random.chance_per_mille(50)) api.inject({.verb = "list", .status = 503});
            if (random.chance_per_mille(50))
                api.inject({.kind = Fault::Kind::stale, .verb = "list", .versions_back = 3});
            if (random.chance_per_mille(50))
                api.inject({.kind = Fault::Kind::stale, .verb = "watch", .versions_back = 5});
            if (random.chance_per_mille(50)) api.inject({.kind = Fault::Kind::silence, .verb = "watch"});
            world.pass(random.up_to(20s));
        }
        world.network.faults = {};
        auto is_right = [&] {
            std::vector<json::value> wanted = api.all(deployments);
            return informer.in_sync_since() && informer.objects().size() == wanted.size() &&
                   std::all_of(wanted.begin(), wanted.end(), [&](json::value const& each) {
                       Object held = informer.find(metadata_of(each).name);
                       return held &&
                              metadata_of(*held).resource_version == metadata_of(each).resource_version;
                   });
        };
        EXPECT_TRUE(world.until(is_right)) << seed;
        world.user.kill();
    }
}

}  // namespace
}  // namespace k8s
