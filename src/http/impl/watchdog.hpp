// One timer for all sessions of a server. It rings at the earliest deadline that it knew of when it was set;
// a deadline that moves away meanwhile costs nothing, so a busy connection never touches a timer.
#pragma once
#include <functional>
#include <memory>

#include "base/clock.hpp"

namespace http::impl {

class Watchdog : public std::enable_shared_from_this<Watchdog> {
public:
    static constexpr SteadyTime never = SteadyTime::max();

    /// `sweep(now)` ends what is over and returns the earliest deadline that is left.
    Watchdog(Executor executor, base::Clock& clock, std::function<SteadyTime(SteadyTime now)> sweep)
        : executor_(std::move(executor)), clock_(clock), sweep_(std::move(sweep)) {}

    /// There is a deadline at `when`.
    void expect(SteadyTime when) {
        if (stopped_ || when >= armed_) return;
        armed_ = when;
        if (waiting_)
            wake_.emit(asio::cancellation_type::all);
        else
            wait();
    }
    /// Sweeps no more. A wait under way ends, and with it the last reference to this.
    void stop() {
        stopped_ = true;
        if (waiting_) wake_.emit(asio::cancellation_type::all);
    }

private:
    void wait();
    void ring();

    Executor executor_;
    base::Clock& clock_;
    std::function<SteadyTime(SteadyTime)> sweep_;
    SteadyTime armed_ = never;
    bool waiting_ = false;
    bool stopped_ = false;
    asio::cancellation_signal wake_;
};

}  // namespace http::impl
