// Replicas of components as processes on this machine.
#pragma once
#include "base/asio.hpp"
#include "base/files.hpp"
#include "model/deployment.hpp"
#include "target/supervisor.hpp"

namespace target {

struct Replica {
    std::string name{};  // "web-r3-2": component, revision, slot
    int revision = 0;
    int slot = 0;
    std::string version{};
    std::uint16_t port = 0;
    ProcessState process{};
    bool operator==(Replica const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Replica, (), (name, revision, slot, version, port, process))

std::string replica_name(std::string const& component, int revision, int slot);

struct ComponentKey {
    std::string environment{};
    std::string component{};
    auto operator<=>(ComponentKey const&) const = default;
};

/// One instance per data folder. Calls for one component never overlap. `workers` runs what blocks.
///
/// Folders: `<root>/<environment>/<component>/<replica>/` with `replica.json` (revision, slot, version, port: written and
/// synced before the launch), the supervisor's files and the command's output.
///
/// Every change carries the writer's epoch: a lower one than the folder's `fence` file holds is refused (conflict).
class Host {
public:
    Host(Executor workers, base::Files& files, Supervisor& supervisor, std::string root);

    /// All replicas of the component whose folder exists, sorted by revision and slot. Errors: unavailable.
    awaitable<base::Result<std::vector<Replica>>> replicas(ComponentKey key);
    /// Makes the replica run: chooses a port, records it, launches. Harmless to repeat. Errors: unavailable, conflict
    /// (fenced), not_found (the artifact of the version is not there).
    awaitable<base::Result<void>> start(ComponentKey key, model::Revision revision, int slot, std::int64_t epoch);
    /// Asks it to end; once it is gone its folder is removed by a later call. Harmless to repeat. Errors: unavailable,
    /// conflict (fenced).
    awaitable<base::Result<void>> stop(ComponentKey key, std::string replica, std::int64_t epoch);
    /// Is this version there to be started? Errors: not_found (names the missing file), invalid.
    awaitable<base::Result<void>> check_version(model::Workload workload, std::string version);
    /// The last lines that the replica wrote.
    awaitable<std::string> output_tail(ComponentKey key, std::string replica);

    std::string folder(ComponentKey const& key) const;

private:
    base::Result<void> check_fence(ComponentKey const& key, std::int64_t epoch);
    Executor workers_;
    base::Files& files_;
    Supervisor& supervisor_;
    std::string root_;
};

}  // namespace target
