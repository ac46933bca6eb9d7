#include "config/settings.hpp"

#include "config/address.hpp"
#include "config/impl/read.hpp"

namespace config {

namespace {

constexpr std::string_view prefix = "PILOTHOUSE_";
/// Variables of the command line and of scripts, which may stand beside the server's.
constexpr std::array<std::string_view, 5> foreign_variables{
    "PILOTHOUSE_SERVER", "PILOTHOUSE_TOKEN", "PILOTHOUSE_PROFILE", "PILOTHOUSE_CACHE", "PILOTHOUSE_SETTINGS"};

std::vector<std::string_view> setting_names() {
    std::vector<std::string_view> names;
    boost::mp11::mp_for_each<base::MembersOf<ServerSettings>>(
        [&](auto d) { names.push_back(base::field_name(d.name)); });
    return names;
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return result;
}

/// "kubelogin,aws" as words; spaces around a comma are none of them.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin <= text.size();) {
        std::size_t const end = std::min(text.find(',', begin), text.size());
        std::string_view word = text.substr(begin, end - begin);
        word.remove_prefix(std::min(word.find_first_not_of(' '), word.size()));
        word = word.substr(0, word.find_last_not_of(' ') + 1);
        if (!word.empty()) words.emplace_back(word);
        begin = end + 1;
    }
    return words;
}

class Loader {
public:
    base::Result<ServerSettings> run(SettingsSources const& sources) {
        read_file(sources);
        for (auto const& [name, value] : sources.variables) read_variable(name, value);
        for (auto const& [name, value] : sources.flags) read_flag(name, value);
        if (problems_.empty()) check();
        if (!problems_.empty()) return base::invalid(fmt::format("{}", fmt::join(problems_, "\n")));
        return settings_;
    }

private:
    void read_file(SettingsSources const& sources) {
        if (sources.text.empty()) return;
        Text text(sources.text);
        Report report(sources.file, text);
        if (Document document = parse(report); document.root)
            read(*document.root, settings_, "", nullptr, report);
        for (Problem const& problem : report.problems()) problems_.push_back(say(problem));
    }

    void read_variable(std::string const& name, std::string const& value) {
        if (!name.starts_with(prefix) ||
            std::find(foreign_variables.begin(), foreign_variables.end(), name) != foreign_variables.end())
            return;
        std::vector<std::string> known;
        for (std::string_view setting : setting_names()) {
            if (name == variable_name(setting)) return assign(setting, value, name);
            known.push_back(variable_name(setting));
        }
        unknown(name, "variable", known);
    }

    void read_flag(std::string name, std::string const& value) {
        std::replace(name.begin(), name.end(), '_', '-');
        std::vector<std::string> known;
        for (std::string_view setting : setting_names()) {
            if ("--" + name == flag_name(setting)) return assign(setting, value, flag_name(setting));
            known.push_back(flag_name(setting));
        }
        unknown("--" + name, "flag", known);
    }

    void unknown(std::string const& name, char const* what, std::vector<std::string> const& known) {
        std::vector<std::string_view> words(known.begin(), known.end());
        problems_.push_back(fmt::format("{}: unknown {}{}", name, what, base::suggestion(name, words)));
    }

    void assign(std::string_view setting, std::string const& value, std::string const& source) {
        boost::mp11::mp_for_each<base::MembersOf<ServerSettings>>([&](auto d) {
            if (base::field_name(d.name) == setting)
                read_text(value, settings_.*d.pointer, source, base::rule_for<ServerSettings>(setting));
        });
    }

    template <class T>
    void read_text(std::string const& text, T& into, std::string const& source, base::FieldRule const* rule) {
        if constexpr (base::DescribedEnum<T>) {
            auto parsed = base::parse_enum<T>(text, "value");
            if (!parsed) return problems_.push_back(fmt::format("{}: {}", source, parsed.error().message));
            into = *parsed;
        } else if constexpr (base::is_vector<T>) {
            into = words_of(text);
        } else {
            constexpr bool is_text = std::is_same_v<T, std::string>;
            auto read = base::read_json(
                is_text ? boost::json::value(boost::json::string(text)) : value_of(text), into, source, rule);
            if (!read) problems_.push_back(read.error().message);
        }
    }

    // -- Rules for several settings together.

    void check() {
        auto endpoint = parse_listen(settings_.listen);
        if (!endpoint)
            problems_.push_back("listen: " + endpoint.error().message);
        else if (!endpoint->address().is_loopback() && !settings_.allow_remote)
            problems_.push_back(
                fmt::format("listen: {} is reached from other machines, where passwords would travel in "
                            "plain text; listen on "
                            "127.0.0.1 behind a proxy with TLS, or set allow_remote",
                            settings_.listen));
        if (settings_.port_first > settings_.port_last)
            problems_.push_back(fmt::format("port_first: {} is above port_last, {}", settings_.port_first,
                                            settings_.port_last));
        for (auto const& [name, path] : {std::pair{"data_folder", &settings_.data_folder},
                                         {"runtime_folder", &settings_.runtime_folder},
                                         {"environments_file", &settings_.environments_file},
                                         {"haproxy", &settings_.haproxy}})
            if (path->empty()) problems_.push_back(fmt::format("{}: must not be empty", name));
        for (std::string const& plugin : settings_.credential_plugins)
            if (!is_program(plugin))
                problems_.push_back(
                    fmt::format("credential_plugins: \"{}\" is neither a name that is looked for in PATH nor "
                                "an absolute path; write it like kubelogin or /usr/local/bin/kubelogin",
                                plugin));
        if (!settings_.public_origin.empty() && !is_origin(settings_.public_origin))
            problems_.push_back(
                fmt::format("public_origin: \"{}\" is not an origin; write it like "
                            "https://pilothouse.example.org, without a path",
                            settings_.public_origin));
    }

    static bool is_program(std::string_view text) {
        bool const is_plain =
            std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c != 0x7F; });
        bool const is_path = text.starts_with('/') && !text.ends_with('/');
        return is_plain && !text.empty() && (is_path || text.find('/') == std::string_view::npos);
    }

    static bool is_origin(std::string_view text) {
        std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
        std::string_view host = text.substr(scheme);
        return scheme != 0 && !host.empty() && host.find_first_of("/?#@ \\\"'") == std::string_view::npos;
    }

    ServerSettings settings_;
    std::vector<std::string> problems_;
};

}  // namespace

std::string variable_name(std::string_view setting) { return std::string(prefix) + upper(setting); }

std::string flag_name(std::string_view setting) {
    std::string name = "--" + std::string(setting);
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
}

base::Result<ServerSettings> load_settings(SettingsSources const& sources) { return Loader().run(sources); }

std::vector<SettingInfo> describe_settings() {
    std::vector<SettingInfo> rows;
    ServerSettings defaults;
    boost::mp11::mp_for_each<base::MembersOf<ServerSettings>>([&](auto d) {
        std::string_view name = base::field_name(d.name);
        base::json::value value = base::to_json(defaults.*d.pointer);
        base::FieldRule const* rule = base::rule_for<ServerSettings>(name);
        rows.push_back({std::string(name),
                        value.is_string()  ? std::string(value.get_string())
                        : value.is_array() ? std::string()
                                           : base::to_text(value),
                        rule ? std::string(rule->about) : std::string()});
    });
    return rows;
}

}  // namespace config
