// One request on its way through the interface.
#pragma once
#include "api/api.hpp"
#include "api/idempotency.hpp"
#include "api/reply_cache.hpp"
#include "auth/decide.hpp"

namespace api {

/// What all requests share.
struct Shared {
    Services services;
    ReplyCache environment_lists{};
    KeysInUse keys_in_use{};
    std::string openapi{};  // the document, serialised
};

struct Call {
    Shared& shared;
    http::Request const& request;
    std::string name{};                          // what stands in the path for its `:name` or `:id`
    std::optional<auth::Principal> principal{};  // none: anonymous
    std::string token{};                         // of its session
    http::Fields fields{};                       // of the answer, beside its content

    Services const& services() const { return shared.services; }
    rollout::Engine& engine() const { return shared.services.engine; }
    store::Store& store() const { return shared.services.store; }
    model::DeploymentId deployment() const { return {name}; }
    /// Of an environment's own routes; otherwise empty.
    std::string environment() const {
        return request.path.find("/environments/") == std::string::npos ? std::string() : name;
    }
    std::string actor() const { return principal ? principal->user : std::string(); }
    rollout::Caller caller() const { return {.actor = actor(), .address = request.address}; }
};

}  // namespace api
