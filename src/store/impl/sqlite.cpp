#include "store/impl/sqlite.hpp"

#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <filesystem>

#include "store/impl/statements.hpp"

namespace store::impl {

namespace {

using namespace sqlite_api;

/// SQLite's own handle. (SOCI hides the type's description, which the sanitizer would look for.)
__attribute__((no_sanitize("vptr"))) sqlite_api::sqlite3*& native(soci::session& session) {
    return static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
}

/// SOCI knows neither VFS nor extended codes: we open the file, SOCI uses it.
void open(soci::session& session, SqliteSettings const& settings, SqliteRole role) {
    session.open(soci::sqlite3, ":memory:");
    sqlite_api::sqlite3* opened = nullptr;
    int flags =
        role == SqliteRole::reader ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    char const* vfs = settings.vfs.empty() ? nullptr : settings.vfs.c_str();
    int code = sqlite3_open_v2(settings.file.c_str(), &opened, flags | SQLITE_OPEN_FULLMUTEX, vfs);
    if (code != SQLITE_OK) {
        if (opened) code = sqlite3_extended_errcode(opened);
        std::string text = opened ? sqlite3_errmsg(opened) : sqlite3_errstr(code);
        sqlite3_close(opened);
        throw soci::sqlite3_soci_error(text, code);
    }
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_busy_timeout(opened, 5000);
    sqlite3_close(native(session));
    native(session) = opened;
}

int code_of(std::exception const& problem) {
    auto const* known = dynamic_cast<soci::sqlite3_soci_error const*>(&problem);
    return known ? known->result() & 0xff : SQLITE_OK;
}

}  // namespace

SqliteConnection::SqliteConnection(SqliteSettings const& settings, SqliteRole role)
    : file_(settings.file), session_(Dialect::sqlite) {
    open(session_.soci(), settings, role);
    if (role == SqliteRole::reader) {
        run("PRAGMA query_only = 1");
        run("PRAGMA wal_autocheckpoint = 0");
        return;
    }
    if (role == SqliteRole::exclusive) run("PRAGMA locking_mode = EXCLUSIVE");
    use_wal();
    run("PRAGMA synchronous = FULL");
    run("PRAGMA foreign_keys = 1");
    run("PRAGMA journal_size_limit = 16777216");
}

/// SQLite reports no error when it cannot change the mode, but stays in one in which a crash may lose the
/// last commit.
void SqliteConnection::use_wal() {
    auto mode = select_one<std::string>(session_, "PRAGMA journal_mode = WAL");
    if (mode == "wal") return;
    throw base::ErrorException(
        base::unavailable(fmt::format("the database {} cannot use a write-ahead log (mode {}): check that "
                                      "its disk is healthy, has space and is "
                                      "a local one",
                                      file_, mode.value_or("unknown"))));
}

void SqliteConnection::rollback() {
    sqlite_api::sqlite3* handle = native(session_.soci());
    if (sqlite3_get_autocommit(handle) == 0) sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr);
}

std::int64_t SqliteConnection::pragma(std::string const& name) {
    return select_one<std::int64_t>(session_, "PRAGMA " + name).value_or(0);
}

Damage SqliteConnection::damage(std::exception const& problem) {
    switch (code_of(problem)) {
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_NOMEM:
        case SQLITE_BUSY:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PROTOCOL:
            return Damage::batch;
        default:
            return Damage::work;
    }
}

Error SqliteConnection::explain_for(std::string const& file, std::exception const& problem) {
    std::string folder = std::filesystem::path(file).parent_path().string();
    switch (code_of(problem)) {
        case SQLITE_FULL:
            return base::unavailable(
                fmt::format("the disk is full ({}): nothing can be stored until there is space again",
                            folder),
                problem.what());
        case SQLITE_IOERR:
            return base::unavailable(
                fmt::format("the disk fails ({}): the database could not be read or written; look at the "
                            "system's log",
                            folder),
                problem.what());
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return base::unavailable(
                fmt::format("the database {} is damaged: restore a backup of it, or move the file away "
                            "to begin with an empty one",
                            file),
                problem.what());
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_CANTOPEN:
            return base::unavailable(
                fmt::format("the database {} cannot be written: give the user that runs the portal the "
                            "right to write to the file and its folder",
                            file),
                problem.what());
        case SQLITE_BUSY:
            return base::unavailable(
                fmt::format("the database {} is locked by another program: stop it", file), problem.what());
        default:
            return {base::Errc::internal, "the database refused a statement", problem.what()};
    }
}

}  // namespace store::impl
