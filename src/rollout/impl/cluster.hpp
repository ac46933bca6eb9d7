// One cluster that is watched: its objects as they are now, and what its data plane has counted.
#pragma once
#include <boost/asio/cancellation_signal.hpp>

#include "k8s/access.hpp"
#include "k8s/informer.hpp"
#include "metric/prometheus.hpp"
#include "rollout/cluster_driver.hpp"

namespace rollout::impl {

class Cluster : public std::enable_shared_from_this<Cluster> {
public:
    static std::shared_ptr<Cluster> watch(ClusterSurroundings world, ClusterSettings settings,
                                          model::Environment const& environment);

    bool is_described_by(model::Environment const& environment) const;
    void stop();

    /// Errors: unavailable (not read yet, or not heard of for too long: says since when, and why).
    base::Result<ClusterState> state_of(std::string const& component, model::Revision const& of);
    /// For how long a color has had no share is remembered here: observed time, as everything that waits.
    void note_shares(std::string const& component, Observation const& seen);

    awaitable<base::Result<void>> patch(std::string resource, std::string name, base::json::array operations,
                                        bool is_urgent);

private:
    Cluster(ClusterSurroundings world, ClusterSettings settings, model::Environment environment)
        : world_(world), settings_(std::move(settings)), environment_(std::move(environment)) {}

    void spawn(awaitable<void> work);
    awaitable<void> open();
    awaitable<base::Result<k8s::Client>> connect();
    base::Result<k8s::Access> find_access() const;
    void begin_watching(k8s::Client client);
    void follow(std::string const& plural, k8s::Resource const& resource);
    awaitable<void> count();
    void take_counts(std::vector<metric::Series> const& series);

    base::Result<void> check_is_current() const;
    base::json::value const* object(std::string const& plural, std::string const& name) const;
    ColorState color_state(model::Revision const& of, target::Color color) const;
    std::vector<Counter> counters_of(ClusterState const& state) const;

    ClusterSurroundings world_;
    ClusterSettings settings_;
    model::Environment environment_;
    std::string namespace_{};
    std::string problem_ = "it was not read yet";  // while there is no client
    std::optional<k8s::Client> client_{};
    std::map<std::string, std::unique_ptr<k8s::Informer>> informers_{};  // by the resource's plural
    std::deque<asio::cancellation_signal> running_{};
    bool stopped_ = false;

    std::string not_counted_ =
        "no Prometheus server is declared for this environment (target.kubernetes.prometheus)";
    std::map<std::string, Counter> counts_{};                         // by series
    std::map<std::pair<std::string, int>, SteadyTime> last_share_{};  // of a component's revision
};

}  // namespace rollout::impl
