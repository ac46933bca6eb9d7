#include "cli/text.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

namespace cli {

namespace {

struct CodePoint {
    std::uint32_t value = 0;
    std::size_t bytes = 1;
};

/// The code point at the beginning of the text, if it is well-formed UTF-8 (RFC 3629: no overlong forms, no
/// surrogates).
std::optional<CodePoint> first_code_point(std::string_view text) {
    auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    };
    std::uint32_t lead = byte(0);
    if (lead < 0x80) return CodePoint{lead, 1};
    std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
    if (bytes == 0 || lead > 0xF4 || text.size() < bytes) return {};
    std::uint32_t value = lead & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return {};
        value = (value << 6U) | (byte(i) & 0x3FU);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[bytes] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
    return CodePoint{value, bytes};
}

/// Characters that act instead of showing.
bool acts(std::uint32_t c) {
    bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    bool mark = c == 0x00AD || c == 0x061C || c == 0x180E || (c >= 0x200B && c <= 0x200F);
    bool order = (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F);
    bool invisible = c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF);
    return control || mark || order || invisible;
}

std::string escape(std::uint32_t c) {
    if (c == '\n') return "\\n";
    if (c == '\t') return "\\t";
    if (c == '\r') return "\\r";
    return c < 0x100 ? fmt::format("\\x{:02x}", c) : fmt::format("\\u{:04x}", c);
}

}  // namespace

std::string printable(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        auto next = first_code_point(text);
        std::size_t bytes = next ? next->bytes : 1;
        if (!next)
            result += escape(static_cast<unsigned char>(text[0]));
        else if (acts(next->value))
            result += escape(next->value);
        else
            result += text.substr(0, bytes);
        text.remove_prefix(bytes);
    }
    return result;
}

std::string printable_lines(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        auto end = text.find('\n');
        result += printable(text.substr(0, end));
        if (end != std::string_view::npos) result += '\n';
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return result;
}

std::size_t width(std::string_view text) {
    std::size_t columns = 0;
    for (char c : text) columns += (static_cast<unsigned char>(c) & 0xC0U) != 0x80 ? 1U : 0U;
    return columns;
}

std::string cut(std::string_view text, std::size_t columns, bool unicode) {
    if (width(text) <= columns) return std::string(text);
    std::string_view const ending = unicode ? "…" : "...";
    std::size_t const room = columns - std::min(columns, width(ending));
    std::size_t bytes = 0;
    for (std::size_t seen = 0; bytes < text.size(); ++bytes)
        if ((static_cast<unsigned char>(text[bytes]) & 0xC0U) != 0x80 && seen++ == room) break;
    return std::string(text.substr(0, bytes)) + std::string(ending);
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
    std::vector<std::string> lines;
    std::string line;
    std::size_t begin = 0;  // of the words of this line
    while (!text.empty()) {
        std::size_t const spaces = std::min(text.find_first_not_of(' '), text.size());
        std::size_t const end = std::min(text.find(' ', spaces), text.size());
        std::string_view const word = text.substr(spaces, end - spaces);
        if (line.size() > begin && width(line) + spaces + width(word) > columns) {
            lines.push_back(std::move(line));
            line = std::string(indent, ' ');
            begin = indent;
        } else {
            line += std::string(spaces, ' ');
        }
        line += word;
        text.remove_prefix(end);
    }
    if (!line.empty()) lines.push_back(std::move(line));
    return lines;
}

std::string padded(std::string_view text, std::size_t columns) {
    std::size_t const taken = width(text);
    return std::string(text) + std::string(columns > taken ? columns - taken : 0, ' ');
}

}  // namespace cli
