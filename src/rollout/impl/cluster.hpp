// One cluster that is watched: its objects as they are now, and what its data plane has counted.
#pragma once
#include <boost/asio/cancellation_signal.hpp>

#include "k8s/access.hpp"
#include "k8s/informer.hpp"
#include "rollout/cluster_driver.hpp"
#include "rollout/cluster_events.hpp"
#include "rollout/impl/cluster_index.hpp"
#include "rollout/impl/counting.hpp"

namespace rollout::impl {

class Cluster : public std::enable_shared_from_this<Cluster> {
public:
    static std::shared_ptr<Cluster> watch(ClusterSurroundings world, ClusterSettings settings,
                                          model::Environment const& environment, OnClusterChange changed);

    model::Environment const& environment() const { return environment_; }
    /// Is this still the same cluster, of which as many kinds of objects are watched? Then it has these
    /// components now.
    bool take_over(model::Environment const& environment);
    void stop();

    /// Errors: unavailable (not read yet, or not heard of for too long: says since when, and why).
    base::Result<ClusterState> state_of(std::string const& component, model::Revision const& of);
    /// For how long a color has had no share is remembered here: observed time, as everything that waits.
    void note_shares(std::string const& component, Observation const& seen);

    awaitable<base::Result<void>> patch(std::string resource, std::string name, base::json::array operations,
                                        bool is_urgent);
    /// For what is read only now and then. Errors: unavailable (there is none yet: says why).
    base::Result<k8s::Client> client() const;
    std::string const& namespace_name() const { return namespace_; }
    /// All of the namespace, as they are watched.
    std::vector<base::json::value> autoscalers() const;
    /// The state with the endpoints of each color's Service read, whatever hands out the requests. Errors: as
    /// the API server answers.
    awaitable<base::Result<void>> read_endpoints(ClusterState& state) const;
    /// Errors: as the API server answers.
    awaitable<base::Result<std::vector<model::ClusterEvent>>> events(
        std::map<std::string, model::Revision> of) const;
    awaitable<NodeAnswer> ask(std::string pod, model::Rpc rpc, std::string body) const;

    /// The API server does everything but keep it. Errors: as it answers.
    awaitable<base::Result<void>> try_patch(std::string resource, std::string name,
                                            base::json::array operations);

private:
    Cluster(ClusterSurroundings world, ClusterSettings settings, model::Environment environment,
            OnClusterChange changed)
        : world_(world),
          settings_(std::move(settings)),
          environment_(std::move(environment)),
          changed_(std::move(changed)),
          counting_(world.dialer, world.clock, environment_.target.kubernetes->prometheus) {}

    void spawn(awaitable<void> work);
    awaitable<void> guard(awaitable<void> work);
    awaitable<void> open();
    awaitable<base::Result<k8s::Client>> connect();
    awaitable<base::Result<k8s::Access>> find_access();
    base::Result<k8s::Access> read_access() const;
    void begin_watching(k8s::Client client);
    void follow(std::string const& plural, k8s::Resource const& resource);
    void find_followers();
    void take(std::string const& plural, k8s::Change const& change);

    awaitable<k8s::Result<base::json::value>> send(std::string resource, std::string name,
                                                   base::json::array operations, k8s::Write write);

    base::Result<void> check_is_current() const;
    k8s::Object object(std::string const& plural, std::string const& name) const;
    ComponentObjects objects_of(std::string const& component, model::Revision const& of) const;
    ColorState color_state(model::Revision const& of, target::Color color) const;
    void add_counters(ClusterState& state);
    void add_own_counters(ClusterState& state);
    void add_envoy_counters(ClusterState& state);

    ClusterSurroundings world_;
    ClusterSettings settings_;
    model::Environment environment_;
    OnClusterChange changed_;
    std::string namespace_{};
    std::string problem_ = "it was not read yet";  // while there is no client
    std::optional<k8s::Client> client_{};
    std::map<std::string, std::unique_ptr<k8s::Informer>> informers_{};  // by the resource's plural
    ClusterIndex index_{};
    std::multimap<std::string, std::string> followers_{};  // object ("services/web") -> component
    std::deque<asio::cancellation_signal> running_{};
    bool stopped_ = false;

    Counting counting_;
    std::map<std::pair<std::string, int>, SteadyTime> last_share_{};  // of a component's revision
};

}  // namespace rollout::impl
