#include "config/impl/scalar.hpp"

#include <algorithm>
#include <charconv>

namespace config {

namespace {

namespace json = boost::json;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

template <class Number, class... Base>
std::optional<Number> whole(std::string_view digits, Base... base) {
    Number number{};
    auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base...);
    if (digits.empty() || failure != std::errc() || end != digits.data() + digits.size()) return {};
    return number;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_decimal(std::string_view text) {
    auto take = [&](auto&&... wanted) {
        bool found = !text.empty() && ((text.front() == wanted) || ...);
        if (found) text.remove_prefix(1);
        return found;
    };
    auto digits = [&] {
        std::size_t count = 0;
        for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) ++count;
        return count;
    };
    take('-', '+');
    std::size_t before = digits();
    std::size_t after = take('.') ? digits() : 0;
    if (before + after == 0) return false;
    if (take('e', 'E')) {
        take('-', '+');
        if (digits() == 0) return false;
    }
    return text.empty();
}

json::value number_of(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    if (auto number = whole<std::int64_t>(text)) return *number;
    if (auto number = whole<std::uint64_t>(text)) return *number;
    if (auto number = whole<double>(text)) return *number;
    return json::string(text);  // beyond all ranges
}

}  // namespace

json::value value_of(std::string_view text) {
    if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
    if (is_one_of(text, {"true", "True", "TRUE"})) return true;
    if (is_one_of(text, {"false", "False", "FALSE"})) return false;
    if (is_decimal(text)) return number_of(text);
    if (text.starts_with("0o"))
        if (auto number = whole<std::uint64_t>(text.substr(2), 8)) return *number;
    if (text.starts_with("0x"))
        if (auto number = whole<std::uint64_t>(text.substr(2), 16)) return *number;
    return json::string(text);
}

json::value value_of(Node const& node) {
    Node const& value = meant(node);
    switch (value.kind) {
        case NodeKind::list:
            return json::array{};
        case NodeKind::mapping:
            return json::object{};
        case NodeKind::scalar:
            break;
    }
    return value.plain ? value_of(value.text) : json::value(json::string(value.text));
}

}  // namespace config
