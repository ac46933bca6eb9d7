// A call that starts or steers a deployment, told to a person or waited for.
#pragma once
#include "cli/follow.hpp"
#include "cli/impl/client.hpp"

namespace cli {

struct Order {
    Call call{};
    bool wait = false;
    FollowSettings follow{};
};

/// With an idempotency key the call is repeated while the server is away (10 s; with `wait` as long as
/// `follow` allows).
awaitable<int> place_order(Session& session, Order order);

/// 128 random bits, for a request that may be repeated.
std::string random_key(base::Random& random);

/// --wait, --timeout.
void add_wait_options(CLI::App& command, bool& wait, Duration& timeout);

}  // namespace cli
