// Many timers over one wait of the clock: ten thousand clients need no wait each.
#pragma once
#include <functional>
#include <map>
#include <memory>

#include "base/clock.hpp"

namespace realtime::impl {

class Timer;

class Timers : public std::enable_shared_from_this<Timers> {
public:
    Timers(Executor executor, base::Clock& clock) : executor_(std::move(executor)), clock_(clock) {}
    SteadyTime now() const { return clock_.now(); }
    /// No timer rings any more.
    void stop();

private:
    friend class Timer;
    using Key = std::pair<SteadyTime, std::uint64_t>;
    using Queue = std::map<Key, Timer*>;

    void expect(SteadyTime when);
    void wait();
    void ring();
    void ring_those_due();

    Executor executor_;
    base::Clock& clock_;
    Queue queue_{};
    std::uint64_t next_ = 0;
    SteadyTime armed_ = SteadyTime::max();
    bool waiting_ = false;
    bool stopped_ = false;
    asio::cancellation_signal wake_;
};

/// Calls once for each `set`, up to some milliseconds late, unless it is set anew or cancelled before. May be
/// destroyed in its own call.
class Timer {
public:
    Timer(std::shared_ptr<Timers> timers, std::function<void()> ring)
        : timers_(std::move(timers)), ring_(std::move(ring)) {}
    ~Timer() { cancel(); }
    Timer(Timer const&) = delete;

    void set(Duration from_now);
    void cancel();
    bool is_set() const { return set_; }

private:
    friend class Timers;
    std::shared_ptr<Timers> timers_;
    std::function<void()> ring_;
    Timers::Queue::iterator place_{};
    bool set_ = false;
};

}  // namespace realtime::impl
