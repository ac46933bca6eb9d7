// One client of Engine.IO, over whichever transport it has at the moment.
#pragma once
#include <boost/asio/experimental/channel.hpp>

#include "http/compression.hpp"
#include "realtime/impl/engine_core.hpp"
#include "realtime/impl/websocket_link.hpp"

namespace realtime::impl {

/// A GET that waits for packets. Its answer may come before the wait has begun.
struct PendingGet {
    explicit PendingGet(Executor const& executor) : answer(executor, 1) {}
    asio::experimental::channel<void(error_code, http::Response)> answer;
};

class EngineSession : public Connection,
                      public LinkOwner,
                      public std::enable_shared_from_this<EngineSession> {
public:
    EngineSession(std::shared_ptr<EngineCore> core, std::string sid, std::string address);

    // Connection
    std::string const& sid() const override { return sid_; }
    std::string const& address() const override { return address_; }
    void send(std::span<SharedPacket const> packets, Delivery delivery) override;
    void close(std::string_view why) override;

    // Over HTTP.
    http::Response open_polling();
    http::Response get(std::string_view accept_encoding);
    http::Response post(http::Request const& request);
    bool is_polling() const { return !link_; }

    // Over WebSocket. A link that comes when it cannot be used is accepted and closed (the official suite of
    // tests wants it so).
    void open_over(std::shared_ptr<WebSocketLink> link);
    void offer_upgrade(std::shared_ptr<WebSocketLink> link);
    void on_link_message(WebSocketLink& link, std::string data, bool binary) override;
    void on_link_end(WebSocketLink& link, std::string_view why) override;

    void flush();
    /// Ends without a word to anybody: whoever listens is going.
    void abandon();

private:
    enum class State { open, closing, closed };  // closing: a polling client is still to be told

    awaitable<http::Response> wait_for_packets(std::shared_ptr<PendingGet> get, http::Coding coding);
    std::string open_packet(bool polling) const;
    void start();
    void push(SharedPacket packet);
    void put(SharedPacket packet, bool can_be_dropped);
    void flush_soon();
    void send_text(std::string_view packet);
    void on_packet(EnginePacket packet);
    void on_candidate_message(std::string_view text);
    void switch_to_candidate();
    void release_get(std::string_view payload);
    void answer_get(std::string payload);
    void refuse_get();
    void look_at_heart();
    http::Response last_words(http::Coding coding);
    void close_by_polling(std::string_view why);
    void finish(std::string_view why);
    void drop_from_core();

    std::shared_ptr<EngineCore> core_;
    std::string sid_, address_;
    State state_ = State::open;
    std::shared_ptr<Listener> listener_{};

    SendQueue queue_{};  // while polling
    bool flush_is_due_ = false;
    bool gathering_ = false;
    bool too_slow_ = false;

    std::shared_ptr<PendingGet> get_{};
    std::shared_ptr<WebSocketLink> link_{};       // if not: polling
    std::shared_ptr<WebSocketLink> candidate_{};  // of an upgrade
    bool probed_ = false;

    bool pong_is_due_ = false;
    Timer heart_;
    std::unique_ptr<Timer> patience_{};  // with a candidate, a held GET, or a polling client's last fetch
    std::unique_ptr<Timer> hold_{};
};

}  // namespace realtime::impl
