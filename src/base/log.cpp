#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json.hpp"

namespace base {

namespace {

spdlog::logger& logger() {
    static auto const made = [] {
        auto stderr_logger = spdlog::stderr_logger_mt("pilothouse");
        stderr_logger->set_pattern("%v");
        return stderr_logger;
    }();
    return *made;
}

constexpr std::string_view names[] = {"debug", "info", "warning", "error"};
constexpr spdlog::level::level_enum levels[] = {spdlog::level::debug, spdlog::level::info,
                                                spdlog::level::warn, spdlog::level::err};

/// Everything but printable ASCII becomes \uXXXX, so no line can move a cursor or turn text around. Bytes
/// that are no UTF-8 are shown as U+FFFD.
std::string printable(std::string_view text) {
    std::string safe;
    for (std::size_t i = 0; i < text.size();) {
        auto lead = static_cast<unsigned char>(text[i]);
        std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                             : lead >= 0xe0                ? 3
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                                                           : 0;
        std::uint32_t point = length == 1   ? lead
                              : length == 2 ? lead & 0x1fU
                              : length == 3 ? lead & 0x0fU
                                            : lead & 0x07U;
        bool whole = length > 0 && i + length <= text.size();
        for (std::size_t k = 1; whole && k < length; ++k) {
            auto next = static_cast<unsigned char>(text[i + k]);
            whole = (next & 0xc0U) == 0x80;
            point = (point << 6U) | (next & 0x3fU);
        }
        i += whole ? length : 1;
        if (!whole) point = 0xfffd;
        if (point == '"' || point == '\\')
            safe += {'\\', static_cast<char>(point)};
        else if (point >= 0x20 && point < 0x7f)
            safe += static_cast<char>(point);
        else if (point < 0x10000)
            safe += fmt::format("\\u{:04x}", point);
        else
            safe += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + ((point - 0x10000) >> 10U),
                                0xdc00 + ((point - 0x10000) & 0x3ffU));
    }
    return safe;
}

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(levels[static_cast<std::size_t>(level)]); }

void log(LogLevel level, std::string_view message,
         std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
    auto index = static_cast<std::size_t>(level);
    if (!logger().should_log(levels[index])) return;
    std::string line =
        fmt::format(R"({{"time":"{}","level":"{}","message":"{}")",
                    format_time(std::chrono::system_clock::now()), names[index], printable(message));
    for (auto const& [name, value] : fields)
        line += fmt::format(R"(,"{}":"{}")", printable(name), printable(value));
    logger().log(levels[index], "{}", line + "}");
}

}  // namespace base
