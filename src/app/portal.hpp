// The portal, put together in order. The same wiring runs on this machine and in the simulation: everything
// that waits, draws, opens or stores comes from the World.
#pragma once
#include "api/api.hpp"
#include "app/metrics.hpp"
#include "auth/accounts.hpp"
#include "base/crash_points.hpp"
#include "base/log.hpp"
#include "config/file.hpp"
#include "feed/feed.hpp"
#include "http/server.hpp"
#include "pages/pages.hpp"
#include "rollout/cluster_driver.hpp"
#include "rollout/engine.hpp"
#include "rollout/host_driver.hpp"
#include "secret/kubeconfigs.hpp"
#include "target/host.hpp"
#include "traffic/haproxy.hpp"

namespace app {

/// All outlive the portal.
struct World {
    Executor executor;  // runs one thing at a time: the portal's own thread
    Executor workers;   // for what blocks
    base::Clock& clock;
    base::Random& random;
    auth::Secrets& secrets;
    base::Dialer& dialer;
    base::Files& files;
    target::Supervisor& supervisor;
    k8s::RunPlugin& plugins;
    store::Store& store;
    base::CrashPoints& crash_points;
};

struct PortalSettings {
    std::string environments_file{};  // absolute
    std::string data_folder{};        // absolute; holds the folders of all processes
    std::string runtime_folder{};     // absolute and short: sockets
    std::string haproxy = "haproxy";
    rollout::ClusterSettings clusters{};  // the base folder is that of environments_file
    std::string secret_key_file{};        // absolute; empty: secret.key in the data folder
    std::string public_origin{};
    std::string version{};
    /// Environment and version: brought there by itself when nothing was deployed there yet.
    std::map<std::string, std::string> first_versions{};
    rollout::EngineSettings engine{};
    auth::AccountSettings accounts{};
    http::ServerLimits limits{};
    realtime::Settings realtime{};
    feed::FeedSettings feed{};
    std::string_view pages = pages::built_in();
    bool sample_data = false;  // fill an empty database with it
};

class Portal {
public:
    Portal(World world, PortalSettings settings);

    /// Reads the declaration, takes up what is under way, then answers requests from `listener`. Errors:
    /// those of the parts, each a sentence.
    awaitable<base::Result<void>> start(std::unique_ptr<base::Listener> listener);
    /// Readiness flips first; requests and looks under way end. What runs goes on running. (R57)
    awaitable<void> stop(Duration limit);

    /// For the first administrator; nothing when there is one.
    std::optional<std::string> const& setup_token() const { return setup_token_; }
    rollout::Engine& engine() { return engine_; }
    /// Why it is not ready; none: it is.
    std::vector<std::string> problems() const;

private:
    awaitable<base::Result<void>> toggle(std::string environment, std::optional<std::string> component,
                                         bool enabled, std::string actor);
    /// Who answers what: pages, events, and the interface for the rest.
    http::Handler handler();
    realtime::Settings realtime_settings() const;
    rollout::ClusterSettings cluster_settings();
    awaitable<base::Result<void>> accept_declaration(std::string actor);
    awaitable<base::Result<void>> fill_with_sample_data();
    awaitable<void> watch_declaration();
    awaitable<void> take_up_declaration();
    awaitable<void> take_up_kubeconfigs();
    awaitable<void> rewrap_kubeconfigs();
    awaitable<void> bring_first_versions();

    World world_;
    PortalSettings settings_;
    config::EnvironmentsFile declaration_;
    target::Host host_;
    traffic::Haproxy router_;
    rollout::HostDriver hosts_;
    secret::Kubeconfigs kubeconfigs_;
    rollout::ClusterDriver clusters_;
    rollout::Engine engine_;
    auth::Accounts accounts_;
    realtime::Server realtime_;
    feed::Feed feed_;
    pages::Pages pages_;
    Metrics metrics_;
    api::Api api_;
    http::Server server_;
    std::optional<std::string> setup_token_{};
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    bool started_ = false;
};

}  // namespace app
