// What a request says, read into described structs: unknown parameters and fields, wrong types and values are
// errors that name their place and what would be right.
#pragma once
#include "base/json.hpp"
#include "http/message.hpp"

namespace api {

using base::Error;
using base::Result;

/// The parameters behind the `?`: one field each, every field optional.
template <class T>
struct Query {
    T value{};
    T const* operator->() const { return &value; }
};

/// The JSON body. It may be missing when nothing in T is required.
template <class T>
struct Body {
    T value{};
    T const* operator->() const { return &value; }
};

/// An empty body reads as an empty object. The limits of R32: 10,000 keys, texts of 256 KiB, depth 32.
/// Errors: invalid.
Result<base::json::value> parse_body(http::Request const& request);
/// Errors: invalid (a parameter that nobody knows, or one that stands there twice).
Result<void> check_parameters(http::Request const& request, std::span<std::string_view const> known);
/// Errors: invalid: it has more characters than the rule allows. (base::read_json counts bytes.)
Result<void> check_length(std::string const& text, std::string_view name, base::FieldRule const* rule);
/// "20" as a number, "true" as such; whatever else stays text, and is then refused as the wrong type.
base::json::value to_number_or_bool(std::string const& text);

/// As base::read_json wants it for a T.
template <class T>
base::json::value to_value(std::string const& text) {
    if constexpr (base::is_optional<T>)
        return to_value<typename T::value_type>(text);
    else if constexpr (std::is_arithmetic_v<T>)
        return to_number_or_bool(text);
    else
        return base::json::string(text);
}

template <class T>
Result<Query<T>> read_query(http::Request const& request) {
    std::vector<std::string_view> known;
    boost::mp11::mp_for_each<base::MembersOf<T>>([&](auto d) { known.push_back(base::field_name(d.name)); });
    TRY_VOID(check_parameters(request, known));
    Query<T> query;
    Result<void> result;
    boost::mp11::mp_for_each<base::MembersOf<T>>([&](auto d) {
        if (!result) return;
        std::string_view name = base::field_name(d.name);
        auto& field = query.value.*d.pointer;
        auto text = request.query_value(name);
        if (!text) return;
        base::FieldRule const* rule = base::rule_for<T>(name);
        result = check_length(*text, name, rule);
        base::FieldRule in_bytes = rule ? *rule : base::FieldRule{.field = name};
        in_bytes.longest *= 4;
        if (result)
            result = base::read_json(to_value<std::decay_t<decltype(field)>>(*text), field,
                                     fmt::format("query parameter {}", name), &in_bytes);
    });
    if (!result) return result.error();
    return query;
}

template <class T>
Result<Body<T>> read_body(http::Request const& request) {
    TRY(base::json::value parsed, parse_body(request));
    Body<T> body;
    TRY_VOID(base::read_json(parsed, body.value, ""));
    return body;
}

}  // namespace api
