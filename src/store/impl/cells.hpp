// Typed values to cells and back. A described struct is a row: its members are the columns, in their order.
#pragma once
#include "base/json.hpp"
#include "base/time.hpp"
#include "store/impl/transaction.hpp"

namespace store::impl {

template <class T>
struct Unwrapped {
    using type = T;
};
template <class T>
struct Unwrapped<std::optional<T>> {
    using type = T;
};

template <class T>
inline constexpr bool is_number = std::is_integral_v<T> || std::is_same_v<T, WallTime>;

/// An empty cell of the type's kind.
template <class T>
Cell cell_for() {
    return {.is_text = !is_number<typename Unwrapped<T>::type>};
}

template <class T>
Cell to_cell(T const& value) {
    Cell cell = cell_for<T>();
    if constexpr (base::is_optional<T>) {
        if (value) return to_cell(*value);
        cell.is_null = true;
    } else if constexpr (std::is_same_v<T, WallTime>) {
        cell.number = base::to_micros(value);
    } else if constexpr (std::is_integral_v<T>) {
        cell.number = static_cast<long long>(value);
    } else if constexpr (std::is_convertible_v<T const&, std::string_view>) {
        cell.text = std::string_view(value);
    } else if constexpr (base::is_id<T>) {
        cell.text = value.value;
    } else if constexpr (base::DescribedEnum<T>) {
        cell.text = base::enum_name(value);
    } else {
        cell.text = base::to_text(value);
    }
    return cell;
}

template <class... Values>
Cells to_cells(Values const&... values) {
    Cells cells;
    cells.reserve(sizeof...(values));
    (cells.push_back(to_cell(values)), ...);
    return cells;
}

/// A row that this program did not write, or that was damaged.
[[noreturn]] void throw_unreadable(std::string_view what, Error const& why);

template <class T>
T from_cell(Cell& cell) {
    if constexpr (base::is_optional<T>) {
        if (cell.is_null) return std::nullopt;
        return from_cell<typename T::value_type>(cell);
    } else if constexpr (std::is_same_v<T, WallTime>) {
        return base::from_micros(cell.number);
    } else if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(cell.number);
    } else if constexpr (std::is_same_v<T, std::string>) {
        return std::move(cell.text);
    } else if constexpr (base::is_id<T>) {
        return {std::move(cell.text)};
    } else if constexpr (base::DescribedEnum<T>) {
        auto value = base::parse_enum<T>(cell.text, "word");
        if (!value) throw_unreadable(cell.text, value.error());
        return *value;
    } else {
        auto value = base::from_text<T>(cell.text, base::Author::ourselves);
        if (!value) throw_unreadable(cell.text, value.error());
        return std::move(*value);
    }
}

// -- Rows.

template <class Row>
Cells cells_of(Row const& row) {
    Cells cells;
    boost::mp11::mp_for_each<base::MembersOf<Row>>([&](auto d) { cells.push_back(to_cell(row.*d.pointer)); });
    return cells;
}

/// `"id", "environment", ...`: quoted, because some of our words are SQL's, too.
template <class Row>
std::string columns_of() {
    std::string columns;
    boost::mp11::mp_for_each<base::MembersOf<Row>>([&](auto d) {
        columns += columns.empty() ? "\"" : ", \"";
        columns += d.name;
        columns += '"';
    });
    return columns;
}

/// A row is a described struct, or one column.
template <class Row>
Cells empty_row() {
    Cells cells;
    if constexpr (base::Described<Row>)
        boost::mp11::mp_for_each<base::MembersOf<Row>>([&](auto d) {
            cells.push_back(cell_for<std::remove_cvref_t<decltype(std::declval<Row&>().*d.pointer)>>());
        });
    else
        cells.push_back(cell_for<Row>());
    return cells;
}

template <class Row>
Row read_row(Cells& cells) {
    if constexpr (base::Described<Row>) {
        Row row{};
        std::size_t column = 0;
        boost::mp11::mp_for_each<base::MembersOf<Row>>([&](auto d) {
            using Member = std::remove_cvref_t<decltype(row.*d.pointer)>;
            row.*d.pointer = from_cell<Member>(cells[column++]);
        });
        return row;
    } else {
        return from_cell<Row>(cells.front());
    }
}

}  // namespace store::impl
