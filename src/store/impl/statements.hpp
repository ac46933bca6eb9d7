// The few shapes that our statements have.
#pragma once
#include "store/impl/cells.hpp"

namespace store::impl {

template <class... Values>
std::int64_t execute(Transaction& transaction, std::string const& sql, Values const&... values) {
    return transaction.execute(sql, to_cells(values...));
}

template <class Row>
std::vector<Row> select_with(Transaction& transaction, std::string const& sql, Cells given) {
    std::vector<Row> rows;
    transaction.query(sql, std::move(given), empty_row<Row>(),
                      [&](Cells& cells) { rows.push_back(read_row<Row>(cells)); });
    return rows;
}

template <class Row, class... Values>
std::vector<Row> select(Transaction& transaction, std::string const& sql, Values const&... values) {
    return select_with<Row>(transaction, sql, to_cells(values...));
}

/// The first row, if there is one.
template <class Row, class... Values>
std::optional<Row> select_one(Transaction& transaction, std::string const& sql, Values const&... values) {
    auto rows = select<Row>(transaction, sql, values...);
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
}

/// `INSERT INTO table ("a", "b", "more") VALUES ($1, $2, $3)`: the row's members, then further columns.
template <class Row>
std::string insert_into(std::string const& table, std::vector<std::string> const& more = {}) {
    std::string columns = columns_of<Row>();
    std::size_t count = empty_row<Row>().size() + more.size();
    for (std::string const& column : more) columns += fmt::format(", \"{}\"", column);
    std::string places;
    for (std::size_t i = 1; i <= count; ++i) places += fmt::format("{}${}", i == 1 ? "" : ", ", i);
    return fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, places);
}

/// ` ON CONFLICT (keys) DO UPDATE SET "a" = excluded."a", ...`: what makes an insert a replacement.
template <class Row>
std::string or_replace(std::string const& keys) {
    std::string changes;
    boost::mp11::mp_for_each<base::MembersOf<Row>>([&](auto d) {
        changes += fmt::format("{}\"{}\" = excluded.\"{}\"", changes.empty() ? "" : ", ", d.name, d.name);
    });
    return fmt::format(" ON CONFLICT ({}) DO UPDATE SET {}", keys, changes);
}

template <class... Values>
Cells join(Cells cells, Values const&... values) {
    (cells.push_back(to_cell(values)), ...);
    return cells;
}

}  // namespace store::impl
