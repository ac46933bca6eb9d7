// Reads described structs from YAML and reports everything that is wrong, each at its place.
#pragma once
#include "base/json.hpp"
#include "config/impl/scalar.hpp"
#include "model/environment.hpp"

namespace config {

/// Merge keys (<<) resolved: what is written beats what is merged, an earlier merge a later one.
std::vector<Field> fields_of(Node const& mapping, Report& report);
/// The value of a field, or null. Merged ones count.
Node const* find_field(Node const& mapping, std::string_view key, Report& report);

/// "expected a list, got text". `expected` with its article.
void report_wrong_type(Node const& node, std::string_view name, std::string_view expected, Report& report);

/// Text, numbers, truth values, durations, enumerators.
template <class T>
void read_scalar(Node const& node, T& into, std::string_view name, base::FieldRule const* rule,
                 Report& report) {
    boost::json::value value = value_of(node);
    if constexpr (std::is_same_v<T, std::string>) {
        if (value.is_number() || value.is_bool())
            return report.add(node, fmt::format("{}: expected text, got {}; quote it: \"{}\"", name,
                                                base::kind_name(value), meant(node).text));
    }
    if constexpr (base::DescribedEnum<T>) {
        if (!value.is_string())
            return report_wrong_type(
                node, name, fmt::format("one of {}", fmt::join(base::enum_names<T>(), ", ")), report);
        auto parsed = base::parse_enum<T>(value.get_string(), name);
        if (!parsed) return report.add(node, parsed.error().message);
        into = *parsed;
    } else {
        auto read = base::read_json(value, into, std::string(name), rule);
        if (read) return;
        std::string message = read.error().message;
        if (message.ends_with("got null")) message.replace(message.size() - 4, 4, "nothing");
        report.add(node, message);
    }
}

template <class T>
void read(Node const& node, T& into, std::string_view name, base::FieldRule const* rule, Report& report);

template <class T>
void read_struct(Node const& node, T& into, std::string_view name, Report& report) {
    if (meant(node).kind != NodeKind::mapping)
        return report_wrong_type(node, name, "fields (key: value)", report);
    std::vector<std::string_view> known;
    boost::mp11::mp_for_each<base::MembersOf<T>>([&](auto d) { known.push_back(base::field_name(d.name)); });
    std::vector<Field> fields = fields_of(meant(node), report);
    for (Field const& field : fields)
        if (std::find(known.begin(), known.end(), field.key->text) == known.end())
            report.add(*field.key, fmt::format("unknown field \"{}\"{}", field.key->text,
                                               base::suggestion(field.key->text, known)));
    boost::mp11::mp_for_each<base::MembersOf<T>>([&](auto d) {
        std::string_view key = base::field_name(d.name);
        base::FieldRule const* rule = base::rule_for<T>(key);
        auto field = std::find_if(fields.begin(), fields.end(),
                                  [&](Field const& each) { return each.key->text == key; });
        if (field != fields.end())
            read(*field->value, into.*d.pointer, key, rule, report);
        else if (rule && rule->required)
            report.add_missing(meant(node), fmt::format("{} is required{}{}", key,
                                                        rule->about.empty() ? "" : ": ", rule->about));
    });
}

template <class T>
void read_list(Node const& node, std::vector<T>& into, std::string_view name, base::FieldRule const* rule,
               Report& report) {
    Node const& list = meant(node);
    if (list.kind != NodeKind::list) return report_wrong_type(node, name, "a list", report);
    auto count = static_cast<double>(list.children.size());
    if (rule && (count < rule->minimum || count > rule->maximum))
        return report.add(node, base::out_of_limits(name, *rule, " items").message);
    // As many items as nodes, even bad ones: what is checked later finds its node by the index.
    into.assign(list.children.size(), T{});
    for (std::size_t i = 0; i < list.children.size(); ++i)
        read(*list.children[i], into[i], fmt::format("{}[{}]", name, i), nullptr, report);
}

template <class T>
void read_map(Node const& node, std::map<std::string, T>& into, std::string_view name, Report& report) {
    if (meant(node).kind != NodeKind::mapping)
        return report_wrong_type(node, name, "fields (key: value)", report);
    for (Field const& field : fields_of(meant(node), report))
        read(*field.value, into[field.key->text], fmt::format("{}.{}", name, field.key->text), nullptr,
             report);
}

/// `target: sample` is short for `target: {sample: {}}`. Exactly one is set.
void read_target(Node const& node, model::Target& into, Report& report);

template <class T>
void read(Node const& node, T& into, std::string_view name, base::FieldRule const* rule, Report& report) {
    if constexpr (std::is_same_v<T, model::Target>) {
        read_target(node, into, report);
    } else if constexpr (base::is_optional<T>) {
        if (value_of(node).is_null()) return into.reset();
        read(node, into.emplace(), name, rule, report);
    } else if constexpr (base::is_vector<T>) {
        read_list(node, into, name, rule, report);
    } else if constexpr (base::is_map<T>) {
        read_map(node, into, name, report);
    } else if constexpr (base::Described<T> && !base::is_id<T>) {
        read_struct(node, into, name, report);
    } else {
        read_scalar(node, into, name, rule, report);
    }
}

}  // namespace config
