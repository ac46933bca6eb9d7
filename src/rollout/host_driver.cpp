#include "rollout/host_driver.hpp"

#include <cmath>

#include "http/client.hpp"

namespace rollout {

namespace {

using target::ProcessPhase;
using traffic::Route;
using traffic::RouterState;
using traffic::Server;
using traffic::ServerState;
using Process = target::Replica;

constexpr int largest_weight = 256;

std::string address_of(Process const& process) { return fmt::format("127.0.0.1:{}", process.port); }

ServerState const* server_of(RouterState const& router, std::string const& name) {
    for (ServerState const& state : router.servers)
        if (state.name == name) return &state;
    return nullptr;
}

bool is_routable(Process const& process, RouterState const& router) {
    ServerState const* state = server_of(router, process.name);
    if (!state || !state->routable || state->draining || state->maintenance) return false;
    // Somebody else may answer on the port of a replica that cannot start because of it.
    return process.process.phase != ProcessPhase::backing_off &&
           process.process.phase != ProcessPhase::absent;
}

// -- The route.

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

bool differs(Route const& route, RouterState const& router) {
    if (!router.running || router.listen != route.traffic.listen) return true;
    if (route.servers.size() != router.servers.size()) return true;
    return !std::equal(route.servers.begin(), route.servers.end(), router.servers.begin(),
                       [](Server const& server, ServerState const& state) {
                           return server.name == state.name && server.address == state.address &&
                                  server.weight == state.weight && server.draining == state.draining &&
                                  !state.maintenance;
                       });
}

// -- Effects.

Effect start(std::string name, model::Revision const& revision, int slot) {
    return {Purpose::start, name, "start " + name, StartProcess{revision, slot}};
}

Effect stop(std::string const& name) { return {Purpose::stop, name, "stop " + name, StopProcess{}}; }

Effect set_route(std::string component, Route route) {
    std::string text = "route";
    for (Server const& server : route.servers)
        text += fmt::format(" {}={}{}", server.name, server.weight, server.draining ? " draining" : "");
    return {Purpose::route, std::move(component), std::move(text), SetRoute{std::move(route)}};
}

class HostSight : public Sight {
public:
    HostSight(std::string component, std::vector<Process> processes, RouterState router)
        : component_(std::move(component)), processes_(std::move(processes)), router_(std::move(router)) {}

    std::vector<Effect> missing(Wish const& wish) const override {
        std::vector<Effect> effects;
        for (Part const& part : wish.parts)
            for (int slot = 0; slot < part.replicas; ++slot) {
                std::string name = target::replica_name(component_, part.revision.number, slot);
                Process const* known = process(part.revision.number, slot);
                if (!known || known->process.phase == ProcessPhase::absent)
                    effects.push_back(start(std::move(name), part.revision, slot));
                else if (known->port_taken)
                    effects.push_back(stop(name));  // then it is started, on another port
            }

        Route route = wanted_route(wish, processes_, router_);
        if (differs(route, router_)) effects.push_back(set_route(component_, std::move(route)));

        for (Process const& process : processes_)
            if (!wish.part_of(process.revision, process.slot) && !server_of(router_, process.name) &&
                router_.running && process.process.phase != ProcessPhase::stopping)
                effects.push_back(stop(process.name));
        return effects;
    }

    bool in_force(Wish const& wish) const override {
        if (!router_.running) return false;
        for (Part const& part : wish.parts) {
            if (part.weight_percent == 0) continue;
            if (std::none_of(processes_.begin(), processes_.end(), [&](Process const& process) {
                    return process.revision == part.revision.number && is_routable(process, router_);
                }))
                return false;
            for (int slot = 0; slot < part.replicas; ++slot)
                if (Process const* here = process(part.revision.number, slot); !here || here->port == 0)
                    return false;
        }
        Route route = wanted_route(wish, processes_, router_);
        for (Server const& server : route.servers) {
            ServerState const* state = server_of(router_, server.name);
            if (server.weight == 0 && !server.draining && !state) continue;  // being added, takes nothing
            if (!state || state->weight != server.weight || state->draining != server.draining) return false;
        }
        for (ServerState const& state : router_.servers)
            if (!state.draining && state.weight > 0 &&
                std::none_of(route.servers.begin(), route.servers.end(),
                             [&](Server const& server) { return server.name == state.name; }))
                return false;
        return true;
    }

private:
    Process const* process(int revision, int slot) const {
        for (Process const& each : processes_)
            if (each.revision == revision && each.slot == slot) return &each;
        return nullptr;
    }

    std::string component_;
    std::vector<Process> processes_;
    RouterState router_;
};

// -- What is seen, in the terms of rollouts.

/// What keeps a replica from taking traffic.
std::string trouble(Process const& process, RouterState const& router) {
    switch (process.process.phase) {
        case ProcessPhase::absent:
            return process.name + " is not started yet";
        case ProcessPhase::starting:
            return process.name + " is starting";
        case ProcessPhase::backing_off:
            if (process.port_taken)
                return fmt::format("another program took port {} of {}, which is started again on another",
                                   process.port, process.name);
            return fmt::format(
                "{} ended ({}) and is started again, {} {} so far", process.name,
                process.process.problem.empty() ? process.process.last_exit : process.process.problem,
                process.process.starts, process.process.starts == 1 ? "start" : "starts");
        case ProcessPhase::stopping:
            return process.name + " is stopping";
        case ProcessPhase::orphaned:
            return process.name + " has lost its supervisor";
        case ProcessPhase::running:
            break;
    }
    if (!router.running && !router.problem.empty()) return router.problem;
    ServerState const* server = server_of(router, process.name);
    if (!server) return process.name + " is being added to HAProxy";
    if (server->check.empty() || server->check == "INI")
        return process.name + " waits for its first health check";
    return fmt::format("{} fails its health check {} ({})", process.name, router.health, server->check);
}

Replica replica_of(Process const& process, RouterState const& router) {
    Replica replica{.name = process.name,
                    .revision = process.revision,
                    .slot = process.slot,
                    .started = process.process.phase != ProcessPhase::absent,
                    .routable = is_routable(process, router),
                    .view = {.name = process.name,
                             .version = process.version,
                             .phase = std::string(base::enum_name(process.process.phase)),
                             .pid = process.process.pid,
                             .port = process.port,
                             .starts = process.process.starts,
                             .last_exit = process.process.last_exit}};
    if (!replica.routable) replica.trouble = trouble(process, router);
    if (ServerState const* server = server_of(router, process.name)) {
        replica.in_route = true;
        replica.draining = server->draining;
        replica.open_requests = server->sessions;
        replica.view.weight = server->weight;
        replica.view.routable = server->routable;
        replica.view.draining = server->draining;
        replica.view.check = server->check;
        replica.view.sessions = server->sessions;
    }
    return replica;
}

/// The share of the traffic that each revision gets by the weights in force, rounded.
std::map<int, int> shares_percent(std::vector<Process> const& processes, RouterState const& router) {
    std::map<int, int> weights;
    int all = 0;
    for (Process const& process : processes) {
        ServerState const* state = server_of(router, process.name);
        if (!state || !state->routable || state->draining || state->maintenance) continue;
        weights[process.revision] += state->weight;
        all += state->weight;
    }
    for (auto& [revision, weight] : weights)
        weight = all == 0 ? 0 : static_cast<int>(std::lround(100.0 * weight / all));
    return weights;
}

DataPlane data_plane_of(std::vector<Process> const& processes, RouterState const& router) {
    DataPlane plane{.name = "HAProxy",
                    .running = router.running,
                    .problem = router.problem,
                    .starts = router.starts,
                    .shares_percent = shares_percent(processes, router),
                    .counted_by = "HAProxy",
                    .view = model::TrafficView{.listen = router.listen,
                                               .running = router.running,
                                               .problem = router.problem,
                                               .requests = router.requests,
                                               .own_failures = router.own_failures,
                                               .retries = router.retries}};
    if (!router.running) plane.not_counted = router.problem.empty() ? "it does not answer" : router.problem;
    for (ServerState const& server : router.servers) {
        auto process = std::find_if(processes.begin(), processes.end(),
                                    [&](Process const& each) { return each.name == server.name; });
        plane.counters.push_back({.name = server.name,
                                  .revision = process == processes.end() ? 0 : process->revision,
                                  .generation = server.generation,
                                  .counts = server.counts,
                                  .response_ms = server.response_ms});
    }
    return plane;
}

}  // namespace

Route wanted_route(Wish const& wish, std::vector<Process> const& processes, RouterState const& router) {
    std::vector<int> routable;
    bool asked = false;
    bool somebody = false;
    for (Part const& part : wish.parts) {
        asked = asked || part.weight_percent > 0;
        auto count =
            static_cast<int>(std::count_if(processes.begin(), processes.end(), [&](Process const& process) {
                return part.revision.number == process.revision && process.slot < part.replicas &&
                       is_routable(process, router);
            }));
        routable.push_back(count);
        somebody = somebody || (count > 0 && part.weight_percent > 0);
    }
    bool hold = asked && !somebody;
    std::vector<int> weights = server_weights(wish, routable);

    Route route{.traffic = wish.traffic};
    for (Process const& process : processes) {
        ServerState const* state = server_of(router, process.name);
        Part const* part = wish.part_of(process.revision, process.slot);
        if (!part) {
            if (!state) continue;
            // The last that serves stays until somebody else can.
            auto server = hold ? std::optional<Server>(keep(*state)) : on_its_way_out(*state, wish.cut);
            if (server) route.servers.push_back(*server);
            continue;
        }
        if (process.port == 0) continue;
        auto index = static_cast<std::size_t>(part - wish.parts.data());
        int weight = 0;
        if (process.port_taken)
            weight = 0;
        else if (hold)
            weight = state ? state->weight : 0;
        else if (is_routable(process, router))
            weight = weights[index];
        else if (state && state->weight > 0)
            weight = weights[index] > 0 ? weights[index] : (part->weight_percent > 0 ? state->weight : 0);
        route.servers.push_back({.name = process.name,
                                 .address = address_of(process),
                                 .weight = weight,
                                 .draining = process.port_taken});
    }
    // A server whose replica's folder is gone serves nobody.
    for (ServerState const& state : router.servers) {
        bool known = std::any_of(processes.begin(), processes.end(),
                                 [&](Process const& process) { return process.name == state.name; });
        if (known) continue;
        if (auto server = on_its_way_out(state, wish.cut)) route.servers.push_back(*server);
    }
    std::sort(route.servers.begin(), route.servers.end(),
              [](Server const& a, Server const& b) { return a.name < b.name; });
    return route;
}

Observation observation_of(std::string const& component, std::vector<Process> processes, RouterState router) {
    Observation seen;
    for (Process const& process : processes) seen.replicas.push_back(replica_of(process, router));
    seen.traffic = data_plane_of(processes, router);
    seen.sight = std::make_shared<HostSight>(component, std::move(processes), std::move(router));
    return seen;
}

Inspection inspection_of(Observation const& seen, std::map<model::Color, Part> const& wanted) {
    Inspection inspection{.data_plane = seen.traffic.name};
    if (!seen.traffic.running)
        inspection.problem =
            seen.traffic.problem.empty() ? seen.traffic.name + " does not run" : seen.traffic.problem;
    for (auto const& [color, part] : wanted) {
        InspectedColor side{.color = color,
                            .version = part.revision.version,
                            .wanted = part.replicas,
                            .shortage = "the others are not started yet",
                            .endpoints = {.holder = seen.traffic.name},
                            .share_percent = seen.share_percent(part.revision.number)};
        if (!seen.traffic.running) side.endpoints.not_looked_at = inspection.problem;
        for (Replica const& replica : seen.replicas) {
            if (replica.revision != part.revision.number || replica.slot >= part.replicas) continue;
            side.replicas.push_back({.name = replica.name,
                                     .ready = replica.routable,
                                     .trouble = replica.trouble,
                                     .runs = replica.view.phase == base::enum_name(ProcessPhase::running),
                                     .port = replica.view.port.value_or(0)});
            if (replica.in_route && replica.view.routable) side.endpoints.names.insert(replica.name);
        }
        inspection.colors.push_back(std::move(side));
    }
    return inspection;
}

awaitable<base::Result<Observation>> HostDriver::observe(ComponentKey key, model::Revision) {
    CO_TRY(std::vector<Process> processes, co_await host_.replicas(key));
    CO_TRY(RouterState router, co_await router_.observe(key));
    if (believes_before_check_)
        for (ServerState& server : router.servers) server.routable = true;
    co_return observation_of(key.component, std::move(processes), std::move(router));
}

awaitable<base::Result<void>> HostDriver::perform(ComponentKey key, Effect effect, std::int64_t epoch) {
    if (auto const* start = std::get_if<StartProcess>(&effect.order))
        co_return co_await host_.start(key, start->revision, start->slot, epoch);
    if (auto const* set = std::get_if<SetRoute>(&effect.order))
        co_return co_await router_.apply(key, set->route, epoch);
    co_return co_await host_.stop(key, effect.object, epoch);
}

awaitable<base::Result<void>> HostDriver::check(ComponentKey, model::Component component, std::string version,
                                                model::Strategy) {
    auto known = co_await host_.check_version(*component.workload, version);
    if (known) co_return known;
    bool const is_unknown = known.error().code == base::Errc::not_found;
    co_return base::Error{is_unknown ? base::Errc::invalid : known.error().code,
                          fmt::format("version: {} is unknown to component {}: {}", version, component.name,
                                      known.error().message)};
}

/// Processes are started and stopped, and the load balancer is told: no object is written.
awaitable<std::vector<base::Result<Rehearsal>>> HostDriver::rehearse(std::vector<model::Rollout> drafts,
                                                                     std::size_t) {
    co_return std::vector<base::Result<Rehearsal>>(drafts.size(), Rehearsal{});
}

awaitable<base::Result<Inspection>> HostDriver::inspect(ComponentKey key, model::Revision of,
                                                        std::map<model::Color, Part> wanted) {
    CO_TRY(Observation seen, co_await observe(std::move(key), std::move(of)));
    co_return inspection_of(seen, wanted);
}

awaitable<base::Result<std::vector<model::ClusterEvent>>> HostDriver::events(
    std::string environment, std::map<std::string, model::Revision>) {
    co_return base::Error{
        base::Errc::unsupported,
        fmt::format("{} is no cluster, and it is clusters that keep events of their objects", environment)};
}

awaitable<NodeAnswer> HostDriver::ask(ComponentKey, InspectedReplica replica, model::Rpc rpc,
                                      std::string body) {
    http::Request request{.method = "POST", .raw_target = rpc.path, .body = std::move(body)};
    request.fields.set("Content-Type", "application/json");
    http::Url url{.host = "127.0.0.1", .port = std::to_string(replica.port), .target = rpc.path};
    SteadyTime const began = clock_.now();
    auto response = co_await http::send(dialer_, clock_, std::move(url), std::move(request),
                                        node_answer_limit, longest_node_answer);
    NodeAnswer answer{.took = clock_.now() - began};
    if (!response) {
        answer.silence = response.error().message;
        co_return answer;
    }
    answer.status = response->status;
    answer.body = std::move(response->body);
    co_return answer;
}

}  // namespace rollout
