// WebSocket (RFC 6455) without a socket: the handshake, frames read as they come in pieces, frames written.
// A server's frame does not depend on its reader, so it is made once for all who get it.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace http::websocket {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// What a connection is closed with (RFC 6455, 7.4.1).
enum CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    no_code = 1005,  // never sent: a close frame without a code was read
    bad_text = 1007,
    too_big = 1009,
};

struct Event {
    enum class Kind { incomplete, text, binary, ping, pong, close, failure };
    Kind kind = Kind::incomplete;
    std::string data{};      // of the message; the reason of a close; what is wrong
    std::uint16_t code = 0;  // of a close; for a failure, what to close with
};

struct ReaderOptions {
    bool masked = true;  // as a client's frames must be, and a server's must not
    std::size_t message_limit_bytes = 1'000'000;
    bool deflate = false;  // permessage-deflate was agreed on
};

/// Puts frames together to messages. Keeps no room between messages.
class Reader {
public:
    explicit Reader(ReaderOptions options) : options_(options) {}

    /// The next event, taken from the front of `bytes`; `incomplete` when all of them were taken and more are
    /// needed. After a failure or a close nothing more may be read.
    Event read(std::string_view& bytes);
    /// Of the frame under way, still to come.
    std::size_t missing_bytes() const { return static_cast<std::size_t>(payload_left_); }

private:
    bool take_head(std::string_view& bytes);
    std::optional<Event> check_head();
    void take_payload(std::string_view& bytes);
    Event complete_frame();
    Event complete_message();
    Event complete_close();
    bool is_control() const { return opcode_ >= Opcode::close; }

    ReaderOptions options_;
    std::array<char, 14> head_{};
    std::uint8_t head_bytes_ = 0;
    bool in_payload_ = false;
    bool final_ = false;
    bool compressed_ = false;               // the message under way
    Opcode opcode_ = Opcode::continuation;  // of the frame
    Opcode kind_ = Opcode::continuation;    // of the message under way; continuation: none is
    std::uint32_t mask_at_ = 0;
    std::array<char, 4> mask_{};
    std::uint64_t payload_left_ = 0;
    std::string message_{};
    std::string control_{};
};

/// The first bytes of a server's frame. `compressed`: the payload was deflated.
std::string frame_head(Opcode opcode, std::size_t payload_bytes, bool compressed = false);
/// A server's frame.
std::string frame(Opcode opcode, std::string_view payload, bool compressed = false);
/// A server's close frame; `no_code` gives one without a code.
std::string close_frame(std::uint16_t code, std::string_view reason = {});
/// A client's frame.
std::string masked_frame(Opcode opcode, std::string_view payload, std::uint32_t mask, bool final = true);

/// The request has the field `Upgrade: websocket`, whatever else may be wrong with it.
bool asks_for_upgrade(Request const& request);

struct Accepted {
    Response response{};  // 101; its `upgrade` is still to be set
    bool deflate = false;
};
/// Nothing when the request is no proper handshake (RFC 6455, 4.2.1).
std::optional<Accepted> accept(Request const& request, bool offer_deflate);
/// What a server must answer to the client's key.
std::string accept_key(std::string_view key);

}  // namespace http::websocket
