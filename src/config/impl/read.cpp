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
    constexpr std::string_view right =
        "write `target: {host: {haproxy: managed}}`, `target: {kubernetes: {kubeconfig: file}}` or `target: "
        "sample`";
    constexpr std::array<std::string_view, 3> known{"host", "kubernetes", "sample"};
    auto choose = [&into](std::string_view kind) {
        if (kind == "host" && !into.host) into.host.emplace();
        if (kind == "kubernetes" && !into.kubernetes) into.kubernetes.emplace();
        if (kind == "sample" && !into.sample) into.sample.emplace();
    };
    Node const& target = meant(node);
    if (target.kind == NodeKind::scalar) {
        if (value_of(target).is_null())
            report.add(node,
                       fmt::format("target: expected host, kubernetes or sample, got nothing; {}", right));
        else if (std::find(known.begin(), known.end(), target.text) == known.end())
            report.add(node, fmt::format("unknown target \"{}\"{}; {}", target.text,
                                         base::suggestion(target.text, known), right));
        return choose(target.text);
    }
    read_struct(node, into, "target", report);
    if (target.kind != NodeKind::mapping) return;
    std::vector<Field> fields = fields_of(target, report);
    for (std::string_view kind : known)
        if (has_key(fields, kind)) choose(kind);
    int const chosen =
        int{into.host.has_value()} + int{into.kubernetes.has_value()} + int{into.sample.has_value()};
    if (chosen != 1)
        report.add(node, fmt::format("target: exactly one of host, kubernetes and sample, got {}; {}",
                                     chosen == 0 ? "none" : "several", right));
}

}  // namespace config
