// Randomness that nobody can guess: for tokens and salts.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>

#include "base/random.hpp"

namespace auth {

class Secrets {
public:
    virtual ~Secrets() = default;
    virtual void fill(std::span<unsigned char> bytes) = 0;
};

/// The system's.
class RealSecrets : public Secrets {
public:
    void fill(std::span<unsigned char> bytes) override;
};

/// For tests and the simulation: the same seed gives the same secrets.
class SeededSecrets : public Secrets {
public:
    explicit SeededSecrets(std::uint64_t seed) : random_(seed) {}
    void fill(std::span<unsigned char> bytes) override {
        for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random_.next() >> 56U);
    }

private:
    base::Random random_;
};

/// SHA-256: how tokens are kept.
using TokenHash = std::array<unsigned char, 32>;
TokenHash hash_of_token(std::string_view token);
std::string to_hex(TokenHash const& hash);
/// Nothing when it is not 64 hexadecimal digits.
std::optional<TokenHash> from_hex(std::string_view text);

/// 256 random bits: "ph_" and 43 characters of A-Z a-z 0-9 - _.
std::string make_session_token(Secrets& secrets);
/// 128 random bits to read and to type: 26 characters in groups, "k7qm-2x4a-...", none of which looks like
/// another.
std::string make_setup_token(Secrets& secrets);

}  // namespace auth
