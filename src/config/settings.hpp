// The server's settings: a file, then environment variables, then flags; the later ones win.
#pragma once
#include <map>

#include "base/json.hpp"
#include "config/problem.hpp"

namespace config {

enum class LogLevel { trace, debug, info, warning, error };
BOOST_DESCRIBE_ENUM(LogLevel, trace, debug, info, warning, error)

struct ServerSettings {
    std::string listen = "127.0.0.1:7410";
    std::string data_folder = "/var/lib/pilothouse";
    std::string runtime_folder = "/run/pilothouse";
    std::string environments_file = "/etc/pilothouse/environments.yaml";
    std::string database{};
    bool allow_remote = false;
    std::string public_origin{};
    std::string haproxy = "haproxy";
    int port_first = 20000;
    int port_last = 29999;
    LogLevel log_level = LogLevel::info;
    bool sample_data = false;
    std::string secret_key_file{};
    std::vector<std::string> credential_plugins{};
    bool operator==(ServerSettings const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ServerSettings, (),
                      (listen, data_folder, runtime_folder, environments_file, database, allow_remote,
                       public_origin, haproxy, port_first, port_last, log_level, sample_data, secret_key_file,
                       credential_plugins))
inline constexpr base::FieldRule server_settings_rules[] = {
    {.field = "listen", .about = "address:port of the API and the web pages"},
    {.field = "data_folder", .about = "where deployments and logs are kept"},
    // Sockets stand in it, and their paths may have 107 bytes.
    {.field = "runtime_folder",
     .longest = 60,
     .about = "where sockets of running processes stand; keep it short"},
    {.field = "environments_file", .about = "the declaration of environments"},
    {.field = "database",
     .about = "a path (SQLite) or a connection string (postgresql://...); empty: pilothouse.db in the data "
              "folder"},
    {.field = "allow_remote", .about = "serve plain HTTP beyond loopback, for a proxy that adds TLS"},
    {.field = "public_origin",
     .about =
         "what browsers type, like https://pilothouse.example.org; empty: http:// and the listen address"},
    {.field = "haproxy", .about = "the HAProxy program, 2.6 or newer"},
    {.field = "port_first", .minimum = 1024, .maximum = 65535, .about = "replicas get ports from this one"},
    {.field = "port_last", .minimum = 1024, .maximum = 65535, .about = "to this one"},
    {.field = "log_level", .about = "trace, debug, info, warning or error"},
    {.field = "sample_data",
     .about = "fill an empty database with invented metrics, alerts and costs for environments with target "
              "sample; pilothouse sample-data remove takes them out again"},
    {.field = "secret_key_file",
     .about = "the key that encrypts uploaded kubeconfigs, made at first need; empty: secret.key in the data "
              "folder"},
    {.field = "credential_plugins",
     .maximum = 100,
     .about = "programs that kubeconfig files of this machine may run for a credential, each as the "
              "kubeconfig names it (kubelogin, /usr/local/bin/aws); as a variable or flag with commas "
              "between them"},
};
constexpr std::span<base::FieldRule const> rules_of(ServerSettings const*) { return server_settings_rules; }

/// Where settings come from. Absent ones keep their defaults.
struct SettingsSources {
    std::string file{};  // its name, for messages
    std::string text{};  // YAML, a field each; empty: there is none
    std::map<std::string, std::string>
        variables{};  // all of the process; those that begin with PILOTHOUSE_ count
    std::map<std::string, std::string> flags{};  // "data-folder" or "data_folder", without dashes before it
};

/// PILOTHOUSE_DATA_FOLDER for "data_folder".
std::string variable_name(std::string_view setting);
/// --data-folder for "data_folder".
std::string flag_name(std::string_view setting);

/// Errors: invalid; all problems, one a line, each with its place: file:line:column, the variable or the
/// flag.
base::Result<ServerSettings> load_settings(SettingsSources const& sources);

/// A row for each setting: for `--help` and the documents.
struct SettingInfo {
    std::string name{};
    std::string default_{};
    std::string about{};
};
std::vector<SettingInfo> describe_settings();

}  // namespace config
