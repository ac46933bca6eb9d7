// One seed: the whole portal, as app/ puts it together, in a world of virtual time with clients, traffic, a
// network that delays and cuts, and sudden deaths. Then what was broken.
#pragma once
#include <string>
#include <vector>

#include "rollout/engine.hpp"

namespace simulation {

struct Options {
    std::uint64_t seed = 1;
    rollout::PlantedFault planted_fault = rollout::PlantedFault::none;
    bool fences_are_skipped = false;  // another planted fault: nobody reads what stands in them
    bool feed_skips_events = false;   // and another one: some events reach nobody
    bool trace = false;               // print what happens, for a person to read
    /// 0: by the seed. Otherwise the portal dies at exactly this crash point of the run, and at no other.
    std::uint64_t crash_at_point = 0;
    bool calm = false;  // no deaths, no faults of the network: the undisturbed run
};

struct Outcome {
    std::uint64_t hash = 0;
    std::uint64_t steps = 0;
    std::uint64_t crash_points = 0;  // reached
    int crashes = 0;
    bool taken_over = false;  // a portal was halted, another one went on, and the first came back
    int requests = 0;         // of the constant traffic
    int deployments = 0;
    int disconnects = 0;  // of the follower
    int events = 0;       // that it applied
    int resets = 0;       // it had missed too much, and began anew
    Duration longest_behind{};
    Duration virtual_time{};
    std::vector<std::string> violations{};
};

/// The same options give the same outcome, bit for bit.
Outcome run(Options const& options);

}  // namespace simulation
