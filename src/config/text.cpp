#include "config/text.hpp"

#include <algorithm>

namespace config {

namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// Bytes of the character that begins here; 0: it is none that text may hold.
std::size_t character_length(std::string_view rest) {
    auto first = static_cast<unsigned char>(rest[0]);
    if (first < 0x80)
        return (first >= 0x20 && first != 0x7F) || first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
    std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || rest.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if (!continues(rest[i])) return 0;
    auto second = static_cast<unsigned char>(rest[1]);
    bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    bool surrogate = first == 0xED && second >= 0xA0;
    bool beyond = first == 0xF4 && second >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

}  // namespace

Text::Text(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool ends = text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'));
        if (ends) lines_.push_back(i + 1);
    }
}

Place Text::place(std::size_t offset) const {
    offset = std::min(offset, text_.size());
    auto after = std::upper_bound(lines_.begin(), lines_.end(), offset);
    std::string_view before = text_.substr(*(after - 1), offset - *(after - 1));
    if (before.starts_with("\xEF\xBB\xBF")) before.remove_prefix(3);
    auto characters = std::count_if(before.begin(), before.end(), [](char byte) { return !continues(byte); });
    return {static_cast<int>(after - lines_.begin()), static_cast<int>(characters) + 1};
}

std::size_t Text::offset(Place place) const {
    auto line = static_cast<std::size_t>(std::max(place.line, 1));
    if (line > lines_.size()) return text_.size();
    std::size_t at = lines_[line - 1];
    for (int column = 1; column < place.column && at < text_.size(); ++column) {
        ++at;
        while (at < text_.size() && continues(text_[at])) ++at;
    }
    return at;
}

std::optional<std::size_t> Text::find_foreign() const {
    for (std::size_t at = 0; at < text_.size();) {
        std::size_t length = character_length(text_.substr(at));
        if (length == 0) return at;
        at += length;
    }
    return {};
}

}  // namespace config
