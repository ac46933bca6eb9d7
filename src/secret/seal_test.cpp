// Secrets at rest: nothing can be read, changed or passed off as something else. (R07)
#include "secret/seal.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <set>

#include "base/base64.hpp"
#include "base/random.hpp"

namespace secret {
namespace {

void fill_really(std::span<unsigned char> bytes) { randombytes_buf(bytes.data(), bytes.size()); }

Fill seeded(std::uint64_t seed) {
    return [random = std::make_shared<base::Random>(seed)](std::span<unsigned char> bytes) {
        for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random->next() >> 56U);
    };
}

struct Seal : testing::Test {
    MasterKeys keys{MasterKey(Key(seeded(1)))};
    Label label{.organisation = "acme", .id = "shop", .version = 3, .purpose = "kubeconfig"};
    std::string const text = "a token that nobody may see";
    Sealed sealed = seal(text, label, keys, seeded(2));

    bool opens(Sealed const& what, Label const& as) { return open(what, as, keys).has_value(); }
};

TEST_F(Seal, OpensWhatItHasSealed) {
    auto opened = open(sealed, label, keys);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(*opened, text);
    Sealed const nothing = seal("", label, keys, seeded(3));
    EXPECT_EQ(*open(nothing, label, keys), "");
}

TEST_F(Seal, OpensUnderNoOtherLabel) {
    for (Label const& other :
         {Label{"acme2", "shop", 3, "kubeconfig"}, Label{"acme", "shop2", 3, "kubeconfig"},
          Label{"acme", "shop", 2, "kubeconfig"}, Label{"acme", "shop", 3, "token"},
          Label{"acm", "eshop", 3, "kubeconfig"}, Label{"acme", "shop3", 0, "kubeconfig"}, Label{}})
        EXPECT_FALSE(opens(sealed, other)) << other.organisation << "/" << other.id;
}

TEST_F(Seal, TakesNoPartOfAnotherRow) {
    Sealed const other = seal("another", label, keys, seeded(4));
    EXPECT_FALSE(opens({sealed.key_id, other.wrapped_key, sealed.ciphertext}, label));
    EXPECT_FALSE(opens({sealed.key_id, sealed.wrapped_key, other.ciphertext}, label));
    EXPECT_FALSE(opens({sealed.key_id, sealed.ciphertext, sealed.wrapped_key}, label));
}

/// Of the bytes, and of the text that stands for them.
TEST_F(Seal, SeesEveryFlippedBit) {
    for (std::string Sealed::* part : {&Sealed::wrapped_key, &Sealed::ciphertext}) {
        std::string const bytes = *base::from_base64(sealed.*part), stored = sealed.*part;
        for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
            std::string flipped = bytes;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
            Sealed changed = sealed;
            changed.*part = base::to_base64(flipped);
            ASSERT_FALSE(opens(changed, label)) << bit;
        }
        for (std::size_t bit = 0; bit < 8 * stored.size(); ++bit) {
            Sealed changed = sealed;
            (changed.*part)[bit / 8] = static_cast<char>(stored[bit / 8] ^ (1 << (bit % 8)));
            ASSERT_FALSE(opens(changed, label)) << bit;
        }
    }
}

TEST_F(Seal, SeesWhatIsCutOffOrAdded) {
    for (std::string Sealed::* part : {&Sealed::wrapped_key, &Sealed::ciphertext}) {
        std::string const bytes = *base::from_base64(sealed.*part);
        for (std::size_t kept = 0; kept < bytes.size(); ++kept) {
            Sealed changed = sealed;
            changed.*part = base::to_base64(std::string_view(bytes).substr(0, kept));
            ASSERT_FALSE(opens(changed, label)) << kept;
        }
        Sealed longer = sealed;
        longer.*part = base::to_base64(bytes + '\0');
        EXPECT_FALSE(opens(longer, label));
    }
}

TEST_F(Seal, DrawsNoNonceTwice) {
    std::set<std::string> nonces;
    constexpr int writes = 100'000;
    for (int i = 0; i < writes; ++i) {
        Sealed const one = seal("x", label, keys, fill_really);
        nonces.insert(one.wrapped_key.substr(0, 32));  // 24 bytes
        nonces.insert(one.ciphertext.substr(0, 32));
    }
    EXPECT_EQ(nonces.size(), 2U * writes);
}

TEST_F(Seal, NamesTheKeyThatIsMissing) {
    auto opened = open(sealed, label, {MasterKey(Key(seeded(9)))});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, base::Errc::not_found);
    EXPECT_EQ(opened.error().message, "there is no key " + keys.front().id);
    Sealed renamed = sealed;
    MasterKeys others{MasterKey(Key(seeded(9)))};
    renamed.key_id = others.front().id;
    EXPECT_EQ(open(renamed, label, others).error().code, base::Errc::invalid);
}

TEST_F(Seal, ChangesItsMasterKeyWithoutTouchingTheText) {
    MasterKey const next{Key(seeded(5))};
    MasterKeys const both{next, keys.front()};

    auto rewrapped = rewrap(sealed, label, both, seeded(6));

    ASSERT_TRUE(rewrapped) << rewrapped.error().message;
    EXPECT_EQ(rewrapped->key_id, next.id);
    EXPECT_EQ(rewrapped->ciphertext, sealed.ciphertext);
    EXPECT_NE(rewrapped->wrapped_key, sealed.wrapped_key);
    EXPECT_EQ(*open(*rewrapped, label, {next}), text);
    EXPECT_FALSE(opens(*rewrapped, label)) << "the old key alone opens it no more";
    EXPECT_EQ(*open(sealed, label, both), text) << "what was not rewrapped yet goes on opening";
    EXPECT_FALSE(rewrap(sealed, label, {next}, seeded(6)));
}

}  // namespace
}  // namespace secret
