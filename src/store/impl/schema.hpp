// The tables, as a list of steps from nothing to now.
#pragma once
#include "store/impl/transaction.hpp"

namespace store::impl {

/// A step is never changed once it is released: a new one follows.
struct Migration {
    int number = 0;
    std::vector<std::string> statements{};
};
/// In the words of one dialect, sorted by number, without gaps from 1.
std::vector<Migration> migrations(Dialect dialect);

/// conflict when the database was made by a newer program.
Result<void> check_version(int found, std::string const& database);

}  // namespace store::impl
