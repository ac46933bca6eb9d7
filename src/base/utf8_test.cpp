#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(CountCharacters, CountsCodePointsNotBytes) {
    EXPECT_EQ(count_characters(""), 0U);
    EXPECT_EQ(count_characters("abc"), 3U);
    EXPECT_EQ(count_characters("\xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\xa2"), 3U);
    EXPECT_EQ(count_characters(std::string_view("a\0b", 3)), 3U);
}

TEST(CountCharacters, RefusesWhatIsNotUtf8) {
    for (std::string_view bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                                 "\xf4\x90\x80\x80", "\xff", "a\xe2\x82"})
        EXPECT_FALSE(count_characters(bad));
}

TEST(IsAtMost, CountsCharactersAndRefusesWhatIsNotUtf8) {
    EXPECT_TRUE(is_at_most("\xc3\xa4\xc3\xb6", 2));
    EXPECT_FALSE(is_at_most("\xc3\xa4\xc3\xb6x", 2));
    EXPECT_FALSE(is_at_most("\xff", 2));
}

}  // namespace
}  // namespace base
