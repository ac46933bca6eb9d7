#include "app/commands.hpp"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/serve.hpp"
#include "app/version.hpp"
#include "cli/exit_code.hpp"
#include "config/environments.hpp"
#include "config/settings.hpp"
#include "store/store.hpp"

extern char** environ;

namespace app {

namespace {

/// Those that are no settings of the server: the command line's own, and the tests'.
constexpr std::string_view other_variables[] = {
    "PILOTHOUSE_SERVER",      "PILOTHOUSE_TOKEN",         "PILOTHOUSE_PROFILE", "PILOTHOUSE_CRASH_AT",
    "PILOTHOUSE_CRASH_TRACE", "PILOTHOUSE_PLANTED_FAULT", "PILOTHOUSE_PROGRAM", "PILOTHOUSE_TEST_LIMIT",
    "PILOTHOUSE_KEEP",        "PILOTHOUSE_CACHE"};

std::map<std::string, std::string> setting_variables() {
    std::map<std::string, std::string> variables;
    for (char** each = environ; *each; ++each) {
        std::string_view text = *each;
        std::string name(text.substr(0, text.find('=')));
        bool other = std::find(std::begin(other_variables), std::end(other_variables), name) !=
                     std::end(other_variables);
        if (name.starts_with("PILOTHOUSE_") && !other) variables[name] = text.substr(name.size() + 1);
    }
    return variables;
}

base::Result<std::string> read_file(std::string const& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) return base::not_found(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
    return text.str();
}

/// What `serve` and its relatives are told: a file, variables, flags.
struct Words {
    std::string file{};
    std::map<std::string, std::string> flags{};
    std::vector<std::string> first_versions{};
    std::string environments{};

    base::Result<config::ServerSettings> settings() const {
        config::SettingsSources sources{.file = file, .variables = setting_variables(), .flags = flags};
        if (!file.empty()) {
            TRY(sources.text, read_file(file));
        }
        return config::load_settings(sources);
    }
};

void add_setting_flags(CLI::App& command, std::shared_ptr<Words> const& words) {
    command.add_option("--settings", words->file,
                       "a YAML file with settings; variables and flags come after it");
    for (config::SettingInfo const& setting : config::describe_settings())
        command.add_option_function<std::string>(
            config::flag_name(setting.name),
            [words, name = setting.name](std::string const& value) { words->flags[name] = value; },
            fmt::format("{} (default: {}; {})", setting.about,
                        setting.default_.empty() ? "none" : setting.default_,
                        config::variable_name(setting.name)));
}

int refuse(cli::Terminal& terminal, base::Error const& error) {
    terminal.err(fmt::format("pilothouse: {}\n", error.message));
    return static_cast<int>(cli::exit_code_of(error.code));
}

std::string own_program() {
    std::error_code problem;
    return std::filesystem::read_symlink("/proc/self/exe", problem).string();
}

int run_serve(Words const& words, cli::Terminal& terminal) {
    auto settings = words.settings();
    if (!settings) return refuse(terminal, settings.error());
    ServeOptions options{.settings = *settings, .program = own_program()};
    for (std::string const& each : words.first_versions) {
        auto equals = each.find('=');
        if (equals == std::string::npos)
            return refuse(terminal,
                          base::invalid(fmt::format("--first-version {}: write it like demo=1.0.0", each)));
        options.first_versions[each.substr(0, equals)] = each.substr(equals + 1);
    }
    return serve(options);
}

int run_migrate(Words const& words, cli::Terminal& terminal) {
    auto settings = words.settings();
    if (!settings) return refuse(terminal, settings.error());
    asio::io_context context(1);
    auto store = open_store(*settings, settings->data_folder, context.get_executor(), context.get_executor());
    if (!store) return refuse(terminal, store.error());
    terminal.out(fmt::format("the database ({}) has schema version {}\n", (*store)->describe(),
                             store::schema_version()));
    return 0;
}

int run_config_check(Words const& words, cli::Terminal& terminal) {
    auto settings = words.settings();
    if (!settings) return refuse(terminal, settings.error());
    std::string file = words.environments.empty() ? settings->environments_file : words.environments;
    auto text = read_file(file);
    if (!text) return refuse(terminal, text.error());
    auto loaded = config::load_environments(*text, file);
    if (!loaded) {
        terminal.err(loaded.error().message + "\n");
        return static_cast<int>(cli::ExitCode::failed);
    }
    for (std::string const& warning : loaded->warnings) terminal.err(warning + "\n");
    terminal.out(
        fmt::format("{}: {} environments, no mistakes\n", file, loaded->document.environments.size()));
    return 0;
}

}  // namespace

void add_server_commands(CLI::App& app, cli::Terminal& terminal, cli::Chosen& chosen) {
    auto words = std::make_shared<Words>();
    CLI::App* serving = app.add_subcommand("serve", "run the portal");
    add_setting_flags(*serving, words);
    serving->add_option("--first-version", words->first_versions,
                        "environment=version: brought there when nothing was deployed there yet");
    serving->callback(
        [words, &terminal, &chosen] { chosen = [words, &terminal] { return run_serve(*words, terminal); }; });

    CLI::App* migrate =
        app.add_subcommand("migrate", "bring the database to this program's schema, and say its version");
    add_setting_flags(*migrate, words);
    migrate->callback([words, &terminal, &chosen] {
        chosen = [words, &terminal] { return run_migrate(*words, terminal); };
    });

    CLI::App* config = app.add_subcommand("config", "settings and the declaration of environments");
    config->require_subcommand(1);
    CLI::App* check = config->add_subcommand("check", "find every mistake in settings and environments.yaml");
    add_setting_flags(*check, words);
    check->add_option("file", words->environments, "another environments.yaml");
    check->callback([words, &terminal, &chosen] {
        chosen = [words, &terminal] { return run_config_check(*words, terminal); };
    });

    CLI::App* version_command = app.add_subcommand("version", "what this is");
    version_command->callback([&terminal, &chosen] {
        chosen = [&terminal] {
            terminal.out(fmt::format("pilothouse {}, schema {}\n", version, store::schema_version()));
            return 0;
        };
    });
}

}  // namespace app
