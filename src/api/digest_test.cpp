#include "api/digest.hpp"

#include <gtest/gtest.h>

namespace api {
namespace {

TEST(Digest, IsSha256) {
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(EntityTag, IsFoundInTheListOfAClient) {
    std::string tag = entity_tag("content");
    EXPECT_TRUE(names_tag(tag, tag));
    EXPECT_TRUE(names_tag("W/" + tag, tag));
    EXPECT_TRUE(names_tag("\"other\", " + tag, tag));
    EXPECT_TRUE(names_tag("*", tag));
    EXPECT_FALSE(names_tag("", tag));
    EXPECT_FALSE(names_tag("\"other\"", tag));
    EXPECT_FALSE(names_tag("\"" + tag, tag));
    EXPECT_FALSE(names_tag("other", tag));
    EXPECT_FALSE(names_tag("\"other", tag));
}

}  // namespace
}  // namespace api
