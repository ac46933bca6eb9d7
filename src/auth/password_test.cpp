#include "auth/password.hpp"

#include <gtest/gtest.h>

#include "auth/cookie.hpp"
#include "auth/decide.hpp"

namespace auth {
namespace {

constexpr PasswordCost cheap{.memory_bytes = 8192, .passes = 1};
constexpr Salt salt{1, 2, 3};

TEST(Password, MustBeLongAndNotWhatEverybodyTriesFirst) {
    struct Case {
        std::string password;
        std::string problem;  // a part of the sentence; empty: accepted
    };
    std::string const euro = "\xe2\x82\xac";
    std::string wide;
    for (int i = 0; i < 15; ++i) wide += i % 7 == 0 ? "\xc3\xa4" : i % 3 == 0 ? "x" : euro;
    Case const cases[] = {
        {"fourteen chars", "too few"},
        {"fifteen chars!!", ""},
        {wide, ""},
        {wide.substr(0, wide.size() - 2), "too few"},
        {"correct horse battery", ""},
        {"Correct-Horse-Battery-Staple", "tried first"},
        {"Password 1234567", "tried first"},
        {"1234567890 123456", "tried first"},
        {std::string(15, 'a'), "repeats"},
        {"abcabcabcabcabcabc", "repeats"},
        {"xAdaLovelacex 1815", "user name"},
        {"my pilot-house is blue", "this program"},
        {"tab\tand" + std::string(1, '\0') + "zero are fine", ""},
        {"bad \xff utf eight text", "UTF-8"},
        {std::string(128, 'q') + "w" + std::string(127, 'e'), ""},
        {std::string(128, 'q') + "w" + std::string(128, 'e'), "longer than 256"},
        {"                ", "repeats"},
    };
    for (Case const& one : cases) {
        auto checked = check_password(one.password, "ada.lovelace");
        EXPECT_EQ(checked.has_value(), one.problem.empty()) << one.password;
        std::string said = checked ? "" : checked.error().message;
        EXPECT_NE(said.find(one.problem), std::string::npos) << one.password << ": " << said;
    }
}

TEST(Password, HashIsAPhcStringThatLibsodiumVerifies) {
    std::string hash = hash_password("secret", salt, cheap).value();
    EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$AQIDAAAAAAAAAAAAAAAAAA$")) << hash;
    EXPECT_TRUE(verify_password("secret", hash));
    EXPECT_FALSE(verify_password("Secret", hash));
    EXPECT_FALSE(verify_password("secret", "damaged"));
    EXPECT_FALSE(wants_rehash(hash, cheap));
    EXPECT_TRUE(wants_rehash(hash, PasswordCost{}));
}

TEST(Password, CostHasAFloor) {
    EXPECT_TRUE(check_cost({}));
    EXPECT_TRUE(check_cost({.memory_bytes = 19 * 1024 * 1024, .passes = 2}));
    EXPECT_TRUE(check_cost({.memory_bytes = 46 * 1024 * 1024, .passes = 1}));
    EXPECT_FALSE(check_cost({.memory_bytes = 19 * 1024 * 1024 - 1, .passes = 2}));
    EXPECT_FALSE(check_cost({.memory_bytes = 45 * 1024 * 1024, .passes = 1}));
}

TEST(Decide, GivesAdministratorsEverythingAndOthersWhatIsOpen) {
    Principal admin{.user = "alice", .role = "admin"}, stranger{.user = "bob", .role = "guest"};
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Permission>>([&](auto permission) {
        bool open = permission.value == Permission::health_read;
        EXPECT_TRUE(decide(&admin, permission.value, {})) << permission.name;
        EXPECT_EQ(bool(decide(&stranger, permission.value, {})), open) << permission.name;
        EXPECT_EQ(bool(decide(nullptr, permission.value, {})), open) << permission.name;
        EXPECT_FALSE(decide(nullptr, permission.value, {}).reason.empty());
    });
}

TEST(Cookie, IsReadByNoScriptAndSentByNoOtherSite) {
    EXPECT_EQ(make_cookie("ph_x", 86400, true),
              "__Host-pilothouse=ph_x; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict; Secure");
    EXPECT_EQ(make_cookie("ph_x", 86400, false),
              "pilothouse=ph_x; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict");
    EXPECT_EQ(make_cookie("", 86400, false), "pilothouse=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
}

TEST(Cookie, IsFoundAmongOthers) {
    EXPECT_EQ(token_of_cookies("a=b; pilothouse=ph_x; c=d", false), "ph_x");
    EXPECT_EQ(token_of_cookies("pilothouse=ph_x", false), "ph_x");
    EXPECT_EQ(token_of_cookies("xpilothouse=1;pilothouse2=2; __Host-pilothouse=ph_y", false), "");
    EXPECT_EQ(token_of_cookies("pilothouse=evil; __Host-pilothouse=ph_y", true), "ph_y");
    EXPECT_EQ(token_of_cookies(";;; ", false), "");
}

TEST(Origin, MustBeExactlyOursWhenACookieSpeaks) {
    std::string_view ours = "https://portal:8443";
    EXPECT_TRUE(origin_fits("POST", true, ours, ours));
    EXPECT_TRUE(origin_fits("POST", false, "", ours));
    EXPECT_TRUE(origin_fits("GET", true, "", ours));
    for (std::string_view other : {"", "null", "https://portal", "http://portal:8443",
                                   "https://portal:8443.evil.example", "https://portal:84430"})
        EXPECT_FALSE(origin_fits("DELETE", true, other, ours)) << other;
}

}  // namespace
}  // namespace auth
