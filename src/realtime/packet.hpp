// The packets of Socket.IO, protocol 5, each inside a message of Engine.IO.
// https://github.com/socketio/socket.io/blob/main/docs/socket.io-protocol/v5-current.md
#pragma once
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace realtime {

namespace json = boost::json;

enum class PacketType { connect, disconnect, event, ack, connect_error, binary_event, binary_ack };

/// Binary values lie beside the JSON: {"_placeholder": true, "num": 0} stands where the first of them
/// belongs.
struct Packet {
    PacketType type = PacketType::event;
    std::string nsp = "/";
    std::optional<std::uint64_t> id{};  // of the acknowledgement that is wanted, or that this is
    json::value data{};                 // null: none
    std::vector<std::string> attachments{};
};

/// Puts packets together from messages. An error means that the whole connection must be closed.
class Decoder {
public:
    static constexpr std::size_t most_attachments = 10;

    /// A packet when it is complete; nothing when attachments follow.
    base::Result<std::optional<Packet>> put_text(std::string_view text);
    base::Result<std::optional<Packet>> put_binary(std::string bytes);

private:
    std::unique_ptr<Packet> waiting_{};  // seldom there, and decoders are many
    std::size_t missing_ = 0;
};

/// The index that a placeholder names; nothing when `value` is none.
std::optional<std::uint64_t> placeholder_index(json::value const& value);

/// "4" and what comes before the JSON of a packet: "42/admin,7".
std::string packet_head(PacketType type, std::string_view nsp, std::optional<std::uint64_t> id = {},
                        std::size_t attachments = 0);

}  // namespace realtime
