#include "secret/seal.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <optional>

#include "base/base64.hpp"

namespace secret {

namespace {

constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(Key::size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

unsigned char const* bytes_of(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void append(std::string& to, std::string_view part) {
    for (unsigned shift = 64; shift > 0; shift -= 8)
        to += static_cast<char>(static_cast<unsigned char>(std::uint64_t{part.size()} >> (shift - 8)));
    to += part;
}

/// Each part with its length before it, so that no two labels give the same text.
std::string bound_to(std::string_view layer, Label const& label) {
    std::string const version = std::to_string(label.version);
    std::string text;
    for (std::string_view part :
         {std::string_view("pilothouse-secret-1"), layer, std::string_view(label.organisation),
          std::string_view(label.id), std::string_view(version), std::string_view(label.purpose)})
        append(text, part);
    return text;
}
std::string text_layer(Label const& label) { return bound_to("text", label); }
std::string key_layer(std::string_view key_id, Label const& label) {
    return bound_to(fmt::format("data key under {}", key_id), label);
}

std::string encrypt(std::string_view text, Key const& key, std::string const& also, Fill const& fill) {
    std::string made(nonce_size + text.size() + tag_size, '\0');
    fill({bytes_of(made), nonce_size});
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(made) + nonce_size, nullptr, bytes_of(text),
                                               text.size(), bytes_of(also), also.size(), nullptr,
                                               bytes_of(made), key.bytes().data());
    return base::to_base64(made);
}

std::optional<std::string> decrypt(std::string_view stored, Key const& key, std::string const& also) {
    auto bytes = base::from_base64(stored);
    if (!bytes || bytes->size() < nonce_size + tag_size) return std::nullopt;
    std::string text(bytes->size() - nonce_size - tag_size, '\0');
    int const failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        bytes_of(text), nullptr, nullptr, bytes_of(*bytes) + nonce_size, bytes->size() - nonce_size,
        bytes_of(also), also.size(), bytes_of(*bytes), key.bytes().data());
    if (failed != 0) return std::nullopt;
    return text;
}

std::string wrap(Key const& key, MasterKey const& with, Label const& label, Fill const& fill) {
    std::string_view const text(reinterpret_cast<char const*>(key.bytes().data()), Key::size);
    return encrypt(text, with.key, key_layer(with.id, label), fill);
}

base::Error changed() {
    return base::invalid("it was changed where it is stored, or belongs to something else");
}

base::Result<Key> unwrap(Sealed const& sealed, Label const& label, MasterKeys const& keys) {
    auto with = std::find_if(keys.begin(), keys.end(),
                             [&](MasterKey const& each) { return each.id == sealed.key_id; });
    if (with == keys.end()) return base::not_found(fmt::format("there is no key {}", sealed.key_id));
    auto text = decrypt(sealed.wrapped_key, with->key, key_layer(with->id, label));
    if (!text || text->size() != Key::size) return changed();
    Key key;
    std::copy(bytes_of(*text), bytes_of(*text) + Key::size, key.bytes().begin());
    sodium_memzero(text->data(), text->size());
    return key;
}

std::string name_of(Key const& key) {
    constexpr std::string_view purpose = "pilothouse: the name of a master key";
    std::array<unsigned char, 16> digest;
    crypto_generichash(digest.data(), digest.size(), bytes_of(purpose), purpose.size(), key.bytes().data(),
                       Key::size);
    std::string name;
    for (unsigned char byte : std::span(digest).first(6)) name += fmt::format("{:02x}", byte);
    return name;
}

}  // namespace

Key::~Key() { sodium_memzero(bytes_.data(), bytes_.size()); }

MasterKey::MasterKey(Key secret) : id(name_of(secret)), key(secret) {}

Sealed seal(std::string_view text, Label const& label, MasterKeys const& keys, Fill const& fill) {
    Key const data_key(fill);
    return {.key_id = keys.front().id,
            .wrapped_key = wrap(data_key, keys.front(), label, fill),
            .ciphertext = encrypt(text, data_key, text_layer(label), fill)};
}

base::Result<std::string> open(Sealed const& sealed, Label const& label, MasterKeys const& keys) {
    TRY(Key data_key, unwrap(sealed, label, keys));
    auto text = decrypt(sealed.ciphertext, data_key, text_layer(label));
    if (!text) return changed();
    return std::move(*text);
}

base::Result<Sealed> rewrap(Sealed const& sealed, Label const& label, MasterKeys const& keys,
                            Fill const& fill) {
    TRY(Key data_key, unwrap(sealed, label, keys));
    return Sealed{.key_id = keys.front().id,
                  .wrapped_key = wrap(data_key, keys.front(), label, fill),
                  .ciphertext = sealed.ciphertext};
}

}  // namespace secret
