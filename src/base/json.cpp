#include "base/json.hpp"

#include <cmath>

namespace base {

std::string_view kind_name(json::value const& value) {
    switch (value.kind()) {
        case json::kind::null:
            return "null";
        case json::kind::bool_:
            return "true or false";
        case json::kind::int64:
        case json::kind::uint64:
        case json::kind::double_:
            return "a number";
        case json::kind::string:
            return "text";
        case json::kind::array:
            return "a list";
        case json::kind::object:
            return "an object";
    }
    return "?";
}

Error wrong_type(std::string_view path, std::string_view expected, json::value const& got) {
    return invalid(
        fmt::format("{}: expected {}, got {}", path.empty() ? "the body" : path, expected, kind_name(got)));
}

std::string member_path(std::string_view path, std::string_view key) {
    return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

Error out_of_limits(std::string_view path, FieldRule const& rule, std::string_view unit) {
    if (rule.maximum == std::numeric_limits<double>::max())
        return invalid(fmt::format("{}: must be at least {}{}", path, rule.minimum, unit));
    if (rule.minimum == std::numeric_limits<double>::lowest())
        return invalid(fmt::format("{}: must be at most {}{}", path, rule.maximum, unit));
    return invalid(fmt::format("{}: must be from {} to {}{}", path, rule.minimum, rule.maximum, unit));
}

namespace {

bool is_plain(char letter) {
    return static_cast<unsigned char>(letter) >= 0x20 && letter != '"' && letter != '\\';
}

void write_text(std::string_view text, std::string& into) {
    if (!std::all_of(text.begin(), text.end(), is_plain)) {
        into += json::serialize(json::string(text));
        return;
    }
    into += '"';
    into += text;
    into += '"';
}

/// The shortest text that reads as the same number.
void write_number(double number, std::string& into) {
    if (!std::isfinite(number)) {
        into += "null";
        return;
    }
    fmt::format_to(std::back_inserter(into), "{}", number);
    if (into.ends_with(".0")) into.resize(into.size() - 2);
}

void write(json::value const& value, std::string& into);

template <class List, class Write>
void write_each(List const& list, char open, char close, std::string& into, Write write_one) {
    into += open;
    bool first = true;
    for (auto const& item : list) {
        if (!std::exchange(first, false)) into += ',';
        write_one(item);
    }
    into += close;
}

void write(json::value const& value, std::string& into) {
    switch (value.kind()) {
        case json::kind::null:
            into += "null";
            return;
        case json::kind::bool_:
            into += value.get_bool() ? "true" : "false";
            return;
        case json::kind::int64:
            fmt::format_to(std::back_inserter(into), "{}", value.get_int64());
            return;
        case json::kind::uint64:
            fmt::format_to(std::back_inserter(into), "{}", value.get_uint64());
            return;
        case json::kind::double_:
            write_number(value.get_double(), into);
            return;
        case json::kind::string:
            write_text(value.get_string(), into);
            return;
        case json::kind::array:
            write_each(value.get_array(), '[', ']', into,
                       [&](json::value const& item) { write(item, into); });
            return;
        case json::kind::object:
            write_each(value.get_object(), '{', '}', into, [&](json::key_value_pair const& member) {
                write_text(member.key(), into);
                into += ':';
                write(member.value(), into);
            });
            return;
    }
}

}  // namespace

std::string to_text(json::value const& value) {
    std::string text;
    write(value, text);
    return text;
}

}  // namespace base
