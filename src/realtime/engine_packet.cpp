#include "realtime/engine_packet.hpp"

#include "base/base64.hpp"
#include "http/compression.hpp"
#include "http/websocket.hpp"

namespace realtime {

namespace websocket = http::websocket;

namespace {

constexpr char separator = '\x1e';

std::optional<EnginePacket> decode_in_payload(std::string_view text) {
    if (!text.starts_with('b')) return decode_packet(text);
    auto bytes = base::from_base64(text.substr(1));
    if (!bytes) return {};
    return EnginePacket{EngineType::message, true, std::move(*bytes)};
}

}  // namespace

std::optional<EnginePacket> decode_packet(std::string_view text) {
    if (text.empty() || text.front() < '0' || text.front() > '6') return {};
    return EnginePacket{static_cast<EngineType>(text.front()), false, std::string(text.substr(1))};
}

std::optional<std::vector<EnginePacket>> decode_payload(std::string_view body) {
    std::vector<EnginePacket> packets;
    for (;;) {
        std::size_t end = body.find(separator);
        auto packet = decode_in_payload(body.substr(0, end));
        if (!packet) return {};
        packets.push_back(std::move(*packet));
        if (end == std::string_view::npos) return packets;
        body.remove_prefix(end + 1);
    }
}

SharedPacket Encoded::text(std::initializer_list<std::string_view> parts) {
    std::size_t bytes = 0;
    for (std::string_view part : parts) bytes += part.size();
    std::shared_ptr<Encoded> made(new Encoded);
    std::string head = websocket::frame_head(websocket::Opcode::text, bytes);
    made->head_bytes_ = head.size();
    made->frame_.reserve(head.size() + bytes);
    made->frame_ = head;
    for (std::string_view part : parts) made->frame_ += part;
    return made;
}

SharedPacket Encoded::binary(std::string_view bytes) {
    std::shared_ptr<Encoded> made(new Encoded);
    made->frame_ = websocket::frame_head(websocket::Opcode::binary, bytes.size());
    made->head_bytes_ = made->frame_.size();
    made->frame_ += bytes;
    made->binary_ = true;
    return made;
}

SharedPacket Encoded::control(std::string frame) {
    std::shared_ptr<Encoded> made(new Encoded);
    made->frame_ = std::move(frame);
    return made;
}

std::string_view Encoded::compressed_frame(std::size_t from_bytes) const {
    if (head_bytes_ == 0 || packet().size() < from_bytes) return frame_;
    if (compressed_.empty()) {
        auto opcode = binary_ ? websocket::Opcode::binary : websocket::Opcode::text;
        compressed_ = websocket::frame(opcode, http::deflate_message(packet()), true);
    }
    return compressed_;
}

void Encoded::append_to_payload(std::string& payload) const {
    if (!payload.empty()) payload += separator;
    if (binary_)
        payload.append("b").append(base::to_base64(packet()));
    else
        payload += packet();
}

}  // namespace realtime
