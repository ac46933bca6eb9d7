// Base64 (RFC 4648).
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace base {

/// With padding, in the ordinary alphabet.
std::string to_base64(std::string_view bytes);
/// Without padding, in the alphabet for addresses: - and _.
std::string to_base64url(std::string_view bytes);

/// Nothing for what `to_base64` does not write: other letters, missing padding, left-over bits.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace base
