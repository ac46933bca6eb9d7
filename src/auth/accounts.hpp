// Who exists, who is logged in, and how guessing is slowed down (R12-R17).
#pragma once
#include <optional>
#include <string>
#include <unordered_map>

#include "auth/decide.hpp"
#include "auth/password.hpp"
#include "auth/secrets.hpp"
#include "base/clock.hpp"
#include "store/store.hpp"

namespace auth {

struct AccountSettings {
    PasswordCost cost{};
    Duration session_time = std::chrono::hours(24);
    Duration setup_token_time = std::chrono::minutes(30);
};

struct NewSession {
    std::string token{};
    WallTime expires_at{};
};

/// What a page shows instead of its cookie, once.
struct Ticket {
    std::string ticket{};
    WallTime expires_at{};
};

/// For one executor that runs one thing at a time. What it needs outlives it.
class Accounts {
public:
    /// `workers` hash passwords.
    Accounts(store::Store& store, base::Clock& clock, Secrets& secrets, Executor workers,
             AccountSettings settings = {});

    /// Reads the live sessions into memory, once at the start.
    awaitable<base::Result<void>> load();

    /// A token with which the first administrator can be made, valid for 30 minutes and once; at each start a
    /// new one. Nothing when there is a user.
    awaitable<base::Result<std::optional<std::string>>> ensure_setup_token();

    /// Makes the first administrator and logs it in. Errors: unauthenticated (the token is wrong or too old),
    /// conflict (there is an administrator already), invalid (user name, password), unavailable (too many
    /// tries; store).
    awaitable<base::Result<NewSession>> setup(std::string token, std::string username, std::string password,
                                              std::string address);

    /// Errors: unauthenticated (the same for a wrong name and a wrong password), unavailable (too many tries:
    /// how long to wait; too many log-ins at once; store).
    awaitable<base::Result<NewSession>> login(std::string username, std::string password,
                                              std::string address);

    /// Harmless when the session has ended already.
    awaitable<base::Result<void>> logout(std::string token, std::string address);

    /// From memory: a hash and a look-up.
    std::optional<Principal> authenticate(std::string_view token) const;

    /// Has this session neither ended nor expired? By its principal's `session`.
    bool is_live(std::string_view session) const;

    /// For this portal's memory only: a page asks for one whenever it connects.
    Ticket make_ticket(Principal const& principal);
    /// Whose ticket it was; it is none any more.
    std::optional<Principal> redeem_ticket(std::string_view ticket);

    /// Forgives the wrong passwords of a name: for an operator of the machine, who may do so without logging
    /// in.
    awaitable<base::Result<void>> unlock(std::string username);

private:
    struct LiveSession {
        Principal principal{};
        SteadyTime until{};  // a wall clock that jumps neither ends a session nor lengthens it
    };
    struct HashOfHash {
        std::size_t operator()(TokenHash const& hash) const;
    };
    struct NewToken {
        std::string token{};
        store::Session row{};
    };
    NewToken make_session(std::string const& username, std::string const& address);
    NewSession remember(NewToken made, std::string role);
    void keep(store::Session const& row, std::string role);
    model::AuditEntry audit(std::string action, std::string const& actor, std::string const& address,
                            std::string result) const;

    /// Counts the try as a failure before it is looked at, so that many at once gain nothing.
    awaitable<base::Result<store::User>> count_try(std::string const& username, std::string const& address);
    awaitable<base::Result<void>> check_setup(std::string const& token, std::string const& address);
    awaitable<base::Result<NewSession>> let_in(store::User user, std::string better_hash,
                                               std::string address);

    store::Store& store_;
    base::Clock& clock_;
    Secrets& secrets_;
    PasswordHasher hasher_;
    AccountSettings settings_;
    std::unordered_map<TokenHash, LiveSession, HashOfHash> sessions_{};
    std::unordered_map<TokenHash, LiveSession, HashOfHash> tickets_{};
};

}  // namespace auth
