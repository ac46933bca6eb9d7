#include "base/json_patch.hpp"

#include <gtest/gtest.h>

namespace base {
namespace {

Result<std::string> patched(std::string const& document, std::string const& patch) {
    TRY(json::value made, apply_patch(json::parse(document), json::parse(patch).as_array()));
    return json::serialize(made);
}

TEST(JsonPatch, ChangesWhatItNames) {
    EXPECT_EQ(*patched(R"({"a":[1,2],"b":{"c/d":1}})", R"([{"op":"test","path":"/a/0","value":1},
        {"op":"add","path":"/a/1","value":9},{"op":"add","path":"/a/-","value":3},{"op":"remove","path":"/a/0"},
        {"op":"replace","path":"/b/c~1d","value":"x"},{"op":"add","path":"/e","value":null}])"),
              R"({"a":[9,2,3],"b":{"c/d":"x"},"e":null})");
}

TEST(JsonPatch, WhatDoesNotFitIsAConflictAndWhatIsNoOperationIsInvalid) {
    std::string const document = R"({"a":[1]})";
    for (auto const* patch :
         {R"([{"op":"test","path":"/a/0","value":2}])", R"([{"op":"test","path":"/b","value":2}])",
          R"([{"op":"replace","path":"/b","value":2}])", R"([{"op":"remove","path":"/a/1"}])",
          R"([{"op":"add","path":"/a/3","value":2}])", R"([{"op":"add","path":"/b/c","value":2}])"})
        EXPECT_EQ(patched(document, patch).error().code, Errc::conflict) << patch;
    for (auto const* patch :
         {R"([{"op":"move","path":"/a","value":1}])", R"([{"op":"add","path":"/a"}])", "[1]"})
        EXPECT_EQ(patched(document, patch).error().code, Errc::invalid) << patch;
}

TEST(JsonPatch, EscapesTokens) { EXPECT_EQ(pointer_token("a/b~c"), "a~1b~0c"); }

}  // namespace
}  // namespace base
