// Processes that outlive us: each runs under a small shim of ours, in a folder of its own.
#pragma once
#include <set>

#include "base/json.hpp"

namespace target {

/// What a shim is asked to run: `spec.json` in the process's folder. Written before the shim is launched.
struct ProcessSpec {
    std::vector<std::string> command{};        // argv; placeholders already replaced
    std::map<std::string, std::string> env{};  // added to the environment variables
    Duration stop_timeout = std::chrono::seconds(30);
    /// "127.0.0.1:8080": the shim binds and listens on it before it executes the command, keeps it, and hands
    /// it over as the descriptor 3. So new connections wait while the process restarts.
    std::optional<std::string> listen{};
    std::string label{};  // for people: "web 1.1.0"
    /// Where the command runs, and what a relative program name is relative to. Empty: the process's own
    /// folder.
    std::string working_folder{};
    int stop_signal = 15;  // SIGTERM; HAProxy finishes its requests at SIGUSR1
    bool operator==(ProcessSpec const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ProcessSpec, (),
                      (command, env, stop_timeout, listen, label, working_folder, stop_signal))

enum class ProcessPhase {
    absent,    // no shim holds the folder's lock
    starting,  // the shim runs, the command does not yet
    running,
    backing_off,  // it ended by itself; the shim starts it again after a while
    stopping,     // asked to end
    orphaned,     // the shim was killed, the command still runs
};
BOOST_DESCRIBE_ENUM(ProcessPhase, absent, starting, running, backing_off, stopping, orphaned)

/// `state.json`, written by the shim (atomically) at each change; and what inspection adds.
struct ProcessState {
    ProcessPhase phase = ProcessPhase::absent;
    std::int64_t pid = 0;     // of the command
    int starts = 0;           // how often the command was started by this folder's shims
    std::string last_exit{};  // "exit status 1", "signal 9 (killed)"; empty before the first end
    std::string problem{};    // "cannot execute opt/1.1.0/svc: no such file"
    WallTime since{};         // of this phase
    bool operator==(ProcessState const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ProcessState, (), (phase, pid, starts, last_exit, problem, since))

/// The table of processes, by folder (an absolute path). Quick calls that never wait for a process.
class Supervisor {
public:
    virtual ~Supervisor() = default;
    /// Writes the spec and starts a shim; when one holds the lock, nothing happens. Harmless to repeat: a
    /// second start cannot happen. Errors: unavailable.
    virtual base::Result<void> launch(std::string const& folder, ProcessSpec const& spec) = 0;
    /// Never fails for a missing folder: that is `absent`.
    virtual base::Result<ProcessState> inspect(std::string const& folder) = 0;
    /// Asks the process to end: its stop signal, after its stop_timeout SIGKILL; then the shim ends, too.
    /// Harmless to repeat, and when it is not there.
    virtual base::Result<void> stop(std::string const& folder) = 0;
    /// Removes the folder of a process that is not there; while it is there, and when the folder is not,
    /// nothing happens. No launch that came before can start the process afterwards. Errors: unavailable.
    virtual base::Result<void> forget(std::string const& folder) = 0;
    /// Sends SIGKILL to the command (not to the shim, which starts it again). For tests and the model.
    virtual base::Result<void> kill_command(std::string const& folder) = 0;
    /// A TCP port on loopback that nobody listens on: `preferred` if it is free, or one from the range of
    /// this supervisor that is not in `taken`. Errors: unavailable, when all are taken (names the range).
    virtual base::Result<std::uint16_t> free_port(std::set<std::uint16_t> const& taken,
                                                  std::uint16_t preferred = 0) = 0;
    /// The last bytes of the command's output, at most `limit_bytes`.
    virtual std::string output_tail(std::string const& folder, std::size_t limit_bytes) = 0;
};

}  // namespace target
