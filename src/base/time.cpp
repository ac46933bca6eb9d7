#include "base/time.hpp"

#include <fmt/format.h>

#include <charconv>

namespace base {

namespace {

/// Reads exactly `digits` decimal digits and moves on; nothing when they are not there.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return {};
    int value = 0;
    for (char c : text.substr(0, digits)) {
        if (c < '0' || c > '9') return {};
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
    return true;
}

Error bad_time(std::string_view text) {
    return invalid(fmt::format("\"{}\" is not a time; write it like 2026-01-31T12:00:00.000Z", text));
}

/// Seconds east of UTC from "Z", "+02:00", "-05:30".
std::optional<int> take_offset(std::string_view& text) {
    if (take(text, 'Z') || take(text, 'z')) return 0;
    int sign = text.starts_with('-') ? -1 : 1;
    if (!take(text, '+') && !take(text, '-')) return {};
    auto hours = take_digits(text, 2);
    if (!hours || !take(text, ':')) return {};
    auto minutes = take_digits(text, 2);
    if (!minutes || *hours > 23 || *minutes > 59) return {};
    return sign * (*hours * 3600 + *minutes * 60);
}

struct Unit {
    std::string_view name;
    std::chrono::nanoseconds length;
};
constexpr Unit units[] = {{"d", 24h}, {"h", 1h}, {"ms", 1ms}, {"m", 1min}, {"s", 1s}};

}  // namespace

Micros to_micros(WallTime time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

WallTime from_micros(Micros micros) {
    return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::microseconds(micros)));
}

std::string format_time(WallTime time) {
    auto whole = std::chrono::floor<std::chrono::milliseconds>(time);
    auto day = std::chrono::floor<std::chrono::days>(whole);
    std::chrono::year_month_day date(day);
    std::chrono::hh_mm_ss clock(whole - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

Result<WallTime> parse_time(std::string_view whole) {
    std::string_view text = whole;
    auto year = take_digits(text, 4);
    if (!year || !take(text, '-')) return bad_time(whole);
    auto month = take_digits(text, 2);
    if (!month || !take(text, '-')) return bad_time(whole);
    auto day = take_digits(text, 2);
    if (!day || !(take(text, 'T') || take(text, 't') || take(text, ' '))) return bad_time(whole);
    auto hour = take_digits(text, 2);
    if (!hour || !take(text, ':')) return bad_time(whole);
    auto minute = take_digits(text, 2);
    if (!minute || !take(text, ':')) return bad_time(whole);
    auto second = take_digits(text, 2);
    if (!second) return bad_time(whole);
    std::int64_t micros = 0;
    if (take(text, '.')) {
        std::int64_t scale = 100'000;
        std::size_t digits = 0;
        for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits) {
            micros += scale * (text.front() - '0');
            scale /= 10;
        }
        if (digits == 0) return bad_time(whole);
    }
    auto offset = take_offset(text);
    std::chrono::year_month_day date(std::chrono::year(*year),
                                     std::chrono::month(static_cast<unsigned>(*month)),
                                     std::chrono::day(static_cast<unsigned>(*day)));
    if (!offset || !text.empty() || !date.ok() || *hour > 23 || *minute > 59 || *second > 60)
        return bad_time(whole);
    std::chrono::seconds seconds(*hour * 3600 + *minute * 60 + *second - *offset);
    std::chrono::sys_time<std::chrono::microseconds> time =
        std::chrono::sys_days(date) + seconds + std::chrono::microseconds(micros);
    return WallTime(std::chrono::duration_cast<WallTime::duration>(time.time_since_epoch()));
}

std::string format_duration(Duration duration) {
    if (duration.count() == 0) return "0s";
    std::string text;
    auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(duration);
    auto put = [&](std::chrono::milliseconds unit, char const* unit_name) {
        if (rest < unit) return;
        text += fmt::format("{}{}", rest / unit, unit_name);
        rest %= unit;
    };
    put(24h, "d");
    put(1h, "h");
    put(1min, "m");
    put(1s, "s");
    put(1ms, "ms");
    return text.empty() ? "0s" : text;
}

Result<Duration> parse_duration(std::string_view whole) {
    auto bad = [&] {
        return invalid(
            fmt::format("\"{}\" is not a duration; write it like 500ms, 30s, 10m, 1h30m or 2d", whole));
    };
    std::string_view text = whole;
    Duration sum{};
    if (text.empty() || text.size() > 32) return bad();
    while (!text.empty()) {
        std::int64_t count = 0;
        auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (failure != std::errc() || count < 0 || count > 1'000'000'000 || text.front() == '-') return bad();
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        Unit const* unit = nullptr;
        for (Unit const& candidate : units)
            if (text.starts_with(candidate.name)) {
                unit = &candidate;
                break;
            }
        if (!unit) return bad();
        // A century is more than any setting means, and keeps the sum far from overflow.
        if (count > std::chrono::hours(24 * 36500) / unit->length) return bad();
        sum += count * std::chrono::duration_cast<Duration>(unit->length);
        if (sum > std::chrono::hours(24 * 36500)) return bad();
        text.remove_prefix(unit->name.size());
    }
    return sum;
}

std::string say_duration(Duration duration) {
    auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    if (ms < 0) ms = 0;
    if (ms < 10'000 && ms % 1000 != 0) return fmt::format("{}.{} s", ms / 1000, (ms % 1000) / 100);
    auto s = ms / 1000;
    auto pair = [](auto large, char const* large_name, auto small, char const* small_name) {
        return small ? fmt::format("{} {} {} {}", large, large_name, small, small_name)
                     : fmt::format("{} {}", large, large_name);
    };
    if (s < 60) return fmt::format("{} s", s);
    if (s < 3600) return pair(s / 60, "min", s % 60, "s");
    if (s < 86400) return pair(s / 3600, "h", (s % 3600) / 60, "min");
    return pair(s / 86400, "d", (s % 86400) / 3600, "h");
}

}  // namespace base
