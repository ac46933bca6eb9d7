// SHA-256: for entity tags and for telling two requests apart.
#pragma once
#include <string>
#include <string_view>

namespace api {

/// 64 lower-case hex digits.
std::string sha256(std::string_view text);

/// A strong entity tag of a content, quotes included.
std::string entity_tag(std::string_view content);
/// Does an If-None-Match field (a list, or `*`) name this tag? Weakly compared, as RFC 9110 13.1.2 asks.
bool names_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace api
