// What one HAProxy is to do, and the configuration file that says so.
#pragma once
#include "traffic/router.hpp"

namespace traffic {

/// One server entry.
struct Entry {
    std::string name{};
    std::string address{};
    int weight = 0;
    bool draining = false;
    std::int64_t serial = 0;  // of its addition: an entry that was removed and added again counts from zero
    bool operator==(Entry const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Entry, (), (name, address, weight, draining, serial))

/// What one server's counters tell of lost requests. Each is a lower bound in another way.
struct Losses {
    std::uint64_t own_errors = 0;  // 5xx that the server made itself: these are not lost
    std::uint64_t unspoken = 0;    // lost, and HAProxy gave the client no 5xx in place of the answer
    std::uint64_t unanswered = 0;  // lost, whatever the client was given
    Losses& operator+=(Losses const& other);
    bool operator==(Losses const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Losses, (), (own_errors, unspoken, unanswered))

/// What removed servers had counted, for as long as the same HAProxy runs.
struct Retired {
    std::string generation{};
    Losses losses{};
    bool operator==(Retired const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Retired, (), (generation, losses))

/// The first line of the configuration file is this, as a comment.
struct Intent {
    std::int64_t epoch = 0;
    model::Traffic traffic{};
    std::vector<Entry> servers{};  // sorted by name
    Retired retired{};
    std::int64_t last_serial = 0;
    bool operator==(Intent const&) const = default;

    Entry const* server(std::string const& name) const;
};
BOOST_DESCRIBE_STRUCT(Intent, (), (epoch, traffic, servers, retired, last_serial))

/// Absolute paths of what belongs to one HAProxy.
struct Places {
    std::string component{};  // the component's folder, with the fence
    std::string folder{};     // the process's: <component>/haproxy
    std::string config{};
    std::string lua{};
    std::string runtime_socket{};  // of the runtime API
    std::string waiting_socket{};  // where requests wait for a server
    std::string owner{};           // beside the sockets: tells people whose they are
};
/// The sockets have short, hashed names: a path of a Unix socket holds at most 107 bytes.
Places places_of(std::string const& component_folder, std::string const& runtime_folder);

/// The health path stands in a variable of the HAProxy that runs, because it can be changed at run time only
/// so.
inline constexpr char health_variable[] = "proc.health";
/// Errors: invalid.
base::Result<void> check(model::Traffic const& traffic);

std::string config_text(Intent const& intent, Places const& places);
/// Errors: unavailable, when the file was not written by us.
base::Result<Intent> intent_of(std::string const& config_text);
std::string lua_text();

/// "add server replicas/web-r1-0 127.0.0.1:20001 ..." has the same check settings as the file.
std::string server_settings();

inline constexpr char backend_name[] = "replicas";
inline constexpr char frontend_name[] = "clients";
inline constexpr char waiting_server_name[] = "nobody";

}  // namespace traffic
