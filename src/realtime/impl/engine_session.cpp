#include "realtime/impl/engine_session.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "realtime/impl/polling.hpp"

namespace realtime::impl {

namespace {

SharedPacket const& ping_packet() {
    static SharedPacket const packet = Encoded::text({"2"});
    return packet;
}

long long in_milliseconds(Duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

}  // namespace

EngineSession::EngineSession(std::shared_ptr<EngineCore> core, std::string sid, std::string address)
    : core_(std::move(core)),
      sid_(std::move(sid)),
      address_(std::move(address)),
      heart_(core_->timers, [this] { look_at_heart(); }) {}

// -- Beginning.

std::string EngineSession::open_packet(bool polling) const {
    Settings const& settings = core_->settings;
    return fmt::format(
        R"(0{{"sid":"{}","upgrades":[{}],"pingInterval":{},"pingTimeout":{},"maxPayload":{}}})", sid_,
        polling ? R"("websocket")" : "", in_milliseconds(settings.ping_interval),
        in_milliseconds(settings.ping_timeout), settings.max_payload_bytes);
}

void EngineSession::start() {
    core_->sessions.emplace(sid_, shared_from_this());
    core_->counts.clients = core_->sessions.size();
    heart_.set(core_->settings.ping_interval);
    listener_ = core_->on_open(shared_from_this());
}

http::Response EngineSession::open_polling() {
    send_text(open_packet(true));
    start();
    return payload_answer(queue_.take_payload(), http::Coding::identity);
}

void EngineSession::open_over(std::shared_ptr<WebSocketLink> link) {
    link_ = std::move(link);
    link_->set_owner(shared_from_this());
    ++core_->counts.websockets;
    send_text(open_packet(false));
    start();
}

// -- The heart: the server pings, the client answers in time.

void EngineSession::look_at_heart() {
    if (pong_is_due_) return finish(reason::ping_timeout);
    pong_is_due_ = true;
    heart_.set(core_->settings.ping_timeout);
    push(ping_packet());
}

// -- Sending.

void EngineSession::send(std::span<SharedPacket const> packets, Delivery delivery) {
    if (state_ != State::open || too_slow_) return;
    bool is_volatile = delivery.can_be_dropped;
    bool is_writable = link_ ? link_->is_writable() : get_ != nullptr;
    std::size_t bytes = 0;
    for (SharedPacket const& packet : packets) bytes += packet->frame().size();
    SendQueue& queue = link_ ? link_->queue() : queue_;
    auto is_too_much = [&] {
        return !queue.empty() && queue.bytes() + bytes > core_->settings.send_buffer_bytes;
    };
    if (is_too_much()) core_->counts.volatile_dropped += queue.drop_what_can_be();
    if (is_volatile && (!is_writable || is_too_much())) {
        core_->counts.volatile_dropped += packets.size();
        return;
    }
    if (is_too_much()) {
        too_slow_ = true;  // it ends when it is flushed: not while somebody walks through a room
        return flush_soon();
    }
    // One with attachments is dropped as a whole or not at all.
    for (SharedPacket const& packet : packets) put(packet, is_volatile && packets.size() == 1);
    if (!delivery.can_wait)
        flush_soon();
    else if (!flush_is_due_ && !std::exchange(gathering_, true))
        core_->flush_with_others(shared_from_this());
}

void EngineSession::send_text(std::string_view packet) { push(Encoded::text({packet})); }

void EngineSession::push(SharedPacket packet) {
    put(std::move(packet), false);
    flush_soon();
}

void EngineSession::put(SharedPacket packet, bool can_be_dropped) {
    ++core_->counts.packets_sent;
    core_->counts.bytes_sent += packet->packet().size();
    (link_ ? link_->queue() : queue_).push(std::move(packet), can_be_dropped);
}

void EngineSession::flush_soon() {
    if (!std::exchange(flush_is_due_, true)) core_->flush_soon(shared_from_this());
}

void EngineSession::flush() {
    flush_is_due_ = gathering_ = false;
    if (state_ != State::open) return;
    if (too_slow_) {
        ++core_->counts.slow_clients_dropped;
        base::log(
            base::LogLevel::warning, "a client was given up: it is slower than its events",
            {{"address", address_}, {"limit_bytes", std::to_string(core_->settings.send_buffer_bytes)}});
        return finish(reason::transport_error);
    }
    if (link_) return link_->flush();
    bool held = candidate_ && probed_;
    if (get_ && !held && !queue_.empty()) answer_get(queue_.take_payload());
}

// -- WebSocket and upgrade.

void EngineSession::offer_upgrade(std::shared_ptr<WebSocketLink> link) {
    if (state_ != State::open || link_ || candidate_) return link->close(http::websocket::no_code);
    candidate_ = std::move(link);
    candidate_->set_owner(shared_from_this());
    patience_ = std::make_unique<Timer>(core_->timers, [this] { candidate_->abort(); });
    patience_->set(core_->settings.upgrade_timeout);
}

void EngineSession::on_link_message(WebSocketLink& link, std::string data, bool binary) {
    auto self = shared_from_this();
    if (&link == candidate_.get())
        return on_candidate_message(binary ? std::string_view() : std::string_view(data));
    if (&link != link_.get()) return;
    if (binary) return on_packet({EngineType::message, true, std::move(data)});
    auto packet = decode_packet(data);
    if (!packet) return finish(reason::parse_error);
    on_packet(std::move(*packet));
}

/// Whatever does not belong into an upgrade ends only the candidate.
void EngineSession::on_candidate_message(std::string_view text) {
    if (text == "2probe" && !probed_) {
        candidate_->queue().push(Encoded::text({"3probe"}), false);
        candidate_->flush();
        probed_ = true;
        release_get("6");
    } else if (text == "5") {
        switch_to_candidate();
    } else {
        candidate_->abort();
    }
}

void EngineSession::switch_to_candidate() {
    patience_.reset();
    // After the probe a poll can only be one that the client should not have sent.
    if (std::exchange(probed_, false))
        refuse_get();
    else
        release_get("6");
    link_ = std::move(candidate_);
    ++core_->counts.websockets;
    link_->queue().take_over(queue_);
    link_->flush();
}

void EngineSession::on_link_end(WebSocketLink& link, std::string_view why) {
    auto self = shared_from_this();
    if (&link == candidate_.get()) {
        patience_.reset();
        probed_ = false;
        candidate_.reset();
        if (hold_) release_get("6");
    } else if (&link == link_.get()) {
        link_.reset();
        --core_->counts.websockets;
        finish(why);
    }
}

// -- Receiving.

void EngineSession::on_packet(EnginePacket packet) {
    ++core_->counts.packets_received;
    core_->counts.bytes_received += packet.data.size() + 1;
    switch (packet.type) {
        case EngineType::message:
            if (auto listener = listener_) listener->on_message(std::move(packet.data), packet.binary);
            return;
        case EngineType::pong:
            if (std::exchange(pong_is_due_, false)) heart_.set(core_->settings.ping_interval);
            return;
        case EngineType::ping:  // only servers ping
            return finish(reason::transport_error);
        case EngineType::close:
            release_get("6");
            return finish(reason::transport_close);
        case EngineType::open:
        case EngineType::upgrade:
        case EngineType::noop:
            return;
    }
}

// -- The end.

void EngineSession::close(std::string_view why) {
    if (state_ != State::open) return;
    auto self = shared_from_this();
    if (link_ || (get_ && queue_.empty())) return finish(why);
    release_get("1");
    close_by_polling(why);
}

/// The client is told when it comes next.
void EngineSession::close_by_polling(std::string_view why) {
    state_ = State::closing;
    heart_.cancel();
    if (auto candidate = std::exchange(candidate_, {})) candidate->abort();
    patience_ = std::make_unique<Timer>(core_->timers, [this] { drop_from_core(); });
    patience_->set(core_->settings.close_grace);
    if (auto listener = std::exchange(listener_, {})) listener->on_close(why);
}

void EngineSession::finish(std::string_view why) {
    if (state_ != State::open) return;
    auto self = shared_from_this();
    state_ = State::closed;
    heart_.cancel();
    patience_.reset();
    release_get("1");
    if (auto candidate = std::exchange(candidate_, {})) candidate->abort();
    if (auto link = std::exchange(link_, {})) {
        --core_->counts.websockets;
        link->close(http::websocket::no_code);
    }
    drop_from_core();
    if (auto listener = std::exchange(listener_, {})) listener->on_close(why);
}

void EngineSession::abandon() {
    state_ = State::closed;
    if (auto listener = std::exchange(listener_, {})) listener->on_abandoned();
    for (auto* link : {&link_, &candidate_})
        if (auto gone = std::exchange(*link, {})) gone->abort();
}

void EngineSession::drop_from_core() {
    auto self = shared_from_this();
    core_->sessions.erase(sid_);
    core_->counts.clients = core_->sessions.size();
}

}  // namespace realtime::impl
