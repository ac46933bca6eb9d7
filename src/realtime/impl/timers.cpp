#include "realtime/impl/timers.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>

namespace realtime::impl {

namespace {
constexpr Duration shortest_sleep = 5ms;  // so that many timers close to each other ring together
}

void Timer::set(Duration from_now) {
    Timers::Key key{timers_->clock_.now() + from_now, timers_->next_++};
    if (set_) {
        auto node = timers_->queue_.extract(place_);
        node.key() = key;
        place_ = timers_->queue_.insert(std::move(node)).position;
    } else {
        place_ = timers_->queue_.emplace(key, this).first;
        set_ = true;
    }
    timers_->expect(key.first);
}

void Timer::cancel() {
    if (set_) timers_->queue_.erase(place_);
    set_ = false;
}

void Timers::stop() {
    stopped_ = true;
    if (waiting_) wake_.emit(asio::cancellation_type::all);
}

void Timers::expect(SteadyTime when) {
    if (stopped_ || when >= armed_) return;
    armed_ = when;
    if (waiting_)
        wake_.emit(asio::cancellation_type::all);
    else
        wait();
}

void Timers::wait() {
    waiting_ = true;
    auto rung = [self = shared_from_this()](error_code) { self->ring(); };
    clock_.wait_until(armed_,
                      asio::bind_executor(executor_, asio::bind_cancellation_slot(wake_.slot(), rung)));
}

/// While it rings it still counts as waiting, so that what is set meanwhile only moves `armed_`.
void Timers::ring() {
    wake_.slot().clear();
    if (!stopped_ && clock_.now() >= armed_) {
        armed_ = SteadyTime::max();
        ring_those_due();
        SteadyTime next = queue_.empty() ? SteadyTime::max() : queue_.begin()->first.first;
        if (next != SteadyTime::max()) armed_ = std::max(next, clock_.now() + shortest_sleep);
    }
    waiting_ = false;
    if (!stopped_ && armed_ != SteadyTime::max()) wait();
}

void Timers::ring_those_due() {
    SteadyTime now = clock_.now();
    while (!queue_.empty() && queue_.begin()->first.first <= now) {
        Timer& timer = *queue_.begin()->second;
        timer.cancel();
        auto ring = timer.ring_;  // the timer may go
        ring();
    }
}

}  // namespace realtime::impl
