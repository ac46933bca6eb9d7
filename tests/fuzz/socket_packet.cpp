// What comes in messages of a client: texts and attachments, in any order. The first byte of each piece tells
// which.
#include <cstdlib>

#include "realtime/packet.hpp"

using namespace realtime;

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<char const*>(data), size);
    Decoder decoder;
    while (!rest.empty()) {
        std::string_view piece = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(piece.size() + 1, rest.size()));
        bool binary = piece.starts_with('b');
        auto packet = binary ? decoder.put_binary(std::string(piece)) : decoder.put_text(piece);
        if (!packet) return 0;
        if (*packet && (*packet)->attachments.size() > Decoder::most_attachments) std::abort();
    }
    return 0;
}
