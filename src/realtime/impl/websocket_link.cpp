#include "realtime/impl/websocket_link.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>

#include "base/log.hpp"

namespace realtime::impl {

namespace websocket = http::websocket;

namespace {

constexpr std::size_t small_buffer_bytes = 120, large_buffer_bytes = 16 * 1024;
constexpr std::size_t most_bytes_before_pong = 16 * 1024;
constexpr Duration closing_time = 2s;

}  // namespace

WebSocketLink::WebSocketLink(std::shared_ptr<Timers> timers, base::Stream stream,
                             std::unique_ptr<http::Upgraded> upgraded, LinkOptions options)
    : timers_(std::move(timers)),
      stream_(std::move(stream)),
      upgraded_(std::move(upgraded)),
      options_(options),
      reader_({.message_limit_bytes = options.message_limit_bytes, .deflate = options.deflate}),
      buffer_(small_buffer_bytes) {
    upgraded_->on_stop = [this] { abort(); };
}

// -- Reading.

void WebSocketLink::start(std::string_view already_read) {
    take(already_read);
    read_on();
}

void WebSocketLink::read_on() {
    if (over_) return finish();
    auto done = [self = shared_from_this()](error_code failure, std::size_t bytes) {
        self->has_read(failure, bytes);
    };
    stream_.async_read_some(make_room(), asio::bind_cancellation_slot(read_cancel_.slot(), std::move(done)));
}

void WebSocketLink::has_read(error_code failure, std::size_t bytes) {
    if (failure) return finish();
    last_read_was_full_ = bytes == buffer_.size();
    take({buffer_.data(), bytes});
    read_on();
}

/// Small while little comes: there are many links, and most are silent.
asio::mutable_buffer WebSocketLink::make_room() {
    bool much = last_read_was_full_ || reader_.missing_bytes() > small_buffer_bytes;
    std::size_t wanted = much ? large_buffer_bytes : small_buffer_bytes;
    if (buffer_.size() != wanted) buffer_ = std::vector<char>(wanted);
    return asio::buffer(buffer_);
}

void WebSocketLink::take(std::string_view bytes) try {
    while (!over_ && !ignores_input_) {
        websocket::Event event = reader_.read(bytes);
        if (event.kind == websocket::Event::Kind::incomplete) return;
        take_event(std::move(event));
    }
} catch (std::exception const& problem) {
    base::log(base::LogLevel::error, "a real-time connection was given up", {{"problem", problem.what()}});
    abort();
}

void WebSocketLink::take_event(websocket::Event event) {
    using Kind = websocket::Event::Kind;
    switch (event.kind) {
        case Kind::incomplete:
        case Kind::pong:
            return;
        case Kind::ping:
            // A client that pings and does not read must not fill the queue: only its newest ping counts
            // (5.5.3).
            if (closing_ || queue_.bytes() > most_bytes_before_pong) return;
            queue_.push(Encoded::control(websocket::frame(websocket::Opcode::pong, event.data)), true);
            return flush();
        case Kind::close:
            ignores_input_ = peer_has_closed_ = true;
            if (closing_) return end_if_all_is_said();
            end(reason::transport_close);
            return close(event.code);
        case Kind::failure:
            ignores_input_ = true;
            if (closing_) return abort();
            end(reason::transport_error);
            return close(event.code);
        case Kind::text:
        case Kind::binary:
            if (auto owner = owner_)
                owner->on_link_message(*this, std::move(event.data), event.kind == Kind::binary);
    }
}

// -- Writing.

void WebSocketLink::flush() {
    while (!writing_ && !over_ && !queue_.empty()) {
        base::GatherList frames = queue_.gather(options_.deflate, options_.deflate_from_bytes);
        std::size_t all = 0;
        for (asio::const_buffer frame : frames) all += frame.size();
        std::size_t sent = stream_.try_write(frames);
        queue_.consume(sent);
        if (sent < all) return write_rest(queue_.gather(options_.deflate, options_.deflate_from_bytes));
    }
    end_if_all_is_said();
}

void WebSocketLink::write_rest(base::GatherList const& frames) {
    writing_ = true;
    auto done = [self = shared_from_this()](error_code failure, std::size_t bytes) {
        self->written(failure, bytes);
    };
    stream_.async_write_some(frames, asio::bind_cancellation_slot(write_cancel_.slot(), std::move(done)));
}

void WebSocketLink::written(error_code failure, std::size_t bytes) {
    writing_ = false;
    if (failure) return abort();
    queue_.consume(bytes);
    flush();
}

// -- The end.

void WebSocketLink::close(std::uint16_t code) {
    if (closing_ || over_) return;
    closing_ = true;
    owner_.reset();
    queue_.push(Encoded::control(websocket::close_frame(code)), false);
    patience_ = std::make_unique<Timer>(timers_, [this] { abort(); });
    patience_->set(closing_time);
    flush();
}

/// Else the peer is given time to hear it: ending while bytes of its are unread would make TCP throw away the
/// close frame.
void WebSocketLink::end_if_all_is_said() {
    if (!writing_ && queue_.empty() && peer_has_closed_) abort();
}

void WebSocketLink::abort() {
    if (std::exchange(over_, true)) return;
    read_cancel_.emit(asio::cancellation_type::terminal);
    if (writing_) write_cancel_.emit(asio::cancellation_type::terminal);
}

/// Nothing is read any more.
void WebSocketLink::finish() {
    end(why_);
    abort();
    stream_ = {};
    upgraded_.reset();
}

void WebSocketLink::end(std::string_view why) {
    if (auto owner = std::exchange(owner_, {})) owner->on_link_end(*this, why);
}

}  // namespace realtime::impl
