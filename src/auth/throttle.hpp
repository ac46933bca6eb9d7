// How guessing passwords is slowed down (R15). Pure; the counts are rows of the store.
#pragma once
#include <optional>
#include <string>

#include "base/asio.hpp"
#include "store/store.hpp"

namespace auth {

struct ThrottleRule {
    std::int64_t free_failures;  // in one window
    Duration window;
    Duration first_wait;  // then doubled by each further failure
    Duration longest_wait;
    std::int64_t most_in_a_row;
};
inline constexpr ThrottleRule account_rule{5, std::chrono::minutes(5), 30s, std::chrono::minutes(15), 100};
inline constexpr ThrottleRule address_rule{20, std::chrono::minutes(1), std::chrono::minutes(1),
                                           std::chrono::minutes(1), std::numeric_limits<std::int64_t>::max()};

/// Why nobody may try now; nothing when one may.
struct Wait {
    Duration time{};
    bool for_good = false;  // until somebody unlocks it
};
std::optional<Wait> must_wait(ThrottleRule const& rule, store::Guesses const& guesses, WallTime now);
/// Unavailable: "too many failed tries; try again in 30 s". The detail carries the time for `wait_of`.
base::Error too_many(Wait const& wait);
/// How long whoever got this error has to wait; nothing when it is another one. Zero: trying again is of no
/// use.
std::optional<Duration> wait_of(base::Error const& error);
/// The counts after one more failure.
store::Guesses count_failure(ThrottleRule const& rule, store::Guesses guesses, WallTime now);

/// Case and surrounding spaces do not make another name.
std::string normalised_name(std::string_view username);
/// What a user may be called: 1 to 64 of a-z 0-9 . _ - @, normalised.
bool is_username(std::string_view name);

/// Whose failures are counted together. Names that cannot exist are counted, too.
std::string key_of_name(std::string const& normalised);
/// IPv6 by its first 64 bits, of which one customer usually has all.
std::string key_of_address(std::string const& address);

}  // namespace auth
