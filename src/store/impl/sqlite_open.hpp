// Opening a SQLite database: checked, and brought to the schema of this program.
#pragma once
#include "store/impl/connection.hpp"
#include "store/impl/file_lock.hpp"

namespace store::impl {

/// The connection keeps the lock as long as it is open.
Result<std::unique_ptr<Connection>> open_sqlite_writer(SqliteSettings const& settings, FileLock lock);
/// May throw.
std::unique_ptr<Connection> open_sqlite_reader(SqliteSettings const& settings);

}  // namespace store::impl
