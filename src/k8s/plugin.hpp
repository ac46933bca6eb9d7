// Programs that give a credential: the exec API client.authentication.k8s.io.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
#pragma once
#include <map>
#include <vector>

#include "base/mutex.hpp"
#include "k8s/credential.hpp"

namespace k8s {

struct PluginCall {
    std::string command{};  // a path, or a name that is looked for in PATH
    std::vector<std::string> arguments{};
    std::map<std::string, std::string> environment{};  // besides what RunPlugin gives every plugin
    std::string api_version{};                         // "client.authentication.k8s.io/v1"
};

class RunPlugin {
public:
    virtual ~RunPlugin() = default;
    /// What it writes to its standard output. Blocks, at most for `limit`. Errors: unavailable (cannot be
    /// started, ends with an error), timed_out; never with what the plugin has said, which may be secret.
    virtual base::Result<std::string> run(PluginCall const& call, Duration limit) = 0;
};

struct PluginIdentity {
    Identity identity{};
    std::optional<WallTime> expires{};
};
/// Reads an ExecCredential. Errors: invalid, without what it holds.
base::Result<PluginIdentity> parse_exec_credential(std::string const& text, PluginCall const& call);

/// What plugins are run with. All of it outlives the credential.
struct PluginHost {
    RunPlugin& plugins;
    Executor executor;  // of those who ask for the credential
    Executor workers;   // may block
    base::Clock& clock;
};

/// Runs the plugin when there is no credential yet, or it expires within a minute, or was refused. Whoever
/// asks meanwhile waits for that run.
class PluginCredential : public Credential {
public:
    PluginCredential(PluginCall call, PluginHost host)
        : call_(std::move(call)), host_(std::move(host)), one_at_a_time_(host_.executor) {}
    awaitable<base::Result<Identity>> current() override;
    bool refused() override;

private:
    bool is_fresh() const;

    PluginCall call_;
    PluginHost host_;
    base::Mutex one_at_a_time_;
    std::optional<PluginIdentity> last_{};
    WallTime got_at_{};
};

}  // namespace k8s
