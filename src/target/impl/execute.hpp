// From fork to exec.
#pragma once
#include <sys/types.h>

#include <string>

#include "base/error.hpp"
#include "target/supervisor.hpp"

namespace target {

/// What the command inherits; -1: nothing.
struct Inherited {
    int listening = -1;  // becomes descriptor 3
    int output = -1;     // becomes descriptors 1 and 2
    int lock = -1;       // stays open above
};

/// Starts the command as the leader of its own process group. Everything that can fail has been tried when it
/// returns. Errors: unavailable ("cannot execute opt/1.1.0/svc: no such file or directory").
base::Result<pid_t> execute(ProcessSpec const& spec, std::string const& folder, Inherited inherited);

/// Binds and listens. Errors: unavailable, invalid.
base::Result<int> listen_on(std::string const& address);

}  // namespace target
