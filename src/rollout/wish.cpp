#include "rollout/wish.hpp"

namespace rollout {

Part const* Wish::part_of(int revision, int slot) const {
    auto found = std::find_if(parts.begin(), parts.end(), [&](Part const& part) {
        return part.revision.number == revision && slot < part.replicas;
    });
    return found == parts.end() ? nullptr : &*found;
}

Wish steady(model::Placement const& placement) {
    Wish wish;
    wish.traffic = placement.stable.traffic;
    wish.parts.push_back({placement.stable, placement.stable.workload.replicas, 100});
    return wish;
}

}  // namespace rollout
