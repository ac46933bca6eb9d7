// What the data plane of a cluster has counted, asked of Prometheus for those components that somebody looks
// at.
#pragma once
#include <set>

#include "metric/prometheus.hpp"
#include "model/environment.hpp"
#include "rollout/impl/owned.hpp"
#include "rollout/observation.hpp"

namespace rollout::impl {

class Counting {
public:
    /// Dialer and clock outlive it. Without an address nothing is counted.
    Counting(base::Dialer& dialer, base::Clock& clock, std::optional<std::string> address)
        : dialer_(dialer), clock_(clock), address_(std::move(address)) {}

    /// Until it is cancelled, and no longer than this lives. Asks once a second at most, and not while nobody
    /// wants to know.
    awaitable<void> run();

    /// This component is looked at now: its clusters are in the next question.
    void want(model::Traffic const& traffic, std::string const& in_namespace);
    /// The pods of one color, which count themselves: these selectors are asked for next, under this name of
    /// an owner.
    struct OwnQuestion {
        std::string owner{};
        std::string requests{};
        std::optional<std::string> failures{};
        auto operator<=>(OwnQuestion const&) const = default;
    };
    void want(OwnQuestion question);
    struct Counted {
        Counter counter{};  // its name is that of Envoy's cluster
        WallTime at{};      // when Prometheus read it
    };
    /// Of one owner of Envoy's clusters (metric::owner_of_cluster) or of pods that count themselves, by
    /// series: as of the last answer about each.
    std::map<std::string, Counted> const& counted(std::string const& owner) const {
        return counted_.of(owner);
    }
    /// A sentence: why what was read at last at this time is not to be used now; empty: it is good. No time:
    /// nothing was; that is good as well while Envoys are read, for they count from the first request on.
    std::string problem(std::optional<WallTime> newest) const;
    /// The same about pods that count themselves, of both colors.
    std::string problem(std::vector<OwnQuestion> const& questions) const;

private:
    awaitable<base::Result<void>> ask(metric::Prometheus const& server);
    awaitable<base::Result<void>> ask_envoys(metric::Prometheus const& server,
                                             std::set<std::string> clusters);
    awaitable<base::Result<void>> ask_pods(metric::Prometheus const& server, OwnQuestion question);
    void take(std::vector<metric::Series> const& series);
    void forget_old();

    base::Dialer& dialer_;
    base::Clock& clock_;
    std::optional<std::string> address_;
    std::set<std::string> wanted_{};  // expressions for names of clusters
    std::set<OwnQuestion> own_wanted_{};
    std::map<std::string, std::string> own_answers_{};  // by owner: what is wrong with it, or nothing
    std::string problem_{};                             // of the last question
    bool was_answered_ = false;
    std::optional<WallTime> envoy_read_{};  // any Envoy, last
    Owned<Counted> counted_{};
};

}  // namespace rollout::impl
