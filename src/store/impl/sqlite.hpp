// One SQLite connection.
#pragma once
#include "store/impl/connection.hpp"
#include "store/impl/file_lock.hpp"
#include "store/impl/session.hpp"

namespace store::impl {

enum class SqliteRole {
    writer,     // the one connection that writes and checkpoints
    reader,     // never does either
    exclusive,  // the only connection at all: locks the file, so that the WAL needs no shared memory
};

/// SQLite before 3.51.3 can lose commits when two connections write or checkpoint in WAL mode: that is why
/// there is exactly one writer, enforced here (readers are opened read-only), and one portal to a folder
/// (impl/file_lock.hpp). (R06)
class SqliteConnection : public Connection {
public:
    SqliteConnection(SqliteSettings const& settings, SqliteRole role);
    Transaction& transaction() override { return session_; }
    void begin_write() override { session_.run("BEGIN IMMEDIATE"); }
    void begin_read() override { session_.run("BEGIN DEFERRED"); }
    void commit() override { session_.run("COMMIT"); }
    void rollback() override;
    void savepoint() override { session_.run("SAVEPOINT work"); }
    void release() override { session_.run("RELEASE work"); }
    void rollback_to_savepoint() override { session_.run("ROLLBACK TO work"); }
    Damage damage(std::exception const& problem) override;
    Error explain(std::exception const& problem) override { return explain_for(file_, problem); }
    /// Also for a file that could not be opened.
    static Error explain_for(std::string const& file, std::exception const& problem);

    void run(std::string const& sql) { session_.run(sql); }
    std::int64_t pragma(std::string const& name);
    /// Kept until the connection is closed.
    void hold(FileLock lock) { lock_ = std::move(lock); }

private:
    void use_wal();

    FileLock lock_;  // first, so that the last to go
    std::string file_;
    Session session_;
};

}  // namespace store::impl
