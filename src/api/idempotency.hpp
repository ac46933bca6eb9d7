// Requests made twice: a POST that creates something and carries an Idempotency-Key is done once, and whoever
// repeats it within 24 hours gets the answer of the first time.
#pragma once
#include <map>
#include <memory>

#include "base/mutex.hpp"
#include "rollout/engine.hpp"

namespace api {

struct Call;

/// Two requests with the same key at the same time: the second waits for the first.
class KeysInUse {
public:
    using Key = std::pair<std::string, std::string>;  // user and key
    std::shared_ptr<base::Mutex> mutex_of(Key const& key, Executor const& executor);

private:
    std::map<Key, std::weak_ptr<base::Mutex>> mutexes_;
};

/// Creates a deployment: an order to the engine that stores its answer beside it when it is told to.
using Order = std::function<awaitable<base::Result<model::DeploymentView>>(rollout::AlsoStore)>;

/// The JSON of the deployment that `order` creates, or that the same request created before; sets Location.
/// Errors: the order's; invalid (the key); unsupported (the key came before with another request).
awaitable<base::Result<std::string>> once(Call& call, Order order);

}  // namespace api
