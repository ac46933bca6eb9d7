// Processes of this machine behind HAProxy.
#pragma once
#include "base/clock.hpp"
#include "base/stream.hpp"
#include "rollout/driver.hpp"

namespace rollout {

/// What is seen of a component, told in the terms of rollouts. Pure.
Observation observation_of(std::string const& component, std::vector<target::Replica> replicas,
                           traffic::RouterState router);

/// The same for a health check. What no color wants is on its way out, and not looked at. Pure.
Inspection inspection_of(Observation const& seen, std::map<model::Color, Part> const& wanted);

/// The route that the wish asks for, given what can take traffic now. It never leaves the traffic to nobody:
/// as long as no server of a part with weight can take it, the weights stay as they are.
traffic::Route wanted_route(Wish const& wish, std::vector<target::Replica> const& replicas,
                            traffic::RouterState const& router);

class HostDriver : public Driver {
public:
    /// All of it outlives the driver. `believes_before_check` is a planted fault: a server counts as routable
    /// before its first check.
    HostDriver(target::Host& host, traffic::Router& router, base::Dialer& dialer, base::Clock& clock,
               bool believes_before_check = false)
        : host_(host),
          router_(router),
          dialer_(dialer),
          clock_(clock),
          believes_before_check_(believes_before_check) {}

    awaitable<base::Result<Observation>> observe(ComponentKey key, model::Revision of) override;
    awaitable<base::Result<void>> perform(ComponentKey key, Effect effect, std::int64_t epoch) override;
    awaitable<base::Result<void>> check(ComponentKey key, model::Component component, std::string version,
                                        model::Strategy strategy) override;
    awaitable<std::vector<base::Result<Rehearsal>>> rehearse(std::vector<model::Rollout> drafts,
                                                             std::size_t most_dry_runs) override;
    awaitable<base::Result<Inspection>> inspect(ComponentKey key, model::Revision of,
                                                std::map<model::Color, Part> wanted) override;
    awaitable<base::Result<std::vector<model::ClusterEvent>>> events(
        std::string environment, std::map<std::string, model::Revision> of) override;
    awaitable<NodeAnswer> ask(ComponentKey key, InspectedReplica replica, model::Rpc rpc,
                              std::string body) override;

private:
    target::Host& host_;
    traffic::Router& router_;
    base::Dialer& dialer_;
    base::Clock& clock_;
    bool believes_before_check_;
};

}  // namespace rollout
