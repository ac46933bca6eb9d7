#include "rollout/host_driver.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace rollout {
namespace {

/// A component with replicas of revision 1 (stable) and 2 (new), all of them running and in the route.
class Component {
public:
    Component& replica(int revision, int slot, bool routable = true, int weight = 0,
                       std::int64_t sessions = 0, bool draining = false) {
        target::Replica replica{.name = target::replica_name("web", revision, slot),
                                .revision = revision,
                                .slot = slot,
                                .port = static_cast<std::uint16_t>(20000 + 100 * revision + slot)};
        replica.process.phase = target::ProcessPhase::running;
        replicas.push_back(replica);
        router.servers.push_back({.name = replica.name,
                                  .address = fmt::format("127.0.0.1:{}", replica.port),
                                  .weight = weight,
                                  .draining = draining,
                                  .routable = routable,
                                  .sessions = sessions});
        return *this;
    }
    Observation seen() const { return observation_of("web", replicas, router); }
    std::string missing(Wish const& wish) const {
        std::string text;
        for (Effect const& effect : seen().sight->missing(wish)) text += effect.text + "; ";
        return text;
    }
    bool in_force(Wish const& wish) const { return seen().sight->in_force(wish); }
    traffic::Route wanted_route(Wish const& wish) const {
        return rollout::wanted_route(wish, replicas, router);
    }

    std::vector<target::Replica> replicas{};
    traffic::RouterState router{.running = true, .listen = "127.0.0.1:80"};
};

Wish wish(int old_replicas, int new_replicas, int new_percent) {
    Wish wanted{.traffic = {.listen = "127.0.0.1:80"}};
    wanted.parts.push_back({{.number = 1, .version = "1"}, old_replicas, 100 - new_percent});
    wanted.parts.push_back({{.number = 2, .version = "2"}, new_replicas, new_percent});
    return wanted;
}

TEST(HostDriver, StartsWhatIsMissing) {
    Component component;
    component.replica(1, 0, true, 256);
    EXPECT_EQ(component.missing(wish(1, 2, 0)), "start web-r2-0; start web-r2-1; ");
}

TEST(HostDriver, GivesEachPartItsShareWhateverTheNumbersOfReplicas) {
    base::Random random(5);
    for (int run = 0; run < 500; ++run) {
        int old_replicas = 1 + static_cast<int>(random.below(7)),
            new_replicas = 1 + static_cast<int>(random.below(7));
        int percent = 1 + static_cast<int>(random.below(99));
        Component component;
        for (int slot = 0; slot < old_replicas; ++slot) component.replica(1, slot);
        for (int slot = 0; slot < new_replicas; ++slot) component.replica(2, slot);
        auto route = component.wanted_route(wish(old_replicas, new_replicas, percent));
        double mine = 0, all = 0;
        for (auto const& server : route.servers) {
            EXPECT_GT(server.weight, 0) << "every part with a share gets requests";
            EXPECT_LE(server.weight, 256);
            all += server.weight;
            if (server.name.starts_with("web-r2")) mine += server.weight;
        }
        EXPECT_NEAR(100 * mine / all, percent, 2.5) << percent << " %" << old_replicas << " " << new_replicas;
    }
}

TEST(HostDriver, AReplicaWithoutAPassedCheckGetsNothing) {
    Component component;
    component.replica(1, 0, true, 256).replica(2, 0, false);
    auto route = component.wanted_route(wish(1, 1, 50));
    EXPECT_EQ(route.servers[1].weight, 0);
    EXPECT_FALSE(component.in_force(wish(1, 1, 50)));
}

TEST(HostDriver, TheWeightsStayAsTheyAreWhenNobodyWantedCanServe) {
    Component component;
    component.replica(1, 0, false, 200).replica(2, 0, true, 56);
    auto route = component.wanted_route(wish(1, 0, 0));
    EXPECT_EQ(route.servers[0].weight, 200);
    EXPECT_EQ(route.servers[1].weight, 56) << "the last that serves goes on serving";
    EXPECT_FALSE(route.servers[1].draining);
}

TEST(HostDriver, ALeavingReplicaDrainsThenLeavesTheRouteThenStops) {
    auto wanted = wish(1, 0, 0);
    Component serving, draining, empty, gone;
    serving.replica(1, 0, true, 256).replica(2, 0, true, 256, 3);
    EXPECT_EQ(serving.missing(wanted), "route web-r1-0=256 web-r2-0=0 draining; ");
    draining.replica(1, 0, true, 256).replica(2, 0, true, 0, 3, true);
    EXPECT_EQ(draining.missing(wanted), "");
    empty.replica(1, 0, true, 256).replica(2, 0, true, 0, 0, true);
    EXPECT_EQ(empty.missing(wanted), "route web-r1-0=256; ");
    gone.replica(1, 0, true, 256).replica(2, 0);
    gone.router.servers.pop_back();
    EXPECT_EQ(gone.missing(wanted), "stop web-r2-0; ");
}

TEST(HostDriver, WhatIsStoppingAlreadyIsNotAskedAgain) {
    Component component;
    component.replica(1, 0, true, 256).replica(2, 0);
    component.router.servers.pop_back();
    component.replicas.back().process.phase = target::ProcessPhase::stopping;
    EXPECT_EQ(component.missing(wish(1, 0, 0)), "");
    component.replicas.back().process.phase = target::ProcessPhase::orphaned;
    EXPECT_EQ(component.missing(wish(1, 0, 0)), "stop web-r2-0; ") << "its stop timeout is ours to count";
}

TEST(HostDriver, AReplicaWhosePortSomebodyTookGetsNothingAndMakesRoomForItself) {
    Component component;
    component.replica(1, 0, true, 128).replica(1, 1, true, 128);
    component.replicas[1].process.phase = target::ProcessPhase::backing_off;
    component.replicas[1].port_taken = true;
    EXPECT_EQ(component.missing(wish(2, 0, 0)), "stop web-r1-1; route web-r1-0=256 web-r1-1=0 draining; ");
}

TEST(HostDriver, WhatOutlivesTheDrainLimitIsCut) {
    Component component;
    component.replica(1, 0, true, 256).replica(2, 0, true, 0, 3, true);
    auto wanted = wish(1, 0, 0);
    wanted.cut = true;
    EXPECT_EQ(component.missing(wanted), "route web-r1-0=256; ");
}

TEST(HostDriver, NothingIsMissingWhenAllIsAsWanted) {
    Component component;
    component.replica(1, 0, true, 256).replica(1, 1, true, 256);
    EXPECT_EQ(component.missing(wish(2, 0, 0)), "");
    EXPECT_TRUE(component.in_force(wish(2, 0, 0)));
}

TEST(HostDriver, HaproxyThatDoesNotRunIsStartedByTheRoute) {
    Component component;
    component.replica(1, 0, true, 256);
    component.router.running = false;
    EXPECT_NE(component.missing(wish(1, 0, 0)).find("route"), std::string::npos);
}

}  // namespace
}  // namespace rollout
