// One WebSocket connection of a session: reads messages, writes the frames of its queue.
#pragma once
#include "http/websocket.hpp"
#include "realtime/engine.hpp"
#include "realtime/impl/send_queue.hpp"
#include "realtime/impl/timers.hpp"

namespace realtime::impl {

class WebSocketLink;

/// Who gets what a link reads.
class LinkOwner {
public:
    virtual ~LinkOwner() = default;
    virtual void on_link_message(WebSocketLink& link, std::string data, bool binary) = 0;
    virtual void on_link_end(WebSocketLink& link, std::string_view why) = 0;
};

struct LinkOptions {
    bool deflate = false;
    std::size_t deflate_from_bytes = 1024;
    std::size_t message_limit_bytes = 1'000'000;
};

class WebSocketLink : public std::enable_shared_from_this<WebSocketLink> {
public:
    WebSocketLink(std::shared_ptr<Timers> timers, base::Stream stream,
                  std::unique_ptr<http::Upgraded> upgraded, LinkOptions options);

    /// Reads until the connection is over; then the owner hears of the end, once. No coroutine: ten thousand
    /// that wait would cost more than all else that a client has.
    void start(std::string_view already_read);
    void set_owner(std::shared_ptr<LinkOwner> owner) { owner_ = std::move(owner); }

    SendQueue& queue() { return queue_; }
    /// Writes what it can at once and goes on with the rest when there is room.
    void flush();
    /// The client takes what it is sent.
    bool is_writable() const { return !writing_; }
    /// Lets the owner go, sends what waits and then a close frame, and gives the client some seconds to
    /// answer it.
    void close(std::uint16_t code);
    /// Ends at once.
    void abort();

private:
    void read_on();
    void has_read(error_code failure, std::size_t bytes);
    void take(std::string_view bytes);
    void take_event(http::websocket::Event event);
    asio::mutable_buffer make_room();
    void write_rest(base::GatherList const& frames);
    void written(error_code failure, std::size_t bytes);
    void end_if_all_is_said();
    void finish();
    void end(std::string_view why);

    std::shared_ptr<Timers> timers_;
    std::shared_ptr<LinkOwner> owner_{};
    base::Stream stream_;
    std::unique_ptr<http::Upgraded> upgraded_;
    LinkOptions options_;
    http::websocket::Reader reader_;
    std::vector<char> buffer_;
    bool last_read_was_full_ = false;
    SendQueue queue_{};
    std::string_view why_ = reason::transport_close;
    bool writing_ = false;
    bool closing_ = false;
    bool over_ = false;
    bool ignores_input_ = false;  // after what cannot be understood, or is the last
    bool peer_has_closed_ = false;
    asio::cancellation_signal read_cancel_{}, write_cancel_{};
    std::unique_ptr<Timer> patience_{};  // while closing
};

}  // namespace realtime::impl
