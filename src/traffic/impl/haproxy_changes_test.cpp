#include "traffic/impl/haproxy_changes.hpp"

#include <gtest/gtest.h>

namespace traffic {

namespace {

LiveServer serving(std::string const& name, int weight) {
    return {
        .name = name, .address = "h:" + name, .weight = weight, .up = true, .checked = true, .check = "L7OK"};
}
Server wanted(std::string const& name, int weight, bool draining = false) {
    return {.name = name, .address = "h:" + name, .weight = weight, .draining = draining};
}

Changes plan(std::vector<LiveServer> live, std::vector<Server> servers, Intent const& intent = {}) {
    return changes(intent, {.health = "/", .generation = "1", .servers = std::move(live)},
                   {.traffic = {}, .servers = std::move(servers)});
}
using Stages = std::vector<std::vector<std::string>>;

}  // namespace

TEST(HaproxyChanges, RaiseBeforeTheyLowerInOneStage) {
    auto changed = plan({serving("a", 100), serving("b", 0)}, {wanted("a", 0), wanted("b", 100)});
    EXPECT_EQ(changed.stages, (Stages{{"set weight replicas/b 100", "set weight replicas/a 0"}}))
        << "in between both have weight, and nothing can end there";
}

TEST(HaproxyChanges, AddWithWeightZeroAndCheckAtOnce) {
    auto changed = plan({serving("a", 100)}, {wanted("a", 100), wanted("b", 50)});
    ASSERT_EQ(changed.stages.size(), 1U);
    EXPECT_EQ(changed.stages[0],
              (std::vector<std::string>{"add server replicas/b h:b " + server_settings() + " weight 0",
                                        "enable health replicas/b", "enable server replicas/b"}));
    EXPECT_EQ(changed.next.server("b")->weight, 0);
}

TEST(HaproxyChanges, GiveNoWeightBeforeACheck) {
    LiveServer added = serving("b", 0);
    added.checked = false;
    auto changed = plan({serving("a", 100), added}, {wanted("a", 100), wanted("b", 50)});
    EXPECT_TRUE(changed.stages.empty());
    EXPECT_EQ(changed.next.server("b")->weight, 0);
}

TEST(HaproxyChanges, RemoveOnlyWhatDrainedAndIsEmpty) {
    LiveServer leaving = serving("b", 50);
    leaving.sessions = 2;
    auto first = plan({serving("a", 100), leaving}, {wanted("a", 100), wanted("b", 0, true)});
    EXPECT_EQ(first.stages, (Stages{{"set weight replicas/b 0", "set server replicas/b state drain"}}));

    leaving.weight = 0;
    leaving.draining = true;
    leaving.sessions = 0;
    leaving.losses = {.own_errors = 3, .unspoken = 1, .unanswered = 2};
    auto last = plan({serving("a", 100), leaving}, {wanted("a", 100)});
    EXPECT_EQ(last.stages, (Stages{{"set server replicas/b state maint"}, {"del server replicas/b"}}));
    EXPECT_EQ(last.next.retired, (Retired{"1", {.own_errors = 3, .unspoken = 1, .unanswered = 2}}));
    EXPECT_EQ(last.next.server("b"), nullptr);
}

TEST(HaproxyChanges, DrainFirstWhoeverIsLeftOutWithoutDraining) {
    auto changed = plan({serving("a", 100), serving("b", 50)}, {wanted("a", 100)});
    EXPECT_EQ(changed.stages, (Stages{{"set server replicas/b state drain"}}));
    EXPECT_TRUE(changed.next.server("b")->draining);
}

TEST(HaproxyChanges, EndTheSessionsOfADrainedServerThatMustGo) {
    LiveServer streaming = serving("b", 0);
    streaming.draining = true;
    streaming.sessions = 1;
    auto changed = plan({serving("a", 100), streaming}, {wanted("a", 100)});
    EXPECT_EQ(changed.stages,
              (Stages{{"set server replicas/b state maint", "shutdown sessions server replicas/b"}}));
}

TEST(HaproxyChanges, KeepTheLastThatServe) {
    LiveServer down = serving("b", 0);
    down.up = false;
    auto kept = plan({serving("a", 100), down}, {wanted("a", 0, true), wanted("b", 100)});
    EXPECT_TRUE(kept.stages.empty());
    EXPECT_EQ(kept.next.server("a")->weight, 100);
    EXPECT_FALSE(kept.next.server("a")->draining);

    auto obeyed = plan({serving("a", 100)}, {wanted("a", 0, true)});
    EXPECT_EQ(obeyed.stages, (Stages{{"set weight replicas/a 0", "set server replicas/a state drain"}}));
}

TEST(HaproxyChanges, TakeADrainedServerBack) {
    LiveServer drained = serving("a", 0);
    drained.draining = true;
    auto changed = plan({drained}, {wanted("a", 70)});
    EXPECT_EQ(changed.stages, (Stages{{"set server replicas/a state ready", "set weight replicas/a 70"}}));
}

TEST(HaproxyChanges, AddAnewWhatHasAnotherAddress) {
    LiveServer old = serving("a", 100);
    old.address = "elsewhere";
    auto first = plan({old, serving("b", 100)}, {wanted("a", 100), wanted("b", 100)});
    EXPECT_EQ(first.stages, (Stages{{"set server replicas/a state drain"}}));
    old.draining = true;
    auto second = plan({old, serving("b", 100)}, {wanted("a", 100), wanted("b", 100)});
    EXPECT_EQ(second.stages, (Stages{{"set server replicas/a state maint"}, {"del server replicas/a"}}));
}

TEST(HaproxyChanges, NumberAnAdditionAnew) {
    Intent intent{.servers = {{.name = "a", .address = "h:a", .serial = 4}}, .last_serial = 4};
    auto changed = plan({serving("a", 0)}, {wanted("a", 0), wanted("b", 0)}, intent);
    EXPECT_EQ(changed.next.server("a")->serial, 4);
    EXPECT_EQ(changed.next.server("b")->serial, 5);
    auto again = plan({}, {wanted("a", 0)}, intent);  // HAProxy lost it
    EXPECT_EQ(again.next.server("a")->serial, 5);
}

TEST(HaproxyChanges, SaysTheSameTwice) {
    auto changed = plan({serving("a", 100)}, {wanted("a", 100)});
    EXPECT_TRUE(changed.stages.empty());
    EXPECT_EQ(plan({serving("a", 100)}, {wanted("a", 100)}, changed.next).next, changed.next);
}

TEST(HaproxyConfig, ReadsBackItsIntent) {
    Intent intent{
        .epoch = 7,
        .traffic = {.listen = "127.0.0.1:8080", .health = "/healthz"},
        .servers = {{.name = "a", .address = "127.0.0.1:20001", .weight = 30, .draining = false, .serial = 2},
                    {.name = "b", .address = "127.0.0.1:20002", .weight = 0, .draining = true, .serial = 3}},
        .retired = {"1-2", {.own_errors = 1, .unspoken = 2, .unanswered = 3}},
        .last_serial = 3};
    std::string text = config_text(intent, places_of("/root/environment/web", "/run/p"));
    auto read = intent_of(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, intent);
    EXPECT_NE(text.find("    server a 127.0.0.1:20001 " + server_settings() + " weight 30\n"),
              std::string::npos);
    EXPECT_FALSE(intent_of("global\n"));
}

TEST(HaproxyConfig, LetsNoHealthPathWriteTheFile) {
    EXPECT_TRUE(check(model::Traffic{.health = "/healthz?deep=1&x=%20"}));
    for (char const* path :
         {"healthz", "/a b", "/a\nserver x", "/a)", "/a'", "/a\"", "/a;del", "/a\\", "/a#"})
        EXPECT_FALSE(check(model::Traffic{.health = path})) << path;
}

}  // namespace traffic
