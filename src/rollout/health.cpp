#include "rollout/health.hpp"

namespace rollout {

namespace {

using metric::Node;
using model::HealthCheckName;
using model::HealthCheckResult;

constexpr Duration slow_answer = 2s;
constexpr Duration stuck_after = 5min;
constexpr Duration clocks_differ = 1min;
constexpr std::uint64_t in_sync = 2, far_behind = 50;  // blocks
constexpr std::uint64_t remembered_blocks = 100;       // by what tells of proposers
constexpr std::size_t most_told = 3;

/// Of one node.
struct Finding {
    HealthCheckResult result{};
    std::string text{};
};

Finding skipped(std::string text) { return {HealthCheckResult::skipped, std::move(text)}; }
Finding passed(std::string text) { return {HealthCheckResult::passed, std::move(text)}; }
Finding unknown(std::string text) { return {HealthCheckResult::unknown, std::move(text)}; }
Finding warning(std::string text) { return {HealthCheckResult::warning, std::move(text)}; }
Finding failed(std::string text) { return {HealthCheckResult::failed, std::move(text)}; }

/// A few of them, and how many more.
std::string together(std::vector<std::string> const& texts) {
    std::string text;
    for (std::size_t i = 0; i < std::min(texts.size(), most_told); ++i)
        text += (i == 0 ? "" : "; ") + texts[i];
    if (texts.size() > most_told) text += fmt::format("; and {} more", texts.size() - most_told);
    return text;
}

/// What is worst, and of whom.
Check worst(HealthCheckName name, std::vector<Finding> const& findings) {
    Check check{.name = name, .result = HealthCheckResult::skipped};
    for (Finding const& finding : findings) check.result = std::max(check.result, finding.result);
    std::vector<std::string> texts;
    for (Finding const& finding : findings)
        if (finding.result == check.result) texts.push_back(finding.text);
    check.text = together(texts);
    return check;
}

std::string blocks(std::uint64_t count) { return count == 1 ? "1 block" : fmt::format("{} blocks", count); }

Duration whole_seconds(Duration duration) { return std::chrono::floor<std::chrono::seconds>(duration); }

// -- Pods and processes.

Finding judge_replicas(InspectedColor const& color) {
    if (!color.missing.empty()) return failed(color.missing);
    std::vector<std::string> why;
    int ready = 0;
    for (InspectedReplica const& replica : color.replicas)
        if (replica.ready)
            ++ready;
        else
            why.push_back(replica.trouble);
    std::string const count = fmt::format("{} of {} replicas of {} are ready", ready, color.wanted,
                                          color.version.empty() ? "an unknown version" : color.version);
    if (ready >= color.wanted) return passed(count);
    if (why.empty()) why.push_back(color.shortage);
    std::string const text = count + ": " + together(why);
    return ready == 0 ? failed(text) : warning(text);
}

Finding judge_endpoints(InspectedColor const& color) {
    Endpoints const& endpoints = color.endpoints;
    if (!endpoints.not_looked_at.empty()) return unknown(endpoints.not_looked_at);
    if (!endpoints.not_wanted.empty()) return skipped(endpoints.not_wanted);
    std::vector<std::string> missing, wrong(endpoints.names.begin(), endpoints.names.end());
    for (InspectedReplica const& replica : color.replicas) {
        if (!replica.ready) continue;
        if (!endpoints.names.contains(replica.name)) missing.push_back(replica.name);
        std::erase(wrong, replica.name);
    }
    if (!wrong.empty())
        return failed(
            fmt::format("{} sends requests to what is not ready: {}", endpoints.holder, together(wrong)));
    std::string const count = fmt::format("{} has {} ready endpoint{}", endpoints.holder,
                                          endpoints.names.size(), endpoints.names.size() == 1 ? "" : "s");
    if (missing.empty())
        return endpoints.names.empty() ? failed(endpoints.holder + " has nobody to send requests to")
                                       : passed(count);
    std::string const text = fmt::format("{}, but not {}, ready as well", count, together(missing));
    return endpoints.names.empty() ? failed(text) : warning(text);
}

Finding judge_traffic(InspectedColor const& color, Inspection const& of) {
    if (!of.problem.empty()) return failed(of.problem);
    bool const nobody = std::all_of(of.colors.begin(), of.colors.end(),
                                    [](InspectedColor const& each) { return each.share_percent == 0; });
    if (nobody) return failed(of.data_plane + " sends requests to nobody");
    std::string const share =
        fmt::format("{} sends it {} % of the requests", of.data_plane, color.share_percent);
    auto const ready = std::count_if(color.replicas.begin(), color.replicas.end(),
                                     [](InspectedReplica const& replica) { return replica.ready; });
    if (color.share_percent == 0) return skipped(share);
    if (ready == 0) return failed(share + ", and no replica is ready");
    if (ready < color.wanted)
        return warning(fmt::format("{}, and {} of {} replicas are ready", share, ready, color.wanted));
    return passed(share);
}

// -- Nodes.

/// What a node's error means for a check: a method that is not there is nothing that failed.
Finding no_answer(SeenNode const& node, base::Error const& error) {
    return unknown(fmt::format("{}: {}", node.name, error.message));
}

Finding judge_rpc(SeenNode const& node) {
    if (!node.answer.not_asked.empty()) return unknown(node.answer.not_asked);
    if (!node.answer.silence.empty())
        return failed(fmt::format("{} does not answer JSON-RPC: {}", node.name, node.answer.silence));
    if (!node.said) return failed(fmt::format("{}: {}", node.name, node.said.error().message));
    auto const milliseconds = std::chrono::ceil<std::chrono::milliseconds>(node.answer.took).count();
    std::string const took =
        fmt::format("{}{} answers in {} ms", node.name,
                    node.said->client.empty() ? "" : " (" + node.said->client + ")", milliseconds);
    return node.answer.took > slow_answer ? warning(took) : passed(took);
}

Finding judge_chain(SeenNode const& node, model::Rpc const& rpc) {
    auto const& id = node.said->chain_id;
    if (!id) return no_answer(node, id.error());
    std::string const is_on = fmt::format("{} is on chain {}", node.name, *id);
    if (rpc.chain_id && *rpc.chain_id != *id)
        return failed(fmt::format("{} instead of {}", is_on, *rpc.chain_id));
    if (node.chain && !node.chain->common_hash.empty() && node.common_block &&
        node.common_block->hash != node.chain->common_hash)
        return failed(fmt::format("{} has another block {} than {}: the chain has forked", node.name,
                                  node.chain->common, node.chain->highest_node));
    if (!rpc.chain_id) return skipped(is_on + "; rpc.chain_id does not say on which it should be");
    return passed(is_on);
}

/// Nobody to have a connection with is no fault of a node that is alone, nor of the only validator.
bool is_alone(SeenNode const& node, model::Rpc const& rpc) {
    return rpc.peers == 0 || (node.said->validators && node.said->validators->size() == 1);
}

Finding judge_peers(SeenNode const& node, model::Rpc const& rpc) {
    constexpr std::string_view p2p_disabled = "-32000";
    auto const& peers = node.said->peers;
    bool const alone = is_alone(node, rpc);
    if (!peers && alone) return skipped(node.name + " is expected to have no peers");
    if (!peers && peers.error().message.find(p2p_disabled) != std::string::npos)
        return skipped(fmt::format("{}: {}", node.name, peers.error().message));
    if (!peers) return no_answer(node, peers.error());
    std::string const text = fmt::format("{} has {} peer{}", node.name, *peers, *peers == 1 ? "" : "s");
    if (alone) return skipped(text + ", and none are expected");
    std::string const short_of = fmt::format("{} of {}", text, rpc.peers);
    if (*peers == 0) return failed(short_of);
    auto const enough = static_cast<std::uint64_t>(std::max(1, rpc.peers - 1));
    return *peers >= enough ? passed(text) : warning(short_of);
}

/// Distance to the newest block that is known of.
Finding judge_distance(SeenNode const& node, std::uint64_t distance, std::string const& behind) {
    std::string const text = fmt::format("{} is {} {}", node.name, blocks(distance), behind);
    if (distance <= in_sync) return passed(node.name + " is in sync");
    return distance > far_behind ? failed(text) : warning(text);
}

Duration age_of(metric::Block const& head, WallTime now) {
    return now < head.at ? Duration{} : Duration(now - head.at);
}

Finding judge_sync_target(SeenNode const& node, metric::Syncing const& sync) {
    std::uint64_t const distance = sync.highest > sync.current ? sync.highest - sync.current : 0;
    bool const has_moved = !node.before || node.before->number != node.said->head->number;
    if (distance > in_sync && !has_moved && node.before->for_ >= stuck_after)
        return failed(fmt::format("{} is stuck at block {} of {}, for {}", node.name, sync.current,
                                  sync.highest, base::say_duration(whole_seconds(node.before->for_))));
    std::uint64_t const all = sync.highest > sync.starting ? sync.highest - sync.starting : 0;
    std::uint64_t const done = sync.current > sync.starting ? sync.current - sync.starting : 0;
    return judge_distance(node, distance,
                          fmt::format("behind and fetches them: {} % of this run is done",
                                      all == 0 ? 0
                                               : static_cast<int>(100.0L * static_cast<long double>(done) /
                                                                  static_cast<long double>(all))));
}

/// "eth_syncing" says false as well when a node knows of nobody who is ahead of it (besu-eth/besu#7338).
Finding judge_sync(SeenNode const& node, model::Rpc const& rpc, WallTime now) {
    Node const& said = *node.said;
    if (!said.syncing) return no_answer(node, said.syncing.error());
    if (!said.head) return no_answer(node, said.head.error());
    if (*said.syncing) return judge_sync_target(node, **said.syncing);
    if (said.peers && *said.peers == 0 && !is_alone(node, rpc))
        return failed(node.name + " has no peers, so it cannot know whether it is behind");
    Duration const age = age_of(*said.head, now);
    if (rpc.block_period && age > std::max<Duration>(1min, 10 * *rpc.block_period))
        return failed(fmt::format("{} is behind: its newest block, {}, is {} old", node.name,
                                  said.head->number, base::say_duration(whole_seconds(age))));
    if (!node.chain) return passed(node.name + " is in sync, as it says");
    std::uint64_t const distance =
        node.chain->highest > said.head->number ? node.chain->highest - said.head->number : 0;
    return judge_distance(node, distance, "behind " + node.chain->highest_node);
}

/// How the newest block has moved since it was last asked for; empty: it never was.
std::string movement(SeenNode const& node, std::uint64_t number) {
    if (!node.before) return {};
    std::string const since = base::say_duration(whole_seconds(node.before->for_));
    if (number == node.before->number) return fmt::format("the same for {}", since);
    return fmt::format("{} more than {} ago", blocks(number - node.before->number), since);
}

Finding judge_blocks(SeenNode const& node, model::Rpc const& rpc, WallTime now) {
    auto const& head = node.said->head;
    if (!head) return no_answer(node, head.error());
    Duration const age = age_of(*head, now);
    std::string text = fmt::format("{} is at block {}, {} old", node.name, head->number,
                                   base::say_duration(whole_seconds(age)));
    if (node.before && head->number < node.before->number)
        return failed(fmt::format("{}, and went back from {}", text, node.before->number));
    std::string const moved = movement(node, head->number);
    if (!moved.empty()) text += ", " + moved;
    if (head->at - now > clocks_differ)
        return warning(text + fmt::format(", and from the future ({}): compare the clocks",
                                          base::format_time(head->at)));
    bool const stands = node.before && head->number == node.before->number;
    if (!rpc.block_period)
        return stands || !node.before
                   ? skipped(text + "; rpc.block_period does not say how often there should be one")
                   : passed(text);
    Duration const idle = std::max(age, stands ? node.before->for_ : Duration{});
    if (idle > 10 * *rpc.block_period) return failed(text + ": the chain stands still");
    return idle >= 3 * *rpc.block_period ? warning(text) : passed(text);
}

// -- Validators (QBFT, IBFT 2.0).

std::string short_address(std::string const& address) { return address.substr(0, 10); }

/// Those whose turn has come several times, and who have proposed nothing.
std::vector<std::string> idle_validators(Node const& said) {
    std::uint64_t const window = std::min<std::uint64_t>(3 * said.validators->size(), remembered_blocks);
    std::vector<std::string> idle;
    if (said.head->number < window) return idle;
    for (std::string const& address : *said.validators) {
        auto found = std::find_if(said.proposers->begin(), said.proposers->end(),
                                  [&](auto const& proposer) { return proposer.address == address; });
        std::uint64_t const last = found == said.proposers->end() ? 0 : found->last_proposed;
        if (last + window < said.head->number) idle.push_back(short_address(address));
    }
    return idle;
}

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

/// As the node sees it that is furthest.
Finding judge_validators(SeenNode const& node, model::Rpc const& rpc) {
    Node const& said = *node.said;
    if (!said.validators) {
        bool const may_be_off = said.validators.error().code == base::Errc::unsupported;
        if (may_be_off && rpc.validators.empty())
            return skipped(fmt::format("{} tells of no validators: not QBFT or IBFT, or its API is off ({})",
                                       node.name, said.validators.error().message));
        return no_answer(node, said.validators.error());
    }
    std::vector<std::string> const& all = *said.validators;
    for (std::string const& address : rpc.validators)
        if (std::find(all.begin(), all.end(), lower_case(address)) == all.end())
            return failed(fmt::format("{} is not among the {} validators", address, all.size()));
    if (!said.proposers) return no_answer(node, said.proposers.error());
    if (!said.head) return no_answer(node, said.head.error());
    std::vector<std::string> const idle = idle_validators(said);
    std::size_t const quorum = (2 * all.size() + 2) / 3;
    if (idle.empty()) return passed(fmt::format("all {} validators propose blocks", all.size()));
    std::string const text =
        fmt::format("{} of {} validators propose no blocks: {}", idle.size(), all.size(), together(idle));
    return all.size() - idle.size() < quorum ? failed(fmt::format("{}; a quorum needs {}", text, quorum))
                                             : warning(text);
}

SeenNode const* furthest(std::vector<SeenNode> const& nodes) {
    SeenNode const* best = nullptr;
    for (SeenNode const& node : nodes) {
        if (!node.said) continue;
        auto height = [](SeenNode const& of) { return of.said->head ? of.said->head->number : 0; };
        if (!best || height(node) > height(*best)) best = &node;
    }
    return best;
}

}  // namespace

std::vector<Check> judge_color(InspectedColor const& color, Inspection const& of) {
    return {worst(HealthCheckName::replicas, {judge_replicas(color)}),
            worst(HealthCheckName::endpoints, {judge_endpoints(color)}),
            worst(HealthCheckName::traffic, {judge_traffic(color, of)})};
}

std::vector<Check> judge_nodes(std::vector<SeenNode> const& nodes, model::Rpc const& rpc, WallTime now) {
    if (nodes.empty())
        return {{HealthCheckName::rpc, HealthCheckResult::unknown, "no replica runs that could be asked"}};
    std::vector<Finding> answers, chain, peers, sync, newest;
    for (SeenNode const& node : nodes) {
        answers.push_back(judge_rpc(node));
        if (!node.said) {
            for (auto* each : {&chain, &peers, &sync, &newest})
                each->push_back(unknown(node.name + " has not answered"));
            continue;
        }
        chain.push_back(judge_chain(node, rpc));
        peers.push_back(judge_peers(node, rpc));
        sync.push_back(judge_sync(node, rpc, now));
        newest.push_back(judge_blocks(node, rpc, now));
    }
    SeenNode const* witness = furthest(nodes);
    Finding const validators = witness ? judge_validators(*witness, rpc) : unknown("no node has answered");
    return {worst(HealthCheckName::rpc, answers),   worst(HealthCheckName::chain, chain),
            worst(HealthCheckName::peers, peers),   worst(HealthCheckName::sync, sync),
            worst(HealthCheckName::blocks, newest), worst(HealthCheckName::validator, {validators})};
}

model::Health health_of(std::vector<model::HealthCheckView> const& checks) {
    HealthCheckResult result = HealthCheckResult::skipped;
    for (model::HealthCheckView const& check : checks) result = std::max(result, check.result);
    switch (result) {
        case HealthCheckResult::failed:
            return model::Health::failed;
        case HealthCheckResult::warning:
            return model::Health::degraded;
        case HealthCheckResult::unknown:
            return model::Health::unknown;
        case HealthCheckResult::passed:
            return model::Health::healthy;
        case HealthCheckResult::skipped:
            break;
    }
    return model::Health::empty;
}

}  // namespace rollout
