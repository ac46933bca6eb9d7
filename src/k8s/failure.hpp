// What an API server refuses, and why.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "http/message.hpp"

namespace k8s {

/// What the caller can tell apart, from `reason` and `code` of a Status.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
enum class Reason {
    unreachable,  // no answer, or none that is HTTP; or we do not even try (see `Client`)
    timeout,      // no answer in time, or the server says so
    not_found,
    already_exists,
    conflict,       // somebody changed it, or owns what we want to change
    patch_refused,  // a JSON patch does not apply: a `test` failed, or a path is not there
    invalid,        // the object breaks a rule
    forbidden,      // the message names verb and resource
    unauthorized,   // the credential is wrong or has expired
    expired,        // 410: a resource version or a continue token is too old
    too_many_requests,
    internal,   // the server's own fault
    unexpected  // none of these
};

/// Where an object is wrong, or who owns the field.
struct Cause {
    std::string reason{};  // "FieldManagerConflict"
    std::string message{};
    std::string field{};  // ".spec.replicas"
    bool operator==(Cause const&) const = default;
};

/// An Error that says more. Converts to base::Error where nobody needs it.
struct Failure : base::Error {
    Reason reason = Reason::unexpected;
    int status = 0;  // of HTTP; 0: there was no answer
    std::vector<Cause> causes{};
    std::optional<Duration> retry_after{};
    /// Nobody knows whether the request has changed something: look before trying again.
    bool may_have_taken_effect = false;

    base::Error const& as_error() const { return *this; }
};

template <class T>
using Result = boost::system::result<T, Failure>;

/// For sentences: "the cluster staging", "patch", "deployments.apps web in demo".
struct Asked {
    std::string cluster{};
    std::string verb{};
    std::string what{};
    bool has_effect = false;
};

/// What an answer with a status of 400 or more says.
Failure failure_of(Asked const& asked, http::Response const& response);
/// The same of a Status object that stands elsewhere: in an ERROR event of a watch.
Failure failure_of_status(Asked const& asked, std::string_view status_json);
/// There was no answer. `sent`: some of the request left us.
Failure no_answer(Asked const& asked, base::Error const& problem, bool sent);

/// Who owns what an apply wanted to change: "kubectl", "argocd-controller". Sorted.
std::vector<std::string> managers_in_the_way(Failure const& failure);

}  // namespace k8s
