// The scripts keep their old usage and add nothing of their own: `echo` stands in for the program.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace cli {
namespace {

struct Ran {
    int exit_code = 0;
    std::string output{};
    bool operator==(Ran const&) const = default;
};

void PrintTo(Ran const& ran, std::ostream* out) {
    *out << "exit code " << ran.exit_code << ", output: " << ran.output;
}

Ran run_script(std::string const& words, std::string const& program = "echo") {
    std::string const command = "PILOTHOUSE=" + program + " " + PILOTHOUSE_SOURCE_DIR + "/" + words + " 2>&1";
    FILE* pipe = ::popen(command.c_str(), "r");
    Ran ran;
    std::array<char, 512> bytes;
    for (std::size_t got = 0; (got = std::fread(bytes.data(), 1, bytes.size(), pipe)) > 0;)
        ran.output.append(bytes.data(), got);
    ran.exit_code = WEXITSTATUS(::pclose(pipe));
    return ran;
}

TEST(Scripts, DeployTakesEnvironmentStrategyAndVersion) {
    EXPECT_EQ(run_script("scripts/deploy.sh demo"), (Ran{0, "deploy demo --wait\n"}));
    EXPECT_EQ(run_script("scripts/deploy.sh demo canary"),
              (Ran{0, "deploy demo --strategy canary --wait\n"}));
    EXPECT_EQ(run_script("scripts/deploy.sh demo canary 1.1.0"),
              (Ran{0, "deploy demo --strategy canary --version 1.1.0 --wait\n"}));
    EXPECT_EQ(run_script("scripts/deploy.sh demo '' 1.1.0"),
              (Ran{0, "deploy demo --version 1.1.0 --wait\n"}));
}

TEST(Scripts, StrategiesAreDeployWithAStrategy) {
    EXPECT_EQ(run_script("strategies/canary.sh demo 1.1.0"),
              (Ran{0, "deploy demo --strategy canary --version 1.1.0 --wait\n"}));
    EXPECT_EQ(run_script("strategies/blue-green.sh demo"),
              (Ran{0, "deploy demo --strategy blue-green --wait\n"}));
}

TEST(Scripts, HealthCheckTakesAColour) {
    EXPECT_EQ(run_script("scripts/health-check.sh demo"), (Ran{0, "health demo\n"}));
    EXPECT_EQ(run_script("scripts/health-check.sh demo green"), (Ran{0, "health demo green\n"}));
}

TEST(Scripts, TellTheirUsage) {
    EXPECT_EQ(run_script("scripts/deploy.sh"),
              (Ran{2, "usage: deploy.sh <environment> [rolling|blue-green|canary] [version]\n"}));
    EXPECT_EQ(run_script("scripts/health-check.sh --help"),
              (Ran{2, "usage: health-check.sh <environment> [blue|green]\n"}));
    EXPECT_EQ(run_script("strategies/canary.sh"), (Ran{2, "usage: canary.sh <environment> [version]\n"}));
    EXPECT_EQ(run_script("strategies/blue-green.sh"),
              (Ran{2, "usage: blue-green.sh <environment> [version]\n"}));
}

TEST(Scripts, PassTheExitCodeThrough) {
    EXPECT_EQ(run_script("scripts/deploy.sh demo", "false").exit_code, 1);
    EXPECT_EQ(run_script("strategies/canary.sh demo", "false").exit_code, 1);
}

TEST(Scripts, KeepWordsWithSpacesInOnePiece) {
    EXPECT_EQ(run_script("scripts/health-check.sh 'a  b'"), (Ran{0, "health a  b\n"}));
}

}  // namespace
}  // namespace cli
