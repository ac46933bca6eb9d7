// One request to one cluster: its turn, its credential, what comes of it, and whether to try again.
#pragma once
#include "http/pool.hpp"
#include "k8s/client.hpp"
#include "k8s/impl/breaker.hpp"
#include "k8s/impl/lanes.hpp"

namespace k8s::impl {

/// An answer that comes in parts.
struct Streaming {
    Duration longest_silence{};
    std::function<bool(std::string_view part)> take{};  // of a good answer; first an empty part
};

struct Ask {
    std::string verb{};
    std::string what{};  // "deployments.apps web in demo"
    std::string method = "GET";
    std::string target{};
    std::string accept = "application/json";
    std::string content_type{};
    std::string body{};
    bool has_effect = false;
    bool is_forwarded = false;  // somebody else answers, if he does
    Call call{};
    std::optional<Streaming> streaming{};
};

/// Everything happens on one executor. Whoever awaits `perform` keeps this alive.
class Transport {
public:
    /// Errors: invalid (certificates).
    static base::Result<std::shared_ptr<Transport>> make(Surroundings surroundings, Cluster cluster,
                                                         std::shared_ptr<Credential> credential,
                                                         Limits limits);
    Transport(Surroundings surroundings, Cluster cluster, std::shared_ptr<Credential> credential,
              Limits limits);

    /// The answer, if its status is good.
    awaitable<Result<http::Response>> perform(Ask const& ask);

    Asked asked(Ask const& ask) const { return {cluster.name, ask.verb, ask.what, ask.has_effect}; }

    Surroundings const surroundings;
    Cluster const cluster;
    Counts counts{};
    Breaker breaker;

private:
    struct Try;
    awaitable<Result<http::Response>> try_once(Ask const& ask, SteadyTime deadline);
    awaitable<http::Answer> send(Ask const& ask, Identity const& identity, SteadyTime deadline);
    bool is_worth_another(Ask const& ask, Failure const& failure, int attempt);
    base::Result<void> connect_as(Identity const& identity);
    http::Request write(Ask const& ask, Identity const& identity) const;
    Failure left_alone(Ask const& ask) const;
    Result<http::Response> judge(Ask const& ask, http::Answer answer);

    std::shared_ptr<Credential> credential_;
    Limits limits_;
    Lanes lanes_;
    std::optional<http::Pool> pool_{};
    Identity shown_{};  // the certificate that the pool's connections were made with
};

}  // namespace k8s::impl
