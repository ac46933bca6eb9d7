// Several things at once.
#pragma once
#include <boost/asio/async_result.hpp>  // the next one needs it and does not include it
#include <boost/asio/experimental/parallel_group.hpp>
#include <vector>

#include "base/asio.hpp"

namespace base {

/// Returns when all have ended. What they find they leave where the caller can read it. The first exception
/// flies on then.
inline awaitable<void> together(std::vector<awaitable<void>> work) {
    namespace experimental = asio::experimental;
    if (work.empty()) co_return;
    Executor executor = co_await asio::this_coro::executor;
    auto begin = [&](awaitable<void>& each) {
        return asio::co_spawn(executor, std::move(each), asio::deferred);
    };
    std::vector<decltype(begin(work.front()))> all;
    for (awaitable<void>& each : work) all.push_back(begin(each));
    auto group = experimental::make_parallel_group(std::move(all));
    auto [order, failures] = co_await group.async_wait(experimental::wait_for_all(), use_awaitable);
    for (std::exception_ptr const& failure : failures)
        if (failure) std::rethrow_exception(failure);
}

}  // namespace base
