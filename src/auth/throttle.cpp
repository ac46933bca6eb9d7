#include "auth/throttle.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>

#include "auth/secrets.hpp"
#include "base/time.hpp"

namespace auth {

namespace {

constexpr std::string_view wait_mark = "wait ";

WallTime::duration wall(Duration duration) {
    return std::chrono::duration_cast<WallTime::duration>(duration);
}

Duration wait_after(ThrottleRule const& rule, std::int64_t failures) {
    Duration wait = rule.first_wait;
    for (std::int64_t extra = failures - rule.free_failures; extra > 0 && wait < rule.longest_wait; --extra)
        wait *= 2;
    return std::min(wait, rule.longest_wait);
}

/// A window ends by itself; one that led to waiting only after a long rest.
bool is_over(ThrottleRule const& rule, store::Guesses const& guesses, WallTime now) {
    WallTime end = guesses.window_began + wall(rule.window);
    if (guesses.in_window >= rule.free_failures)
        end = std::max(end, guesses.wait_until + wall(rule.longest_wait));
    return now >= end || now < guesses.window_began;
}

}  // namespace

std::optional<Wait> must_wait(ThrottleRule const& rule, store::Guesses const& guesses, WallTime now) {
    if (guesses.failures >= rule.most_in_a_row) return Wait{.for_good = true};
    if (guesses.wait_until <= now) return {};
    // A wall clock that was set back does not lock anybody out for longer.
    return Wait{.time = std::min<Duration>(guesses.wait_until - now, rule.longest_wait)};
}

base::Error too_many(Wait const& wait) {
    if (wait.for_good)
        return base::unavailable(
            "this name is locked after too many wrong passwords; an operator of the machine can unlock it",
            std::string(wait_mark) + "0s");
    Duration time = std::max<Duration>(wait.time, 1s);
    return base::unavailable(fmt::format("too many failed tries; try again in {}", base::say_duration(time)),
                             std::string(wait_mark) + base::format_duration(time));
}

std::optional<Duration> wait_of(base::Error const& error) {
    if (!error.detail.starts_with(wait_mark)) return {};
    auto time = base::parse_duration(std::string_view(error.detail).substr(wait_mark.size()));
    return time ? std::optional<Duration>(*time) : std::nullopt;
}

store::Guesses count_failure(ThrottleRule const& rule, store::Guesses guesses, WallTime now) {
    if (guesses.in_window == 0 || is_over(rule, guesses, now)) {
        guesses.window_began = now;
        guesses.in_window = 0;
        guesses.wait_until = {};
    }
    ++guesses.failures;
    ++guesses.in_window;
    if (guesses.in_window >= rule.free_failures)
        guesses.wait_until = now + wall(wait_after(rule, guesses.in_window));
    return guesses;
}

std::string normalised_name(std::string_view username) {
    constexpr std::string_view blank = " \t\r\n\v\f";
    username.remove_prefix(std::min(username.find_first_not_of(blank), username.size()));
    username = username.substr(0, username.find_last_not_of(blank) + 1);
    std::string name(username);
    for (char& letter : name)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + 32);
    return name;
}

bool is_username(std::string_view name) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789._-@";
    return !name.empty() && name.size() <= 64 && name.find_first_not_of(letters) == std::string_view::npos;
}

std::string key_of_name(std::string const& normalised) {
    return "name:" + (is_username(normalised) ? normalised : "#" + to_hex(hash_of_token(normalised)));
}

std::string key_of_address(std::string const& address) {
    error_code not_one;
    auto parsed = asio::ip::make_address(address, not_one);
    if (not_one || parsed.is_v4()) return "address:" + address;
    auto v6 = parsed.to_v6();
    if (v6.is_v4_mapped()) return "address:" + asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
    auto bytes = v6.to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return "address:" + asio::ip::make_address_v6(bytes).to_string() + "/64";
}

}  // namespace auth
