// Who may do what: the one function that every route asks.
#pragma once
#include <boost/describe.hpp>
#include <string>
#include <string_view>

namespace auth {

/// Somebody who has logged in.
struct Principal {
    std::string user{};
    std::string role{};
    std::string session{};  // its token's hash
    bool operator==(Principal const&) const = default;
};

enum class Permission {
    session_end,
    environment_read,
    environment_toggle,
    deployment_read,
    deployment_start,
    deployment_control,
    audit_read,
    event_read,
    sample_data_remove,
    kubeconfig_read,
    kubeconfig_write,
    metrics_read,
    openapi_read,
    health_read,
};
BOOST_DESCRIBE_ENUM(Permission, session_end, environment_read, environment_toggle, deployment_read,
                    deployment_start, deployment_control, audit_read, event_read, sample_data_remove,
                    kubeconfig_read, kubeconfig_write, metrics_read, openapi_read, health_read)

/// What it is to be done to. Empty: the installation as a whole.
struct Resource {
    std::string environment{};
};

struct Decision {
    bool allowed = false;
    std::string_view reason{};  // for the log; a literal
    explicit operator bool() const { return allowed; }
};

/// No principal: anonymous. What no rule allows is denied.
Decision decide(Principal const* who, Permission what, Resource const& on);

}  // namespace auth
