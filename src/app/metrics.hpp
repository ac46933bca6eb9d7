// What the portal tells of itself, in Prometheus' text format.
#pragma once
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include "http/message.hpp"
#include "realtime/server.hpp"
#include "rollout/engine.hpp"

namespace app {

class Metrics {
public:
    Metrics(rollout::Engine const& engine, realtime::Server const& clients, std::string const& version,
            std::string const& store);
    /// The handler, with its answers counted by status class.
    http::Handler counted(http::Handler handler);
    /// Is what stands in environments.yaml in force? Otherwise what was accepted last is.
    void tell_declaration(bool accepted) { declaration_accepted_.Set(accepted ? 1 : 0); }
    std::string text();

private:
    rollout::Engine const& engine_;
    realtime::Server const& clients_;
    prometheus::Registry registry_;
    prometheus::Gauge& open_rollouts_;
    prometheus::Gauge& resident_bytes_;
    prometheus::Gauge& declaration_accepted_;
    prometheus::Gauge& event_clients_;
    prometheus::Counter& events_sent_;
    prometheus::Counter& slow_clients_;
    prometheus::Counter& looks_;
    prometheus::Counter& effects_;
    prometheus::Counter& completed_;
    prometheus::Counter& failed_;
    std::array<prometheus::Counter*, 6> answers_{};  // by the first digit of the status
};

}  // namespace app
