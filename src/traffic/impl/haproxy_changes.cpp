#include "traffic/impl/haproxy_changes.hpp"

namespace traffic {

namespace {

/// What becomes of one server.
struct Fate {
    LiveServer const* live = nullptr;  // null: to be added
    Server wanted{};                   // with the weight that it may have now
    bool leaves = false;
};

bool serves(LiveServer const& server) {
    return server.up && !server.draining && !server.maintenance && server.weight > 0;
}
bool will_serve(Fate const& fate) {
    return fate.live && fate.live->up && !fate.live->maintenance && !fate.leaves && !fate.wanted.draining &&
           fate.wanted.weight > 0;
}

/// A server that no check has passed gets no more than it has.
int allowed_weight(LiveServer const& live, Server const& wanted) {
    if (wanted.draining) return 0;
    return live.routable() ? wanted.weight : std::min(wanted.weight, live.weight);
}

std::vector<Fate> fates(Live const& live, Route const& route) {
    std::vector<Fate> all;
    for (LiveServer const& server : live.servers) {
        auto wanted = std::find_if(route.servers.begin(), route.servers.end(),
                                   [&](Server const& candidate) { return candidate.name == server.name; });
        // An entry cannot change its address, and one in maintenance keeps the result of an old check: away
        // with it, so that it is added anew.
        bool leaves =
            wanted == route.servers.end() || wanted->address != server.address || server.maintenance;
        Server now{.name = server.name, .address = server.address, .weight = server.weight, .draining = true};
        if (!leaves) {
            now = *wanted;
            now.weight = allowed_weight(server, *wanted);
        }
        all.push_back({.live = &server, .wanted = std::move(now), .leaves = leaves});
    }
    for (Server const& wanted : route.servers) {
        bool known = std::any_of(live.servers.begin(), live.servers.end(),
                                 [&](LiveServer const& server) { return server.name == wanted.name; });
        if (known) continue;
        all.push_back({.wanted = wanted});
        all.back().wanted.weight = 0;
    }
    std::sort(all.begin(), all.end(),
              [](Fate const& a, Fate const& b) { return a.wanted.name < b.wanted.name; });
    return all;
}

/// Whatever is asked: the last that serve stay until others can, unless nobody is to serve.
void keep_somebody(std::vector<Fate>& all, Route const& route) {
    bool asked = std::any_of(route.servers.begin(), route.servers.end(),
                             [](Server const& server) { return server.weight > 0 && !server.draining; });
    if (!asked || std::any_of(all.begin(), all.end(), will_serve)) return;
    for (Fate& fate : all) {
        if (!fate.live || !serves(*fate.live)) continue;
        fate.leaves = false;
        fate.wanted.weight = fate.live->weight;
        fate.wanted.draining = false;
    }
}

/// Only one that took no new requests already when it was last looked at is really empty.
bool can_be_removed(Fate const& fate) {
    bool closed = fate.live->draining || fate.live->maintenance;
    return fate.leaves && closed && fate.live->sessions == 0;
}

std::string place(Fate const& fate) { return fmt::format("{}/{}", backend_name, fate.wanted.name); }

std::vector<std::string> additions(std::vector<Fate> const& all) {
    std::vector<std::string> commands;
    for (Fate const& fate : all) {
        if (fate.live) continue;
        commands.push_back(
            fmt::format("add server {} {} {} weight 0", place(fate), fate.wanted.address, server_settings()));
        commands.push_back("enable health " + place(fate));
        commands.push_back("enable server " + place(fate));
    }
    return commands;
}

std::vector<std::string> raises(std::vector<Fate> const& all) {
    std::vector<std::string> commands;
    for (Fate const& fate : all) {
        if (!fate.live || fate.leaves || fate.wanted.draining) continue;
        // A server comes out of draining with the weight that it is to have.
        if (fate.live->draining && fate.wanted.weight < fate.live->weight)
            commands.push_back(fmt::format("set weight {} {}", place(fate), fate.wanted.weight));
        if (fate.live->draining) commands.push_back(fmt::format("set server {} state ready", place(fate)));
        if (fate.wanted.weight > fate.live->weight)
            commands.push_back(fmt::format("set weight {} {}", place(fate), fate.wanted.weight));
    }
    return commands;
}

std::vector<std::string> lowerings(std::vector<Fate> const& all) {
    std::vector<std::string> commands;
    for (Fate const& fate : all) {
        if (!fate.live) continue;
        LiveServer const& live = *fate.live;
        bool drains = fate.wanted.draining && !live.draining && !live.maintenance;
        if (!fate.leaves && !live.draining && fate.wanted.weight < live.weight)
            commands.push_back(fmt::format("set weight {} {}", place(fate), fate.wanted.weight));
        if (drains) commands.push_back(fmt::format("set server {} state drain", place(fate)));
        if (!fate.leaves || drains) continue;
        // It was asked to leave while it drained and still has sessions: its time is over.
        if (!live.maintenance) commands.push_back(fmt::format("set server {} state maint", place(fate)));
        if (live.sessions > 0) commands.push_back("shutdown sessions server " + place(fate));
    }
    return commands;
}

std::vector<std::string> removals(std::vector<Fate> const& all) {
    std::vector<std::string> commands;
    for (Fate const& fate : all)
        if (fate.live && can_be_removed(fate)) commands.push_back("del server " + place(fate));
    return commands;
}

Intent intent_after(Intent const& intent, Live const& live, Route const& route,
                    std::vector<Fate> const& all) {
    Intent next = intent;
    next.traffic = route.traffic;
    next.servers.clear();
    if (next.retired.generation != live.generation) next.retired = {.generation = live.generation};
    for (Fate const& fate : all) {
        if (fate.live && can_be_removed(fate)) {
            next.retired.losses += fate.live->losses;
            continue;
        }
        Entry const* known = intent.server(fate.wanted.name);
        bool same = fate.live && known && known->address == fate.wanted.address;
        next.servers.push_back({.name = fate.wanted.name,
                                .address = fate.wanted.address,
                                .weight = fate.wanted.draining || fate.leaves ? 0 : fate.wanted.weight,
                                .draining = fate.wanted.draining,
                                .serial = same ? known->serial : ++next.last_serial});
    }
    return next;
}

}  // namespace

Changes changes(Intent const& intent, Live const& live, Route const& route) {
    std::vector<Fate> all = fates(live, route);
    keep_somebody(all, route);
    Changes result{.next = intent_after(intent, live, route, all)};
    if (live.health != route.traffic.health)
        result.stages.push_back({fmt::format("experimental-mode on;set var {} expr str({})", health_variable,
                                             route.traffic.health)});
    // Sent together, so that nothing can come between: half of a change of weights is a share that nobody
    // approved.
    auto weights = [](std::vector<Fate> const& fates_of_all) {
        std::vector<std::string> commands = raises(fates_of_all);
        for (std::string& command : lowerings(fates_of_all)) commands.push_back(std::move(command));
        return commands;
    };
    for (auto& commands : {additions(all), weights(all), removals(all)})
        if (!commands.empty()) result.stages.push_back(commands);
    return result;
}

Intent intent_without_live(Intent const& intent, Route const& route) {
    Intent next = intent;
    next.traffic = route.traffic;
    next.servers.clear();
    for (Server const& wanted : route.servers) {
        Entry const* known = intent.server(wanted.name);
        bool same = known && known->address == wanted.address;
        bool had_weight = same && known->weight > 0;
        next.servers.push_back({.name = wanted.name,
                                .address = wanted.address,
                                .weight = had_weight && !wanted.draining ? wanted.weight : 0,
                                .draining = wanted.draining,
                                .serial = same ? known->serial : ++next.last_serial});
    }
    return next;
}

}  // namespace traffic
