// Processes of this machine, each under a shim that outlives us.
#pragma once
#include <mutex>
#include <random>

#include "base/files.hpp"
#include "target/supervisor.hpp"

namespace target {

struct PortRange {
    std::uint16_t first = 20000;
    std::uint16_t last = 29999;
};

/// For any thread. `shim` is executed as `<program> shim <folder>`: this program itself.
///
/// Adoption: a process is ours only if its folder's lock is held and pid, start time and boot id agree with
/// the folder's `state.json`. Signals go through a pidfd. So a reused pid is never touched.
class RealSupervisor : public Supervisor {
public:
    RealSupervisor(base::Files& files, std::string program, PortRange ports = {})
        : files_(files), program_(std::move(program)), ports_(ports) {}
    base::Result<void> launch(std::string const& folder, ProcessSpec const& spec) override;
    base::Result<ProcessState> inspect(std::string const& folder) override;
    base::Result<void> stop(std::string const& folder) override;
    base::Result<void> forget(std::string const& folder) override;
    base::Result<void> kill_command(std::string const& folder) override;
    base::Result<std::uint16_t> free_port(std::set<std::uint16_t> const& taken,
                                          std::uint16_t preferred = 0) override;
    std::string output_tail(std::string const& folder, std::size_t limit_bytes) override;

private:
    base::Files& files_;
    std::string program_;
    PortRange ports_;
    std::mutex mutex_;
    std::uint32_t next_port_ = 0;  // an offset into the range: a port that was just left is not taken at once
};

}  // namespace target
