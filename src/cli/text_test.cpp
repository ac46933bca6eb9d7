#include "cli/text.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(Printable, LeavesWordsAloneWhateverTheirLanguage) {
    EXPECT_EQ(printable("waiting for 2 of 5 pods: Zürich, 東京, 🚢"),
              "waiting for 2 of 5 pods: Zürich, 東京, 🚢");
}

TEST(Printable, ShowsWhatWouldActOnATerminal) {
    EXPECT_EQ(printable("\x1b[2Jgone\x07"), "\\x1b[2Jgone\\x07");
    EXPECT_EQ(printable("one\ntwo\r\tthree"), "one\\ntwo\\r\\tthree");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "\\x9b31m");  // C1 CSI, as UTF-8
    EXPECT_EQ(printable("user\u202etxt.exe"), "user\\u202etxt.exe");
    EXPECT_EQ(printable("a\u200bb\u2066c\ufeffd"), "a\\u200bb\\u2066c\\ufeffd");
    EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
}

TEST(Printable, ShowsBytesThatAreNotUtf8) {
    EXPECT_EQ(printable("\xff\xc3("), "\\xff\\xc3(");
    EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
    EXPECT_EQ(printable("\xf0\x9f"), "\\xf0\\x9f");           // cut short
}

TEST(Cut, KeepsWhatFitsAndNeverHalfACharacter) {
    EXPECT_EQ(cut("Zürich", 6), "Zürich");
    EXPECT_EQ(cut("Zürich", 5), "Züri…");
    EXPECT_EQ(cut("Zürich", 3), "Zü…");
    EXPECT_EQ(cut("Genova!", 6, false), "Gen...");
}

TEST(Wrapped, BreaksAtSpacesAndIndentsTheRest) {
    std::vector<std::string> expected{"  now  waiting for", "       2 of 5 pods"};

    EXPECT_EQ(wrapped("  now  waiting for 2 of 5 pods", 18, 7), expected);
    EXPECT_EQ(wrapped("short", 18, 7), std::vector<std::string>{"short"});
}

TEST(Wrapped, LeavesALongWordWhole) {
    std::vector<std::string> expected{"a", "  averylongword", "  b"};

    EXPECT_EQ(wrapped("a averylongword b", 6, 2), expected);
}

TEST(Padded, FillsUpToTheColumn) {
    EXPECT_EQ(padded("Zürich", 8), "Zürich  ");
    EXPECT_EQ(padded("Zürich", 2), "Zürich");
}

}  // namespace
}  // namespace cli
