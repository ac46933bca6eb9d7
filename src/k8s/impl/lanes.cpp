#include "k8s/impl/lanes.hpp"

#include <algorithm>
#include <cmath>

namespace k8s::impl {

namespace {

/// Until somebody else moves.
constexpr SteadyTime not_yet = SteadyTime::max();

}  // namespace

SteadyTime TokenBucket::ready_at(double reserve, SteadyTime now) {
    fill(now);
    double missing = reserve + 1 - tokens_;
    if (missing <= 0) return now;
    return now + std::chrono::nanoseconds(static_cast<std::int64_t>(std::ceil(missing / per_second_ * 1e9)));
}

void TokenBucket::take(SteadyTime now) {
    fill(now);
    tokens_ -= 1;
}

void TokenBucket::fill(SteadyTime now) {
    double seconds = std::chrono::duration<double>(now - filled_at_).count();
    tokens_ = std::min(burst_, tokens_ + seconds * per_second_);
    filled_at_ = now;
}

/// One who waits; whoever leaves the line, for whatever reason, lets the next one look.
struct Lanes::Place {
    Place(Lanes& in, Lane of) : lanes(in), lane(of), wake(in.executor_, 1) {
        lanes.line(lane).push_back(this);
    }
    Place(Place const&) = delete;
    ~Place() {
        std::erase(lanes.line(lane), this);
        lanes.wake_the_first();
    }
    bool is_first() const { return lanes.line(lane).front() == this; }

    awaitable<void> wait_until(SteadyTime when) {
        try {
            auto waiting = wake.async_receive(use_awaitable);
            co_await base::within(lanes.clock_, when - lanes.clock_.now(), std::move(waiting));
        } catch (system_error const& problem) {
            if (problem.code() != asio::error::timed_out) throw;
        }
    }

    Lanes& lanes;
    Lane lane;
    asio::experimental::channel<void(error_code)> wake;
};

Lanes::Lanes(Executor executor, base::Clock& clock, Limits limits)
    : executor_(std::move(executor)),
      clock_(clock),
      limits_(limits),
      tokens_(limits.requests_per_second, limits.burst, clock.now()) {}

awaitable<std::optional<Lanes::Permit>> Lanes::enter(Lane lane, SteadyTime deadline) {
    Place place(*this, lane);
    for (;;) {
        SteadyTime now = clock_.now();
        SteadyTime turn = turn_of(place, now);
        if (turn <= now) break;
        if (now >= deadline) co_return std::nullopt;
        co_await place.wait_until(std::min(turn, deadline));
    }
    tokens_.take(clock_.now());
    ++in_use_;
    if (lane == Lane::watch) ++watches_;
    co_return Permit(*this, lane);
}

SteadyTime Lanes::turn_of(Place const& place, SteadyTime now) {
    if (!place.is_first() || !has_connection_for(place.lane)) return not_yet;
    if (place.lane == Lane::abort) return tokens_.ready_at(0, now);
    if (!line(Lane::abort).empty()) return not_yet;
    return std::max(paused_until_, tokens_.ready_at(limits_.abort_reserve, now));
}

bool Lanes::has_connection_for(Lane lane) const {
    if (lane == Lane::abort) return in_use_ < limits_.connections;
    if (lane == Lane::watch && watches_ == limits_.watches) return false;
    return in_use_ + 1 < limits_.connections;
}

void Lanes::pause_until(SteadyTime when) { paused_until_ = std::max(paused_until_, when); }

void Lanes::leave(Lane lane) {
    --in_use_;
    if (lane == Lane::watch) --watches_;
    wake_the_first();
}

void Lanes::wake_the_first() {
    for (auto const& waiting : lines_)
        if (!waiting.empty()) waiting.front()->wake.try_send(error_code{});
}

}  // namespace k8s::impl
