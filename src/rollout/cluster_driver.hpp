// Components in clusters: what their API servers show, kept up to date by watching, and the writes.
#pragma once
#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/random.hpp"
#include "base/stream.hpp"
#include "k8s/access.hpp"
#include "rollout/cluster_sight.hpp"
#include "rollout/driver.hpp"

namespace rollout {

/// All of it outlives the driver. `executor` runs one thing at a time.
struct ClusterSurroundings {
    Executor executor;
    Executor workers;  // for what blocks
    base::Dialer& dialer;
    base::Clock& clock;
    base::Random& random;
    base::Files& files;
    k8s::RunPlugin& plugins;
};

/// What the kubeconfig says that was uploaded under a name. Errors: unavailable: there is none, or it cannot
/// be decrypted.
using FindUploaded = std::function<awaitable<base::Result<k8s::Access>>(std::string name)>;

struct ClusterSettings {
    std::string base_folder{};  // of environments.yaml: relative paths of kubeconfigs are relative to it
    std::vector<std::string> allowed_plugins{};  // commands that kubeconfigs may name
    /// Of the pod that the portal runs in: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT. Empty: in
    /// none.
    std::string service_host{}, service_port{};
    FindUploaded find_uploaded{};  // outlives the driver
};

/// Something of this component has changed in its cluster: it is worth a look.
using OnClusterChange = std::function<void(ComponentKey const&)>;

class ClusterDriver : public Driver {
public:
    ClusterDriver(ClusterSurroundings surroundings, ClusterSettings settings);
    ~ClusterDriver() override;

    /// The clusters of the environments that are declared now: watching begins for new ones, and for those
    /// that are described in another way, and ends for those that are gone.
    void declare(model::Environments const& environments);
    /// The kubeconfig of this name was uploaded, replaced or removed: its clusters are connected anew.
    void refresh(std::string const& uploaded);
    /// One listener, before the first `declare`.
    void on_change(OnClusterChange listener);
    /// Ends all watching.
    void stop();

    awaitable<base::Result<Observation>> observe(ComponentKey key, model::Revision of) override;
    awaitable<base::Result<void>> perform(ComponentKey key, Effect effect, std::int64_t epoch) override;
    awaitable<base::Result<void>> check(ComponentKey key, model::Component component, std::string version,
                                        model::Strategy strategy) override;
    awaitable<std::vector<base::Result<Rehearsal>>> rehearse(std::vector<model::Rollout> drafts,
                                                             std::size_t most_dry_runs) override;
    awaitable<base::Result<Inspection>> inspect(ComponentKey key, model::Revision of,
                                                std::map<model::Color, Part> wanted) override;
    awaitable<base::Result<std::vector<model::ClusterEvent>>> events(
        std::string environment, std::map<std::string, model::Revision> of) override;
    awaitable<NodeAnswer> ask(ComponentKey key, InspectedReplica replica, model::Rpc rpc,
                              std::string body) override;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace rollout
