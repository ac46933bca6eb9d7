// What a pipeline is told: one table for every command.
#pragma once
#include "base/error.hpp"
#include "model/deployment.hpp"

namespace cli {

enum class ExitCode {
    done = 0,           // completed; whatever was asked has been done
    failed = 1,         // refused, failed, cancelled, superseded, not found, not logged in, unhealthy
    usage = 2,          // the words on the command line, or what they ask for, cannot be right
    rolled_back = 3,    // the verdict on the new version was bad
    gate = 4,           // waits for a person to promote
    time_limit = 5,     // --timeout has passed; the deployment goes on
    unreachable = 6,    // no answer from the server, or it says "later"
    interrupted = 130,  // Ctrl-C
};

ExitCode exit_code_of(base::Errc code);
/// Of a deployment that was waited for and has ended, or stands at a gate. Other phases: failed.
ExitCode exit_code_of(model::Phase phase);

}  // namespace cli
