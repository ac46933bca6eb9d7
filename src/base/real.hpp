// The surroundings in production: the machine's clock, TCP and Unix sockets.
#pragma once
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/stream.hpp"

namespace base {

class RealClock : public Clock {
public:
    explicit RealClock(Executor executor) : executor_(std::move(executor)) {}
    SteadyTime now() const override { return std::chrono::steady_clock::now(); }
    WallTime wall_now() const override { return std::chrono::system_clock::now(); }
    void wait_until(SteadyTime when, WaitHandler handler) override;

private:
    Executor executor_;
};

/// Addresses: "127.0.0.1:8080", "[::1]:8080", "localhost:8080" (names are resolved), "unix:/run/x.sock".
std::unique_ptr<Dialer> make_dialer(Executor executor);

/// Port 0 takes a free one; `address` then tells which. Errors: unavailable (in use: by what address; no
/// permission).
struct BoundListener {
    std::unique_ptr<Listener> listener;
    std::string address{};
};
Result<BoundListener> listen(Executor executor, std::string const& address);

}  // namespace base
