// The packets of Engine.IO, protocol 4: in a WebSocket message one, in a body of HTTP polling several.
// https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace realtime {

enum class EngineType : char {
    open = '0',
    close = '1',
    ping = '2',
    pong = '3',
    message = '4',
    upgrade = '5',
    noop = '6'
};

struct EnginePacket {
    EngineType type = EngineType::message;
    bool binary = false;  // only a message is
    std::string data{};
    bool operator==(EnginePacket const&) const = default;
};

/// A WebSocket text message, or one packet of a payload that is not binary.
std::optional<EnginePacket> decode_packet(std::string_view text);
/// The body of a POST: packets joined by the byte 1E, binary ones as "b" and base64. Nothing when any of them
/// is malformed.
std::optional<std::vector<EnginePacket>> decode_payload(std::string_view body);

/// A packet on its way to any number of clients, written once. Immutable but for what is made at first use.
class Encoded {
public:
    /// `parts` together are the packet, with its digit.
    static std::shared_ptr<Encoded const> text(std::initializer_list<std::string_view> parts);
    static std::shared_ptr<Encoded const> binary(std::string_view bytes);
    /// A frame that is no packet: a pong or close of WebSocket itself.
    static std::shared_ptr<Encoded const> control(std::string frame);

    /// As in a WebSocket message.
    std::string_view packet() const { return std::string_view(frame_).substr(head_bytes_); }
    std::string_view frame() const { return frame_; }
    /// Compressed, if the packet has at least so many bytes.
    std::string_view compressed_frame(std::size_t from_bytes) const;
    void append_to_payload(std::string& payload) const;

private:
    Encoded() = default;
    std::string frame_{};
    std::size_t head_bytes_ = 0;
    bool binary_ = false;
    mutable std::string compressed_{};
};
using SharedPacket = std::shared_ptr<Encoded const>;

}  // namespace realtime
