#include "http/websocket.hpp"

#include <openssl/evp.h>

#include <cstring>

#include "base/base64.hpp"
#include "http/compression.hpp"
#include "http/impl/text.hpp"

namespace http::websocket {

using impl::is_utf8;
using impl::same_word;

namespace {

constexpr unsigned final_bit = 0x80, compressed_bit = 0x40, reserved_bits = 0x30, mask_bit = 0x80;
constexpr std::size_t longest_control = 125;

Event failure(CloseCode code, std::string what) { return {Event::Kind::failure, std::move(what), code}; }

bool is_known(unsigned opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

/// 7.4.1 and 7.4.2: what may stand in a close frame.
bool may_be_sent(unsigned code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

std::uint64_t big_endian(char const* from, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8U | static_cast<unsigned char>(from[i]);
    return value;
}

void append_big_endian(std::string& to, std::uint64_t value, unsigned bytes) {
    while (bytes-- > 0) to += static_cast<char>(value >> (8U * bytes) & 255U);
}

/// Eight bytes at a time; `at` tells where in the mask it begins.
void unmask(char* bytes, std::size_t count, std::array<char, 4> const& mask, std::uint32_t at) {
    std::array<char, 8> turned{};
    for (std::uint32_t i = 0; i < 8; ++i) turned[i] = mask[(at + i) % 4];
    std::uint64_t key = 0;
    std::memcpy(&key, turned.data(), sizeof key);
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        std::uint64_t part = 0;
        std::memcpy(&part, bytes + i, sizeof part);
        part ^= key;
        std::memcpy(bytes + i, &part, sizeof part);
    }
    for (; i < count; ++i) bytes[i] = static_cast<char>(bytes[i] ^ turned[i % 8]);
}

}  // namespace

// -- Reading.

Event Reader::read(std::string_view& bytes) {
    while (!bytes.empty() || (in_payload_ && payload_left_ == 0)) {
        if (!in_payload_) {
            if (!take_head(bytes)) return {};
            if (auto wrong = check_head()) return std::move(*wrong);
        }
        take_payload(bytes);
        if (payload_left_ > 0) return {};
        in_payload_ = false;
        head_bytes_ = 0;
        Event event = complete_frame();
        if (event.kind != Event::Kind::incomplete) return event;
    }
    return {};
}

/// True when the head is whole (5.2).
bool Reader::take_head(std::string_view& bytes) {
    for (;;) {
        std::size_t wanted = 2;
        if (head_bytes_ >= 2) {
            unsigned second = static_cast<unsigned char>(head_[1]);
            unsigned length = second & 0x7fU;
            wanted += length == 127 ? 8 : length == 126 ? 2 : 0;
            wanted += second & mask_bit ? 4 : 0;
            if (head_bytes_ == wanted) return true;
        }
        if (bytes.empty()) return false;
        head_[head_bytes_++] = bytes.front();
        bytes.remove_prefix(1);
    }
}

std::optional<Event> Reader::check_head() {
    unsigned first = static_cast<unsigned char>(head_[0]), second = static_cast<unsigned char>(head_[1]);
    final_ = first & final_bit;
    bool masked = second & mask_bit;
    if (first & reserved_bits || !is_known(first & 0x0fU))
        return failure(protocol_error, "a frame of unknown kind");
    opcode_ = static_cast<Opcode>(first & 0x0fU);
    if (masked != options_.masked)
        return failure(protocol_error, masked ? "a masked frame" : "a frame without mask");
    std::size_t length_bytes = (second & 0x7fU) == 127 ? 8 : (second & 0x7fU) == 126 ? 2 : 0;
    std::uint64_t length = length_bytes ? big_endian(&head_[2], length_bytes) : second & 0x7fU;
    bool too_long_form =
        (length_bytes == 8 && length <= 0xffff) || (length_bytes == 2 && length <= longest_control);
    if (too_long_form || length >> 63U) return failure(protocol_error, "a length in the wrong form");
    if (masked) std::copy_n(&head_[2 + length_bytes], 4, mask_.data());
    mask_at_ = 0;
    if (is_control()) {
        if (!final_ || length > longest_control || first & compressed_bit)
            return failure(protocol_error, "a control frame that is too long or in parts");
    } else {
        bool begins = opcode_ != Opcode::continuation;
        if (begins == (kind_ != Opcode::continuation))
            return failure(protocol_error,
                           begins ? "a message within a message" : "a continuation of nothing");
        if (first & compressed_bit && (!begins || !options_.deflate))
            return failure(protocol_error, "a compressed frame that was not agreed on");
        if (begins) {
            kind_ = opcode_;
            compressed_ = first & compressed_bit;
        }
        if (length > options_.message_limit_bytes - message_.size())
            return failure(too_big, "a message that is too long");
    }
    payload_left_ = length;
    in_payload_ = true;
    return {};
}

void Reader::take_payload(std::string_view& bytes) {
    std::string& into = is_control() ? control_ : message_;
    std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), payload_left_));
    std::size_t before = into.size();
    into.append(bytes.substr(0, count));
    if (options_.masked) unmask(into.data() + before, count, mask_, mask_at_);
    mask_at_ = static_cast<std::uint32_t>((mask_at_ + count) % 4);
    payload_left_ -= count;
    bytes.remove_prefix(count);
}

Event Reader::complete_frame() {
    if (opcode_ == Opcode::ping) return {Event::Kind::ping, std::exchange(control_, {})};
    if (opcode_ == Opcode::pong) return {Event::Kind::pong, std::exchange(control_, {})};
    if (opcode_ == Opcode::close) return complete_close();
    return final_ ? complete_message() : Event{};
}

Event Reader::complete_message() {
    bool text = std::exchange(kind_, Opcode::continuation) == Opcode::text;
    std::string message = std::exchange(message_, {});
    if (compressed_) {
        auto plain = inflate_message(message, options_.message_limit_bytes);
        if (!plain) {
            if (plain.error() == InflateProblem::too_big)
                return failure(too_big, "a message that is too long");
            return failure(protocol_error, "a message that cannot be decompressed");
        }
        message = std::move(*plain);
    }
    if (text && !is_utf8(message)) return failure(bad_text, "a text that is not UTF-8");
    return {text ? Event::Kind::text : Event::Kind::binary, std::move(message)};
}

/// 5.5.1
Event Reader::complete_close() {
    std::string payload = std::exchange(control_, {});
    if (payload.empty()) return {Event::Kind::close, {}, no_code};
    if (payload.size() == 1) return failure(protocol_error, "a close frame of one byte");
    auto code = static_cast<std::uint16_t>(big_endian(payload.data(), 2));
    if (!may_be_sent(code)) return failure(protocol_error, "a close frame with a wrong code");
    std::string reason = payload.substr(2);
    if (!is_utf8(reason)) return failure(bad_text, "a reason that is not UTF-8");
    return {Event::Kind::close, std::move(reason), code};
}

// -- Writing.

namespace {

std::string head_of(Opcode opcode, std::size_t payload_bytes, unsigned bits, unsigned mask) {
    std::string head(1, static_cast<char>(bits | static_cast<unsigned>(opcode)));
    if (payload_bytes <= longest_control) {
        head += static_cast<char>(mask | payload_bytes);
    } else if (payload_bytes <= 0xffff) {
        head += static_cast<char>(mask | 126U);
        append_big_endian(head, payload_bytes, 2);
    } else {
        head += static_cast<char>(mask | 127U);
        append_big_endian(head, payload_bytes, 8);
    }
    return head;
}

}  // namespace

std::string frame_head(Opcode opcode, std::size_t payload_bytes, bool compressed) {
    return head_of(opcode, payload_bytes, final_bit | (compressed ? compressed_bit : 0U), 0);
}

std::string frame(Opcode opcode, std::string_view payload, bool compressed) {
    return frame_head(opcode, payload.size(), compressed).append(payload);
}

std::string close_frame(std::uint16_t code, std::string_view reason) {
    if (code == no_code) return frame(Opcode::close, {});
    std::string payload;
    append_big_endian(payload, code, 2);
    payload += reason.substr(0, longest_control - 2);
    return frame(Opcode::close, payload);
}

std::string masked_frame(Opcode opcode, std::string_view payload, std::uint32_t mask, bool final) {
    std::string text = head_of(opcode, payload.size(), final ? final_bit : 0U, mask_bit);
    std::array<char, 4> key{};
    std::memcpy(key.data(), &mask, sizeof mask);
    text.append(key.data(), key.size());
    std::size_t begin = text.size();
    text += payload;
    unmask(text.data() + begin, payload.size(), key, 0);
    return text;
}

// -- The handshake.

namespace {

template <class Visit>
bool any_word(std::string_view list, Visit visit) {
    while (!list.empty()) {
        std::size_t end = std::min(list.find(','), list.size());
        std::string_view word = list.substr(0, end);
        while (!word.empty() && (word.front() == ' ' || word.front() == '\t')) word.remove_prefix(1);
        while (!word.empty() && (word.back() == ' ' || word.back() == '\t')) word.remove_suffix(1);
        if (visit(word)) return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

bool has_word(Request const& request, std::string_view field, std::string_view wanted) {
    for (auto const& [name, value] : request.fields.all())
        if (same_word(name, field) &&
            any_word(value, [&](std::string_view word) { return same_word(word, wanted); }))
            return true;
    return false;
}

/// RFC 7692, 7.1. An offer that limits our window cannot be kept with a compressor that all share: it is
/// passed over.
bool is_offer_we_take(std::string_view offer) {
    if (!same_word(offer.substr(0, offer.find(';')), "permessage-deflate")) return false;
    return offer.find("server_max_window_bits") == std::string_view::npos;
}

bool offers_deflate(Request const& request) {
    for (auto const& [name, value] : request.fields.all())
        if (same_word(name, "Sec-WebSocket-Extensions") && any_word(value, is_offer_we_take)) return true;
    return false;
}

}  // namespace

bool asks_for_upgrade(Request const& request) { return has_word(request, "Upgrade", "websocket"); }

std::optional<Accepted> accept(Request const& request, bool offer_deflate) {
    auto key = request.fields.get("Sec-WebSocket-Key");
    auto key_bytes = base::from_base64(key);
    bool proper = request.method == "GET" && asks_for_upgrade(request) &&
                  has_word(request, "Connection", "upgrade") && key_bytes && key_bytes->size() == 16 &&
                  request.fields.get("Sec-WebSocket-Version") == "13" && request.body.empty();
    if (!proper) return {};
    Accepted accepted;
    accepted.response.status = 101;
    accepted.response.fields.add("Upgrade", "websocket");
    accepted.response.fields.add("Sec-WebSocket-Accept", accept_key(key));
    accepted.deflate = offer_deflate && offers_deflate(request);
    if (accepted.deflate)
        accepted.response.fields.add(
            "Sec-WebSocket-Extensions",
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    return accepted;
}

std::string accept_key(std::string_view key) {
    std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // 1.3
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha1(), nullptr);
    return base::to_base64({reinterpret_cast<char const*>(hash.data()), size});
}

}  // namespace http::websocket
