// Secrets at rest: each is encrypted with a key of its own, and that data key with the master key. Whoever
// holds the database alone can read none of them, change none unseen, and pass none off as another.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace secret {

/// Fills with bytes that nobody can guess. For any thread.
using Fill = std::function<void(std::span<unsigned char>)>;

/// Wiped when it goes.
class Key {
public:
    static constexpr std::size_t size = 32;
    Key() = default;
    explicit Key(Fill const& fill) { fill(bytes_); }
    Key(Key const&) = default;
    Key& operator=(Key const&) = default;
    ~Key();
    std::span<unsigned char, size> bytes() { return bytes_; }
    std::span<unsigned char const, size> bytes() const { return bytes_; }

private:
    std::array<unsigned char, size> bytes_{};
};

/// It is named by a digest of itself, so that a row can say which one it needs.
struct MasterKey {
    explicit MasterKey(Key secret);
    std::string id;
    Key key;
};

/// The first one encrypts, all of them decrypt.
using MasterKeys = std::vector<MasterKey>;

/// What a secret is, authenticated with it: opened as anything else it is refused.
struct Label {
    std::string organisation{};
    std::string id{};
    std::int64_t version = 0;
    std::string purpose{};
};

/// As it is stored: base64, each text with its nonce before it.
struct Sealed {
    std::string key_id{};  // of the master key
    std::string wrapped_key{};
    std::string ciphertext{};
    bool operator==(Sealed const&) const = default;
};

/// Both layers are XChaCha20-Poly1305, whose nonces are long enough to be drawn. `keys` is not empty.
Sealed seal(std::string_view text, Label const& label, MasterKeys const& keys, Fill const& fill);

/// Errors: not_found (its master key is none of `keys`); invalid (changed, or sealed under another label).
base::Result<std::string> open(Sealed const& sealed, Label const& label, MasterKeys const& keys);

/// The same under the first of `keys`: only the data key is encrypted anew. Errors as `open`.
base::Result<Sealed> rewrap(Sealed const& sealed, Label const& label, MasterKeys const& keys,
                            Fill const& fill);

}  // namespace secret
