// The words of `deploy` and `plan`, and the request that they make. Pure.
#pragma once
#include "base/json.hpp"

namespace cli {

struct DeployArguments {
    std::string environment{};
    std::string version{};  // empty: the one that runs now
    std::string strategy{};
    std::string components{};  // "web,api"
    std::string weights{};     // "10,50,100"
    std::string gates{};       // "50"
    std::string bake{};
    std::string replicas{};
    std::string when_busy{};
    std::string risk{};
    std::string margin{};
    std::vector<std::string> set{};  // "strategy.settle=10s"
    std::string idempotency_key{};
    bool wait = false;
    Duration timeout{};
};

/// The body of the request; the server says what is wrong in it. Errors: invalid (a --set that is no
/// name=value, lists that are no numbers).
base::Result<base::json::object> deploy_request(DeployArguments const& arguments);

}  // namespace cli
