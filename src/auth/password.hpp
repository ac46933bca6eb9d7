// Passwords: what is accepted, and how it is kept (argon2id, R12-R14).
#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "auth/secrets.hpp"
#include "base/asio.hpp"
#include "base/error.hpp"

namespace auth {

/// The floor in settings is 19 MiB with two passes; tests may go below it.
struct PasswordCost {
    std::size_t memory_bytes = 64 * 1024 * 1024;
    unsigned passes = 2;
};
/// Errors: invalid, when an attacker would have it too easy.
base::Result<void> check_cost(PasswordCost const& cost);

/// 15 to 256 characters (code points of UTF-8), any of them, taken as they are: spaces, letters of any
/// script, nothing cut off, nothing normalised. Errors: invalid: too short, too long, not UTF-8, or easily
/// guessed (it says why).
base::Result<void> check_password(std::string_view password, std::string_view username);

using Salt = std::array<unsigned char, 16>;
/// A PHC string ("$argon2id$v=19$m=..."). Takes tens of milliseconds and `cost.memory_bytes`: not for the
/// event loop. Errors: unavailable: no memory.
base::Result<std::string> hash_password(std::string const& password, Salt const& salt,
                                        PasswordCost const& cost);
/// As slow when it does not fit. False for a damaged hash.
bool verify_password(std::string const& password, std::string const& hash);
/// The hash was made at another cost than this one.
bool wants_rehash(std::string const& hash, PasswordCost const& cost);

/// Hashes on worker threads, at most `queue` waiting or running at a time. (R13)
class PasswordHasher {
public:
    PasswordHasher(Executor workers, Secrets& secrets, PasswordCost cost, std::size_t queue = 16);

    /// A place in the queue, held as long as a copy of it lives.
    using Place = std::shared_ptr<void>;
    /// Errors: unavailable: too many others wait, try again in a second.
    base::Result<Place> take_place();

    /// Errors: unavailable: no memory.
    awaitable<base::Result<std::string>> hash(Place place, std::string password);

    struct Verified {
        bool fits = false;
        std::string better_hash{};  // when it fits but was made at another cost
    };
    /// Against an empty hash (of an unknown name) it takes as long, and nothing fits. (R16)
    awaitable<Verified> verify(Place place, std::string password, std::string hash);

private:
    Salt make_salt();

    Executor workers_;
    Secrets& secrets_;
    PasswordCost cost_;
    std::size_t queue_;
    std::shared_ptr<std::atomic<std::size_t>> taken_ = std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace auth
