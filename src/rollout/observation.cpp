#include "rollout/observation.hpp"

namespace rollout {

Replica const* Observation::replica(int revision, int slot) const {
    auto found = std::find_if(replicas.begin(), replicas.end(), [&](Replica const& each) {
        return each.revision == revision && each.slot == slot;
    });
    return found == replicas.end() ? nullptr : &*found;
}

int Observation::routable_count(int revision) const {
    return static_cast<int>(std::count_if(replicas.begin(), replicas.end(), [&](Replica const& replica) {
        return replica.revision == revision && replica.routable;
    }));
}

int Observation::share_percent(int revision) const {
    auto share = traffic.shares_percent.find(revision);
    return share == traffic.shares_percent.end() ? 0 : share->second;
}

}  // namespace rollout
