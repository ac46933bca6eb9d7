// kubeconfig files.
// https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
#pragma once
#include "k8s/access.hpp"

namespace k8s {

/// A text that somebody sends us is not trusted (R20): of one context it may say the server and its
/// certificate authorities, a token or a client certificate, and the namespace. Whatever would make us read a
/// file, run a program, take another way or believe any server is refused, and so is what we do not know; the
/// limits of R33 hold. Errors: invalid, naming the line and the field; never quoting a secret.
///
/// `context` empty: the current one.
base::Result<Access> read_uploaded_kubeconfig(std::string_view text, std::string const& context = {});

/// A file that stands in the server's own settings is trusted more: it may name other files (relative to
/// itself), a proxy, and a credential plugin whose command is one of `allowed_plugins`. Blocks. Errors:
/// invalid; not_found and unavailable of the files.
struct OwnKubeconfig {
    std::string path{};
    std::string context{};
    std::vector<std::string> allowed_plugins{};  // commands exactly as the kubeconfig has them
};
base::Result<Access> read_own_kubeconfig(OwnKubeconfig const& own, base::Files& files);

}  // namespace k8s
