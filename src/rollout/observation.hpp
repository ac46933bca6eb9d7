// One look at a component, told alike of every kind of target: what runs, who gets the traffic, and what the
// data plane counted.
#pragma once
#include "model/views.hpp"

namespace rollout {

/// A process behind HAProxy, or a pod behind a Service.
struct Replica {
    std::string name{};
    int revision = 0;
    int slot = 0;           // from 0 within its revision; when fewer are wanted the highest go
    bool started = false;   // somebody has begun to run it
    bool routable = false;  // takes requests, or could if it got any
    std::string trouble{};  // why it is not routable: the end of "waiting for 1 of 3 replicas of 1.1.0: "
    bool in_route = false;  // the data plane knows it: requests may be under way
    bool draining = false;  // gets no new ones
    std::int64_t open_requests = 0;
    model::ReplicaView view{};  // for people
    bool operator==(Replica const&) const = default;
};

/// What the data plane has counted at one place since `generation` began.
struct Counter {
    std::string name{};
    int revision = 0;          // 0: of none that is there
    std::string generation{};  // changes when counting begins at zero
    model::Counts counts{};
    std::int64_t response_ms = 0;  // mean time to the answer, as the data plane smooths it
    bool has_past = false;         // it may have counted before this rollout, and for another revision
    bool operator==(Counter const&) const = default;
};

/// Whatever hands out the requests, and whoever counts them.
struct DataPlane {
    std::string name{};  // in sentences: "HAProxy", "VirtualService web"
    bool running = false;
    std::string problem{};                // a sentence: why it does not run, or not do what it is told
    int starts = 0;                       // how often it was started; 0: nobody counts that
    std::map<int, int> shares_percent{};  // by revision: of the traffic, as it is handed out now
    int unserved_percent = 0;             // of the traffic, that goes where no replica takes it
    std::string counted_by{};             // in sentences: "HAProxy", "Prometheus at http://..."
    std::vector<std::string> queries{};   // what whoever counts is asked, where it is asked
    std::string not_counted{};            // a sentence: why there are no counters now; empty: there are
    std::vector<Counter> counters{};
    std::optional<model::TrafficView> view{};  // for people, of a proxy that we run ourselves
    bool operator==(DataPlane const&) const = default;
};

struct Wish;
struct Effect;

/// All that a target's driver saw. It knows what is still to be done for a wish. Pure.
class Sight {
public:
    virtual ~Sight() = default;
    /// In the order in which it must be done. Each look does what can be done now; a replica goes only when
    /// it has been drained, left the route, and serves nobody.
    virtual std::vector<Effect> missing(Wish const& wish) const = 0;
    /// Is the share of each part in force, with every replica that is wanted in its place?
    virtual bool in_force(Wish const& wish) const = 0;
};

struct Observation {
    WallTime at{};
    Duration elapsed{};     // observed time since the look before; 0 at the first one of this portal's life
    std::string problem{};  // not empty: the target could not be looked at, and the rest means nothing
    std::string trouble{};  // what was tried after the look before and failed, as a sentence; empty: nothing
    std::vector<Replica> replicas{};        // sorted by revision and slot
    std::map<int, std::string> shortage{};  // by revision: why fewer replicas are there than asked for
    DataPlane traffic{};
    std::vector<std::string> gone{};   // what others have removed: only they make it again; a sentence each
    std::vector<std::string> drift{};  // what others have changed of what we wrote, a sentence each
    std::shared_ptr<Sight const> sight{};  // set, unless there is a problem

    Replica const* replica(int revision, int slot) const;
    /// How many replicas of a revision take traffic or could.
    int routable_count(int revision) const;
    int share_percent(int revision) const;
};

}  // namespace rollout
