// What one cluster is spared (R38).
#pragma once
#include "base/clock.hpp"

namespace k8s {

struct Limits {
    double requests_per_second = 50;
    double burst = 100;
    double abort_reserve = 8;  // of the burst: requests that only aborts may make
    std::size_t connections = 8;
    std::size_t watches = 5;       // of the connections; one more is always left to aborts
    int attempts = 4;              // of one call, where a second one can do no harm
    int failures_in_a_row = 5;     // to get any answer: then the cluster is left alone for a while
    Duration left_alone_for = 1s;  // at first; doubles up to the next
    Duration left_alone_for_most = 30s;
};

}  // namespace k8s
