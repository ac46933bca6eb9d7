// Users, their sessions, and the counts of wrong passwords.
#include "store/impl/statements.hpp"

namespace store {

// -- Users.

Result<std::int64_t> count_users(Transaction& transaction) {
    return *impl::select_one<std::int64_t>(transaction, "SELECT count(*) FROM users");
}

Result<void> insert_user(Transaction& transaction, User const& user) {
    static std::string const sql = impl::insert_into<User>("users") + " ON CONFLICT (name) DO NOTHING";
    if (transaction.execute(sql, impl::cells_of(user)) == 0)
        return base::conflict(fmt::format("there is a user {} already", user.name));
    return {};
}

Result<std::optional<User>> find_user(Transaction& transaction, std::string const& name) {
    static std::string const sql = "SELECT " + impl::columns_of<User>() + " FROM users WHERE name = $1";
    return impl::select_one<User>(transaction, sql, name);
}

Result<void> update_password(Transaction& transaction, std::string const& name,
                             std::string const& password_hash) {
    if (impl::execute(transaction, "UPDATE users SET password_hash = $1 WHERE name = $2", password_hash,
                      name) == 0)
        return base::not_found(fmt::format("there is no user {}", name));
    return {};
}

// -- Sessions.

Result<void> insert_session(Transaction& transaction, Session const& session) {
    static std::string const sql = impl::insert_into<Session>("session");
    transaction.execute(sql, impl::cells_of(session));
    return {};
}

Result<std::optional<Session>> find_session(Transaction& transaction, std::string const& token_hash) {
    static std::string const sql =
        "SELECT " + impl::columns_of<Session>() + " FROM session WHERE token_hash = $1";
    return impl::select_one<Session>(transaction, sql, token_hash);
}

Result<std::vector<Session>> live_sessions(Transaction& transaction, WallTime now) {
    static std::string const sql =
        "SELECT " + impl::columns_of<Session>() + " FROM session WHERE expires_at > $1 ORDER BY expires_at";
    return impl::select<Session>(transaction, sql, now);
}

Result<void> delete_session(Transaction& transaction, std::string const& token_hash) {
    impl::execute(transaction, "DELETE FROM session WHERE token_hash = $1", token_hash);
    return {};
}

Result<void> delete_expired_sessions(Transaction& transaction, WallTime now) {
    impl::execute(transaction, "DELETE FROM session WHERE expires_at <= $1", now);
    return {};
}

// -- Wrong passwords.

Result<Guesses> find_guesses(Transaction& transaction, std::string const& who) {
    static std::string const sql = "SELECT " + impl::columns_of<Guesses>() + " FROM guesses WHERE who = $1";
    return impl::select_one<Guesses>(transaction, sql, who).value_or(Guesses{});
}

Result<void> save_guesses(Transaction& transaction, std::string const& who, Guesses const& guesses) {
    static std::string const sql =
        impl::insert_into<Guesses>("guesses", {"who"}) + impl::or_replace<Guesses>("who");
    transaction.execute(sql, impl::join(impl::cells_of(guesses), who));
    return {};
}

Result<void> forget_guesses(Transaction& transaction, std::string const& who) {
    impl::execute(transaction, "DELETE FROM guesses WHERE who = $1", who);
    return {};
}

}  // namespace store
