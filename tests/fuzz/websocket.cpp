// What comes over a WebSocket: the events do not depend on how the bytes were cut.
#include "http/websocket.hpp"

#include <cstdlib>
#include <string>
#include <vector>

using namespace http::websocket;

namespace {

constexpr std::size_t limit_bytes = 4096;

std::vector<std::string> read_all(std::string_view bytes, std::size_t piece_bytes) {
    Reader reader({.message_limit_bytes = limit_bytes, .deflate = true});
    std::vector<std::string> events;
    while (!bytes.empty()) {
        std::string_view piece = bytes.substr(0, piece_bytes);
        bytes.remove_prefix(piece.size());
        for (;;) {
            Event event = reader.read(piece);
            if (event.kind == Event::Kind::incomplete) break;
            if (event.data.size() > limit_bytes) std::abort();
            events.push_back(std::to_string(static_cast<int>(event.kind)) + std::to_string(event.code) +
                             event.data);
            if (event.kind == Event::Kind::failure || event.kind == Event::Kind::close) return events;
        }
    }
    return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size) {
    if (size < 2) return 0;
    std::string_view bytes(reinterpret_cast<char const*>(data) + 1, size - 1);
    if (read_all(bytes, bytes.size()) != read_all(bytes, 1 + data[0] % 16U)) std::abort();
    return 0;
}
