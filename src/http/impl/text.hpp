// Letters of protocol texts, where case does not count.
#pragma once
#include <algorithm>
#include <string_view>

#include "base/utf8.hpp"

namespace http::impl {

constexpr char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
}

constexpr bool same_word(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

inline bool is_utf8(std::string_view text) { return base::count_characters(text).has_value(); }

}  // namespace http::impl
