#include "base/utf8.hpp"

namespace base {

namespace {

struct Form {
    int more;  // bytes after the first
    unsigned least;
};

/// How a character begins that is not ASCII; more == 0: not at all.
Form form_of(unsigned char first) {
    if (first >= 0xc2 && first <= 0xdf) return {1, 0x80};
    if (first >= 0xe0 && first <= 0xef) return {2, 0x800};
    if (first >= 0xf0 && first <= 0xf4) return {3, 0x10000};
    return {0, 0};
}

}  // namespace

std::optional<std::size_t> count_characters(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i, ++count) {
        auto first = static_cast<unsigned char>(text[i]);
        if (first < 0x80) continue;
        Form form = form_of(first);
        if (form.more == 0 || text.size() - i <= static_cast<std::size_t>(form.more)) return {};
        unsigned character = first & (0x3fU >> form.more);
        for (int more = form.more; more > 0; --more) {
            auto next = static_cast<unsigned char>(text[++i]);
            if ((next & 0xc0U) != 0x80) return {};
            character = (character << 6U) | (next & 0x3fU);
        }
        bool surrogate = character >= 0xd800 && character <= 0xdfff;
        if (character < form.least || character > 0x10ffff || surrogate) return {};
    }
    return count;
}

bool is_at_most(std::string_view text, std::size_t characters) {
    auto count = count_characters(text);
    return count && *count <= characters;
}

}  // namespace base
