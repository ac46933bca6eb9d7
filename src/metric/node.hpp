// What an Ethereum node says of itself over JSON-RPC: the questions, and how its answers are read. Pure.
// https://ethereum.org/developers/docs/apis/json-rpc/ ,
// https://besu.hyperledger.org/public-networks/reference/api
#pragma once
#include <vector>

#include "base/json.hpp"

namespace metric {

struct Block {
    std::uint64_t number = 0;
    std::string hash{};
    WallTime at{};  // as its proposer's clock said
    bool operator==(Block const&) const = default;
};

struct Syncing {
    std::uint64_t starting = 0, current = 0, highest = 0;
    bool operator==(Syncing const&) const = default;
};

/// What one validator did in the last 100 blocks.
struct Proposer {
    std::string address{};            // in lower case
    std::uint64_t last_proposed = 0;  // 0: none of them
    bool operator==(Proposer const&) const = default;
};

/// One answer for each question; `client` says what it is. Errors: unsupported (the node does not have this
/// method, or not for everybody), unavailable (it says why not), invalid (what it answers is not what this
/// method answers).
struct Node {
    std::string client{};  // "besu/v26.3.0/linux-x86_64/openjdk-java-21"; empty: it does not tell
    base::Result<Block> head{};
    base::Result<std::uint64_t> chain_id{};
    base::Result<std::uint64_t> peers{};
    base::Result<std::optional<Syncing>> syncing{};  // nothing: it has no block to fetch, or knows of none
    base::Result<std::vector<std::string>> validators{};  // addresses in lower case; of QBFT or IBFT 2.0
    base::Result<std::vector<Proposer>> proposers{};
};

/// All of them, as one batch (JSON-RPC 2.0, section 6).
std::string node_questions();
/// `status` is HTTP's: a node may refuse without a word of JSON-RPC. Errors: unavailable, a clause: "it
/// answers 403: Host not authorized.".
base::Result<Node> read_node(int status, std::string_view body);

std::string block_question(std::uint64_t number);
/// Errors: as those of a Node's answers; not_found (it does not have this block).
base::Result<Block> read_block(int status, std::string_view body);

}  // namespace metric
