// Programs that give a credential: the exec API client.authentication.k8s.io.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
#pragma once
#include <map>
#include <vector>

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

/// Runs the plugin when there is no credential yet, or it expires within a minute, or was refused.
class PluginCredential : public Credential {
public:
    /// `workers` may block. `plugins` and `clock` outlive this.
    PluginCredential(PluginCall call, RunPlugin& plugins, Executor workers, base::Clock& clock)
        : call_(std::move(call)), plugins_(plugins), workers_(std::move(workers)), clock_(clock) {}
    awaitable<base::Result<Identity>> current() override;
    bool refused() override;

private:
    bool is_fresh() const;

    PluginCall call_;
    RunPlugin& plugins_;
    Executor workers_;
    base::Clock& clock_;
    std::optional<PluginIdentity> last_{};
    WallTime got_at_{};
};

}  // namespace k8s
