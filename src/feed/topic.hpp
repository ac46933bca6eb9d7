// What can be followed: "deployment/01kdv...", "admin".
#pragma once
#include <string>
#include <string_view>

#include "auth/decide.hpp"
#include "base/error.hpp"

namespace feed {

/// The words before the slash; the last three stand alone.
enum class TopicKind { deployment, log, environment, provider, monitoring, alerts, costs, admin };
BOOST_DESCRIBE_ENUM(TopicKind, deployment, log, environment, provider, monitoring, alerts, costs, admin)

struct Topic {
    TopicKind kind = TopicKind::admin;
    std::string name{};  // after the slash
};

/// Errors: invalid, with what there is.
base::Result<Topic> parse_topic(std::string_view text);
auth::Permission permission_for(TopicKind kind);

}  // namespace feed
