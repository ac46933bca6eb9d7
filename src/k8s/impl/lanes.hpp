// Who may ask a cluster now: so many requests a second, so many at once, aborts first (R38).
#pragma once
#include <boost/asio/experimental/channel.hpp>
#include <deque>
#include <optional>

#include "base/clock.hpp"
#include "k8s/limits.hpp"

namespace k8s::impl {

enum class Lane { abort, normal, watch };
inline constexpr std::size_t lane_count = 3;

class TokenBucket {
public:
    TokenBucket(double per_second, double burst, SteadyTime now)
        : per_second_(per_second), burst_(burst), tokens_(burst), filled_at_(now) {}

    /// When there will be one token above `reserve`.
    SteadyTime ready_at(double reserve, SteadyTime now);
    void take(SteadyTime now);

private:
    void fill(SteadyTime now);
    double per_second_, burst_, tokens_;
    SteadyTime filled_at_;
};

/// Each lane is a line of its own. An abort goes ahead of everything that has not begun; the last
/// `abort_reserve` tokens and the last connection are for aborts alone. Watches, which hold their connection,
/// get at most `watches` of them.
class Lanes {
public:
    Lanes(Executor executor, base::Clock& clock, Limits limits);

    /// A request that is under way. Lanes outlives it.
    class Permit {
    public:
        Permit(Lanes& lanes, Lane lane) : lanes_(&lanes), lane_(lane) {}
        Permit(Permit&& other) noexcept : lanes_(std::exchange(other.lanes_, nullptr)), lane_(other.lane_) {}
        Permit& operator=(Permit&&) = delete;
        ~Permit() {
            if (lanes_) lanes_->leave(lane_);
        }

    private:
        Lanes* lanes_;
        Lane lane_;
    };

    /// Waits for its turn. Nothing when it has not come at the deadline.
    awaitable<std::optional<Permit>> enter(Lane lane, SteadyTime deadline);

    /// The cluster has asked to be left alone until then; aborts do not wait for that.
    void pause_until(SteadyTime when);

private:
    struct Place;
    SteadyTime turn_of(Place const& place, SteadyTime now);
    bool has_connection_for(Lane lane) const;
    std::deque<Place*>& line(Lane lane) { return lines_[static_cast<std::size_t>(lane)]; }
    void leave(Lane lane);
    void wake_the_first();

    Executor executor_;
    base::Clock& clock_;
    Limits limits_;
    TokenBucket tokens_;
    std::array<std::deque<Place*>, lane_count> lines_{};
    std::size_t in_use_ = 0, watches_ = 0;
    SteadyTime paused_until_{};
};

}  // namespace k8s::impl
