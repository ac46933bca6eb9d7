// For tests: run a coroutine to its end, time that moves by hand, and a network in which nobody listens.
#pragma once
#include <boost/asio/io_context.hpp>
#include <map>
#include <optional>

#include "base/clock.hpp"
#include "base/stream.hpp"

namespace base {

/// Runs `work` on a context of its own until it ends; its exception flies on.
template <class T>
T run(asio::io_context& context, awaitable<T> work) {
    std::exception_ptr failure;
    if constexpr (std::is_void_v<T>) {
        asio::co_spawn(context, std::move(work), [&](std::exception_ptr problem) {
            failure = problem;
            context.stop();
        });
        context.restart();
        context.run();
        if (failure) std::rethrow_exception(failure);
    } else {
        std::optional<T> result;
        asio::co_spawn(context, std::move(work), [&](std::exception_ptr problem, T value) {
            failure = problem;
            result.emplace(std::move(value));
            context.stop();
        });
        context.restart();
        context.run();
        if (failure) std::rethrow_exception(failure);
        return std::move(*result);
    }
}

template <class T>
T run(awaitable<T> work) {
    asio::io_context context(1);
    return run(context, std::move(work));
}

/// Waits complete when `advance` passes them. For one thread.
class FakeClock : public Clock {
public:
    explicit FakeClock(Executor executor) : executor_(std::move(executor)) {}
    SteadyTime now() const override { return now_; }
    WallTime wall_now() const override { return wall_; }
    void wait_until(SteadyTime when, WaitHandler handler) override {
        if (when <= now_) return asio::post(executor_, asio::append(std::move(handler), error_code{}));
        auto slot = asio::get_associated_cancellation_slot(handler);
        Place place{when, next_++};
        waiting_.emplace(place, std::move(handler));
        if (slot.is_connected())
            slot.assign(
                [this, place](asio::cancellation_type) { finish(place, asio::error::operation_aborted); });
    }
    void advance(Duration step) {
        now_ += step;
        wall_ += std::chrono::duration_cast<WallTime::duration>(step);
        while (!waiting_.empty() && waiting_.begin()->first.first <= now_)
            finish(waiting_.begin()->first, {});
    }
    /// The wall clock jumps; the steady one does not.
    void jump_wall(Duration step) { wall_ += std::chrono::duration_cast<WallTime::duration>(step); }

private:
    using Place = std::pair<SteadyTime, std::uint64_t>;
    /// Harmless for a wait that is over: its cancellation slot may still be emitted until its handler has
    /// run.
    void finish(Place place, error_code result) {
        auto node = waiting_.extract(place);
        if (node.empty()) return;
        asio::post(executor_, asio::append(std::move(node.mapped()), result));
    }
    Executor executor_;
    SteadyTime now_{};
    WallTime wall_ = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    std::map<Place, WaitHandler> waiting_;
    std::uint64_t next_ = 0;
};

/// Nobody listens anywhere.
class RefusingDialer : public Dialer {
public:
    awaitable<Stream> connect(std::string) override {
        throw system_error(asio::error::connection_refused);
        co_return Stream();
    }
};

}  // namespace base
