// The program's own log: JSON lines on standard error, control characters escaped. (R43)
#pragma once
#include <initializer_list>
#include <string_view>
#include <utility>

namespace base {

enum class LogLevel { debug, info, warning, error };

/// Lines below this level are dropped. Default: info.
void set_log_level(LogLevel level);

/// {"time":..., "level":..., "message":..., <fields>}. For any thread.
void log(LogLevel level, std::string_view message,
         std::initializer_list<std::pair<std::string_view, std::string_view>> fields = {});

}  // namespace base
