// The shape of a body or a query: its name and its JSON Schema, for the OpenAPI document.
#pragma once
#include <boost/type_index.hpp>

#include "base/json.hpp"

namespace api {

namespace json = boost::json;

struct Shape {
    std::string name{};  // "DeployRequest"; empty: there is none
    json::object (*schema)(base::SchemaFor use, base::FieldRule const* rule) = nullptr;
    bool optional = false;  // nothing in it is required
};

template <class T>
Shape shape_of() {
    std::string name = boost::typeindex::type_id<T>().pretty_name();
    name.erase(0, name.rfind(':') + 1);
    using base::rules_of;  // unless T's own namespace has one
    std::span<base::FieldRule const> rules = rules_of(static_cast<T const*>(nullptr));
    bool optional =
        std::none_of(rules.begin(), rules.end(), [](base::FieldRule const& rule) { return rule.required; });
    return {std::move(name), &base::schema_of<T>, optional};
}

/// An answer that is not JSON.
struct Text {};
/// An answer that is the OpenAPI document itself.
struct Document {};
template <>
inline Shape shape_of<Text>() {
    return {"Text", nullptr, false};
}
template <>
inline Shape shape_of<Document>() {
    return {"Document", nullptr, false};
}

}  // namespace api
