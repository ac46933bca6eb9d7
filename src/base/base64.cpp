#include "base/base64.hpp"

#include <array>
#include <cstdint>

namespace base {

namespace {

constexpr std::string_view ordinary = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view for_urls = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint32_t no_letter = 64;

constexpr std::array<std::uint8_t, 256> values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_letter);
    for (std::size_t i = 0; i < ordinary.size(); ++i)
        table[static_cast<unsigned char>(ordinary[i])] = static_cast<std::uint8_t>(i);
    return table;
}();

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

std::string encode(std::string_view bytes, std::string_view alphabet, bool pad) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t three =
            byte_at(bytes, at) << 16U | byte_at(bytes, at + 1) << 8U | byte_at(bytes, at + 2);
        std::size_t letters = std::min<std::size_t>(bytes.size() - at, 3) + 1;
        for (std::size_t i = 0; i < 4; ++i)
            if (i < letters)
                text += alphabet[(three >> (18U - 6U * i)) & 63U];
            else if (pad)
                text += '=';
    }
    return text;
}

}  // namespace

std::string to_base64(std::string_view bytes) { return encode(bytes, ordinary, true); }
std::string to_base64url(std::string_view bytes) { return encode(bytes, for_urls, false); }

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return {};
    std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        bool last = at + 4 == text.size();
        std::size_t letters = last ? 4 - padding : 4;
        std::uint32_t three = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            std::uint32_t value = i < letters ? values[static_cast<unsigned char>(text[at + i])] : 0U;
            if (value == no_letter) return {};
            three = three << 6U | value;
        }
        for (std::size_t i = 0; i + 1 < letters; ++i)
            bytes += static_cast<char>((three >> (16U - 8U * i)) & 255U);
        bool bits_left = (letters == 3 && (three & 0xffU) != 0) || (letters == 2 && (three & 0xffffU) != 0);
        if (bits_left) return {};
    }
    return bytes;
}

}  // namespace base
