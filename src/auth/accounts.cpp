#include "auth/accounts.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <charconv>
#include <cstring>

#include "auth/throttle.hpp"
#include "base/time.hpp"

namespace auth {

using base::Errc;
using base::Error;
using base::Result;
using store::Transaction;

namespace {

constexpr char setup_setting[] = "setup_token";
constexpr Duration ticket_time = 30s;

/// Errors: unavailable: how long to wait.
Result<void> count_one(Transaction& transaction, ThrottleRule const& rule, std::string const& key,
                       WallTime now) {
    TRY(store::Guesses guesses, store::find_guesses(transaction, key));
    if (auto wait = must_wait(rule, guesses, now)) return too_many(*wait);
    return store::save_guesses(transaction, key, count_failure(rule, guesses, now));
}

/// The try turned out to be none: the address gets it back.
Result<void> give_back(Transaction& transaction, std::string const& key) {
    TRY(store::Guesses guesses, store::find_guesses(transaction, key));
    if (guesses.in_window <= 1) return store::forget_guesses(transaction, key);
    --guesses.in_window;
    guesses.failures = std::max<std::int64_t>(guesses.failures - 1, 0);
    if (guesses.in_window < address_rule.free_failures) guesses.wait_until = {};
    return store::save_guesses(transaction, key, guesses);
}

/// What is kept of a set-up token: its hash and until when it is good.
struct SetupToken {
    TokenHash hash{};
    WallTime until{};
};

std::string write(SetupToken const& token) {
    return fmt::format("{} {}", to_hex(token.hash), base::to_micros(token.until));
}

std::optional<SetupToken> read(std::string const& text) {
    std::size_t space = std::min(text.find(' '), text.size());
    auto hash = from_hex(std::string_view(text).substr(0, space));
    base::Micros until = 0;
    std::from_chars(text.data() + std::min(space + 1, text.size()), text.data() + text.size(), until);
    if (!hash) return {};
    return SetupToken{*hash, base::from_micros(until)};
}

bool same(TokenHash const& a, TokenHash const& b) { return sodium_memcmp(a.data(), b.data(), a.size()) == 0; }

Result<void> must_have_no_user(Transaction& transaction) {
    TRY(std::int64_t users, store::count_users(transaction));
    if (users > 0) return base::conflict("there is an administrator already; log in");
    return {};
}

Result<bool> is_the_setup_token(Transaction& transaction, TokenHash const& given, WallTime now) {
    TRY(std::optional<std::string> kept, store::find_setting(transaction, setup_setting));
    std::optional<SetupToken> token = kept ? read(*kept) : std::nullopt;
    return token && same(token->hash, given) && now < token->until;
}

Error wrong_setup_token() {
    return {Errc::unauthenticated,
            "the set-up token is wrong, used or older than 30 minutes; a restart prints a new one"};
}

/// How people type it: with spaces around, in any case, with or without dashes.
std::string as_made(std::string_view typed) {
    std::string token = normalised_name(typed);
    std::erase(token, '-');
    return token;
}

}  // namespace

Accounts::Accounts(store::Store& store, base::Clock& clock, Secrets& secrets, Executor workers,
                   AccountSettings settings)
    : store_(store),
      clock_(clock),
      secrets_(secrets),
      hasher_(std::move(workers), secrets, settings.cost),
      settings_(settings) {}

std::size_t Accounts::HashOfHash::operator()(TokenHash const& hash) const {
    std::size_t first;
    std::memcpy(&first, hash.data(), sizeof first);
    return first;
}

model::AuditEntry Accounts::audit(std::string action, std::string const& actor, std::string const& address,
                                  std::string result) const {
    return {.time = clock_.wall_now(),
            .actor = actor,
            .address = address,
            .action = std::move(action),
            .target = "user/" + actor,
            .result = std::move(result),
            .details = base::json::object{}};
}

// -- Sessions.

awaitable<Result<void>> Accounts::load() {
    auto find = [now = clock_.wall_now()](
                    Transaction& transaction) -> Result<std::vector<std::pair<store::Session, std::string>>> {
        TRY(std::vector<store::Session> sessions, store::live_sessions(transaction, now));
        std::vector<std::pair<store::Session, std::string>> with_roles;
        for (store::Session& session : sessions) {
            TRY(std::optional<store::User> user, store::find_user(transaction, session.user));
            if (user) with_roles.emplace_back(std::move(session), user->role);
        }
        return with_roles;
    };
    CO_TRY(auto sessions, co_await store_.read(std::move(find)));
    sessions_.clear();
    for (auto const& [session, role] : sessions) keep(session, role);
    co_return Result<void>();
}

void Accounts::keep(store::Session const& row, std::string role) {
    auto hash = from_hex(row.token_hash);
    if (!hash) return;
    SteadyTime until =
        clock_.now() + std::min<Duration>(row.expires_at - clock_.wall_now(), settings_.session_time);
    sessions_[*hash] = {.principal = {.user = row.user, .role = std::move(role), .session = row.token_hash},
                        .until = until};
}

Accounts::NewToken Accounts::make_session(std::string const& username, std::string const& address) {
    std::string token = make_session_token(secrets_);
    WallTime now = clock_.wall_now();
    store::Session row{
        .token_hash = to_hex(hash_of_token(token)),
        .user = username,
        .created_at = now,
        .expires_at = now + std::chrono::duration_cast<WallTime::duration>(settings_.session_time),
        .address = address};
    return {std::move(token), std::move(row)};
}

NewSession Accounts::remember(NewToken made, std::string role) {
    std::erase_if(sessions_, [now = clock_.now()](auto const& entry) { return entry.second.until <= now; });
    keep(made.row, std::move(role));
    return {std::move(made.token), made.row.expires_at};
}

std::optional<Principal> Accounts::authenticate(std::string_view token) const {
    if (!token.starts_with("ph_")) return {};
    auto found = sessions_.find(hash_of_token(token));
    if (found == sessions_.end() || clock_.now() >= found->second.until) return {};
    return found->second.principal;
}

bool Accounts::is_live(std::string_view session) const {
    auto hash = from_hex(session);
    auto found = hash ? sessions_.find(*hash) : sessions_.end();
    return found != sessions_.end() && clock_.now() < found->second.until;
}

Ticket Accounts::make_ticket(Principal const& principal) {
    SteadyTime now = clock_.now();
    std::erase_if(tickets_, [now](auto const& entry) { return entry.second.until <= now; });
    std::string ticket = make_session_token(secrets_);
    tickets_[hash_of_token(ticket)] = {.principal = principal, .until = now + ticket_time};
    return {std::move(ticket),
            clock_.wall_now() + std::chrono::duration_cast<WallTime::duration>(ticket_time)};
}

std::optional<Principal> Accounts::redeem_ticket(std::string_view ticket) {
    auto found = tickets_.find(hash_of_token(ticket));
    if (found == tickets_.end()) return {};
    LiveSession redeemed = std::move(found->second);
    tickets_.erase(found);
    if (clock_.now() >= redeemed.until || !is_live(redeemed.principal.session)) return {};
    return std::move(redeemed.principal);
}

awaitable<Result<void>> Accounts::logout(std::string token, std::string address) {
    auto who = authenticate(token);
    if (!who) co_return Result<void>();
    sessions_.erase(hash_of_token(token));
    auto end = [hash = who->session, entry = audit("session.logout", who->user, address, "accepted")](
                   Transaction& transaction) -> Result<void> {
        TRY_VOID(store::delete_session(transaction, hash));
        return store::append_audit(transaction, entry);
    };
    Result<void> ended = co_await store_.write(std::move(end));
    // Not ended in the store, it would be back after a restart; so it is not ended here either, and the
    // caller knows.
    if (!ended) co_await load();
    co_return ended;
}

// -- The first administrator.

awaitable<Result<std::optional<std::string>>> Accounts::ensure_setup_token() {
    std::string token = make_setup_token(secrets_);
    SetupToken kept{
        hash_of_token(as_made(token)),
        clock_.wall_now() + std::chrono::duration_cast<WallTime::duration>(settings_.setup_token_time)};
    auto save = [text = write(kept)](Transaction& transaction) -> Result<bool> {
        TRY(std::int64_t users, store::count_users(transaction));
        if (users > 0) {
            TRY_VOID(store::delete_setting(transaction, setup_setting));
            return false;
        }
        TRY_VOID(store::save_setting(transaction, setup_setting, text));
        return true;
    };
    CO_TRY(bool wanted, co_await store_.write(std::move(save)));
    std::optional<std::string> printed;
    if (wanted) printed = std::move(token);
    co_return printed;
}

awaitable<Result<void>> Accounts::check_setup(std::string const& token, std::string const& address) {
    // The count of a wrong token must be kept, so a wrong one is no error inside the unit of work.
    auto check = [hash = hash_of_token(as_made(token)), key = key_of_address(address),
                  entry = audit("setup", "", address, "refused"),
                  now = clock_.wall_now()](Transaction& transaction) -> Result<bool> {
        TRY_VOID(must_have_no_user(transaction));
        TRY_VOID(count_one(transaction, address_rule, key, now));
        TRY(bool fits, is_the_setup_token(transaction, hash, now));
        if (fits) TRY_VOID(give_back(transaction, key));
        if (!fits) TRY_VOID(store::append_audit(transaction, entry));
        return fits;
    };
    CO_TRY(bool fits, co_await store_.write(std::move(check)));
    if (!fits) co_return wrong_setup_token();
    co_return Result<void>();
}

awaitable<Result<NewSession>> Accounts::setup(std::string token, std::string username, std::string password,
                                              std::string address) {
    CO_TRY_VOID(co_await check_setup(token, address));
    std::string name = normalised_name(username);
    if (!is_username(name)) co_return base::invalid("username: 1 to 64 letters a-z, digits, and . _ - @");
    CO_TRY_VOID(check_password(password, name));
    CO_TRY(PasswordHasher::Place place, hasher_.take_place());
    CO_TRY(std::string hash, co_await hasher_.hash(std::move(place), std::move(password)));

    store::User user{
        .name = name, .password_hash = std::move(hash), .role = "admin", .created_at = clock_.wall_now()};
    NewToken made = make_session(name, address);
    auto create = [user, session = made.row, token_hash = hash_of_token(as_made(token)),
                   entry = audit("setup", name, address, "accepted"),
                   now = clock_.wall_now()](Transaction& transaction) -> Result<void> {
        TRY_VOID(must_have_no_user(transaction));
        TRY(bool fits, is_the_setup_token(transaction, token_hash, now));
        if (!fits) return wrong_setup_token();
        TRY_VOID(store::delete_setting(transaction, setup_setting));
        TRY_VOID(store::insert_user(transaction, user));
        TRY_VOID(store::insert_session(transaction, session));
        return store::append_audit(transaction, entry);
    };
    CO_TRY_VOID(co_await store_.write(std::move(create)));
    co_return remember(std::move(made), user.role);
}

// -- Logging in.

awaitable<Result<store::User>> Accounts::count_try(std::string const& username, std::string const& address) {
    auto count = [username, by_name = key_of_name(username), by_address = key_of_address(address),
                  now = clock_.wall_now()](Transaction& transaction) -> Result<store::User> {
        TRY_VOID(count_one(transaction, address_rule, by_address, now));
        TRY_VOID(count_one(transaction, account_rule, by_name, now));
        if (!is_username(username)) return store::User{};
        TRY(std::optional<store::User> user, store::find_user(transaction, username));
        return user.value_or(store::User{});
    };
    co_return co_await store_.write(std::move(count));
}

awaitable<Result<NewSession>> Accounts::login(std::string username, std::string password,
                                              std::string address) {
    CO_TRY(PasswordHasher::Place place, hasher_.take_place());
    std::string name = normalised_name(username);
    CO_TRY(store::User user, co_await count_try(name, address));
    auto verified = co_await hasher_.verify(std::move(place), std::move(password), user.password_hash);
    if (verified.fits)
        co_return co_await let_in(std::move(user), std::move(verified.better_hash), std::move(address));

    // A name that nobody has may be a password in the wrong field: it is not written down.
    auto entry = audit("session.login", user.name.empty() ? "unknown" : user.name, address, "refused");
    auto note = [entry](Transaction& transaction) { return store::append_audit(transaction, entry); };
    CO_TRY_VOID(co_await store_.write(std::move(note)));
    co_return Error{Errc::unauthenticated, "the user name or the password is wrong"};
}

awaitable<Result<NewSession>> Accounts::let_in(store::User user, std::string better_hash,
                                               std::string address) {
    NewToken made = make_session(user.name, address);
    auto begin = [name = user.name, better_hash, session = made.row, by_name = key_of_name(user.name),
                  by_address = key_of_address(address),
                  entry = audit("session.login", user.name, address, "accepted"),
                  now = clock_.wall_now()](Transaction& transaction) -> Result<void> {
        TRY_VOID(store::forget_guesses(transaction, by_name));
        TRY_VOID(give_back(transaction, by_address));
        if (!better_hash.empty()) TRY_VOID(store::update_password(transaction, name, better_hash));
        TRY_VOID(store::delete_expired_sessions(transaction, now));
        TRY_VOID(store::insert_session(transaction, session));
        return store::append_audit(transaction, entry);
    };
    CO_TRY_VOID(co_await store_.write(std::move(begin)));
    co_return remember(std::move(made), user.role);
}

awaitable<Result<void>> Accounts::unlock(std::string username) {
    auto forget = [key = key_of_name(normalised_name(username)),
                   entry = audit("user.unlock", normalised_name(username), "", "accepted")](
                      Transaction& transaction) -> Result<void> {
        TRY_VOID(store::forget_guesses(transaction, key));
        return store::append_audit(transaction, entry);
    };
    co_return co_await store_.write(std::move(forget));
}

}  // namespace auth
