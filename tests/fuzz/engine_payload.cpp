// What comes by POST: a payload that is understood is written again as it was.
#include <cstdlib>

#include "realtime/engine_packet.hpp"

using namespace realtime;

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size) {
    std::string_view body(reinterpret_cast<char const*>(data), size);
    auto packets = decode_payload(body);
    if (!packets) return 0;
    std::string again;
    for (EnginePacket const& packet : *packets) {
        char digit = static_cast<char>(packet.type);
        auto encoded =
            packet.binary ? Encoded::binary(packet.data) : Encoded::text({{&digit, 1}, packet.data});
        encoded->append_to_payload(again);
    }
    if (again != body) std::abort();
    return 0;
}
