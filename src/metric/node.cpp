#include "metric/node.hpp"

#include <charconv>

#include "base/json_at.hpp"

namespace metric {

namespace {

namespace json = base::json;

constexpr std::size_t longest_quote = 200;
constexpr std::int64_t last_second = 253'402'300'799;  // of the year 9999

enum Question : std::int64_t {
    head,
    chain_id,
    peers,
    syncing,
    qbft_set,
    qbft_signers,
    ibft_set,
    ibft_signers,
    client
};

json::object question(std::int64_t id, std::string_view method, json::array parameters = {}) {
    return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(parameters)}};
}

/// Foreign text, fit for a sentence.
std::string quote(std::string_view text) {
    std::string line(text.substr(0, longest_quote));
    bool const is_text = base::count_characters(line).has_value();  // it may be cut within a character, too
    for (char& c : line) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) c = ' ';
        if (byte >= 0x80 && !is_text) c = '?';
    }
    return line;
}

// -- Values.

/// "0x1b4"; up to 64 bits.
std::optional<std::uint64_t> quantity(json::value const& value) {
    if (!value.is_string()) return {};
    std::string_view digits = value.get_string();
    if (!digits.starts_with("0x") || digits.size() < 3) return {};
    std::uint64_t number = 0;
    auto const [end, failed] = std::from_chars(digits.data() + 2, digits.data() + digits.size(), number, 16);
    if (failed != std::errc() || end != digits.data() + digits.size()) return {};
    return number;
}

std::optional<std::uint64_t> quantity_at(json::value const& document, std::string_view pointer) {
    json::value const* value = base::find_at(document, pointer);
    return value ? quantity(*value) : std::nullopt;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

base::Error odd(std::string_view method, json::value const& value) {
    return base::invalid(fmt::format("{} answers {}", method, quote(json::serialize(value))));
}

// -- One answer.

/// JSON-RPC 2.0, section 5.1, and Besu's own codes.
base::Error refused(std::string_view method, json::value const& error) {
    constexpr std::int64_t no_such_method = -32601, not_enabled = -32604;
    std::int64_t const code = base::number_at(error, "/code").value_or(0);
    std::string const why = fmt::format("{}: {} ({})", method, quote(base::text_at(error, "/message")), code);
    bool const is_missing = code == no_such_method || code == not_enabled;
    return {is_missing ? base::Errc::unsupported : base::Errc::unavailable, why};
}

base::Result<json::value> result_of(json::value const& answer, std::string_view method) {
    if (json::value const* error = base::find_at(answer, "/error"); error && !error->is_null())
        return refused(method, *error);
    if (json::value const* result = base::find_at(answer, "/result")) return *result;
    return base::invalid(fmt::format("{} is answered with neither a result nor an error", method));
}

base::Result<std::uint64_t> as_quantity(json::value const& result, std::string_view method) {
    if (auto number = quantity(result)) return *number;
    return odd(method, result);
}

base::Result<std::string> as_text(json::value const& result, std::string_view method) {
    if (result.is_string()) return quote(result.get_string());
    return odd(method, result);
}

base::Result<Block> as_block(json::value const& result, std::string_view method) {
    if (result.is_null()) return base::not_found(fmt::format("{} knows no such block", method));
    auto const number = quantity_at(result, "/number");
    auto const second = quantity_at(result, "/timestamp");
    if (!number || !second || *second > last_second) return odd(method, result);
    return Block{.number = *number,
                 .hash = lower(quote(base::text_at(result, "/hash"))),
                 .at = WallTime(std::chrono::seconds(static_cast<std::int64_t>(*second)))};
}

base::Result<std::optional<Syncing>> as_syncing(json::value const& result, std::string_view method) {
    if (result.is_bool() && !result.get_bool()) return std::optional<Syncing>();
    auto const current = quantity_at(result, "/currentBlock"), highest = quantity_at(result, "/highestBlock");
    if (!current || !highest) return odd(method, result);
    return std::optional(Syncing{quantity_at(result, "/startingBlock").value_or(0), *current, *highest});
}

base::Result<std::vector<std::string>> as_addresses(json::value const& result, std::string_view method) {
    if (!result.is_array()) return odd(method, result);
    std::vector<std::string> addresses;
    for (json::value const& each : result.get_array()) {
        if (!each.is_string()) return odd(method, result);
        addresses.push_back(lower(quote(each.get_string())));
    }
    return addresses;
}

base::Result<std::vector<Proposer>> as_proposers(json::value const& result, std::string_view method) {
    if (!result.is_array()) return odd(method, result);
    std::vector<Proposer> proposers;
    for (json::value const& each : result.get_array()) {
        auto const last = quantity_at(each, "/lastProposedBlockNumber");
        if (!last) return odd(method, result);
        proposers.push_back({lower(quote(base::text_at(each, "/address"))), *last});
    }
    return proposers;
}

// -- The batch.

base::Error no_json_rpc(int status, std::string_view body) {
    auto const parsed = base::parse_json(body);
    std::string const said = parsed ? base::text_at(*parsed, "/message") : std::string();
    return base::unavailable(fmt::format("it answers {}: {}", status, quote(said.empty() ? body : said)));
}

/// One object instead of a list: the whole batch is refused.
base::Error refused_as_a_whole(int status, json::value const& answer, std::string_view body) {
    if (json::value const* error = base::find_at(answer, "/error"); error && error->is_object())
        return base::unavailable(refused("it refuses", *error).message);
    return no_json_rpc(status, body);
}

class Answers {
public:
    explicit Answers(json::array const& answers) : answers_(answers) {}

    /// Answers may come in any order.
    template <class T>
    base::Result<T> to(Question id, std::string_view method,
                       base::Result<T> (*read)(json::value const&, std::string_view)) const {
        for (json::value const& answer : answers_) {
            if (base::number_at(answer, "/id") != id) continue;
            TRY(json::value result, result_of(answer, method));
            return read(result, method);
        }
        return base::invalid(fmt::format("{} is left without an answer", method));
    }

    /// QBFT's method, or where the chain is not one of QBFT, that of IBFT 2.0.
    template <class T>
    base::Result<T> to_either(Question qbft, Question ibft, std::string const& method,
                              base::Result<T> (*read)(json::value const&, std::string_view)) const {
        auto first = to(qbft, "qbft_" + method, read);
        if (first) return first;
        auto second = to(ibft, "ibft_" + method, read);
        return second || first.error().code == base::Errc::unsupported ? second : first;
    }

private:
    json::array const& answers_;
};

}  // namespace

std::string node_questions() {
    json::array batch{question(head, "eth_getBlockByNumber", {"latest", false}),
                      question(chain_id, "eth_chainId"),
                      question(peers, "net_peerCount"),
                      question(syncing, "eth_syncing"),
                      question(qbft_set, "qbft_getValidatorsByBlockNumber", {"latest"}),
                      question(qbft_signers, "qbft_getSignerMetrics"),
                      question(ibft_set, "ibft_getValidatorsByBlockNumber", {"latest"}),
                      question(ibft_signers, "ibft_getSignerMetrics"),
                      question(client, "web3_clientVersion")};
    return json::serialize(batch);
}

base::Result<Node> read_node(int status, std::string_view body) {
    auto const parsed = base::parse_json(body);
    if (!parsed) return no_json_rpc(status, body);
    if (!parsed->is_array()) return refused_as_a_whole(status, *parsed, body);
    Answers const answers(parsed->get_array());
    auto const name = answers.to(client, "web3_clientVersion", as_text);
    return Node{
        .client = name ? *name : "",
        .head = answers.to(head, "eth_getBlockByNumber", as_block),
        .chain_id = answers.to(chain_id, "eth_chainId", as_quantity),
        .peers = answers.to(peers, "net_peerCount", as_quantity),
        .syncing = answers.to(syncing, "eth_syncing", as_syncing),
        .validators = answers.to_either(qbft_set, ibft_set, "getValidatorsByBlockNumber", as_addresses),
        .proposers = answers.to_either(qbft_signers, ibft_signers, "getSignerMetrics", as_proposers)};
}

std::string block_question(std::uint64_t number) {
    return json::serialize(question(1, "eth_getBlockByNumber", {fmt::format("0x{:x}", number), false}));
}

base::Result<Block> read_block(int status, std::string_view body) {
    auto const parsed = base::parse_json(body);
    if (!parsed || !parsed->is_object()) return no_json_rpc(status, body);
    TRY(json::value result, result_of(*parsed, "eth_getBlockByNumber"));
    return as_block(result, "eth_getBlockByNumber");
}

}  // namespace metric
