// Waiting for a deployment: to its end, to a gate, or to a time limit, through restarts of the server.
#pragma once
#include "cli/session.hpp"
#include "model/views.hpp"

namespace cli {

struct FollowSettings {
    Duration timeout{};                 // zero: none
    Duration contact_limit = 60s;       // so long without an answer is too long
    Duration interval = 500ms;          // between two looks
    bool cancelled_is_success = false;  // after an abort
    std::map<std::string, int>
        passed_gates{};  // component to step: gates that have just been promoted do not count
};

/// Shows progress (a block that is redrawn on a terminal, log lines elsewhere, nothing but the last answer
/// with --output json) and returns the exit code: 0 completed, 1 other failure, 3 rolled back, 4 waits for a
/// gate, 5 time limit, 6 no contact.
awaitable<int> follow(Session& session, std::string id, FollowSettings settings);

/// Prints the log, or with `live` follows it to its end.
awaitable<int> print_log(Session& session, std::string id, bool live);

/// The gates at which a deployment stands.
std::map<std::string, int> gates_of(model::DeploymentView const& deployment);

}  // namespace cli
