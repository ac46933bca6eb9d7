#include "rollout/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace rollout {

namespace {

constexpr std::size_t longest_text = 64;
constexpr int largest_exponent = 30;
constexpr int billionth = 9;  // decimal places

struct Unit {
    std::string_view suffix;
    int binary = 0;   // powers of 2
    int decimal = 0;  // powers of 10
};
constexpr Unit units[] = {{"", 0, 0},    {"n", 0, -9},  {"u", 0, -6},  {"m", 0, -3},
                          {"k", 0, 3},   {"M", 0, 6},   {"G", 0, 9},   {"T", 0, 12},
                          {"P", 0, 15},  {"E", 0, 18},  {"Ki", 10, 0}, {"Mi", 20, 0},
                          {"Gi", 30, 0}, {"Ti", 40, 0}, {"Pi", 50, 0}, {"Ei", 60, 0}};

Quantity power(int base, int exponent) {
    return boost::multiprecision::pow(Quantity(base), static_cast<unsigned>(exponent));
}

Quantity divided_up(Quantity const& quantity, Quantity const& by) { return (quantity + by - 1) / by; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_digits(std::string_view& text) {
    std::string_view const digits = text.substr(
        0, static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

std::optional<Unit> unit_of(std::string_view suffix) {
    for (Unit const& unit : units)
        if (unit.suffix == suffix) return unit;
    // "e3", "E-2"
    if (suffix.size() < 2 || (suffix.front() != 'e' && suffix.front() != 'E')) return {};
    suffix.remove_prefix(1);
    if (suffix.front() == '+') suffix.remove_prefix(1);
    Unit unit{};
    auto const [end, failed] = std::from_chars(suffix.data(), suffix.data() + suffix.size(), unit.decimal);
    bool const is_number = failed == std::errc() && end == suffix.data() + suffix.size();
    if (!is_number || std::abs(unit.decimal) > largest_exponent) return {};
    return unit;
}

}  // namespace

base::Result<Quantity> parse_quantity(std::string_view text) {
    base::Error none = base::invalid(fmt::format("\"{}\" is no quantity", text.substr(0, longest_text)));
    if (text.size() > longest_text) return none;
    std::string_view rest = text;
    bool const negative = rest.starts_with('-');
    if (negative || rest.starts_with('+')) rest.remove_prefix(1);
    std::string_view const whole = take_digits(rest);
    std::string_view fraction;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        fraction = take_digits(rest);
    }
    std::optional<Unit> const unit = unit_of(rest);
    if (whole.size() + fraction.size() == 0 || !unit) return none;
    Quantity quantity = 0;
    for (std::string_view digits : {whole, fraction})
        for (char c : digits) quantity = quantity * 10 + (c - '0');
    quantity *= power(2, unit->binary);
    int const exponent = unit->decimal + billionth - static_cast<int>(fraction.size());
    quantity = exponent >= 0 ? quantity * power(10, exponent) : divided_up(quantity, power(10, -exponent));
    return negative ? Quantity(-quantity) : quantity;
}

std::string say_quantity(Quantity const& quantity, std::string_view resource) {
    bool const is_bytes =
        resource.find("memory") != resource.npos || resource.find("storage") != resource.npos;
    Quantity const one = power(10, billionth);
    if (is_bytes && quantity > 0)
        for (auto unit = std::rbegin(units); unit->binary > 0; ++unit)
            if (Quantity const size = one * power(2, unit->binary); quantity % size == 0)
                return Quantity(quantity / size).str() + std::string(unit->suffix);
    if (quantity % one == 0) return Quantity(quantity / one).str();
    return divided_up(quantity, power(10, billionth - 3)).str() + "m";
}

}  // namespace rollout
