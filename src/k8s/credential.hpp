// How the portal proves to a cluster who it is.
#pragma once
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"

namespace k8s {

/// A bearer token, or a client certificate, or both. Never in an error, never in the log.
struct Identity {
    std::string token{};
    std::string certificate{}, key{};  // PEM
    bool operator==(Identity const&) const = default;
};

class Credential {
public:
    virtual ~Credential() = default;
    /// Errors: as of where it comes from; without a secret in them.
    virtual awaitable<base::Result<Identity>> current() = 0;
    /// The cluster did not accept what `current` gave last. True: it is worth asking for another.
    virtual bool refused() = 0;
};

class FixedCredential : public Credential {
public:
    explicit FixedCredential(Identity identity) : identity_(std::move(identity)) {}
    awaitable<base::Result<Identity>> current() override { co_return identity_; }
    bool refused() override { return false; }

private:
    Identity identity_;
};

/// A token in a file that somebody else renews, as the kubelet does for service accounts; read again when
/// what we have is older than a minute, or was refused.
/// https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
class TokenFile : public Credential {
public:
    /// `workers` may block. `files` and `clock` outlive this.
    TokenFile(std::string path, base::Files& files, Executor workers, base::Clock& clock)
        : path_(std::move(path)), files_(files), workers_(std::move(workers)), clock_(clock) {}
    /// While the file cannot be read, the token that we have goes on being used. Errors: not_found,
    /// unavailable, invalid (empty).
    awaitable<base::Result<Identity>> current() override;
    bool refused() override;

private:
    std::string path_;
    base::Files& files_;
    Executor workers_;
    base::Clock& clock_;
    std::optional<Identity> identity_{};
    SteadyTime read_at_{};
};

}  // namespace k8s
