// JSON patches (RFC 6902): what one makes of a document, for those who must know before, or play the server.
#pragma once
#include "base/json.hpp"

namespace base {

/// `test`, `add`, `replace`, `remove`. Errors: conflict (a test failed, or a place is not there), invalid (no
/// such operation).
Result<json::value> apply_patch(json::value document, json::array const& patch);

/// A reference token of a JSON pointer (RFC 6901): "a/b" becomes "a~1b".
std::string pointer_token(std::string_view text);

}  // namespace base
