// Which process: a pid alone may be somebody else by now.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>

namespace target {

/// A process of this machine for good: its pid may be given to another one, but never with the same start
/// time within the same boot.
struct Identity {
    std::int64_t pid = 0;
    std::uint64_t start_ticks = 0;  // field 22 of /proc/<pid>/stat
    std::string boot_id{};          // of the kernel's run in which it was started
};

std::string const& current_boot_id();
/// pid 0 when there is no such process (a zombie is none).
Identity identify(pid_t pid);
bool is_alive(Identity const& process);
/// Through a pidfd, compared after it is open, so that a reused pid is never touched. False when it is gone.
bool send_signal(Identity const& process, int signal);
/// The same for its whole process group. The group keeps its number while one member lives; it is signalled
/// only while the leader is the one we know.
bool send_signal_to_group(Identity const& leader, int signal);

}  // namespace target
