// Times and durations as people and JSON write them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/asio.hpp"
#include "base/error.hpp"

namespace base {

/// Microseconds since 1970, UTC: how times are stored.
using Micros = std::int64_t;
Micros to_micros(WallTime time);
WallTime from_micros(Micros micros);

/// "2026-11-24T01:39:46.123Z" (RFC 3339, milliseconds, UTC).
std::string format_time(WallTime time);
/// Accepts RFC 3339 with any fraction and offset. Errors: invalid.
Result<WallTime> parse_time(std::string_view text);

/// A span of time as settings write it: "500ms", "30s", "10m", "1h", "1h30m", "2d".
std::string format_duration(Duration duration);
/// Errors: invalid (says which forms are right). Never negative.
Result<Duration> parse_duration(std::string_view text);
/// For sentences: "0.4 s", "12 s", "3 min 20 s", "2 h 5 min".
std::string say_duration(Duration duration);

}  // namespace base
