#include "k8s/access.hpp"

#include <fmt/format.h>

namespace k8s {

namespace {

std::string const account_folder = "/var/run/secrets/kubernetes.io/serviceaccount";

}  // namespace

base::Result<Access> in_cluster_access(std::string const& host, std::string const& port, base::Files& files) {
    if (host.empty() || port.empty())
        return base::not_found(
            "KUBERNETES_SERVICE_HOST or KUBERNETES_SERVICE_PORT is not set: this is not a pod of a cluster; "
            "give a kubeconfig instead");
    Access access;
    bool is_ipv6 = host.find(':') != std::string::npos;
    access.cluster.name = "in-cluster";
    access.cluster.server = {.tls = true, .host = is_ipv6 ? "[" + host + "]" : host, .port = port};
    access.token_file = account_folder + "/token";
    TRY(access.cluster.authorities, files.read(account_folder + "/ca.crt"));
    if (!files.exists(access.token_file))
        return base::not_found(fmt::format(
            "{} is not there; the pod needs a service account whose token is mounted", access.token_file));
    auto own = files.read(account_folder + "/namespace");
    if (own && !own->empty()) access.cluster.namespace_ = *own;
    return access;
}

std::shared_ptr<Credential> make_credential(Access const& access, CredentialMakers const& with) {
    if (access.plugin)
        return std::make_shared<PluginCredential>(
            *access.plugin, PluginHost{with.plugins, with.executor, with.workers, with.clock});
    if (!access.token_file.empty())
        return std::make_shared<TokenFile>(access.token_file, with.files, with.workers, with.clock);
    return std::make_shared<FixedCredential>(access.identity);
}

}  // namespace k8s
