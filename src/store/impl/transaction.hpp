// What the repository functions see of a connection: statements with typed values. SOCI stays behind it.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace store {

namespace impl {

/// One value on its way in or out of a statement. Whole numbers and text are all that we store: times are
/// microseconds, everything composed is JSON.
struct Cell {
    bool is_text = false;
    bool is_null = false;
    long long number = 0;
    std::string text{};
};
using Cells = std::vector<Cell>;

enum class Dialect { sqlite, postgresql };

}  // namespace impl

/// Statements name their parameters $1, $2, ..., first used in this order, each at least once. Problems of
/// the database fly as exceptions to whoever runs the unit of work; there they become errors.
class Transaction {
public:
    virtual ~Transaction() = default;
    virtual impl::Dialect dialect() const = 0;
    /// Returns how many rows it changed.
    virtual std::int64_t execute(std::string const& sql, impl::Cells given) = 0;
    /// Calls `each` for every row; `row` tells the columns' types.
    virtual void query(std::string const& sql, impl::Cells given, impl::Cells row,
                       std::function<void(impl::Cells&)> const& each) = 0;
};

}  // namespace store
