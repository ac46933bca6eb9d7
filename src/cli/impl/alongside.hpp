// Two things at once, of which the first one counts.
#pragma once
#include <boost/asio/experimental/parallel_group.hpp>

#include "base/asio.hpp"

namespace cli {

/// The result of `work`, or its exception; `companion` runs meanwhile and is cancelled when `work` ends. A
/// companion that ends first cancels the work: let it run on for ever.
template <class T>
awaitable<T> alongside(awaitable<T> work, awaitable<void> companion) {
    namespace experimental = asio::experimental;
    Executor executor = co_await asio::this_coro::executor;
    auto group =
        experimental::make_parallel_group(asio::co_spawn(executor, std::move(work), asio::deferred),
                                          asio::co_spawn(executor, std::move(companion), asio::deferred));
    auto results = co_await group.async_wait(experimental::wait_for_one(), use_awaitable);
    if (std::exception_ptr failure = std::get<1>(results)) std::rethrow_exception(failure);
    if constexpr (!std::is_void_v<T>) co_return std::move(std::get<2>(results));
}

}  // namespace cli
