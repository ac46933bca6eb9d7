#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Base64, AgreesWithTheExamplesOfTheStandard) {
    constexpr std::pair<std::string_view, std::string_view> examples[] = {{"", ""},
                                                                          {"f", "Zg=="},
                                                                          {"fo", "Zm8="},
                                                                          {"foo", "Zm9v"},
                                                                          {"foob", "Zm9vYg=="},
                                                                          {"fooba", "Zm9vYmE="},
                                                                          {"foobar", "Zm9vYmFy"}};
    for (auto [bytes, text] : examples) {
        EXPECT_EQ(to_base64(bytes), text);
        EXPECT_EQ(from_base64(text), bytes);
    }
    EXPECT_EQ(to_base64url("\xfb\xff"), "-_8");
}

TEST(Base64, RefusesWhatItWouldNotWrite) {
    for (std::string_view bad :
         {"Zg", "Zg=", "Z===", "====", "Zh==", "Zm9=", "Zm-v", "Zm 9", "Zg==Zg==", "=Zg="})
        EXPECT_FALSE(from_base64(bad)) << bad;
}

}  // namespace
}  // namespace base
