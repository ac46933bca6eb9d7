// One HAProxy for each component, configured by file and steered over its runtime API.
#pragma once
#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/stream.hpp"
#include "traffic/impl/haproxy_changes.hpp"
#include "traffic/router.hpp"

namespace traffic {

struct HaproxySettings {
    std::string root{};  // as the host's: `<root>/<environment>/<component>/haproxy/` is the process's folder
    std::string runtime_folder{};     // for sockets; short, because their paths may hold 90 bytes
    std::string program = "haproxy";  // looked for on the PATH and in /usr/sbin
};

/// HAProxy 2.6 or later, with Lua, as Debian packages it. It runs under a shim, which holds the listening
/// socket: connections that come while HAProxy restarts wait.
///
/// The configuration file with all servers and weights is written and synced before each runtime change, so a
/// restart at any instant comes back right. Only a change of `listen` needs a restart: the requests in hand
/// are finished, and the old address is given up.
class Haproxy : public Router {
public:
    Haproxy(Executor workers, base::Files& files, target::Supervisor& supervisor, base::Clock& clock,
            base::Dialer& dialer, HaproxySettings settings);
    awaitable<base::Result<RouterState>> observe(ComponentKey key) override;
    awaitable<base::Result<void>> apply(ComponentKey key, Route route, std::int64_t epoch) override;

private:
    /// What can be known without asking HAProxy.
    struct Known {
        std::optional<Intent> intent{};  // nothing: never applied
        target::ProcessState process{};
        std::string listens{};  // where its shim listens: the file may already say another address
        std::string output{};   // its last words, while it does not run
    };
    struct Talk {
        bool reached = false;
        std::string answer{};  // or the reason
    };
    struct Seen {
        std::string generation{};
        model::Counts counts{};
    };
    Places places(ComponentKey const& key) const;
    void never_fall(ComponentKey const& key, std::vector<ServerState>& servers);
    awaitable<base::Result<Known>> look(Places place);
    awaitable<base::Result<std::optional<Live>>> ask(Places place);
    awaitable<base::Result<Talk>> talk(std::string socket, std::string commands);
    awaitable<std::string> exchange(std::string socket, std::string commands);
    awaitable<base::Result<void>> apply_without_live(Places place, Known known, Route route,
                                                     std::int64_t epoch);
    awaitable<base::Result<void>> perform(Places place, std::vector<std::string> stage);
    awaitable<base::Result<void>> write(Places place, Intent intent);
    awaitable<base::Result<void>> stop(Places place);
    awaitable<base::Result<void>> launch(Places place, model::Traffic traffic);

    Executor workers_;
    base::Files& files_;
    target::Supervisor& supervisor_;
    base::Clock& clock_;
    base::Dialer& dialer_;
    HaproxySettings settings_;
    std::map<ComponentKey, std::map<std::string, Seen>> seen_{};
};

}  // namespace traffic
