// The REST interface: takes a request, asks who it is and whether they may, hands it to the room that knows,
// and says the answer or what is wrong.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/accounts.hpp"
#include "base/clock.hpp"
#include "http/message.hpp"
#include "rollout/engine.hpp"
#include "secret/kubeconfigs.hpp"
#include "store/store.hpp"

namespace api {

/// Edits the declaration and lets the engine accept it, with its event, before it returns. Errors: not_found;
/// conflict (the file cannot be edited there, with the reason); unavailable (not writable).
using Toggle = std::function<awaitable<base::Result<void>>(
    std::string environment, std::optional<std::string> component, bool enabled, std::string actor)>;

/// What the interface needs of the rest. Everything outlives the Api.
struct Services {
    rollout::Engine& engine;
    store::Store& store;
    auth::Accounts& accounts;
    secret::Kubeconfigs& kubeconfigs;
    base::Clock& clock;
    Toggle toggle;
    /// The numbers in Prometheus' text format.
    std::function<std::string()> metrics;
    /// Sentences that say why this portal is not ready; none: it is.
    std::function<std::vector<std::string>()> problems;
    /// Where browsers reach us: "https://pilothouse.example.org". Empty: by the Host field, over plain HTTP.
    std::string public_origin{};
    std::string version{};  // of the program
};

class Api {
public:
    explicit Api(Services services);
    ~Api();
    /// May be copied; valid as long as the Api.
    http::Handler handler();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace api
