// For tests: a model API server in the simulation, and a client for it.
#pragma once
#include <gtest/gtest.h>

#include "http/server.hpp"
#include "k8s/client.hpp"
#include "k8s/model_api.hpp"
#include "sim/network.hpp"
#include "sim/testing.hpp"

namespace k8s::testing {

/// One API server, at "<name>:6443", in plain text.
struct ModelCluster {
    ModelCluster(sim::Simulation& simulation, sim::Network& network, std::string of, base::Random& random)
        : name(std::move(of)), process(simulation, name), api(process.clock()) {
        auto answer = [this](http::Request request) { return api.handle(std::move(request)); };
        http::ServerLimits limits{.body_bytes = 4'000'000, .handler_time = 1h};
        server = std::make_unique<http::Server>(process.executor(), process.clock(), random, answer, limits);
        server->listen(network.listen(process, name + ":6443"));
    }
    ~ModelCluster() { process.kill(); }
    Cluster address() const {
        return {.name = name, .server = {.host = name, .port = "6443"}, .namespace_ = "demo"};
    }

    std::string name;
    sim::Process process;
    ModelApi api;
    std::unique_ptr<http::Server> server{};
};

struct World {
    explicit World(std::uint64_t seed = 1) : simulation(seed), random(seed) { network.faults.delay = 1ms; }
    ~World() {
        network.forget(user);
        user.kill();
    }

    Client client(ModelCluster const& of, Limits limits = {}) {
        return client(of.address(), std::make_shared<FixedCredential>(Identity{.token = "secret"}), limits);
    }
    Client client(Cluster of, std::shared_ptr<Credential> credential, Limits limits = {}) {
        return *Client::make(surroundings(), std::move(of), std::move(credential), limits);
    }
    Surroundings surroundings() { return {user.executor(), *dialer, user.clock(), random}; }

    template <class T>
    T run(awaitable<T> work) {
        return sim::testing::run(simulation, user, std::move(work));
    }
    void pass(Duration time) { sim::testing::pass(simulation, time); }
    /// False when it has not come true within an hour.
    bool until(std::function<bool()> condition) { return sim::testing::until(simulation, condition, 1h); }

    sim::Simulation simulation;
    sim::Network network{simulation};
    base::Random random;
    ModelCluster cluster{simulation, network, "staging", random};
    sim::Process user{simulation, "user"};
    std::unique_ptr<base::Dialer> dialer = network.dialer(user);
};

/// A deployment as one would write it.
inline json::value deployment(std::string name, int replicas = 1, std::string namespace_ = "demo") {
    json::object labels{{"app", name}};
    json::object container{{"name", "main"}, {"image", "registry.k8s.io/pause:3.10"}};
    json::object pod{{"metadata", json::object{{"labels", labels}}},
                     {"spec", json::object{{"containers", json::array{std::move(container)}}}}};
    return json::object{
        {"apiVersion", "apps/v1"},
        {"kind", "Deployment"},
        {"metadata", json::object{{"name", name}, {"namespace", namespace_}, {"labels", labels}}},
        {"spec", json::object{{"replicas", replicas},
                              {"selector", json::object{{"matchLabels", labels}}},
                              {"template", std::move(pod)}}}};
}

}  // namespace k8s::testing
