// How to get into a cluster: where it is, and how to prove who we are.
#pragma once
#include "k8s/client.hpp"
#include "k8s/plugin.hpp"

namespace k8s {

/// The credential is exactly one of: an identity, a file with a token, a plugin.
struct Access {
    Cluster cluster{};
    Identity identity{};
    std::string token_file{};
    std::optional<PluginCall> plugin{};
};

/// Inside of a pod: the service account's files, and KUBERNETES_SERVICE_HOST and _PORT, which the caller has
/// read. Blocks. Errors: not_found (not in a pod), unavailable.
/// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
base::Result<Access> in_cluster_access(std::string const& host, std::string const& port, base::Files& files);

/// What makes credentials. All of it outlives them; `workers` may block.
struct CredentialMakers {
    base::Files& files;
    RunPlugin& plugins;
    Executor executor;  // of those who ask for credentials
    Executor workers;
    base::Clock& clock;
};
std::shared_ptr<Credential> make_credential(Access const& access, CredentialMakers const& with);

}  // namespace k8s
