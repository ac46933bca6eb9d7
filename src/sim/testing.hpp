// For tests: letting the simulated world go on until something is so.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <optional>

#include "sim/simulation.hpp"

namespace sim::testing {

/// False when it has not come true until nothing more happens, or within `limit`.
template <class Condition>
bool until(Simulation& simulation, Condition condition, Duration limit = Duration::max()) {
    SteadyTime const end = limit == Duration::max() ? SteadyTime::max() : simulation.now() + limit;
    while (!condition() && simulation.now() < end && simulation.step()) {
    }
    return condition();
}

inline void pass(Simulation& simulation, Duration time) {
    bool over = false;
    simulation.at(simulation.now() + time, [&] { over = true; });
    until(simulation, [&] { return over; });
}

/// Until it is through. Not from inside of a coroutine.
template <class T>
T run(Simulation& simulation, Process& process, awaitable<T> work) {
    std::optional<T> result;
    asio::co_spawn(process.executor(), std::move(work), [&](std::exception_ptr failure, T value) {
        if (failure) std::rethrow_exception(failure);
        result.emplace(std::move(value));
    });
    until(simulation, [&] { return result.has_value(); });
    return std::move(result).value();
}
inline void run(Simulation& simulation, Process& process, awaitable<void> work) {
    bool done = false;
    asio::co_spawn(process.executor(), std::move(work), [&](std::exception_ptr failure) {
        done = true;
        if (failure) std::rethrow_exception(failure);
    });
    ASSERT_TRUE(until(simulation, [&] { return done; })) << "nothing more happens";
}

}  // namespace sim::testing
