// Text as characters rather than bytes.
#pragma once
#include <optional>
#include <string_view>

namespace base {

/// Code points in well-formed UTF-8 (no surrogates, no needlessly long forms); nothing when it is not.
std::optional<std::size_t> count_characters(std::string_view text);

/// Well-formed, and no more characters than that: what `maxLength` means in a JSON schema.
bool is_at_most(std::string_view text, std::size_t characters);

}  // namespace base
