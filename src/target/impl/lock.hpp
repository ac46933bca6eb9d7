// The lock of a process's folder: who has it is the process, and nobody else can be.
#pragma once
#include <string>
#include <vector>

#include "target/impl/identity.hpp"

namespace target {

/// Takes `<folder>/lock`. The descriptor is inherited by what is executed, so the lock is held until the last
/// of them has ended (an open file description lock: fcntl(2), "Open file description locks"). -1 with errno
/// EAGAIN when it is held.
int take_lock(std::string const& folder);
/// Only looks: unlike an attempt to take it, this never gets in the way of a shim that is about to.
bool is_locked(std::string const& folder);
/// Processes that have the lock file open. Reads all of /proc: for the rare case that nobody we know of is
/// left.
std::vector<Identity> lock_holders(std::string const& folder);

}  // namespace target
