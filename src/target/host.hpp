// Replicas of components as processes on this machine.
#pragma once
#include <mutex>

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
    bool port_taken =
        false;  // it does not run, and somebody else listens on its port: it can only start on another
    bool operator==(Replica const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Replica, (), (name, revision, slot, version, port, process, port_taken))

std::string replica_name(std::string const& component, int revision, int slot);

struct ComponentKey {
    std::string environment{};
    std::string component{};
    auto operator<=>(ComponentKey const&) const = default;
};

/// One instance per data folder. Calls for one component never overlap. `workers` runs what blocks.
///
/// Relative paths in a workload (the program, the artifact) are relative to `base_folder`, the folder of
/// environments.yaml; commands run there, too. Empty: artifacts are relative to our own working folder,
/// commands run in the replica's folder. Placeholders in command, artifact and env: {version} {port} {folder}
/// (the replica's own). Nothing else is replaced, and no variable PORT is set.
///
/// Folders: `<root>/<environment>/<component>/<replica>/` with `replica.json` (revision, slot, version, port:
/// written and synced before the launch), the supervisor's files and the command's output.
///
/// Every change carries the writer's epoch: a lower one than the folder's `fence` file holds is refused
/// (conflict).
class Host {
public:
    Host(Executor workers, base::Files& files, Supervisor& supervisor, std::string root,
         std::string base_folder = {});

    /// All replicas of the component whose folder exists, sorted by revision and slot. Errors: unavailable.
    awaitable<base::Result<std::vector<Replica>>> replicas(ComponentKey key);
    /// Makes the replica run: chooses a port, records it, launches. Harmless to repeat. Errors: unavailable,
    /// conflict (fenced), not_found (the artifact of the version is not there).
    awaitable<base::Result<void>> start(ComponentKey key, model::Revision revision, int slot,
                                        std::int64_t epoch);
    /// Asks it to end; once it is gone its folder is removed by a later call. Harmless to repeat. Errors:
    /// unavailable, conflict (fenced).
    awaitable<base::Result<void>> stop(ComponentKey key, std::string replica, std::int64_t epoch);
    /// Is this version there to be started? Errors: not_found (names the missing file), invalid.
    awaitable<base::Result<void>> check_version(model::Workload workload, std::string version);
    /// The last lines that the replica wrote.
    awaitable<std::string> output_tail(ComponentKey key, std::string replica);

    std::string folder(ComponentKey const& key) const;

private:
    base::Result<std::vector<Replica>> look(std::string const& component_folder);
    base::Result<void> start_now(ComponentKey const& key, model::Revision const& revision, int slot,
                                 std::int64_t epoch);
    base::Result<void> stop_now(ComponentKey const& key, std::string const& replica, std::int64_t epoch);
    base::Result<void> find_artifact(model::Workload const& workload, std::string const& version);
    base::Result<void> check_fence(ComponentKey const& key, std::int64_t epoch);
    base::Result<std::uint16_t> choose_port(std::string const& folder);
    bool is_taken(std::uint16_t port);
    void load_ports();
    std::string resolve(std::string const& path) const;

    Executor workers_;
    base::Files& files_;
    Supervisor& supervisor_;
    std::string root_;
    std::string base_folder_;
    std::mutex mutex_;
    std::optional<std::map<std::string, std::uint16_t>>
        ports_{};  // by folder, of all components; read at the first start
};

}  // namespace target
