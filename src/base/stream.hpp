// A byte stream that Beast can use, whatever is behind it: TCP, TLS or the simulated network.
#pragma once
#include <array>
#include <boost/asio/buffer.hpp>
#include <memory>
#include <string>

#include "base/asio.hpp"

namespace base {

/// At most eight buffers, by value: a short gather list that may outlive the call. A longer one is cut, which
/// is allowed for a write of "some" bytes.
class GatherList {
public:
    static constexpr std::size_t most = 8;
    template <class Buffers>
    explicit GatherList(Buffers const& buffers) {
        auto end = asio::buffer_sequence_end(buffers);
        for (auto it = asio::buffer_sequence_begin(buffers); it != end && count_ < list_.size(); ++it)
            if (asio::const_buffer buffer = *it; buffer.size() > 0) list_[count_++] = buffer;
    }
    asio::const_buffer const* begin() const { return list_.data(); }
    asio::const_buffer const* end() const { return list_.data() + count_; }

private:
    std::array<asio::const_buffer, most> list_{};
    std::size_t count_ = 0;
};

/// What stands behind a Stream. Every operation obeys its handler's cancellation slot and completes through
/// its handler's executor, never inside the call. Destruction closes.
class StreamDriver {
public:
    virtual ~StreamDriver() = default;
    virtual Executor executor() = 0;
    virtual void read_some(asio::mutable_buffer into, IoHandler handler) = 0;
    virtual void write_some(GatherList const& from, IoHandler handler) = 0;
    /// Sends what can be sent at once, without waiting, while no `write_some` is under way: how much that
    /// was. 0 when it must wait, has failed (`write_some` tells why), or cannot do this.
    virtual std::size_t try_write(GatherList const&) { return 0; }
    virtual void shutdown_send() = 0;
    /// The other side's address, without port: "127.0.0.1"; for the record only.
    virtual std::string peer() = 0;
};

/// An AsyncStream in Beast's sense. Movable; an empty one may only be assigned to or destroyed.
class Stream {
public:
    using executor_type = Executor;
    Stream() = default;
    explicit Stream(std::unique_ptr<StreamDriver> driver) : driver_(std::move(driver)) {}

    Executor get_executor() { return driver_->executor(); }
    explicit operator bool() const { return driver_ != nullptr; }
    void shutdown_send() { driver_->shutdown_send(); }
    std::size_t try_write(GatherList const& from) { return driver_->try_write(from); }
    std::string peer() { return driver_->peer(); }

    template <class Buffers, class Token>
    auto async_read_some(Buffers const& buffers, Token&& token) {
        return asio::async_initiate<Token, void(error_code, std::size_t)>(
            [](auto handler, StreamDriver* driver, asio::mutable_buffer into) {
                driver->read_some(into, std::move(handler));
            },
            token, driver_.get(), first_not_empty(buffers));
    }
    template <class Buffers, class Token>
    auto async_write_some(Buffers const& buffers, Token&& token) {
        return asio::async_initiate<Token, void(error_code, std::size_t)>(
            [](auto handler, StreamDriver* driver, GatherList const& from) {
                driver->write_some(from, std::move(handler));
            },
            token, driver_.get(), GatherList(buffers));
    }

private:
    template <class Buffers>
    static asio::mutable_buffer first_not_empty(Buffers const& buffers) {
        auto end = asio::buffer_sequence_end(buffers);
        for (auto it = asio::buffer_sequence_begin(buffers); it != end; ++it)
            if (asio::mutable_buffer buffer = *it; buffer.size() > 0) return buffer;
        return {};
    }
    std::unique_ptr<StreamDriver> driver_;
};

class Dialer {
public:
    virtual ~Dialer() = default;
    /// Throws system_error, above all connection_refused.
    virtual awaitable<Stream> connect(std::string address) = 0;
};

class Listener {
public:
    virtual ~Listener() = default;
    virtual awaitable<Stream> accept() = 0;
};

}  // namespace base
