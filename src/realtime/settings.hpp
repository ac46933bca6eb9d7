// What a real-time server may be told, and what it counts.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/asio.hpp"
#include "http/message.hpp"

namespace realtime {

/// Fills with bytes that nobody can guess: session ids are secrets.
using FillWithSecrets = std::function<void(std::span<unsigned char>)>;

/// True for an Origin that is the request's own: http:// or https:// and its Host.
bool is_same_origin(http::Request const& request, std::string_view origin);

struct Settings {
    std::string path = "/socket.io/";
    Duration ping_interval = 25s;
    Duration ping_timeout = 20s;
    Duration connect_timeout = 45s;  // until a namespace is joined
    Duration upgrade_timeout = 10s;
    Duration close_grace = 30s;                 // for a polling client to fetch that it is over
    std::size_t max_payload_bytes = 1'000'000;  // of a message or of the body of a POST
    std::size_t send_buffer_bytes = 1'000'000;  // a client that lets more wait is given up
    /// Events for many are sent at once, but not more often than this, and up to five times as seldom when
    /// sending to all takes more than a quarter of the time: what comes sooner waits and goes together.
    /// (Sending costs by the call rather than by the byte.)
    Duration gather_time = 10ms;
    std::size_t clients = 20'000;
    std::size_t events_under_way = 1'000;  // of one client: more handlers are not begun, it is given up
    bool deflate = false;                  // offer permessage-deflate
    std::size_t deflate_from_bytes = 1024;
    std::string cookie{};  // if not empty: its name; its value is the session's id
    /// Pages of these origins may connect ("https://portal.example.org", exactly; "*": all), and their
    /// browsers are told so (CORS). Others may if `is_own_origin` says so. Requests without an Origin come
    /// from programs.
    std::vector<std::string> origins{};
    std::function<bool(http::Request const&, std::string_view origin)> is_own_origin = is_same_origin;
    /// How long a connection that broke can be taken up again without a loss. 0: not at all.
    Duration recovery{};
    std::size_t recovery_bytes = 16 * 1024 * 1024;  // of the events kept for that, in each namespace
};

/// Since the start, but for the first three.
struct Counts {
    std::size_t clients = 0, sockets = 0, websockets = 0;
    std::uint64_t packets_received = 0, packets_sent = 0;  // of Engine.IO
    std::uint64_t bytes_received = 0, bytes_sent = 0;      // in packets, before compression and framing
    std::uint64_t volatile_dropped = 0;                    // packets
    std::uint64_t slow_clients_dropped = 0;
    std::uint64_t recovered = 0;
};

}  // namespace realtime
