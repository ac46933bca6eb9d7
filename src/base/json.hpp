// Described structs to JSON and back, with errors that name the path, what is wrong and what would be right;
// and the JSON Schema of a described struct, so that documents cannot drift from the code.
#pragma once
#include <fmt/format.h>

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/nearest.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"

namespace base {

namespace json = boost::json;

/// What a field allows beyond its type. A struct's rules stand in one table beside it:
///
///     inline constexpr FieldRule deploy_request_rules[] = {{.field = "version", .required = true}};
///     constexpr std::span<FieldRule const> rules_of(DeployRequest const*) { return deploy_request_rules; }
struct FieldRule {
    std::string_view field;
    bool required = false;
    double minimum = std::numeric_limits<double>::lowest();  // of a number, or of a list's length
    double maximum = std::numeric_limits<double>::max();
    std::size_t longest = 4096;  // characters of a text
    std::string_view about{};    // one sentence, for the documents
    std::string_view
        pattern{};  // of a text, as an ECMA 262 expression: for the documents; who uses the text checks it
};
constexpr std::span<FieldRule const> rules_of(void const*) { return {}; }

template <class T>
FieldRule const* rule_for(std::string_view field) {
    for (FieldRule const& rule : rules_of(static_cast<T const*>(nullptr)))
        if (rule.field == field) return &rule;
    return nullptr;
}

// -- Names of enumerators: their own spelling, but for the few in this table.

constexpr std::string_view wire_name(std::string_view enumerator) {
    if (enumerator == "blue_green") return "blue-green";
    if (enumerator == "on_premises") return "on-premises";
    return enumerator;
}

/// A member whose name would be a keyword ends in an underscore, which is not part of its wire name:
/// `default_`.
constexpr std::string_view field_name(std::string_view member) {
    return member.ends_with('_') ? member.substr(0, member.size() - 1) : member;
}

template <class E>
std::string_view enum_name(E value) {
    std::string_view found = "?";
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
        if (d.value == value) found = wire_name(d.name);
    });
    return found;
}

template <class E>
std::vector<std::string_view> enum_names() {
    std::vector<std::string_view> names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
        [&](auto d) { names.push_back(wire_name(d.name)); });
    return names;
}

/// Errors: invalid, naming the nearest known word. `what` is the noun in the sentence: "strategy".
template <class E>
Result<E> parse_enum(std::string_view text, std::string_view what) {
    std::optional<E> found;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
        if (wire_name(d.name) == text) found = d.value;
    });
    if (found) return *found;
    return invalid(fmt::format("unknown {} \"{}\"{}", what, text, suggestion(text, enum_names<E>())));
}

// -- Writing.

template <class T>
concept Described = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;
template <class T>
concept DescribedEnum = boost::describe::has_describe_enumerators<T>::value;
template <class T>
using MembersOf =
    boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool is_id = false;
template <class Tag>
inline constexpr bool is_id<Id<Tag>> = true;

template <class T>
json::value to_json(T const& value) {
    if constexpr (std::is_same_v<T, json::value> || std::is_same_v<T, json::object> ||
                  std::is_same_v<T, json::array> || std::is_same_v<T, json::string>) {
        return value;
    } else if constexpr (std::is_same_v<T, bool> || std::is_arithmetic_v<T>) {
        return value;
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
        return json::string(value);
    } else if constexpr (std::is_same_v<T, Duration>) {
        return json::string(format_duration(value));
    } else if constexpr (std::is_same_v<T, WallTime>) {
        return json::string(format_time(value));
    } else if constexpr (is_id<T>) {
        return json::string(value.value);
    } else if constexpr (is_optional<T>) {
        return value ? to_json(*value) : json::value(nullptr);
    } else if constexpr (is_vector<T>) {
        json::array list;
        list.reserve(value.size());
        for (auto const& item : value) list.push_back(to_json(item));
        return list;
    } else if constexpr (is_map<T>) {
        json::object object;
        for (auto const& [key, item] : value) object[key] = to_json(item);
        return object;
    } else if constexpr (DescribedEnum<T>) {
        return json::string(enum_name(value));
    } else {
        static_assert(Described<T>, "describe this type with BOOST_DESCRIBE_STRUCT");
        json::object object;
        boost::mp11::mp_for_each<MembersOf<T>>(
            [&](auto d) { object[field_name(d.name)] = to_json(value.*d.pointer); });
        return object;
    }
}

/// Each number is the shortest text that reads as exactly this one (0, 2, 0.05). Neither infinity nor "not a
/// number" stands in JSON: null.
std::string to_text(json::value const& value);

template <class T>
std::string to_text(T const& value) {
    return to_text(to_json(value));
}

// -- Reading.

std::string_view kind_name(json::value const& value);
/// "options.weights_percent[2]: expected a number, got text"
Error wrong_type(std::string_view path, std::string_view expected, json::value const& got);
std::string member_path(std::string_view path, std::string_view key);
Error out_of_limits(std::string_view path, FieldRule const& rule, std::string_view unit);

/// What people write is held to the rules of its fields. What we have stored ourselves is taken as it is: a
/// value that stands for "none yet" keeps no rule.
enum class Author { people, ourselves };

template <class T>
Result<void> read_json(json::value const& from, T& into, std::string const& path,
                       FieldRule const* rule = nullptr, Author author = Author::people);

template <class T>
Result<void> read_struct(json::value const& from, T& into, std::string const& path,
                         Author author = Author::people) {
    json::object const* object = from.if_object();
    if (!object) return wrong_type(path, "an object", from);
    std::vector<std::string_view> known;
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto d) { known.push_back(field_name(d.name)); });
    for (auto const& [key, unused] : *object)
        if (std::find(known.begin(), known.end(), std::string_view(key)) == known.end())
            return invalid(
                fmt::format("{}: unknown field{}", member_path(path, key), suggestion(key, known)));
    Result<void> result;
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto d) {
        if (!result) return;
        FieldRule const* rule = author == Author::people ? rule_for<T>(field_name(d.name)) : nullptr;
        json::value const* member = object->if_contains(field_name(d.name));
        if (member)
            result = read_json(*member, into.*d.pointer, member_path(path, field_name(d.name)), rule, author);
        else if (rule && rule->required)
            result = invalid(fmt::format("{}: is required{}{}", member_path(path, field_name(d.name)),
                                         rule->about.empty() ? "" : ": ", rule->about));
    });
    return result;
}

template <class T>
Result<void> read_json(json::value const& from, T& into, std::string const& path, FieldRule const* rule,
                       Author author) {
    if constexpr (std::is_same_v<T, json::value>) {
        into = from;
    } else if constexpr (std::is_same_v<T, bool>) {
        if (!from.is_bool()) return wrong_type(path, "true or false", from);
        into = from.get_bool();
    } else if constexpr (std::is_integral_v<T>) {
        if (!from.is_int64() && !from.is_uint64()) return wrong_type(path, "a whole number", from);
        json::error_code failed;
        T number = from.to_number<T>(failed);
        if (failed) return invalid(fmt::format("{}: the number is out of range", path));
        if (rule &&
            (static_cast<double>(number) < rule->minimum || static_cast<double>(number) > rule->maximum))
            return out_of_limits(path, *rule, "");
        into = number;
    } else if constexpr (std::is_floating_point_v<T>) {
        if (!from.is_number()) return wrong_type(path, "a number", from);
        T number = from.to_number<T>();
        if (rule && (number < rule->minimum || number > rule->maximum)) return out_of_limits(path, *rule, "");
        into = number;
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!from.is_string()) return wrong_type(path, "text", from);
        std::size_t longest = rule ? rule->longest : 4096;
        if (author == Author::people && !is_at_most(from.get_string(), longest))
            return invalid(fmt::format("{}: longer than {} characters", path, longest));
        into = std::string(from.get_string());
    } else if constexpr (std::is_same_v<T, Duration>) {
        if (!from.is_string()) return wrong_type(path, "a duration as text, like \"30s\"", from);
        auto duration = parse_duration(from.get_string());
        if (!duration) return invalid(fmt::format("{}: {}", path, duration.error().message));
        into = *duration;
    } else if constexpr (std::is_same_v<T, WallTime>) {
        if (!from.is_string()) return wrong_type(path, "a time as text", from);
        auto time = parse_time(from.get_string());
        if (!time) return invalid(fmt::format("{}: {}", path, time.error().message));
        into = *time;
    } else if constexpr (is_id<T>) {
        return read_json(from, into.value, path, rule, author);
    } else if constexpr (is_optional<T>) {
        if (from.is_null()) {
            into.reset();
            return {};
        }
        typename T::value_type value{};
        TRY_VOID(read_json(from, value, path, rule, author));
        into = std::move(value);
    } else if constexpr (is_vector<T>) {
        json::array const* list = from.if_array();
        if (!list) return wrong_type(path, "a list", from);
        if (rule && (static_cast<double>(list->size()) < rule->minimum ||
                     static_cast<double>(list->size()) > rule->maximum))
            return out_of_limits(path, *rule, " items");
        T values;
        values.reserve(list->size());
        for (auto const& item : *list) {
            typename T::value_type value{};
            TRY_VOID(read_json(item, value, fmt::format("{}[{}]", path, values.size()), nullptr, author));
            values.push_back(std::move(value));
        }
        into = std::move(values);
    } else if constexpr (is_map<T>) {
        json::object const* object = from.if_object();
        if (!object) return wrong_type(path, "an object", from);
        T values;
        for (auto const& [key, item] : *object) {
            typename T::mapped_type value{};
            TRY_VOID(read_json(item, value, member_path(path, key), nullptr, author));
            values.emplace(std::string(key), std::move(value));
        }
        into = std::move(values);
    } else if constexpr (DescribedEnum<T>) {
        if (!from.is_string()) return wrong_type(path, "text", from);
        auto value = parse_enum<T>(from.get_string(), "value");
        if (!value) return invalid(fmt::format("{}: {}", path, value.error().message));
        into = *value;
    } else {
        return read_struct(from, into, path, author);
    }
    return {};
}

template <class T>
Result<T> from_json(json::value const& from, std::string const& path = "") {
    T into{};
    TRY_VOID(read_json(from, into, path));
    return into;
}

/// Parses untrusted text: depth 32 (R32). Errors: invalid, naming the byte.
Result<json::value> parse_json(std::string_view text);

template <class T>
Result<T> from_text(std::string_view text, Author author = Author::people) {
    TRY(json::value parsed, parse_json(text));
    T into{};
    TRY_VOID(read_json(parsed, into, "", nullptr, author));
    return into;
}

// -- JSON Schema (2020-12, as OpenAPI 3.1 uses it).

enum class SchemaFor { request, answer };  // an answer has every field; a request only the required ones

template <class T>
json::object schema_of(SchemaFor use, FieldRule const* rule = nullptr);

template <class T>
json::object struct_schema(SchemaFor use) {
    json::object properties;
    json::array required;
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto d) {
        using Member = std::remove_cvref_t<decltype(std::declval<T&>().*d.pointer)>;
        FieldRule const* rule = rule_for<T>(field_name(d.name));
        properties[field_name(d.name)] = schema_of<Member>(use, rule);
        if (use == SchemaFor::answer || (rule && rule->required))
            required.push_back(json::string(field_name(d.name)));
    });
    json::object schema{
        {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
}

template <class T>
json::object schema_of(SchemaFor use, FieldRule const* rule) {
    json::object schema;
    if constexpr (std::is_same_v<T, json::value>) {
        // anything
    } else if constexpr (std::is_same_v<T, bool>) {
        schema["type"] = "boolean";
    } else if constexpr (std::is_arithmetic_v<T>) {
        schema["type"] = std::is_integral_v<T> ? "integer" : "number";
        if (rule && rule->minimum != std::numeric_limits<double>::lowest()) schema["minimum"] = rule->minimum;
        if (rule && rule->maximum != std::numeric_limits<double>::max()) schema["maximum"] = rule->maximum;
        if (std::is_unsigned_v<T> && !schema.contains("minimum")) schema["minimum"] = 0;
    } else if constexpr (std::is_same_v<T, std::string> || is_id<T>) {
        schema["type"] = "string";
        if (use == SchemaFor::request) schema["maxLength"] = rule ? rule->longest : 4096;
        if (rule && !rule->pattern.empty()) schema["pattern"] = json::string(rule->pattern);
    } else if constexpr (std::is_same_v<T, Duration>) {
        schema["type"] = "string";
        schema["pattern"] = "^([0-9]{1,9}(ms|s|m|h|d))+$";
        schema["examples"] = json::array{"30s"};
    } else if constexpr (std::is_same_v<T, WallTime>) {
        schema["type"] = "string";
        schema["format"] = "date-time";
    } else if constexpr (is_optional<T>) {
        schema = schema_of<typename T::value_type>(use, rule);
        if (auto* type = schema.if_contains("type"); type && type->is_string())
            schema["type"] = json::array{*type, "null"};
        if (auto* values = schema.if_contains("enum")) values->as_array().push_back(nullptr);
    } else if constexpr (is_vector<T>) {
        schema["type"] = "array";
        schema["items"] = schema_of<typename T::value_type>(use);
        if (rule && rule->minimum > 0) schema["minItems"] = static_cast<std::int64_t>(rule->minimum);
        if (rule && rule->maximum < 1e15) schema["maxItems"] = static_cast<std::int64_t>(rule->maximum);
    } else if constexpr (is_map<T>) {
        schema["type"] = "object";
        schema["additionalProperties"] = schema_of<typename T::mapped_type>(use);
    } else if constexpr (DescribedEnum<T>) {
        schema["type"] = "string";
        json::array values;
        for (auto text : enum_names<T>()) values.push_back(json::string(text));
        schema["enum"] = std::move(values);
    } else {
        schema = struct_schema<T>(use);
    }
    if (rule && !rule->about.empty()) schema["description"] = json::string(rule->about);
    return schema;
}

}  // namespace base
