#include "http/impl/watchdog.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>

namespace http::impl {

void Watchdog::wait() {
    waiting_ = true;
    auto rung = [self = shared_from_this()](error_code) { self->ring(); };
    clock_.wait_until(armed_,
                      asio::bind_executor(executor_, asio::bind_cancellation_slot(wake_.slot(), rung)));
}

/// While it sweeps it still counts as waiting, so that what is expected meanwhile only moves `armed_`.
void Watchdog::ring() {
    wake_.slot().clear();
    SteadyTime now = clock_.now();
    if (!stopped_ && now >= armed_) {
        armed_ = never;
        SteadyTime next = sweep_(now);
        // Many that end one after the other are ended together: nobody sweeps without pause.
        if (next != never) next = std::max(next, now + 20ms);
        armed_ = std::min(armed_, next);
    }
    waiting_ = false;
    if (!stopped_ && armed_ != never) wait();
}

}  // namespace http::impl
