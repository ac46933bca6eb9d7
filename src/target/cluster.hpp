// A component in a cluster: two Deployments of two colors, of which one is stable, and their pods. Pure: what
// the API server's objects say, and the JSON patches that change them.
#pragma once
#include "model/environment.hpp"

namespace target {

using model::Color;

/// What we write into objects: the revision in the pods' labels (so that each pod tells what it is), the rest
/// in the Deployment's annotations.
namespace mark {
inline constexpr std::string_view revision = "pilothouse.dev/revision";
inline constexpr std::string_view version = "pilothouse.dev/version";
inline constexpr std::string_view epoch = "pilothouse.dev/epoch";  // of the last writer: fences older ones
inline constexpr std::string_view written = "pilothouse.dev/written";  // what it wrote: tells others' edits
}  // namespace mark

struct Pod {
    std::string name{};
    std::string uid{};
    int revision = 0;       // 0: not one of ours
    std::string created{};  // as the API server writes it: sorts by time
    std::string phase{};    // "Running"
    bool ready = false;
    bool leaving = false;  // is being deleted
    int restarts = 0;
    std::string last_exit{};  // "exit code 1 (Error)"
    std::string trouble{};    // why it is not ready: "image pull back-off: ..."; empty when it is
    bool operator==(Pod const&) const = default;
};

/// A Deployment, as far as we act on it.
struct Workload {
    std::string name{};
    int revision = 0;  // 0: we have never installed anything here
    std::string version{};
    std::string image{};  // of the component's container
    int replicas = 0;     // asked for
    std::int64_t generation = 0;
    std::int64_t epoch = 0;  // of who wrote last
    std::string shortage{};  // why there are fewer pods than asked for: quota, a webhook; empty: nothing said
    bool paused = false;
    bool operator==(Workload const&) const = default;
};

Pod read_pod(base::json::value const& object);
/// Errors: invalid (there is no such container: names those that are there).
base::Result<Workload> read_workload(base::json::value const& deployment, std::string const& container);

/// One that leaves comes last, then by readiness and age: so those that go first when fewer are wanted have
/// the highest places.
void sort(std::vector<Pod>& pods);

struct Install {
    int revision = 0;
    std::string version{};
    std::string image{};
    int replicas = 0;
};

/// Brings a version to a Deployment that gets no traffic. It stands behind `test`s of the generation and of
/// the container's name, so that it fails when somebody else has changed the Deployment since it was read.
/// Errors: as read_workload.
base::Result<base::json::array> install(base::json::value const& deployment, std::string const& container,
                                        Install const& wanted);
base::json::array scale(base::json::value const& deployment, int replicas);

/// Who writes, and what stands in the object afterwards, in short: "blue=75".
struct Writer {
    std::int64_t epoch = 0;
    std::string written{};
};

/// The patch behind a `test` of who wrote last, and with who writes now: an older portal that comes back
/// cannot undo what a newer one did. Objects without annotations get some.
base::json::array fenced(base::json::array patch, base::json::value const& object, Writer const& writer);
/// What we wrote last, in short; empty: nothing.
std::string written_in(base::json::value const& object);
/// The epoch of who wrote last; 0: nobody of us.
std::int64_t epoch_of(base::json::value const& object);

}  // namespace target
