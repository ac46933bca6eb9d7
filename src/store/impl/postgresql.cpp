#include "store/impl/postgresql.hpp"

#include <fmt/format.h>
#include <soci/postgresql/soci-postgresql.h>

#include <thread>

#include "store/impl/statements.hpp"

namespace store::impl {

namespace {

constexpr std::int64_t write_lock = 0x70696c6f74;  // "pilot"
constexpr int reconnect_attempts = 6;  // 100 ms, 200 ms, ...: six seconds, a restart of the server

/// (SOCI hides the type's description, which the sanitizer would look for.)
__attribute__((no_sanitize("vptr"))) PGconn* native(soci::session& session) {
    return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
}

std::string state_of(std::exception const& problem) {
    auto const* known = dynamic_cast<soci::postgresql_soci_error const*>(&problem);
    return known ? known->sqlstate() : "";
}

bool one_of(std::string const& state, std::initializer_list<std::string_view> known) {
    return std::find(known.begin(), known.end(), state) != known.end();
}

}  // namespace

PostgresqlConnection::PostgresqlConnection(std::string connection, PostgresqlRole role)
    : connection_(std::move(connection)), role_(role), session_(Dialect::postgresql) {
    connect();
}

void PostgresqlConnection::connect() {
    session_.forget_statements();
    session_.soci().close();
    bool has_limit = connection_.find("connect_timeout") != std::string::npos;
    session_.soci().open(soci::postgresql, connection_ + (has_limit ? "" : " connect_timeout=5"));
    run("SET client_min_messages = warning");
    // A portal that hangs inside a transaction, or whose machine is gone, must not hold up the others.
    run("SET idle_in_transaction_session_timeout = '15s'");
    run("SET tcp_user_timeout = '15s'");
    run("SET lock_timeout = '30s'");
    if (role_ == PostgresqlRole::writer)
        run("SELECT set_config('synchronous_commit', 'on', false) WHERE "
            "current_setting('synchronous_commit') = 'off'");
}

bool PostgresqlConnection::connected() {
    return session_.soci().get_backend() && PQstatus(native(session_.soci())) == CONNECTION_OK;
}

void PostgresqlConnection::take_write_lock() {
    execute(session_, "SELECT 1 FROM pg_advisory_xact_lock($1)", write_lock);
}

void PostgresqlConnection::begin_write() {
    if (!connected()) connect();
    run("BEGIN ISOLATION LEVEL READ COMMITTED");
    take_write_lock();
    transaction_id_ = *select_one<std::string>(session_, "SELECT CAST(pg_current_xact_id() AS TEXT)");
}

void PostgresqlConnection::begin_read() {
    if (!connected()) connect();
    run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

void PostgresqlConnection::commit() {
    try {
        run("COMMIT");
    } catch (std::exception const&) {
        if (connected()) throw;
        if (!was_committed(transaction_id_)) throw;
    }
}

/// The old transaction holds the write lock until it has ended, so whoever gets the lock can tell how.
bool PostgresqlConnection::was_committed(std::string const& transaction_id) {
    for (int attempt = 0; attempt < reconnect_attempts; ++attempt) {
        try {
            connect();
            run("BEGIN ISOLATION LEVEL READ COMMITTED");
            take_write_lock();
            auto status = select_one<std::string>(
                session_, "SELECT coalesce(pg_xact_status(CAST(CAST($1 AS TEXT) AS xid8)), '')",
                transaction_id);
            rollback();
            if (status == "committed") return true;
            if (status == "aborted") return false;
        } catch (soci::soci_error const&) {
            std::this_thread::sleep_for(100ms * (1 << attempt));
        }
    }
    throw OutcomeUnknown("the connection to PostgreSQL broke in the middle of COMMIT");
}

void PostgresqlConnection::rollback() {
    try {
        if (connected() && PQtransactionStatus(native(session_.soci())) != PQTRANS_IDLE) run("ROLLBACK");
    } catch (std::exception const&) {
        session_.forget_statements();
        session_.soci().close();  // The next begin connects.
    }
}

Damage PostgresqlConnection::damage(std::exception const& problem) {
    std::string state = state_of(problem);
    if (!connected() || state.starts_with("08") || state.starts_with("57P")) return Damage::gone;
    if (state.starts_with("40") || one_of(state, {"55P03", "25P03"})) return Damage::again;
    if (one_of(state.substr(0, 2), {"25", "53", "54", "58", "XX"})) return Damage::batch;
    return Damage::work;
}

Error PostgresqlConnection::explain(std::exception const& problem) {
    std::string state = state_of(problem);
    if (!connected() || state.starts_with("08") || state.starts_with("57P"))
        return base::unavailable("PostgreSQL cannot be reached: nothing was changed; try again when it runs",
                                 problem.what());
    if (state == "53100")
        return base::unavailable(
            "the disk of PostgreSQL is full: nothing can be stored until there is space again",
            problem.what());
    if (state == "25006")
        return base::unavailable("PostgreSQL is read-only (a standby?): connect to its primary",
                                 problem.what());
    if (one_of(state, {"42501", "28000", "28P01"}))
        return base::unavailable(
            "PostgreSQL refuses the user of this connection: grant it the rights to log in and to write",
            problem.what());
    if (damage(problem) != Damage::work)
        return base::unavailable("PostgreSQL could not store this: nothing was changed; try again",
                                 problem.what());
    return {base::Errc::internal, "the database refused a statement", problem.what()};
}

}  // namespace store::impl
