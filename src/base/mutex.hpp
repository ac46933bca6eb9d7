// Mutual exclusion for coroutines of one executor.
#pragma once
#include <boost/asio/experimental/channel.hpp>

#include "base/asio.hpp"

namespace base {

class Mutex {
public:
    explicit Mutex(Executor const& executor) : token_(executor, 1) {}

    /// Holds the mutex until it is destroyed.
    class [[nodiscard]] Guard {
    public:
        explicit Guard(Mutex& mutex) : mutex_(&mutex) {}
        Guard(Guard&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
        Guard& operator=(Guard&&) = delete;
        ~Guard() {
            if (mutex_) mutex_->token_.try_receive([](error_code) {});
        }

    private:
        Mutex* mutex_;
    };

    awaitable<Guard> lock() {
        co_await token_.async_send(error_code{}, use_awaitable);
        co_return Guard(*this);
    }

private:
    asio::experimental::channel<void(error_code)> token_;
};

}  // namespace base
