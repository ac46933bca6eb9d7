#include "traffic/impl/haproxy_config.hpp"

namespace traffic {

namespace {

constexpr std::string_view intent_mark = "# intent ";

/// Servers are closed after each answer and never used again: so "sessions" is exact while draining, and no
/// request meets a connection that its server is about to close.
///
/// A connect that fails is tried again with another server (nothing of the request has left), and the server
/// that refused counts as down until a check passes (`observe layer4`, `on-error mark-down`).
///
/// When no server can be used, requests go to the server `nobody`, which is ourselves: there they wait until
/// one can, for at most ten seconds. So all replicas may be started again at once, and no request is lost but
/// those in flight in them.
constexpr char config_form[] = R"(global
    stats socket unix@{runtime_socket} level admin mode 600
    lua-load {lua}
    set-var {health_variable} str({health})
    nbthread 1
    fd-hard-limit 16384
    hard-stop-after 60s

defaults
    mode http
    timeout connect 2s
    timeout http-request 10s
    timeout http-keep-alive 60s
    timeout client 10m
    timeout server 10m
    timeout tunnel 1h
    option http-server-close
    http-reuse never
    retries 10
    option redispatch 1
    retry-on conn-failure

frontend clients
    bind fd@3
    default_backend replicas

frontend waiting
    bind unix@{waiting_socket} mode 600
    http-request lua.wait_for_a_server
    http-request return status 503 content-type text/plain string "no replica is up\n" if {{ var(txn.nobody) -m bool }}
    default_backend replicas

backend replicas
    balance roundrobin
    option httpchk
    http-check send meth GET uri-lf %[var({health_variable})] ver HTTP/1.1 hdr Host localhost
    http-check expect status 200-399
    server nobody unix@{waiting_socket} backup weight 1
)";

constexpr char lua_code[] =
    R"(-- Holds a request until a server of the backend can be used, or ten seconds have passed.
core.register_action("wait_for_a_server", {"http-req"}, function(txn)
    local replicas = core.backends["replicas"]
    for _ = 1, 400 do
        if tonumber(replicas:get_stats()["act"]) > 0 then return end
        core.msleep(25)
    end
    txn:set_var("txn.nobody", true)
end)
)";

std::uint64_t hash(std::string_view text) {
    std::uint64_t value = 0xcbf29ce484222325U;  // FNV-1a
    for (char letter : text) value = (value ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
    return value;
}

}  // namespace

Losses& Losses::operator+=(Losses const& other) {
    own_errors += other.own_errors;
    unspoken += other.unspoken;
    unanswered += other.unanswered;
    return *this;
}

Entry const* Intent::server(std::string const& name) const {
    auto found =
        std::find_if(servers.begin(), servers.end(), [&](Entry const& entry) { return entry.name == name; });
    return found == servers.end() ? nullptr : &*found;
}

Places places_of(std::string const& component_folder, std::string const& runtime_folder) {
    std::string folder = component_folder + "/haproxy";
    std::string sockets = fmt::format("{}/{:016x}", runtime_folder, hash(component_folder));
    return {.component = component_folder,
            .folder = folder,
            .config = folder + "/haproxy.cfg",
            .lua = folder + "/wait.lua",
            .runtime_socket = sockets + ".sock",
            .waiting_socket = sockets + ".wait",
            .owner = sockets + ".owner"};
}

base::Result<void> check(model::Traffic const& traffic) {
    constexpr std::string_view others = "/-._~%?&=+:@";
    bool fine = traffic.health.starts_with('/') &&
                std::all_of(traffic.health.begin(), traffic.health.end(), [&](unsigned char letter) {
                    return (letter < 0x80 && std::isalnum(letter)) ||
                           others.find(static_cast<char>(letter)) != others.npos;
                });
    if (fine) return {};
    return base::invalid(
        fmt::format("traffic.health: \"{}\" must be a path like /healthz, of letters, digits and {}",
                    traffic.health, others));
}

std::string server_settings() {
    return "check inter 500ms fastinter 200ms downinter 300ms fall 2 rise 1 observe layer4 error-limit 1 "
           "on-error mark-down";
}

std::string config_text(Intent const& intent, Places const& places) {
    std::string text =
        fmt::format("{}{}\n# Written by Pilothouse before each change; what is changed here is lost.\n",
                    intent_mark, base::to_text(intent));
    text += fmt::format(config_form, fmt::arg("health_variable", health_variable),
                        fmt::arg("runtime_socket", places.runtime_socket), fmt::arg("lua", places.lua),
                        fmt::arg("waiting_socket", places.waiting_socket),
                        fmt::arg("health", intent.traffic.health));
    for (Entry const& entry : intent.servers)
        text += fmt::format("    server {} {} {} weight {}\n", entry.name, entry.address, server_settings(),
                            entry.draining ? 0 : entry.weight);
    return text;
}

base::Result<Intent> intent_of(std::string const& text) {
    std::string_view first = std::string_view(text).substr(0, text.find('\n'));
    if (!first.starts_with(intent_mark))
        return base::unavailable(
            "the configuration file of HAProxy was not written by Pilothouse: move it away");
    auto intent = base::from_text<Intent>(first.substr(intent_mark.size()), base::Author::ourselves);
    if (!intent)
        return base::unavailable("the first line of HAProxy's configuration file is damaged: " +
                                 intent.error().message);
    return intent;
}

std::string lua_text() { return lua_code; }

}  // namespace traffic
