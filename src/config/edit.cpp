#include "config/edit.hpp"

#include "config/environments.hpp"
#include "config/impl/read.hpp"

namespace config {

namespace {

constexpr char const* file = "environments.yaml";

struct Splice {
    std::size_t begin, end;
    std::string text;
};

std::string apply(Splice const& splice, std::string const& text) {
    return text.substr(0, splice.begin) + splice.text + text.substr(splice.end);
}

/// What is edited, in words: `environment "demo"`.
std::string say_subject(std::string const& environment, std::optional<std::string> const& component) {
    return component ? fmt::format("component \"{}\" of environment \"{}\"", *component, environment)
                     : fmt::format("environment \"{}\"", environment);
}

class Editor {
public:
    Editor(Report& report, Document const& document, std::string subject)
        : report_(report), document_(document), subject_(std::move(subject)) {}

    /// The item of a list of named fields that is written in the file itself.
    base::Result<Node const*> find(Node const& parent, std::string_view list_key, std::string_view name) {
        for (Field const& field : written_fields(parent)) {
            if (field.key->text != list_key) continue;
            if (field.value->alias_of)
                return in_the_way(*field.value, fmt::format("{} are an alias", list_key));
            for (Node const* item : field.value->children) {
                Node const* found = find_field(meant(*item), "name", report_);
                if (!found || meant(*found).text != name) continue;
                if (item->alias_of) return in_the_way(*item, "it is an alias");
                return item;
            }
        }
        return base::conflict(fmt::format(
            "{} is not written in this place but merged into it (<<); edit the file by hand", subject_));
    }

    base::Result<std::vector<Splice>> set(Node const& mapping, bool enabled) {
        if (auto shared = find_sharing(mapping)) return *shared;
        for (Field const& field : written_fields(mapping)) {
            if (field.key->text != "enabled") continue;
            if (field.value->alias_of) return in_the_way(*field.value, "its `enabled` is an alias");
            return std::vector{Splice{field.value->begin, field.value->end, enabled ? "true" : "false"}};
        }
        for (Field const& field : written_fields(mapping))
            if (is_merge(field))
                return in_the_way(*field.key, "a merge key (<<) gives it fields; write `enabled` out there");
        return insertions(mapping, enabled ? "enabled: true" : "enabled: false");
    }

private:
    base::Error in_the_way(Node const& node, std::string const& why) {
        return base::conflict(fmt::format("cannot edit {} in line {}: {}; edit the file by hand", subject_,
                                          report_.line(node), why));
    }

    /// An alias for something that holds the mapping would change with it.
    std::optional<base::Error> find_sharing(Node const& mapping) {
        for (Node const* alias : document_.aliases) {
            Node const& target = *alias->alias_of;
            if (target.begin <= mapping.begin && mapping.begin < target.end)
                return in_the_way(mapping, fmt::format("line {} uses it by an alias and would change, too",
                                                       report_.line(*alias)));
        }
        return {};
    }

    /// The ways to add a field, best first.
    std::vector<Splice> insertions(Node const& mapping, std::string const& field) {
        std::vector<Splice> ways;
        Node const* first_key = mapping.children.front();
        for (Field const& written : written_fields(mapping)) {
            if (written.key->text != "name") continue;
            if (mapping.flow)
                ways.push_back({written.value->end, written.value->end, ", " + field});
            else
                ways.push_back(after_line(written.value->end, indentation(*first_key), field));
        }
        if (!mapping.flow)
            ways.push_back({first_key->begin, first_key->begin,
                            field + line_end(first_key->begin) + indentation(*first_key)});
        return ways;
    }

    std::string_view bytes() const { return report_.text().bytes(); }

    std::string indentation(Node const& key) {
        return std::string(static_cast<std::size_t>(report_.text().place(key.begin).column - 1), ' ');
    }

    /// The line end that is used where `offset` stands, or in the file.
    std::string line_end(std::size_t offset) {
        std::size_t at = bytes().find_first_of("\r\n", offset);
        if (at == std::string_view::npos) at = bytes().find_first_of("\r\n");
        if (at == std::string_view::npos) return "\n";
        return bytes().substr(at, 2) == "\r\n" ? "\r\n" : std::string(1, bytes()[at]);
    }

    Splice after_line(std::size_t offset, std::string const& indent, std::string const& field) {
        std::string end = line_end(offset);
        while (bytes()[offset - 1] == ' ') --offset;
        if (bytes()[offset - 1] == '\n')
            return {offset, offset, indent + field + end};  // a block of lines was the value
        std::size_t at = bytes().find_first_of("\r\n", offset);
        if (at == std::string_view::npos) return {bytes().size(), bytes().size(), end + indent + field};
        return {at + end.size(), at + end.size(), indent + field + end};
    }

    Report& report_;
    Document const& document_;
    std::string subject_;
};

struct Flag {
    bool* environment = nullptr;
    bool* component = nullptr;
    bool& value(bool of_component) const { return of_component ? *component : *environment; }
};

base::Result<Flag> find_flag(model::Environments& document, std::string const& environment,
                             std::optional<std::string> const& component) {
    TRY(model::Environment found, get(document, environment));
    Flag flag;
    std::vector<std::string_view> known;
    for (model::Environment& each : document.environments) {
        if (each.name != environment) continue;
        flag.environment = &each.enabled;
        for (model::Component& candidate : each.components) {
            known.push_back(candidate.name);
            if (component && candidate.name == *component) flag.component = &candidate.enabled;
        }
    }
    if (component && !flag.component)
        return base::not_found(fmt::format("environment \"{}\" has no component \"{}\"{}", environment,
                                           *component, base::suggestion(*component, known)));
    return flag;
}

base::Result<std::vector<Splice>> ways_to_set(std::string const& text, std::string const& environment,
                                              std::optional<std::string> const& component, bool enabled) {
    Text lines(text);
    Report report(file, lines);
    Document document = parse(report);
    Editor editor(report, document, say_subject(environment, component));
    if (document.root->alias_of) return base::conflict("the document is an alias; edit the file by hand");
    TRY(Node const* node, editor.find(*document.root, "environments", environment));
    if (!component) return editor.set(*node, enabled);
    TRY(Node const* item, editor.find(*node, "components", *component));
    return editor.set(*item, enabled);
}

}  // namespace

base::Result<std::string> set_enabled(std::string const& text, std::string const& environment,
                                      std::optional<std::string> component, bool enabled) {
    TRY(model::Environments wanted, parse_environments(text, file));
    TRY(Flag flag, find_flag(wanted, environment, component));
    if (flag.value(component.has_value()) == enabled) return text;
    flag.value(component.has_value()) = enabled;

    TRY(std::vector<Splice> ways, ways_to_set(text, environment, component, enabled));
    // Whatever the file's style: the edited text must say this one thing anew, and nothing else.
    for (Splice const& way : ways) {
        std::string edited = apply(way, text);
        auto read = parse_environments(edited, file);
        if (read && *read == wanted) return edited;
    }
    return base::conflict(fmt::format("cannot edit {} without changing more; edit the file by hand",
                                      say_subject(environment, component)));
}

}  // namespace config
