// The health check: a closer look at each component of an environment, and the answers of its nodes.
#include "rollout/health.hpp"

#include "base/together.hpp"
#include "rollout/impl/engine_impl.hpp"

namespace rollout {

using model::Color;
using model::HealthCheckName;
using model::HealthCheckResult;
using model::HealthCheckView;

/// A node that is to be asked, and what came of it.
struct NodeToAsk {
    Color color{};
    InspectedReplica replica{};
    SeenNode seen{};
};

struct LookedAt {
    model::Component component{};
    target::ComponentKey key{};
    Driver* driver = nullptr;  // null: it was not looked at, and the checks say why
    std::vector<HealthCheckView> checks{};
    std::vector<NodeToAsk> nodes{};
};

namespace {

using Components = std::vector<LookedAt>;

HealthCheckView view_of(Check check, std::string const& component, std::optional<Color> color, WallTime at) {
    return {component, color, check.name, check.result, std::move(check.text), at};
}

awaitable<void> ask_node(LookedAt const& of, NodeToAsk& node) {
    auto asking = of.driver->ask(of.key, node.replica, *of.component.rpc, metric::node_questions());
    node.seen.answer = co_await std::move(asking);
    if (node.seen.answer.status != 0)
        node.seen.said = metric::read_node(node.seen.answer.status, node.seen.answer.body);
}

awaitable<void> ask_for_common_block(LookedAt const& of, NodeToAsk& node) {
    std::string question = metric::block_question(node.seen.chain->common);
    auto asking = of.driver->ask(of.key, node.replica, *of.component.rpc, std::move(question));
    NodeAnswer const answer = co_await std::move(asking);
    if (answer.status != 0) node.seen.common_block = metric::read_block(answer.status, answer.body);
}

/// Every node that is to be asked, with its component.
template <class Visit>
void for_each_node(Components& components, Visit const& visit) {
    for (LookedAt& component : components)
        for (NodeToAsk& node : component.nodes) visit(component, node);
}

bool knows_its_place(SeenNode const& seen) { return seen.said && seen.said->chain_id && seen.said->head; }

/// Of the nodes that have answered: which are on the same chain, and how far the furthest is.
std::map<std::uint64_t, Chain> chains_of(Components& components) {
    struct Heights {
        std::uint64_t lowest = 0;
        int nodes = 0;
    };
    std::map<std::uint64_t, Chain> chains;
    std::map<std::uint64_t, Heights> heights;
    for_each_node(components, [&](auto&, NodeToAsk& node) {
        if (!knows_its_place(node.seen)) return;
        std::uint64_t const number = node.seen.said->head->number;
        Chain& chain = chains[*node.seen.said->chain_id];
        Heights& seen = heights[*node.seen.said->chain_id];
        if (seen.nodes == 0 || number > chain.highest) chain.highest_node = node.seen.name;
        chain.highest = std::max(chain.highest, number);
        seen.lowest = seen.nodes == 0 ? number : std::min(seen.lowest, number);
        ++seen.nodes;
    });
    // The newest two may still be replaced, or on their way.
    for (auto& [id, chain] : chains)
        if (heights[id].nodes > 1 && heights[id].lowest > 2) chain.common = heights[id].lowest - 2;
    return chains;
}

void compare_common_blocks(Components& components) {
    std::map<std::uint64_t, std::string> hashes;  // by chain, at its highest node
    for_each_node(components, [&](auto&, NodeToAsk& node) {
        if (node.seen.chain && node.seen.common_block && node.seen.name == node.seen.chain->highest_node)
            hashes[*node.seen.said->chain_id] = node.seen.common_block->hash;
    });
    for_each_node(components, [&](auto&, NodeToAsk& node) {
        if (node.seen.chain) node.seen.chain->common_hash = hashes[*node.seen.said->chain_id];
    });
}

}  // namespace

awaitable<Result<model::HealthView>> Engine::health(std::string environment, std::optional<Color> color) {
    return impl_->health(std::move(environment), color);
}

awaitable<Result<model::HealthView>> Engine::Impl::health(std::string name, std::optional<Color> color) {
    auto self = shared_from_this();
    std::shared_ptr<model::Environments const> const declared = environments;
    CO_TRY(model::Environment const* environment, find_environment(*declared, name));
    std::vector<LookedAt> components;
    for (model::Component const& component : environment->components) {
        auto looked = look_closely(*environment, component, color);
        components.push_back(co_await std::move(looked));
    }
    co_await ask_nodes(components);
    model::HealthView view{.environment = name, .observed_at = world.clock.wall_now()};
    for (LookedAt& component : components) {
        judge_answers(component);
        view.checks.insert(view.checks.end(), component.checks.begin(), component.checks.end());
    }
    view.health = environment->enabled ? rollout::health_of(view.checks) : model::Health::disabled;
    co_return view;
}

/// Why a component is not looked at.
std::optional<Check> Engine::Impl::reason_to_pass_over(model::Environment const& environment,
                                                       model::Component const& component) const {
    auto check = [](HealthCheckResult result, std::string text) {
        return Check{HealthCheckName::replicas, result, std::move(text)};
    };
    if (!environment.enabled)
        return check(
            HealthCheckResult::skipped,
            fmt::format("{0} is disabled; enable it with: pilothouse env enable {0}", environment.name));
    if (!component.enabled) return check(HealthCheckResult::skipped, component.name + " is disabled");
    if (environment.target.sample) return check(HealthCheckResult::unknown, "sample data: nothing runs here");
    auto place = lane_by_key.find({environment.name, component.name});
    Lane const* lane = place == lane_by_key.end() ? nullptr : &lanes[place->second];
    bool const is_empty =
        !lane || (lane->queue.empty() && (!lane->placement || lane->placement->stable.number == 0));
    if (is_empty) return check(HealthCheckResult::warning, "nothing is deployed");
    if (!lane->lease && !lane->trouble.empty()) return check(HealthCheckResult::unknown, lane->trouble);
    return {};
}

/// Which replicas there should be. The stable version is blue.
std::map<Color, Part> Engine::Impl::wanted_of(Lane const& lane) {
    int const stable = lane.placement ? lane.placement->stable.number : 0;
    Wish wish;
    auto driven = lane.queue.empty() ? open.end() : open.find(lane.queue.front());
    model::Rollout const* rollout =
        driven == open.end() ? nullptr : driven->second->rollout_of(lane.key.component);
    if (rollout && rollout->to.number != 0 && lane.seen)
        wish = wish_of(*rollout, *lane.seen);
    else if (stable != 0)
        wish = steady(*lane.placement);
    std::map<Color, Part> wanted;
    for (Part& part : wish.parts)
        if (part.replicas > 0)
            wanted.emplace(part.revision.number == stable ? Color::blue : Color::green, std::move(part));
    return wanted;
}

awaitable<LookedAt> Engine::Impl::look_closely(model::Environment const& environment,
                                               model::Component const& component, std::optional<Color> only) {
    LookedAt looked{.component = component, .key = {environment.name, component.name}};
    auto tell = [&](Check check, std::optional<Color> color) {
        looked.checks.push_back(view_of(std::move(check), component.name, color, world.clock.wall_now()));
    };
    if (auto reason = reason_to_pass_over(environment, component)) {
        tell(std::move(*reason), {});
        co_return looked;
    }
    Lane& lane = *find_lane(looked.key);
    model::Revision of = revision_of(lane).value_or(model::Revision{});
    Driver& driver = world.drivers.of(of.workload);
    auto inspecting = driver.inspect(looked.key, std::move(of), wanted_of(lane));
    auto inspection = co_await std::move(inspecting);
    if (!inspection) {
        tell({HealthCheckName::replicas, HealthCheckResult::unknown, inspection.error().message}, {});
        co_return looked;
    }
    looked.driver = &driver;
    for (InspectedColor const& color : inspection->colors) {
        if (only && *only != color.color) continue;
        for (Check& check : judge_color(color, *inspection)) tell(std::move(check), color.color);
        for (InspectedReplica const& replica : color.replicas)
            if (component.rpc && replica.runs)
                looked.nodes.push_back({color.color, replica, {.name = replica.name}});
    }
    if (looked.checks.empty())
        tell({HealthCheckName::replicas, HealthCheckResult::failed,
              only ? fmt::format("no {} version of {} runs", base::enum_name(*only), component.name)
                   : fmt::format("nothing of {} runs", component.name)},
             only);
    co_return looked;
}

/// All at once, each for so long as its driver allows. Then those that are on the same chain tell a block
/// that all of them should have.
awaitable<void> Engine::Impl::ask_nodes(std::vector<LookedAt>& components) {
    std::vector<awaitable<void>> works;
    for_each_node(components, [&](LookedAt& of, NodeToAsk& node) { works.push_back(ask_node(of, node)); });
    co_await base::together(std::exchange(works, {}));
    std::map<std::uint64_t, Chain> const chains = chains_of(components);
    for_each_node(components, [&](LookedAt& of, NodeToAsk& node) {
        if (!knows_its_place(node.seen)) return;
        node.seen.chain = chains.at(*node.seen.said->chain_id);
        if (node.seen.chain->common != 0) works.push_back(ask_for_common_block(of, node));
    });
    co_await base::together(std::move(works));
    compare_common_blocks(components);
}

void Engine::Impl::judge_answers(LookedAt& looked) {
    auto tell = [&](Check check, std::optional<Color> color) {
        looked.checks.push_back(
            view_of(std::move(check), looked.component.name, color, world.clock.wall_now()));
    };
    if (!looked.driver) return;
    if (!looked.component.rpc) {
        if (looked.component.service == "besu")
            tell({HealthCheckName::rpc, HealthCheckResult::skipped,
                  fmt::format("its nodes are not asked: component {} declares no rpc in environments.yaml",
                              looked.component.name)},
                 {});
        return;
    }
    remember_blocks(looked);
    std::set<Color> colors;
    for (HealthCheckView const& check : looked.checks)
        if (check.color) colors.insert(*check.color);
    for (Color color : colors) {
        std::vector<SeenNode> nodes;
        for (NodeToAsk& node : looked.nodes)
            if (node.color == color) nodes.push_back(std::move(node.seen));
        for (Check& check : judge_nodes(nodes, *looked.component.rpc, world.clock.wall_now()))
            tell(std::move(check), color);
    }
}

/// What is not asked this time keeps its mark as long as the component keeps that replica.
void Engine::Impl::remember_blocks(LookedAt& looked) {
    SteadyTime const now = world.clock.now();
    std::map<std::string, BlockMark>& before = block_marks[looked.key];
    for (NodeToAsk& node : looked.nodes) {
        auto known = before.find(node.seen.name);
        if (known != before.end()) node.seen.before = Mark{known->second.number, now - known->second.since};
        if (!node.seen.said || !node.seen.said->head) continue;
        std::uint64_t const number = node.seen.said->head->number;
        if (known == before.end() || known->second.number != number) before[node.seen.name] = {number, now};
    }
    Lane const* lane = find_lane(looked.key);
    std::erase_if(before, [&](auto const& mark) {
        return !lane || !lane->seen ||
               std::none_of(lane->seen->replicas.begin(), lane->seen->replicas.end(),
                            [&](Replica const& replica) { return replica.name == mark.first; });
    });
}

}  // namespace rollout
