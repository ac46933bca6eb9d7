// From what HAProxy does to what it shall do, in an order that loses no request.
#pragma once
#include "traffic/impl/haproxy_stats.hpp"

namespace traffic {

struct Changes {
    Intent next{};  // to be written before the first command
    /// The commands of one stage are sent together; a stage begins when all answers of the one before it are
    /// fine: add, change weights (raise, then lower), remove.
    std::vector<std::vector<std::string>> stages{};
};

Changes changes(Intent const& intent, Live const& live, Route const& route);

/// For a HAProxy that does not run: a server keeps a weight that it had, because it once passed a check; a
/// new one begins at 0.
Intent intent_without_live(Intent const& intent, Route const& route);

}  // namespace traffic
