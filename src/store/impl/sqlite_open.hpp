// Opening a SQLite database: checked, and brought to the schema of this program.
#pragma once
#include "store/impl/connection.hpp"

namespace store::impl {

Result<std::unique_ptr<Connection>> open_sqlite_writer(SqliteSettings const& settings);
/// May throw.
std::unique_ptr<Connection> open_sqlite_reader(SqliteSettings const& settings);

}  // namespace store::impl
