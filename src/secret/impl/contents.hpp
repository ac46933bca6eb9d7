// What is kept of a kubeconfig, as the text that is encrypted. All that connecting goes by is in it, the
// server too: who changes the database cannot send the credential elsewhere.
#pragma once
#include "k8s/access.hpp"

namespace secret::impl {

/// "https://k8s.example.org:6443"
std::string server_of(k8s::Access const& access);
std::string write_contents(k8s::Access const& access);
/// Errors: invalid, without what it holds.
base::Result<k8s::Access> read_contents(std::string_view text);

}  // namespace secret::impl
