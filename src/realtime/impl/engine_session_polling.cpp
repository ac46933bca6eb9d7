// The part of a session that speaks HTTP polling.
#include "base/utf8.hpp"
#include "realtime/impl/engine_session.hpp"
#include "realtime/impl/polling.hpp"

namespace realtime::impl {

namespace {

/// How long a GET that comes after the probe is held, in case the client is just finishing its upgrade.
constexpr Duration hold_time = 100ms;

void answer(PendingGet& get, http::Response response) {
    get.answer.try_send(error_code{}, std::move(response));
}

}  // namespace

http::Response EngineSession::get(std::string_view accept_encoding) {
    http::Coding coding = http::preferred_coding(accept_encoding);
    if (state_ == State::closing) return last_words(coding);
    if (get_) {
        answer_get("1");
        finish(reason::transport_error);
        return refuse(Refusal::bad_request);
    }
    bool held = candidate_ && probed_;
    if (!held && !queue_.empty()) return payload_answer(queue_.take_payload(), coding);
    get_ = std::make_shared<PendingGet>(core_->executor);
    if (held) {
        hold_ = std::make_unique<Timer>(core_->timers, [this] { release_get("6"); });
        hold_->set(hold_time);
    }
    http::Response response;
    response.later = [self = shared_from_this(), get = get_, coding] {
        return self->wait_for_packets(get, coding);
    };
    return response;
}

/// The end comes in an answer of its own: clients hear of it before they look at packets that came with it.
http::Response EngineSession::last_words(http::Coding coding) {
    if (!queue_.empty()) return payload_answer(queue_.take_payload(), coding);
    drop_from_core();
    return payload_answer("1", coding);
}

awaitable<http::Response> EngineSession::wait_for_packets(std::shared_ptr<PendingGet> get,
                                                          http::Coding coding) {
    auto self = shared_from_this();
    try {
        http::Response response = co_await get->answer.async_receive(use_awaitable);
        if (response.status == 200) response = payload_answer(std::move(response.body), coding);
        co_return response;
    } catch (system_error const&) {
        if (get_ == get) {
            get_.reset();
            finish(reason::transport_error);
        }
        throw;
    }
}

/// What waits, or else `payload`.
void EngineSession::release_get(std::string_view payload) {
    if (get_) answer_get(queue_.empty() ? std::string(payload) : queue_.take_payload());
}

void EngineSession::answer_get(std::string payload) {
    hold_.reset();
    auto get = std::exchange(get_, {});
    answer(*get, {.body = std::move(payload)});
}

void EngineSession::refuse_get() {
    hold_.reset();
    if (auto get = std::exchange(get_, {})) answer(*get, refuse(Refusal::bad_request));
}

http::Response EngineSession::post(http::Request const& request) {
    auto self = shared_from_this();
    bool is_text = !request.fields.get("Content-Type").starts_with("application/octet-stream");
    std::optional<std::vector<EnginePacket>> packets;
    if (is_text && base::count_characters(request.body)) packets = decode_payload(request.body);
    if (!packets) {
        finish(is_text ? reason::parse_error : reason::transport_error);
        return refuse(Refusal::bad_request);
    }
    for (EnginePacket& packet : *packets) {
        bool is_last_word = state_ == State::closing && packet.type == EngineType::close;
        if (is_last_word) drop_from_core();
        if (state_ == State::open) on_packet(std::move(packet));
    }
    return post_answer();
}

}  // namespace realtime::impl
