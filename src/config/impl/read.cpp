#include "config/impl/read.hpp"

namespace config {

namespace {

bool has_key(std::vector<Field> const& fields, std::string_view key) {
    return std::any_of(fields.begin(), fields.end(),
                       [&](Field const& field) { return field.key->text == key; });
}

void merge(Node const& source, std::vector<Field>& into, Report& report) {
    Node const& from = meant(source);
    if (from.kind != NodeKind::mapping)
        return report.add(source, "<< takes fields from elsewhere, like *name");
    for (Field const& field : fields_of(from, report))
        if (!has_key(into, field.key->text)) into.push_back(field);
}

}  // namespace

std::vector<Field> fields_of(Node const& mapping, Report& report) {
    std::vector<Field> written = written_fields(mapping), fields;
    for (Field const& field : written)
        if (!is_merge(field)) fields.push_back(field);
    for (Field const& field : written) {
        if (!is_merge(field)) continue;
        if (meant(*field.value).kind == NodeKind::list)
            for (Node const* source : meant(*field.value).children) merge(*source, fields, report);
        else
            merge(*field.value, fields, report);
    }
    return fields;
}

Node const* find_field(Node const& mapping, std::string_view key, Report& report) {
    for (Field const& field : fields_of(mapping, report))
        if (field.key->text == key) return field.value;
    return nullptr;
}

void report_wrong_type(Node const& node, std::string_view name, std::string_view expected, Report& report) {
    boost::json::value value = value_of(node);
    std::string_view got = value.is_null()     ? "nothing"
                           : value.is_object() ? "fields"
                                               : base::kind_name(value);
    report.add(node, fmt::format("{}: expected {}, got {}", name.empty() ? "the file" : name, expected, got));
}

void read_target(Node const& node, model::Target& into, Report& report) {
    constexpr std::string_view right = "write `target: {host: {haproxy: managed}}` or `target: sample`";
    constexpr std::array<std::string_view, 2> known{"host", "sample"};
    Node const& target = meant(node);
    if (target.kind == NodeKind::scalar) {
        if (target.text == "host")
            into.host.emplace();
        else if (target.text == "sample")
            into.sample.emplace();
        else if (value_of(target).is_null())
            report.add(node, fmt::format("target: expected host or sample, got nothing; {}", right));
        else
            report.add(node, fmt::format("unknown target \"{}\"{}; {}", target.text,
                                         base::suggestion(target.text, known), right));
        return;
    }
    read_struct(node, into, "target", report);
    if (target.kind != NodeKind::mapping) return;
    std::vector<Field> fields = fields_of(target, report);
    if (has_key(fields, "host") && !into.host) into.host.emplace();
    if (has_key(fields, "sample") && !into.sample) into.sample.emplace();
    if (into.host && into.sample)
        report.add(node, fmt::format("target: exactly one of host and sample, got both; {}", right));
    if (!into.host && !into.sample)
        report.add(node, fmt::format("target: exactly one of host and sample, got none; {}", right));
}

}  // namespace config
