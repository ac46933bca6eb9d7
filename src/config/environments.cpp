#include "config/environments.hpp"

#include "config/impl/check.hpp"

namespace config {

namespace {

model::Environments read_document(Report& report) {
    model::Environments document;
    Document parsed = parse(report, "the file is empty; it must begin with `environments:`");
    if (!parsed.root) return document;
    read(*parsed.root, document, "", nullptr, report);
    check(document, *parsed.root, report);
    return document;
}

}  // namespace

base::Result<Loaded> load_environments(std::string_view bytes, std::string const& file) {
    Text text(bytes);
    Report report(file, text);
    Loaded loaded{.document = read_document(report)};
    if (!report.empty()) return base::invalid(say(report.problems()));
    for (Problem const& warning : report.warnings()) loaded.warnings.push_back(say(warning));
    return loaded;
}

base::Result<model::Environments> parse_environments(std::string_view text, std::string const& file) {
    TRY(Loaded loaded, load_environments(text, file));
    return std::move(loaded.document);
}

std::vector<Problem> check_environments(std::string_view bytes, std::string const& file) {
    Text text(bytes);
    Report report(file, text);
    read_document(report);
    return report.problems();
}

model::Environment const* find(model::Environments const& document, std::string_view name) {
    for (model::Environment const& environment : document.environments)
        if (environment.name == name) return &environment;
    return nullptr;
}

base::Result<model::Environment> get(model::Environments const& document, std::string_view name) {
    if (model::Environment const* found = find(document, name)) return *found;
    std::vector<std::string_view> known;
    for (model::Environment const& environment : document.environments) known.push_back(environment.name);
    return base::not_found(
        fmt::format("there is no environment \"{}\"{}", name, base::suggestion(name, known)));
}

std::map<model::Provider, std::vector<model::Environment const*>> group_by_provider(
    model::Environments const& document) {
    std::map<model::Provider, std::vector<model::Environment const*>> groups;
    for (model::Environment const& environment : document.environments)
        groups[environment.provider].push_back(&environment);
    return groups;
}

}  // namespace config
