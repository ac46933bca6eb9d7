// The files of a process's folder, as the shim writes them and inspection reads them.
#pragma once
#include "target/impl/identity.hpp"
#include "target/supervisor.hpp"

namespace target {

/// `state.json`.
struct ShimState {
    ProcessPhase phase = ProcessPhase::starting;
    std::int64_t pid = 0;  // of the command; 0 while it does not run
    std::uint64_t start_ticks = 0;
    std::int64_t shim_pid = 0;
    std::uint64_t shim_start_ticks = 0;
    std::string boot_id{};
    int starts = 0;
    std::string last_exit{};
    std::string problem{};
    WallTime since{};

    Identity command() const { return {pid, start_ticks, boot_id}; }
    Identity shim() const { return {shim_pid, shim_start_ticks, boot_id}; }
};
BOOST_DESCRIBE_STRUCT(ShimState, (),
                      (phase, pid, start_ticks, shim_pid, shim_start_ticks, boot_id, starts, last_exit,
                       problem, since))

/// Nothing is synced: after a power failure no process is left that it could tell of.
bool write_state(std::string const& folder, ShimState const& state);
/// The default when there is none.
ShimState read_state(std::string const& folder);

/// Output is kept up to this size, and as much again of what was before it.
inline constexpr std::size_t output_limit_bytes = 1024 * 1024;
inline constexpr char output_name[] = "output.log";

/// When `output.log` has grown beyond the limit, its end becomes `output.log.1` and it begins anew. The
/// command writes to the file itself, not to a pipe of the shim, so that the death of the shim neither blocks
/// nor kills it; therefore copy and truncate (a line written between the two is lost).
void rotate_output(std::string const& folder, int output_fd);

}  // namespace target
