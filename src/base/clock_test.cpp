#include "base/clock.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>

#include "base/mutex.hpp"
#include "base/offload.hpp"
#include "base/testing.hpp"

namespace base {
namespace {

awaitable<int> seven() { co_return 7; }
awaitable<int> fail() {
    throw system_error(asio::error::connection_reset);
    co_return 0;
}
awaitable<int> never(FakeClock& clock, bool& ended) {
    struct Mark {
        bool& flag;
        ~Mark() { flag = true; }
    } mark{ended};
    co_await clock.sleep_for(std::chrono::hours(1));
    co_return 0;
}

TEST(Within, GivesTheResultOfWorkThatEndsInTime) {
    asio::io_context context;
    FakeClock clock(context.get_executor());
    EXPECT_EQ(run(context, within(clock, 1s, seven())), 7);
}

TEST(Within, GivesTheFailureOfWorkAtOnce) {
    asio::io_context context;
    FakeClock clock(context.get_executor());
    EXPECT_THROW(run(context, within(clock, 1s, fail())), system_error);
}

TEST(Within, StopsTheWorkBeforeItReturnsWhenTheTimeIsOver) {
    asio::io_context context;
    FakeClock clock(context.get_executor());
    bool ended = false;
    auto work = [&]() -> awaitable<void> {
        try {
            co_await within(clock, 1s, never(clock, ended));
        } catch (system_error const& timeout) {
            EXPECT_EQ(timeout.code(), asio::error::timed_out);
            EXPECT_TRUE(ended);
        }
    };
    auto pass_time = [&]() -> awaitable<void> {
        while (!ended) {
            co_await asio::post(context, use_awaitable);
            clock.advance(100ms);
        }
    };
    asio::co_spawn(context, pass_time(), must_not_throw);
    run(context, work());
    EXPECT_TRUE(ended);
}

/// The work is slower to stop than the sleep: still it is no timeout.
TEST(Within, DoesNotTakeACancellationForATimeout) {
    asio::io_context context;
    FakeClock clock(context.get_executor());
    bool ended = false;
    error_code told;
    asio::cancellation_signal stop;
    auto note = [&](std::exception_ptr failure, int) {
        try {
            std::rethrow_exception(failure);
        } catch (system_error const& problem) {
            told = problem.code();
        }
    };
    auto work = within(clock, 1s, within(clock, 10s, never(clock, ended)));
    asio::co_spawn(context, std::move(work), asio::bind_cancellation_slot(stop.slot(), note));
    context.poll();
    stop.emit(asio::cancellation_type::terminal);
    context.restart();
    context.poll();
    EXPECT_TRUE(ended);
    EXPECT_EQ(told, asio::error::operation_aborted);
}

TEST(Mutex, LetsOneInAtATimeInOrder) {
    asio::io_context context;
    FakeClock clock(context.get_executor());
    Mutex mutex(context.get_executor());
    std::string order;
    auto user = [&](char name) -> awaitable<void> {
        auto guard = co_await mutex.lock();
        order += name;
        co_await asio::post(context, use_awaitable);
        order += name;
    };
    for (char name : {'a', 'b', 'c'}) asio::co_spawn(context, user(name), must_not_throw);
    context.run();
    EXPECT_EQ(order, "aabbcc");
}

TEST(Offload, BringsBackTheResultOrTheException) {
    asio::io_context context;
    auto work = [&]() -> awaitable<void> {
        auto three = [] { return 3; };
        EXPECT_EQ(co_await offload(context.get_executor(), three), 3);
        auto broken = []() -> int { throw std::runtime_error("broken"); };
        bool thrown = false;
        try {
            co_await offload(context.get_executor(), broken);
        } catch (std::runtime_error const&) {
            thrown = true;
        }
        EXPECT_TRUE(thrown);
    };
    run(context, work());
}

}  // namespace
}  // namespace base
