#include "rollout/wish.hpp"

#include <cmath>

namespace rollout {

namespace {

using target::ProcessPhase;
using target::Replica;
using traffic::Route;
using traffic::Server;
using traffic::ServerState;

constexpr int largest_weight = 256;

std::string address_of(Replica const& replica) { return fmt::format("127.0.0.1:{}", replica.port); }

/// Weight of each server of each part, so that the parts get their shares.
std::vector<int> server_weights(Wish const& wish, std::vector<int> const& routable) {
    // A server's weight is proportional to its part's share divided by the part's number of servers.
    double largest = 0;
    std::vector<double> ideal;
    for (std::size_t i = 0; i < wish.parts.size(); ++i) {
        double weight = routable[i] > 0 ? static_cast<double>(wish.parts[i].weight_percent) / routable[i] : 0;
        ideal.push_back(weight);
        largest = std::max(largest, weight);
    }
    std::vector<int> weights;
    for (double weight : ideal) {
        if (weight <= 0) {
            weights.push_back(0);
            continue;
        }
        weights.push_back(std::max(1, static_cast<int>(std::lround(weight / largest * largest_weight))));
    }
    return weights;
}

Server keep(ServerState const& state) {
    return {.name = state.name, .address = state.address, .weight = state.weight, .draining = state.draining};
}

/// What becomes of a server whose replica is not wanted: drained, and when it is empty left out.
std::optional<Server> on_its_way_out(ServerState const& state, bool cut) {
    if (state.draining && (state.sessions == 0 || cut)) return {};
    return Server{.name = state.name, .address = state.address, .weight = 0, .draining = true};
}

}  // namespace

ServerState const* Observation::server(std::string const& replica) const {
    for (ServerState const& state : router.servers)
        if (state.name == replica) return &state;
    return nullptr;
}

bool Observation::routable(std::string const& replica) const {
    ServerState const* state = server(replica);
    if (!state || !state->routable || state->draining || state->maintenance) return false;
    // Somebody else may answer on the port of a replica that cannot start because of it.
    auto known = std::find_if(replicas.begin(), replicas.end(),
                              [&](Replica const& each) { return each.name == replica; });
    return known != replicas.end() && known->process.phase != ProcessPhase::backing_off &&
           known->process.phase != ProcessPhase::absent;
}

int Observation::routable_count(int revision) const {
    return static_cast<int>(std::count_if(replicas.begin(), replicas.end(), [&](Replica const& replica) {
        return replica.revision == revision && routable(replica.name);
    }));
}

bool Wish::wants(Replica const& replica) const {
    return std::any_of(parts.begin(), parts.end(), [&](Part const& part) {
        return part.revision.number == replica.revision && replica.slot < part.replicas;
    });
}

Wish steady(model::Placement const& placement) {
    Wish wish;
    wish.traffic = placement.stable.traffic;
    wish.parts.push_back({placement.stable, placement.stable.workload.replicas, 100});
    return wish;
}

Route wanted_route(Wish const& wish, Observation const& seen) {
    std::vector<int> routable;
    bool asked = false;
    bool somebody = false;
    for (Part const& part : wish.parts) {
        asked = asked || part.weight_percent > 0;
        int count = 0;
        for (Replica const& replica : seen.replicas)
            if (part.revision.number == replica.revision && replica.slot < part.replicas &&
                seen.routable(replica.name))
                ++count;
        routable.push_back(count);
        somebody = somebody || (count > 0 && part.weight_percent > 0);
    }
    bool hold = asked && !somebody;
    std::vector<int> weights = server_weights(wish, routable);

    Route route{.traffic = wish.traffic};
    for (Replica const& replica : seen.replicas) {
        ServerState const* state = seen.server(replica.name);
        auto part = std::find_if(wish.parts.begin(), wish.parts.end(), [&](Part const& candidate) {
            return candidate.revision.number == replica.revision && replica.slot < candidate.replicas;
        });
        if (part == wish.parts.end()) {
            if (!state) continue;
            // The last that serves stays until somebody else can.
            auto server = hold ? std::optional<Server>(keep(*state)) : on_its_way_out(*state, wish.cut);
            if (server) route.servers.push_back(*server);
            continue;
        }
        if (replica.port == 0) continue;
        auto index = static_cast<std::size_t>(part - wish.parts.begin());
        int weight = 0;
        if (replica.port_taken)
            weight = 0;
        else if (hold)
            weight = state ? state->weight : 0;
        else if (seen.routable(replica.name))
            weight = weights[index];
        else if (state && state->weight > 0)
            weight = weights[index] > 0 ? weights[index] : (part->weight_percent > 0 ? state->weight : 0);
        route.servers.push_back({.name = replica.name,
                                 .address = address_of(replica),
                                 .weight = weight,
                                 .draining = replica.port_taken});
    }
    // A server whose replica's folder is gone serves nobody.
    for (ServerState const& state : seen.router.servers) {
        bool known = std::any_of(seen.replicas.begin(), seen.replicas.end(),
                                 [&](Replica const& replica) { return replica.name == state.name; });
        if (known) continue;
        if (auto server = on_its_way_out(state, wish.cut)) route.servers.push_back(*server);
    }
    std::sort(route.servers.begin(), route.servers.end(),
              [](Server const& a, Server const& b) { return a.name < b.name; });
    return route;
}

namespace {

bool differs(Route const& route, traffic::RouterState const& router) {
    if (!router.running || router.listen != route.traffic.listen) return true;
    if (route.servers.size() != router.servers.size()) return true;
    return !std::equal(route.servers.begin(), route.servers.end(), router.servers.begin(),
                       [](Server const& server, ServerState const& state) {
                           return server.name == state.name && server.address == state.address &&
                                  server.weight == state.weight && server.draining == state.draining &&
                                  !state.maintenance;
                       });
}

}  // namespace

std::vector<Effect> missing(Wish const& wish, std::string const& component, Observation const& seen) {
    std::vector<Effect> effects;
    for (Part const& part : wish.parts)
        for (int slot = 0; slot < part.replicas; ++slot) {
            std::string name = target::replica_name(component, part.revision.number, slot);
            auto known = std::find_if(seen.replicas.begin(), seen.replicas.end(),
                                      [&](Replica const& replica) { return replica.name == name; });
            if (known == seen.replicas.end() || known->process.phase == ProcessPhase::absent)
                effects.push_back(
                    {.purpose = Purpose::start, .object = name, .revision = part.revision, .slot = slot});
            else if (known->port_taken)
                effects.push_back(
                    {.purpose = Purpose::stop, .object = name});  // then it is started, on another port
        }

    Route route = wanted_route(wish, seen);
    if (differs(route, seen.router))
        effects.push_back({.purpose = Purpose::route, .object = component, .route = route});

    for (Replica const& replica : seen.replicas)
        if (!wish.wants(replica) && !seen.server(replica.name) && seen.router.running &&
            replica.process.phase != ProcessPhase::stopping)
            effects.push_back({.purpose = Purpose::stop, .object = replica.name});
    return effects;
}

bool in_force(Wish const& wish, Observation const& seen) {
    if (!seen.router.running) return false;
    for (Part const& part : wish.parts)
        for (int slot = 0; slot < part.replicas; ++slot) {
            auto here = std::any_of(seen.replicas.begin(), seen.replicas.end(), [&](Replica const& replica) {
                return replica.revision == part.revision.number && replica.slot == slot && replica.port != 0;
            });
            if (!here && part.weight_percent > 0) return false;
        }
    Route route = wanted_route(wish, seen);
    for (Server const& server : route.servers) {
        ServerState const* state = seen.server(server.name);
        if (server.weight == 0 && !server.draining && !state) continue;  // being added, takes nothing
        if (!state || state->weight != server.weight || state->draining != server.draining) return false;
    }
    for (Part const& part : wish.parts)
        if (part.weight_percent > 0 && seen.routable_count(part.revision.number) == 0) return false;
    for (ServerState const& state : seen.router.servers)
        if (!state.draining && state.weight > 0 &&
            std::none_of(route.servers.begin(), route.servers.end(),
                         [&](Server const& s) { return s.name == state.name; }))
            return false;
    return true;
}

int share_percent(int revision, Observation const& seen) {
    int mine = 0;
    int all = 0;
    for (Replica const& replica : seen.replicas) {
        ServerState const* state = seen.server(replica.name);
        if (!state || !state->routable || state->draining || state->maintenance) continue;
        all += state->weight;
        if (replica.revision == revision) mine += state->weight;
    }
    return all == 0 ? 0 : static_cast<int>(std::lround(100.0 * mine / all));
}

std::string say(Effect const& effect) {
    std::string text(base::enum_name(effect.purpose));
    if (effect.purpose != Purpose::route) return text + " " + effect.object;
    for (Server const& server : effect.route.servers)
        text += fmt::format(" {}={}{}", server.name, server.weight, server.draining ? " draining" : "");
    return text;
}

}  // namespace rollout
