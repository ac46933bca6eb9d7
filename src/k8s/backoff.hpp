// Waiting longer after each failure, and never all at once.
#pragma once
#include "base/clock.hpp"
#include "base/random.hpp"

namespace k8s {

/// Doubles from `first` to `most`; each wait is a random part, from half to the whole, of that (AWS calls it
/// equal jitter), so that many who failed together do not come back together.
class Backoff {
public:
    Backoff(Duration first, Duration most) : first_(first), most_(most), next_(first) {}

    Duration next(base::Random& random) {
        Duration whole = next_;
        next_ = std::min(most_, next_ * 2);
        return whole / 2 + random.up_to(whole / 2);
    }
    void reset() { next_ = first_; }

private:
    Duration first_, most_, next_;
};

}  // namespace k8s
