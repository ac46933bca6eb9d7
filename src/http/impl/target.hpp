// A request's target taken apart: "/api/deployments?limit=5".
#pragma once
#include "http/message.hpp"

namespace http::impl {

/// Fills in path and query from raw_target. Throws Refusal: no path, bad percent-encoding, a character that
/// no path of ours contains (NUL and other control characters, an encoded slash, what is not UTF-8).
void decode_target(Request& request);

}  // namespace http::impl
