#include "rollout/health.hpp"

#include <gtest/gtest.h>

namespace rollout {
namespace {

using metric::Node;
using model::HealthCheckName;
using model::HealthCheckResult;

WallTime const now = WallTime(std::chrono::hours(500'000));

std::string say(Check const& check) {
    return fmt::format("{} {}: {}", base::enum_name(check.name), base::enum_name(check.result), check.text);
}

// -- Pods and processes.

InspectedReplica ready(std::string name) { return {.name = std::move(name), .ready = true, .runs = true}; }
InspectedReplica broken(std::string name) {
    return {.name = name, .trouble = name + ": container main waits (CrashLoopBackOff), 7 restarts"};
}

/// Version 1.0.0 with the pods a and b, which get everything.
InspectedColor blue() {
    return {.color = model::Color::blue,
            .version = "1.0.0",
            .wanted = 2,
            .shortage = "web-blue cannot make its pods: exceeded quota",
            .replicas = {ready("a"), ready("b")},
            .endpoints = {.holder = "Service web-blue", .names = {"a", "b"}},
            .share_percent = 100};
}

std::string judged(HealthCheckName name, InspectedColor color, std::string problem = {}) {
    Inspection const of{.colors = {color}, .data_plane = "VirtualService web", .problem = std::move(problem)};
    for (Check const& check : judge_color(color, of))
        if (check.name == name) return say(check);
    return "none";
}

TEST(Health, CountsReplicasAndNamesWhichIsNotReadyAndWhy) {
    InspectedColor one = blue(), none = blue(), quota = blue(), more = blue();
    one.replicas[1] = broken("b");
    none.replicas = {broken("a"), broken("b")};
    quota.replicas.pop_back();
    more.wanted = 9;
    more.replicas = {broken("a"), broken("b"), broken("c"), broken("d"), broken("e")};

    EXPECT_EQ(judged(HealthCheckName::replicas, blue()),
              "replicas passed: 2 of 2 replicas of 1.0.0 are ready");
    EXPECT_EQ(judged(HealthCheckName::replicas, one),
              "replicas warning: 1 of 2 replicas of 1.0.0 are ready: b: container main waits "
              "(CrashLoopBackOff), 7 restarts");
    EXPECT_EQ(judged(HealthCheckName::replicas, none).substr(0, 51),
              "replicas failed: 0 of 2 replicas of 1.0.0 are ready");
    EXPECT_EQ(judged(HealthCheckName::replicas, quota),
              "replicas warning: 1 of 2 replicas of 1.0.0 are ready: web-blue cannot make its pods: exceeded "
              "quota");
    EXPECT_NE(judged(HealthCheckName::replicas, more)
                  .find("c: container main waits (CrashLoopBackOff), 7 restarts; and 2 more"),
              std::string::npos);
}

TEST(Health, OfADeploymentThatIsGoneNothingIsReady) {
    InspectedColor gone = blue();
    gone.replicas.clear();
    gone.wanted = 0;
    gone.missing = "there is no Deployment web-blue in namespace shop";
    EXPECT_EQ(judged(HealthCheckName::replicas, gone),
              "replicas failed: there is no Deployment web-blue in namespace shop");
}

TEST(Health, EndpointsAreExactlyTheReadyReplicas) {
    InspectedColor missing = blue(), stray = blue(), gone = blue(), barred = blue(), others = blue();
    missing.endpoints.names = {"a"};
    stray.endpoints.names = {"a", "b", "c"};
    gone.endpoints.names = {};
    barred.endpoints.not_looked_at = "the cluster shop does not list endpointslices";
    others.endpoints.not_wanted = "Service web points to green";

    EXPECT_EQ(judged(HealthCheckName::endpoints, blue()),
              "endpoints passed: Service web-blue has 2 ready endpoints");
    EXPECT_EQ(judged(HealthCheckName::endpoints, missing),
              "endpoints warning: Service web-blue has 1 ready endpoint, but not b, ready as well");
    EXPECT_EQ(judged(HealthCheckName::endpoints, stray),
              "endpoints failed: Service web-blue sends requests to what is not ready: c");
    EXPECT_EQ(judged(HealthCheckName::endpoints, gone),
              "endpoints failed: Service web-blue has 0 ready endpoints, but not a; b, ready as well");
    EXPECT_EQ(judged(HealthCheckName::endpoints, barred),
              "endpoints unknown: the cluster shop does not list endpointslices");
    EXPECT_EQ(judged(HealthCheckName::endpoints, others), "endpoints skipped: Service web points to green");
}

TEST(Health, WhoTakesRequestsShouldBeReady) {
    InspectedColor weak = blue(), dead = blue(), idle = blue();
    weak.replicas[0] = broken("a");
    dead.replicas = {broken("a")};
    idle.share_percent = 0;

    EXPECT_EQ(judged(HealthCheckName::traffic, blue()),
              "traffic passed: VirtualService web sends it 100 % of the requests");
    EXPECT_EQ(
        judged(HealthCheckName::traffic, weak),
        "traffic warning: VirtualService web sends it 100 % of the requests, and 1 of 2 replicas are ready");
    EXPECT_EQ(judged(HealthCheckName::traffic, dead),
              "traffic failed: VirtualService web sends it 100 % of the requests, and no replica is ready");
    EXPECT_EQ(judged(HealthCheckName::traffic, idle),
              "traffic failed: VirtualService web sends requests to nobody");
    EXPECT_EQ(judged(HealthCheckName::traffic, blue(), "two rules disagree"),
              "traffic failed: two rules disagree");
}

TEST(Health, AColorWithoutAShareIsNotToBlame) {
    InspectedColor green = blue();
    green.share_percent = 0;
    Inspection const of{.colors = {blue(), green}, .data_plane = "Service web"};

    EXPECT_EQ(say(judge_color(green, of)[2]), "traffic skipped: Service web sends it 0 % of the requests");
}

// -- Nodes.

/// A validator of four at block 1000, 2 s old, in sync with 3 peers.
Node good() {
    Node node{.client = "besu/v26"};
    node.head = metric::Block{1000, "0xhead", now - std::chrono::seconds(2)};
    node.chain_id = 1337;
    node.peers = 3;
    node.syncing = std::optional<metric::Syncing>();
    node.validators = std::vector<std::string>{"0xa", "0xb", "0xc", "0xd"};
    node.proposers = std::vector<metric::Proposer>{{"0xa", 997}, {"0xb", 998}, {"0xc", 999}, {"0xd", 1000}};
    return node;
}

SeenNode seen(Node node, std::string name = "besu-0") {
    return {.name = std::move(name), .answer = {.status = 200, .took = 12ms}, .said = std::move(node)};
}

model::Rpc const asked{.chain_id = 1337, .block_period = Duration(2s), .peers = 4};

std::string judged(HealthCheckName name, std::vector<SeenNode> const& nodes, model::Rpc const& rpc = asked) {
    for (Check const& check : judge_nodes(nodes, rpc, now))
        if (check.name == name) return say(check);
    return "none";
}
std::string judged(HealthCheckName name, Node node, model::Rpc const& rpc = asked) {
    return judged(name, std::vector{seen(std::move(node))}, rpc);
}

base::Error const not_enabled{base::Errc::unsupported, "qbft_getSignerMetrics: Method not enabled (-32604)"};

TEST(Health, AGoodNodePassesEverything) {
    std::string all;
    for (Check const& check : judge_nodes({seen(good())}, asked, now)) all += say(check) + "\n";

    EXPECT_EQ(all,
              "rpc passed: besu-0 (besu/v26) answers in 12 ms\n"
              "chain passed: besu-0 is on chain 1337\n"
              "peers passed: besu-0 has 3 peers\n"
              "sync passed: besu-0 is in sync, as it says\n"
              "blocks passed: besu-0 is at block 1000, 2 s old\n"
              "validator passed: all 4 validators propose blocks\n");
}

TEST(Health, SilenceFailsAndABarredWayIsUnknown) {
    SeenNode silent{.name = "besu-0", .answer = {.silence = "127.0.0.1:20000: connection refused"}};
    SeenNode barred{.name = "besu-0", .answer = {.not_asked = "the cluster shop does not create pods/proxy"}};
    SeenNode odd{.name = "besu-0",
                 .answer = {.status = 403},
                 .said = base::unavailable("it answers 403: Host not authorized.")};
    SeenNode slow = seen(good());
    slow.answer.took = 2400ms;

    EXPECT_EQ(judged(HealthCheckName::rpc, {silent}),
              "rpc failed: besu-0 does not answer JSON-RPC: 127.0.0.1:20000: connection refused");
    EXPECT_EQ(judged(HealthCheckName::rpc, {barred}),
              "rpc unknown: the cluster shop does not create pods/proxy");
    EXPECT_EQ(judged(HealthCheckName::rpc, {odd}),
              "rpc failed: besu-0: it answers 403: Host not authorized.");
    EXPECT_EQ(judged(HealthCheckName::rpc, {slow}), "rpc warning: besu-0 (besu/v26) answers in 2400 ms");
    for (HealthCheckName name :
         {HealthCheckName::chain, HealthCheckName::peers, HealthCheckName::sync, HealthCheckName::blocks})
        EXPECT_EQ(judged(name, {silent}),
                  fmt::format("{} unknown: besu-0 has not answered", base::enum_name(name)));
    EXPECT_EQ(judged(HealthCheckName::validator, {silent}), "validator unknown: no node has answered");
    EXPECT_EQ(judged(HealthCheckName::rpc, std::vector<SeenNode>{}),
              "rpc unknown: no replica runs that could be asked");
}

TEST(Health, TellsOfTheNodesThatAreWorstOff) {
    SeenNode silent{.name = "besu-1", .answer = {.silence = "connection refused"}};

    EXPECT_EQ(judged(HealthCheckName::rpc, {seen(good()), silent}),
              "rpc failed: besu-1 does not answer JSON-RPC: connection refused");
    EXPECT_EQ(judged(HealthCheckName::peers, {seen(good()), silent}),
              "peers unknown: besu-1 has not answered");
}

TEST(Health, KnowsTheChain) {
    Node other = good(), mute = good();
    other.chain_id = 5;
    mute.chain_id = base::unavailable("eth_chainId: Timeout expired (-32603)");

    EXPECT_EQ(judged(HealthCheckName::chain, other), "chain failed: besu-0 is on chain 5 instead of 1337");
    EXPECT_EQ(judged(HealthCheckName::chain, mute),
              "chain unknown: besu-0: eth_chainId: Timeout expired (-32603)");
    EXPECT_EQ(judged(HealthCheckName::chain, good(), {}),
              "chain skipped: besu-0 is on chain 1337; rpc.chain_id does not say on which it should be");
}

TEST(Health, AnotherBlockOfTheSameNumberIsAFork) {
    SeenNode node = seen(good(), "besu-1");
    node.chain = Chain{.highest = 1000, .highest_node = "besu-0", .common = 998, .common_hash = "0xaa"};
    EXPECT_EQ(judged(HealthCheckName::chain, {node}), "chain passed: besu-1 is on chain 1337")
        << "it does not tell its own";

    node.common_block = metric::Block{.number = 998, .hash = "0xbb"};
    EXPECT_EQ(judged(HealthCheckName::chain, {node}),
              "chain failed: besu-1 has another block 998 than besu-0: the chain has forked");
    node.common_block->hash = "0xaa";
    EXPECT_EQ(judged(HealthCheckName::chain, {node}), "chain passed: besu-1 is on chain 1337");
}

TEST(Health, CountsPeersAgainstThoseThatAreExpected) {
    auto with = [](base::Result<std::uint64_t> peers, int expected, std::size_t validators = 4) {
        Node node = good();
        node.peers = std::move(peers);
        node.validators->resize(validators);
        return judged(HealthCheckName::peers, node, {.peers = expected});
    };
    EXPECT_EQ(with(3, 4), "peers passed: besu-0 has 3 peers");
    EXPECT_EQ(with(2, 4), "peers warning: besu-0 has 2 peers of 4");
    EXPECT_EQ(with(0, 4), "peers failed: besu-0 has 0 peers of 4");
    EXPECT_EQ(with(1, 1), "peers passed: besu-0 has 1 peer");
    EXPECT_EQ(with(0, 0), "peers skipped: besu-0 has 0 peers, and none are expected");
    EXPECT_EQ(with(0, 1, 1), "peers skipped: besu-0 has 0 peers, and none are expected")
        << "the only validator";
    EXPECT_EQ(with(base::unavailable("net_peerCount: Method not found (-32601)"), 0),
              "peers skipped: besu-0 is expected to have no peers");
    EXPECT_EQ(with(base::unavailable("net_peerCount: P2P disabled (-32000)"), 4),
              "peers skipped: besu-0: net_peerCount: P2P disabled (-32000)");
    EXPECT_EQ(with(base::unavailable("net_peerCount: no (-32603)"), 4),
              "peers unknown: besu-0: net_peerCount: no (-32603)");
}

/// Rule 1 of four: it knows of blocks that it fetches.
TEST(Health, SaysHowFarANodeHasFetched) {
    auto with = [](std::uint64_t current, std::uint64_t highest, std::optional<Mark> before = {}) {
        Node node = good();
        node.syncing = std::optional(metric::Syncing{0, current, highest});
        SeenNode one = seen(node);
        one.before = before;
        return judged(HealthCheckName::sync, {one});
    };
    EXPECT_EQ(with(998, 1000), "sync passed: besu-0 is in sync");
    EXPECT_EQ(with(1001, 1000), "sync passed: besu-0 is in sync");
    EXPECT_EQ(with(950, 1000),
              "sync warning: besu-0 is 50 blocks behind and fetches them: 95 % of this run is done");
    EXPECT_EQ(with(100, 1000),
              "sync failed: besu-0 is 900 blocks behind and fetches them: 10 % of this run is done");
    EXPECT_EQ(with(0, std::numeric_limits<std::uint64_t>::max()).substr(0, 60),
              "sync failed: besu-0 is 18446744073709551615 blocks behind an");
    EXPECT_EQ(with(970, 1000, Mark{1000, 4min}),
              "sync warning: besu-0 is 30 blocks behind and fetches them: 97 % of this run is done");
    EXPECT_EQ(with(970, 1000, Mark{1000, 5min}),
              "sync failed: besu-0 is stuck at block 970 of 1000, for 5 min");
}

/// Rules 2 to 5: it says that it fetches nothing.
TEST(Health, DoesNotBelieveANodeThatKnowsOfNobodyAhead) {
    Node lonely = good(), old = good(), quiet = good();
    lonely.peers = 0;
    old.head->at = now - std::chrono::seconds(61);
    quiet.head->at = now - std::chrono::seconds(59);
    SeenNode near = seen(good()), behind = seen(good()), far = seen(good());
    near.chain = Chain{.highest = 1002, .highest_node = "besu-1"};
    behind.chain = Chain{.highest = 1003, .highest_node = "besu-1"};
    far.chain = Chain{.highest = 1051, .highest_node = "besu-1"};

    EXPECT_EQ(judged(HealthCheckName::sync, lonely),
              "sync failed: besu-0 has no peers, so it cannot know whether it is behind");
    EXPECT_EQ(judged(HealthCheckName::sync, lonely, {.peers = 0}),
              "sync passed: besu-0 is in sync, as it says");
    EXPECT_EQ(judged(HealthCheckName::sync, old),
              "sync failed: besu-0 is behind: its newest block, 1000, is 1 min 1 s old");
    EXPECT_EQ(judged(HealthCheckName::sync, quiet), "sync passed: besu-0 is in sync, as it says")
        << "never before a minute";
    EXPECT_EQ(judged(HealthCheckName::sync, old, {}), "sync passed: besu-0 is in sync, as it says")
        << "nobody says how old it may be";
    EXPECT_EQ(judged(HealthCheckName::sync, {near}), "sync passed: besu-0 is in sync");
    EXPECT_EQ(judged(HealthCheckName::sync, {behind}), "sync warning: besu-0 is 3 blocks behind besu-1");
    EXPECT_EQ(judged(HealthCheckName::sync, {far}), "sync failed: besu-0 is 51 blocks behind besu-1");
}

TEST(Health, BlocksComeAsOftenAsTheyShould) {
    auto with = [](Duration age, std::optional<Mark> before = {}, model::Rpc const& rpc = asked) {
        Node node = good();
        node.head->at = now - std::chrono::duration_cast<WallTime::duration>(age);
        SeenNode one = seen(node);
        one.before = before;
        return judged(HealthCheckName::blocks, {one}, rpc);
    };
    EXPECT_EQ(with(5s), "blocks passed: besu-0 is at block 1000, 5 s old");
    EXPECT_EQ(with(6s), "blocks warning: besu-0 is at block 1000, 6 s old");
    EXPECT_EQ(with(20s), "blocks warning: besu-0 is at block 1000, 20 s old");
    EXPECT_EQ(with(21s), "blocks failed: besu-0 is at block 1000, 21 s old: the chain stands still");
    EXPECT_EQ(with(1s, Mark{985, 30s}),
              "blocks passed: besu-0 is at block 1000, 1 s old, 15 blocks more than 30 s ago");
    EXPECT_EQ(with(1s, Mark{1000, 21s}),
              "blocks failed: besu-0 is at block 1000, 1 s old, the same for 21 s: the chain stands still")
        << "whatever the clocks say";
    EXPECT_EQ(with(1s, Mark{1001, 3s}),
              "blocks failed: besu-0 is at block 1000, 1 s old, and went back from 1001");
    EXPECT_EQ(with(-2h),
              "blocks warning: besu-0 is at block 1000, 0 s old, and from the future "
              "(2027-01-15T10:00:00.000Z): compare the clocks");
    EXPECT_EQ(with(2h, {}, {}),
              "blocks skipped: besu-0 is at block 1000, 2 h old; rpc.block_period does not say how often "
              "there should be one");
    EXPECT_EQ(with(2h, Mark{999, 3s}, {}),
              "blocks passed: besu-0 is at block 1000, 2 h old, 1 block more than 3 s ago");
}

TEST(Health, ValidatorsProposeInTheirTurn) {
    auto with = [](std::vector<std::uint64_t> last, std::uint64_t head = 1000) {
        Node node = good();
        node.head->number = head;
        for (std::size_t i = 0; i < last.size(); ++i) (*node.proposers)[i].last_proposed = last[i];
        return judged(HealthCheckName::validator, node);
    };
    EXPECT_EQ(with({988, 998, 999, 1000}), "validator passed: all 4 validators propose blocks")
        << "3 x 4 blocks ago";
    EXPECT_EQ(with({987, 998, 999, 1000}), "validator warning: 1 of 4 validators propose no blocks: 0xa");
    EXPECT_EQ(with({0, 0, 999, 1000}),
              "validator failed: 2 of 4 validators propose no blocks: 0xa; 0xb; a quorum needs 3");
    EXPECT_EQ(with({0, 0, 3, 4}, 11), "validator passed: all 4 validators propose blocks")
        << "not every turn has come yet";
}

TEST(Health, AValidatorIsInTheSetIfItsAddressIsDeclared) {
    Node off = good(), hidden = good();
    off.validators =
        base::Error{base::Errc::unsupported, "ibft_getValidatorsByBlockNumber: Method not found (-32601)"};
    hidden.proposers = not_enabled;
    model::Rpc ours{.validators = {"0xA", "0xF"}};

    EXPECT_EQ(judged(HealthCheckName::validator, good(), ours),
              "validator failed: 0xF is not among the 4 validators");
    EXPECT_EQ(judged(HealthCheckName::validator, off),
              "validator skipped: besu-0 tells of no validators: not QBFT or IBFT, or its API is off "
              "(ibft_getValidatorsByBlockNumber: Method not found (-32601))");
    EXPECT_EQ(judged(HealthCheckName::validator, off, ours),
              "validator unknown: besu-0: ibft_getValidatorsByBlockNumber: Method not found (-32601)");
    EXPECT_EQ(judged(HealthCheckName::validator, hidden),
              "validator unknown: besu-0: qbft_getSignerMetrics: Method not enabled (-32604)");
}

TEST(Health, TheWorstCheckSpeaksForAll) {
    auto of = [](std::vector<HealthCheckResult> results) {
        std::vector<model::HealthCheckView> checks;
        for (HealthCheckResult result : results) checks.push_back({.result = result});
        return base::enum_name(health_of(checks));
    };
    EXPECT_EQ(of({}), "empty");
    EXPECT_EQ(of({HealthCheckResult::skipped}), "empty");
    EXPECT_EQ(of({HealthCheckResult::passed, HealthCheckResult::skipped}), "healthy");
    EXPECT_EQ(of({HealthCheckResult::passed, HealthCheckResult::unknown}), "unknown");
    EXPECT_EQ(of({HealthCheckResult::unknown, HealthCheckResult::warning}), "degraded");
    EXPECT_EQ(of({HealthCheckResult::failed, HealthCheckResult::warning}), "failed");
}

}  // namespace
}  // namespace rollout
