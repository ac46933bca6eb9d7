// Text as characters rather than bytes.
#pragma once
#include <optional>
#include <string_view>

namespace base {

/// Code points in well-formed UTF-8 (no surrogates, no needlessly long forms); nothing when it is not.
std::optional<std::size_t> count_characters(std::string_view text);

}  // namespace base
