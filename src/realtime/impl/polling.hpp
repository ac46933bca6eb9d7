// The answers of HTTP polling.
#pragma once
#include <string>

#include "http/compression.hpp"
#include "http/message.hpp"

namespace realtime::impl {

/// The numbers that clients know.
enum class Refusal {
    transport_unknown = 0,
    session_unknown = 1,
    bad_handshake_method = 2,
    bad_request = 3,
    forbidden = 4,
    unsupported_version = 5
};

/// {"code", "message"} with 400, or 403 where something is forbidden.
http::Response refuse(Refusal refusal);
/// The same for who asked for WebSocket: the words alone.
http::Response refuse_upgrade(Refusal refusal);
/// Packets for a GET, compressed where that is worth it.
http::Response payload_answer(std::string payload, http::Coding coding);
/// "ok" for a POST.
http::Response post_answer();
http::Response plain_answer(int status, std::string text);

}  // namespace realtime::impl
