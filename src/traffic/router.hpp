// Who gets how much of a component's traffic.
#pragma once
#include "base/asio.hpp"
#include "model/deployment.hpp"
#include "target/host.hpp"

namespace traffic {

using target::ComponentKey;

/// One server as it is wanted. A server that is not in the wanted list is taken out of service and removed,
/// but only when it has no sessions; until then `apply` leaves it in maintenance... so drain it first, with
/// weight 0.
struct Server {
    std::string name{};     // the replica's
    std::string address{};  // "127.0.0.1:20001"
    int weight = 0;         // 0 to 256; a server without a passed check gets none, whatever is asked
    bool draining = false;  // no new requests at all, even if every other server is down
    bool operator==(Server const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Server, (), (name, address, weight, draining))

/// What is wanted for one component.
struct Route {
    model::Traffic traffic{};
    std::vector<Server> servers{};  // sorted by name
    bool operator==(Route const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Route, (), (traffic, servers))

/// One server as it is.
struct ServerState {
    std::string name{};
    std::string address{};
    int weight = 0;
    bool draining = false;
    bool maintenance = false;
    bool routable =
        false;            // up, and said so by a check that passed after it was added or HAProxy was started
    std::string check{};  // "L7OK", "L7STS 503", "L4CON", "INI"
    std::int64_t sessions = 0;
    std::int64_t response_ms = 0;  // mean time to the answer over the last 1,024 requests
    model::Counts counts{};        // since `generation` began
    std::string generation{};      // changes when the counters begin at zero
    bool operator==(ServerState const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ServerState, (),
                      (name, address, weight, draining, maintenance, routable, check, sessions, response_ms,
                       counts, generation))

struct RouterState {
    bool running = false;
    std::string problem{};               // a sentence, when it does not run or does not answer
    std::string listen{};                // in force
    std::string health{};                // in force
    std::vector<ServerState> servers{};  // sorted by name
    std::uint64_t requests = 0;          // of the frontend, since HAProxy started
    std::uint64_t own_failures = 0;      // answers that HAProxy made by itself: lost requests
    std::uint64_t retries = 0;           // connects that failed and were tried again
    int starts = 0;                      // of HAProxy
    bool operator==(RouterState const&) const = default;
};
BOOST_DESCRIBE_STRUCT(RouterState, (),
                      (running, problem, listen, health, servers, requests, own_failures, retries, starts))

/// One instance per data folder; calls for one component never overlap.
class Router {
public:
    virtual ~Router() = default;
    /// What is in force now. A router that was never applied, or does not run, is a state (running = false),
    /// not an error. Errors: unavailable (the state cannot be told: the answer is not to be used as an
    /// observation).
    virtual awaitable<base::Result<RouterState>> observe(ComponentKey key) = 0;
    /// Makes the route so, in an order that loses no request; starts the router when it does not run.
    /// Harmless to repeat; writes nothing when nothing differs. May need several calls (a server must first
    /// become empty): observe tells. Errors: unavailable, conflict (fenced by a higher epoch).
    virtual awaitable<base::Result<void>> apply(ComponentKey key, Route route, std::int64_t epoch) = 0;
};

}  // namespace traffic
