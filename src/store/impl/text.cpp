#include "store/impl/text.hpp"

#include <cstdint>
#include <string_view>

namespace store::impl {

namespace {

bool continues(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
}

/// Length of the well-formed character that begins at `at`; 0 when there is none (Unicode 15, table 3-7).
std::size_t character(std::string_view text, std::size_t at) {
    auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned char first = byte(at);
    if (first == 0) return 0;
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4 || !continues(text, at + 1)) return 0;
    if (first < 0xe0) return 2;
    unsigned char second = byte(at + 1);
    if (!continues(text, at + 2)) return 0;
    if (first == 0xe0 && second < 0xa0) return 0;   // overlong
    if (first == 0xed && second >= 0xa0) return 0;  // surrogate
    if (first < 0xf0) return 3;
    if (first == 0xf0 && second < 0x90) return 0;   // overlong
    if (first == 0xf4 && second >= 0x90) return 0;  // above U+10FFFF
    return continues(text, at + 3) ? 4 : 0;
}

std::size_t first_wrong(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t length = character(text, at);
        if (length == 0) break;
        at += length;
    }
    return at;
}

}  // namespace

void make_text(std::string& text) {
    std::size_t at = first_wrong(text);
    if (at == text.size()) return;
    std::string good = text.substr(0, at);
    while (at < text.size()) {
        std::size_t length = character(text, at);
        if (length > 0)
            good += text.substr(at, length);
        else
            good += "\xef\xbf\xbd";
        at += length > 0 ? length : 1;
    }
    text = std::move(good);
}

}  // namespace store::impl
