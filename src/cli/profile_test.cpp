#include "cli/profile.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

constexpr char path[] = "/home/mira/.config/pilothouse/profile.json";

struct ProfileTest : testing::Test {
    FakeTerminal terminal;
    base::FakeFiles files;
    void SetUp() override { terminal.variables["HOME"] = "/home/mira"; }
};

TEST_F(ProfileTest, LiesWhereTheUserKeepsSettings) {
    EXPECT_EQ(profile_path({}, terminal), path);

    terminal.variables["XDG_CONFIG_HOME"] = "/home/mira/settings";
    EXPECT_EQ(profile_path({}, terminal), "/home/mira/settings/pilothouse/profile.json");

    terminal.variables["PILOTHOUSE_PROFILE"] = "/demo/profile.json";
    EXPECT_EQ(profile_path({}, terminal), "/demo/profile.json");

    EXPECT_EQ(profile_path({.file = "/other.json"}, terminal), "/other.json");
}

TEST_F(ProfileTest, IsReadAsItWasSaved) {
    Profile profile{.server = "https://ship.example", .username = "mira", .token = "ph_1"};

    ASSERT_TRUE(save_profile({}, terminal, files, profile));

    EXPECT_TRUE(files.exists(path));
    EXPECT_EQ(*load_profile({}, terminal, files), profile);
}

TEST_F(ProfileTest, AMissingFileMeansTheLocalServerAndNobody) {
    Profile profile = *load_profile({}, terminal, files);

    EXPECT_EQ(profile.server, "http://127.0.0.1:7410");
    EXPECT_EQ(profile.token, "");
}

TEST_F(ProfileTest, ATokenNeverGoesToAnotherServer) {
    ASSERT_TRUE(save_profile({}, terminal, files, {.server = "https://ship.example", .token = "ph_1"}));

    EXPECT_EQ(load_profile({.server = "https://ship.example/"}, terminal, files)->token, "ph_1");
    EXPECT_EQ(load_profile({.server = "https://rogue.example"}, terminal, files)->token, "");

    terminal.variables["PILOTHOUSE_SERVER"] = "https://rogue.example";
    EXPECT_EQ(load_profile({}, terminal, files)->token, "");
}

TEST_F(ProfileTest, VariablesAreForPipelines) {
    terminal.variables["PILOTHOUSE_SERVER"] = "https://ship.example";
    terminal.variables["PILOTHOUSE_TOKEN"] = "ph_2";

    Profile expected{.server = "https://ship.example", .token = "ph_2"};
    EXPECT_EQ(*load_profile({}, terminal, files), expected);
}

TEST_F(ProfileTest, ADamagedFileIsNamedWithWhatToDo) {
    files.contents[path] = "{\"serv\": 1}";

    auto profile = load_profile({}, terminal, files);

    ASSERT_FALSE(profile);
    EXPECT_EQ(
        profile.error().message,
        std::string(path) +
            " is not a profile: serv: unknown field (did you mean \"server\"?); remove it and log in again");
}

}  // namespace
}  // namespace cli
