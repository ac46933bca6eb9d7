#include "metric/node.hpp"

#include <gtest/gtest.h>

namespace metric {
namespace {

/// A batch in which every question is answered well, but for those that are given: each an answer's rest.
std::string batch(std::map<int, std::string> const& instead = {}) {
    std::map<int, std::string> answers{
        {0, R"("result":{"number":"0x78","hash":"0xAB","timestamp":"0x69243c00","transactions":[]})"},
        {1, R"("result":"0x539")"},
        {2, R"("result":"0x3")"},
        {3, R"("result":false)"},
        {4, R"("result":["0xAa00","0xbb00"])"},
        {5,
         R"("result":[{"address":"0xaA00","proposedBlockCount":"0x32","lastProposedBlockNumber":"0x77"}])"},
        {6, R"("error":{"code":-32601,"message":"Method not found"})"},
        {7, R"("error":{"code":-32601,"message":"Method not found"})"},
        {8, R"("result":"besu/v26.3.0")"}};
    for (auto const& [id, answer] : instead) answers[id] = answer;
    std::string text;
    for (auto const& [id, answer] : answers)
        if (!answer.empty())
            text = fmt::format(R"({{"jsonrpc":"2.0","id":{},{}}})", id, answer) + (text.empty() ? "" : ",") +
                   text;
    return "[" + text + "]";  // the last first: an order is not promised
}

Node read(std::map<int, std::string> const& instead = {}) { return read_node(200, batch(instead)).value(); }

template <class T>
std::string problem(base::Result<T> const& result) {
    return result ? "none" : fmt::format("{}: {}", base::name(result.error().code), result.error().message);
}

TEST(Node, ReadsABatchInAnyOrder) {
    Node node = read();

    EXPECT_EQ(node.client, "besu/v26.3.0");
    EXPECT_EQ(*node.head, (Block{0x78, "0xab", WallTime(std::chrono::seconds(0x69243c00))}));
    EXPECT_EQ(*node.chain_id, 1337U);
    EXPECT_EQ(*node.peers, 3U);
    EXPECT_EQ(*node.syncing, std::nullopt);
    EXPECT_EQ(*node.validators, (std::vector<std::string>{"0xaa00", "0xbb00"}));
    EXPECT_EQ(*node.proposers, (std::vector<Proposer>{{"0xaa00", 0x77}}));
}

TEST(Node, AsksEveryQuestionOnce) {
    auto asked = base::parse_json(node_questions()).value();
    std::string methods;
    for (auto const& each : asked.as_array()) methods += std::string(each.at("method").as_string()) + " ";

    EXPECT_EQ(
        methods,
        "eth_getBlockByNumber eth_chainId net_peerCount eth_syncing qbft_getValidatorsByBlockNumber "
        "qbft_getSignerMetrics ibft_getValidatorsByBlockNumber ibft_getSignerMetrics web3_clientVersion ");
    EXPECT_EQ(block_question(120),
              R"({"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["0x78",false]})");
}

TEST(Node, ReadsWhatItFetches) {
    EXPECT_EQ(*read({{3, R"("result":{"startingBlock":"0x1","currentBlock":"0x10","highestBlock":"0x400"})"}})
                   .syncing,
              (Syncing{1, 16, 1024}));
    EXPECT_EQ(*read({{3, R"("result":{"currentBlock":"0x10","highestBlock":"0x400"})"}}).syncing,
              (Syncing{0, 16, 1024}));
}

TEST(Node, ReadsAQuantityOrSaysWhatStandsThere) {
    struct {
        char const* result;
        char const* wanted;
    } const cases[] = {{R"("0x0")", "none"},
                       {R"("0xffffffffffffffff")", "none"},
                       {R"("0x10000000000000000")", R"(invalid: eth_chainId answers "0x10000000000000000")"},
                       {R"("0x")", R"(invalid: eth_chainId answers "0x")"},
                       {R"("0xzz")", R"(invalid: eth_chainId answers "0xzz")"},
                       {R"("0x1 ")", R"(invalid: eth_chainId answers "0x1 ")"},
                       {R"("0x-1")", R"(invalid: eth_chainId answers "0x-1")"},
                       {R"("1337")", R"(invalid: eth_chainId answers "1337")"},
                       {"1337", "invalid: eth_chainId answers 1337"},
                       {"null", "invalid: eth_chainId answers null"},
                       {"{}", "invalid: eth_chainId answers {}"},
                       {R"("\u0001")", R"(invalid: eth_chainId answers "\u0001")"}};
    for (auto const& each : cases)
        EXPECT_EQ(problem(read({{1, fmt::format(R"("result":{})", each.result)}}).chain_id), each.wanted);
}

TEST(Node, SaysWhyThereIsNoAnswer) {
    struct {
        char const* answer;
        char const* wanted;
    } const cases[] = {
        {R"("error":{"code":-32601,"message":"Method not found"})",
         "unsupported: net_peerCount: Method not found (-32601)"},
        {R"("error":{"code":-32604,"message":"Method not enabled"})",
         "unsupported: net_peerCount: Method not enabled (-32604)"},
        {R"("error":{"code":-32603,"message":"Timeout expired"})",
         "unavailable: net_peerCount: Timeout expired (-32603)"},
        {R"("error":"no")", "unavailable: net_peerCount:  (0)"},
        {R"("error":null,"result":"0x1")", "none"},
        {R"("nothing":1)", "invalid: net_peerCount is answered with neither a result nor an error"},
        {"", "invalid: net_peerCount is left without an answer"}};
    for (auto const& each : cases) EXPECT_EQ(problem(read({{2, each.answer}}).peers), each.wanted);
}

TEST(Node, ReadsNothingIntoOddValues) {
    EXPECT_EQ(problem(read({{0, R"("result":null)"}}).head),
              "not_found: eth_getBlockByNumber knows no such block");
    EXPECT_EQ(problem(read({{0, R"("result":{"number":"0x1"})"}}).head),
              R"(invalid: eth_getBlockByNumber answers {"number":"0x1"})");
    EXPECT_EQ(problem(read({{0, R"("result":{"number":"0x1","timestamp":"0xffffffffffffffff"})"}}).head),
              R"(invalid: eth_getBlockByNumber answers {"number":"0x1","timestamp":"0xffffffffffffffff"})");
    EXPECT_EQ(problem(read({{3, R"("result":true)"}}).syncing), "invalid: eth_syncing answers true");
    EXPECT_EQ(problem(read({{3, R"("result":{"currentBlock":1,"highestBlock":2})"}}).syncing),
              R"(invalid: eth_syncing answers {"currentBlock":1,"highestBlock":2})");
    EXPECT_EQ(problem(read({{4, R"("result":[1])"}}).validators),
              "invalid: qbft_getValidatorsByBlockNumber answers [1]");
    EXPECT_EQ(problem(read({{5, R"("result":[{}])"}}).proposers),
              "invalid: qbft_getSignerMetrics answers [{}]");
}

TEST(Node, TakesIbftWhereThereIsNoQbft) {
    std::string const missing = R"("error":{"code":-32601,"message":"Method not found"})";

    EXPECT_EQ(*read({{4, missing}, {6, R"("result":["0xcc"])"}}).validators,
              std::vector<std::string>{"0xcc"});
    EXPECT_EQ(problem(read({{4, missing}}).validators),
              "unsupported: ibft_getValidatorsByBlockNumber: Method not found (-32601)");
    EXPECT_EQ(problem(read({{4, R"("error":{"code":-32000,"message":"no"})"}}).validators),
              "unavailable: qbft_getValidatorsByBlockNumber: no (-32000)")
        << "where it is one of QBFT, what went wrong there is what counts";
}

TEST(Node, SaysWhatIsAnsweredInsteadOfABatch) {
    struct {
        int status;
        char const* body;
        char const* wanted;
    } const cases[] = {
        {403, R"({"message":"Host not authorized."})", "unavailable: it answers 403: Host not authorized."},
        {401, R"({"jsonrpc":"2.0","id":null,"error":{"code":-40100,"message":"Unauthorized"}})",
         "unavailable: it refuses: Unauthorized (-40100)"},
        {200,
         R"({"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"Number of requests in batch exceeds limit"}})",
         "unavailable: it refuses: Number of requests in batch exceeds limit (-32005)"},
        {200, R"({"jsonrpc":"2.0","id":0,"result":"0x1"})",
         R"(unavailable: it answers 200: {"jsonrpc":"2.0","id":0,"result":"0x1"})"},
        {502, "<html>\r\nBad Gateway\xff", "unavailable: it answers 502: <html>  Bad Gateway?"},
        {200, "", "unavailable: it answers 200: "}};
    for (auto const& each : cases) EXPECT_EQ(problem(read_node(each.status, each.body)), each.wanted);
    EXPECT_LT(read_node(200, std::string(1'000'000, 'x')).error().message.size(), 300U);
}

TEST(Node, ReadsOneBlock) {
    EXPECT_EQ(read_block(200, R"({"id":1,"result":{"number":"0x76","hash":"0xCD","timestamp":"0x0"}})")->hash,
              "0xcd");
    EXPECT_EQ(problem(read_block(200, R"({"id":1,"result":null})")),
              "not_found: eth_getBlockByNumber knows no such block");
    EXPECT_EQ(problem(read_block(200, R"({"id":1,"error":{"code":-32000,"message":"pruned"}})")),
              "unavailable: eth_getBlockByNumber: pruned (-32000)");
    EXPECT_EQ(problem(read_block(500, "oops")), "unavailable: it answers 500: oops");
}

}  // namespace
}  // namespace metric
