#include "store/impl/sqlite_open.hpp"

#include "store/impl/schema.hpp"
#include "store/impl/sqlite.hpp"
#include "store/impl/statements.hpp"

namespace store::impl {

namespace {

constexpr std::int64_t small_bytes = 8 << 20;

/// A small database is read whole, which takes some milliseconds; of a large one SQLite checks the pages that
/// it reads.
Result<void> check_health(SqliteConnection& connection, SqliteSettings const& settings) {
    if (connection.pragma("page_count") * connection.pragma("page_size") > small_bytes) return {};
    auto verdict = select_one<std::string>(connection.transaction(), "PRAGMA quick_check(1)");
    if (verdict == "ok") return {};
    return base::unavailable(
        fmt::format("the database {} is damaged: restore a backup of it, or move the file away to "
                    "begin with an empty one",
                    settings.file),
        verdict.value_or(""));
}

Result<void> migrate(SqliteConnection& connection, SqliteSettings const& settings) {
    int found = static_cast<int>(connection.pragma("user_version"));
    TRY_VOID(check_version(found, settings.file));
    for (Migration const& migration : migrations(Dialect::sqlite)) {
        if (migration.number <= found) continue;
        connection.begin_write();
        for (std::string const& sql : migration.statements) connection.run(sql);
        connection.run(fmt::format("PRAGMA user_version = {}", migration.number));
        connection.commit();
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Connection>> open_sqlite_writer(SqliteSettings const& settings, FileLock lock) {
    auto role = settings.separate_readers ? SqliteRole::writer : SqliteRole::exclusive;
    try {
        auto connection = std::make_unique<SqliteConnection>(settings, role);
        connection->hold(std::move(lock));
        TRY_VOID(check_health(*connection, settings));
        TRY_VOID(migrate(*connection, settings));
        return std::unique_ptr<Connection>(std::move(connection));
    } catch (base::ErrorException const& failed) {
        return failed.error;
    } catch (std::exception const& problem) {
        return SqliteConnection::explain_for(settings.file, problem);
    }
}

std::unique_ptr<Connection> open_sqlite_reader(SqliteSettings const& settings) {
    return std::make_unique<SqliteConnection>(settings, SqliteRole::reader);
}

}  // namespace store::impl
