#include "auth/secrets.hpp"

#include <sodium.h>

#include <stdexcept>

namespace auth {

void RealSecrets::fill(std::span<unsigned char> bytes) {
    if (sodium_init() < 0)
        throw std::runtime_error("libsodium cannot start: the system gives no random numbers");
    randombytes_buf(bytes.data(), bytes.size());
}

TokenHash hash_of_token(std::string_view token) {
    TokenHash hash;
    crypto_hash_sha256(hash.data(), reinterpret_cast<unsigned char const*>(token.data()), token.size());
    return hash;
}

std::string to_hex(TokenHash const& hash) {
    std::string text(hash.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
    text.pop_back();
    return text;
}

std::optional<TokenHash> from_hex(std::string_view text) {
    TokenHash hash;
    std::size_t length = 0;
    if (text.size() != hash.size() * 2) return {};
    if (sodium_hex2bin(hash.data(), hash.size(), text.data(), text.size(), nullptr, &length, nullptr) != 0)
        return {};
    if (length != hash.size()) return {};
    return hash;
}

std::string make_session_token(Secrets& secrets) {
    constexpr int form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::array<unsigned char, 32> bytes;
    secrets.fill(bytes);
    std::array<char, sodium_base64_ENCODED_LEN(32, form)> text;
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), form);
    return std::string("ph_") + text.data();
}

std::string make_setup_token(Secrets& secrets) {
    constexpr std::string_view letters = "abcdefghjkmnpqrstuvwxyz23456789?";  // 31 and one that is never used
    constexpr std::size_t wanted = 26;                                        // 26 of 31 letters: 128.8 bits
    std::string token;
    for (std::size_t made = 0; made < wanted;) {
        std::array<unsigned char, 1> byte;
        secrets.fill(byte);
        char letter = letters[byte[0] & 31U];
        if (letter == '?') continue;
        if (made % 4 == 0 && made > 0) token += '-';
        token += letter;
        ++made;
    }
    return token;
}

}  // namespace auth
