// The small parent of each process: it holds the lock, starts the command again when it ends, and writes down
// what happens.
#pragma once
#include <string>

namespace target {

/// The body of the hidden subcommand `pilothouse shim <folder>`; `folder` is absolute and holds `spec.json`.
/// Returns the exit status of the shim: 0 also when another shim holds the lock. One thread, no event loop of
/// Asio, no descriptor kept but the lock, the listening socket and the output.
///
/// SIGTERM asks it to end the command: its stop signal, after the stop timeout SIGKILL to all that the
/// command has started.
///
/// The command has the listening socket, if any, as descriptor 3; its output goes to `output.log`. It gets
/// our environment variables but for those that begin with PILOTHOUSE_, which may hold secrets.
int run_shim(std::string const& folder);

}  // namespace target
