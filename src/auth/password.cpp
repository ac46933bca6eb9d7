#include "auth/password.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "auth/impl/common_passwords.hpp"
#include "base/offload.hpp"
#include "base/utf8.hpp"

namespace auth {

using base::Result;

namespace {

constexpr std::size_t fewest_characters = 15, most_characters = 256;
constexpr std::size_t floor_bytes = 19 * 1024 * 1024;

/// Letters and digits, in lower case: "Pass-Word 1" and "password1" are one guess.
std::string simplified(std::string_view text) {
    std::string simple;
    for (char letter : text) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + 32);
        bool counts = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                      static_cast<unsigned char>(letter) >= 0x80;
        if (counts) simple += letter;
    }
    return simple;
}

/// "aaaaaaaaaaaaaaa", "abcabcabcabcabc".
bool repeats_a_short_piece(std::string_view text) {
    for (std::size_t length = 1; length <= 4 && length < text.size(); ++length)
        if (text.substr(length) == text.substr(0, text.size() - length)) return true;
    return false;
}

bool is_common(std::string const& simple) {
    return std::find(std::begin(impl::common_passwords), std::end(impl::common_passwords), simple) !=
           std::end(impl::common_passwords);
}

bool contains(std::string const& simple, std::string const& word) {
    return word.size() >= 3 && simple.find(word) != std::string::npos;
}

}  // namespace

Result<void> check_cost(PasswordCost const& cost) {
    bool one_pass_with_more = cost.passes >= 1 && cost.memory_bytes >= 46UL * 1024 * 1024;
    if ((cost.passes >= 2 && cost.memory_bytes >= floor_bytes) || one_pass_with_more) return {};
    return base::invalid(
        "passwords would be too cheap to guess: at least 19 MiB with 2 passes, or 46 MiB with 1");
}

Result<void> check_password(std::string_view password, std::string_view username) {
    auto count = base::count_characters(password);
    if (!count) return base::invalid("password: this is not text in UTF-8");
    if (*count < fewest_characters)
        return base::invalid(
            fmt::format("password: {} characters are too few; take {} or more, for instance four words that "
                        "do not belong together",
                        *count, fewest_characters));
    if (*count > most_characters)
        return base::invalid(fmt::format("password: longer than {} characters", most_characters));
    std::string simple = simplified(password);
    if (repeats_a_short_piece(password))
        return base::invalid("password: it only repeats itself; take another");
    if (is_common(simple))
        return base::invalid("password: it is among those that are tried first; take another");
    if (contains(simple, simplified(username)))
        return base::invalid("password: it contains the user name; take another");
    if (contains(simple, "pilothouse"))
        return base::invalid("password: it contains the name of this program; take another");
    return {};
}

namespace {

std::string base64(std::span<unsigned char const> bytes) {
    constexpr int form = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes.size(), form), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), form);
    text.pop_back();
    return text;
}

}  // namespace

Result<std::string> hash_password(std::string const& password, Salt const& salt, PasswordCost const& cost) {
    std::array<unsigned char, 32> tag;
    static_assert(crypto_pwhash_argon2id_SALTBYTES == std::tuple_size_v<Salt>);
    if (crypto_pwhash(tag.data(), tag.size(), password.data(), password.size(), salt.data(), cost.passes,
                      cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return base::unavailable("there is not enough memory to check a password; try again in a moment");
    return fmt::format("$argon2id$v=19$m={},t={},p=1${}${}", cost.memory_bytes / 1024, cost.passes,
                       base64(salt), base64(tag));
}

bool verify_password(std::string const& password, std::string const& hash) {
    return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool wants_rehash(std::string const& hash, PasswordCost const& cost) {
    return crypto_pwhash_str_needs_rehash(hash.c_str(), cost.passes, cost.memory_bytes) != 0;
}

PasswordHasher::PasswordHasher(Executor workers, Secrets& secrets, PasswordCost cost, std::size_t queue)
    : workers_(std::move(workers)), secrets_(secrets), cost_(cost), queue_(queue) {
    if (sodium_init() < 0)
        throw std::runtime_error("libsodium cannot start: the system gives no random numbers");
}

Result<PasswordHasher::Place> PasswordHasher::take_place() {
    if (*taken_ >= queue_) return base::unavailable("too many people log in just now; try again in a second");
    ++*taken_;
    auto leave = [taken = taken_](void*) { --*taken; };
    return Place(taken_.get(), leave);
}

Salt PasswordHasher::make_salt() {
    Salt salt;
    secrets_.fill(salt);
    return salt;
}

awaitable<Result<std::string>> PasswordHasher::hash(Place place, std::string password) {
    auto work = [place = std::move(place), password = std::move(password), salt = make_salt(), cost = cost_] {
        return hash_password(password, salt, cost);
    };
    co_return co_await base::offload(workers_, std::move(work));
}

awaitable<PasswordHasher::Verified> PasswordHasher::verify(Place place, std::string password,
                                                           std::string hash) {
    auto work = [place = std::move(place), password = std::move(password), hash = std::move(hash),
                 salt = make_salt(), cost = cost_] {
        Verified verified;
        if (hash.empty()) {
            (void)hash_password(password, salt, cost);
            return verified;
        }
        verified.fits = verify_password(password, hash);
        if (!verified.fits || !wants_rehash(hash, cost)) return verified;
        if (auto better = hash_password(password, salt, cost)) verified.better_hash = *better;
        return verified;
    };
    co_return co_await base::offload(workers_, std::move(work));
}

}  // namespace auth
