#include "base/json_diff.hpp"

#include <gtest/gtest.h>

namespace base {
namespace {

/// "/spec/replicas 1 -> 3", a line each; "-" for what is not there.
std::string say(char const* before, char const* after) {
    auto text = [](std::optional<json::value> const& value) { return value ? json::serialize(*value) : "-"; };
    std::string said;
    for (Difference const& each : differences(json::parse(before), json::parse(after)))
        said += fmt::format("{} {} -> {}\n", each.pointer, text(each.before), text(each.after));
    return said;
}

TEST(JsonDiff, OfEqualDocumentsIsEmpty) {
    EXPECT_EQ(say(R"({"a":[1,{"b":2}]})", R"({"a":[1,{"b":2}]})"), "");
}

TEST(JsonDiff, NamesTheMemberThatChanged) {
    EXPECT_EQ(say(R"({"spec":{"replicas":1,"paused":true}})", R"({"spec":{"replicas":3,"paused":true}})"),
              "/spec/replicas 1 -> 3\n");
}

TEST(JsonDiff, TellsWhatCameAndWhatWent) {
    EXPECT_EQ(say(R"({"a/b":1})", R"({"c~":2})"), "/a~1b 1 -> -\n/c~0 - -> 2\n");
}

TEST(JsonDiff, LooksIntoListsOfOneLengthOnly) {
    EXPECT_EQ(say(R"([{"w":1},{"w":2}])", R"([{"w":1},{"w":5}])"), "/1/w 2 -> 5\n");
    EXPECT_EQ(say(R"({"l":[1,2]})", R"({"l":[1]})"), "/l [1,2] -> [1]\n");
}

TEST(JsonDiff, TakesAnotherTypeAsAWhole) {
    EXPECT_EQ(say(R"({"a":{"b":1}})", R"({"a":[1]})"), "/a {\"b\":1} -> [1]\n");
    EXPECT_EQ(say("1", "2"), " 1 -> 2\n");
}

}  // namespace
}  // namespace base
