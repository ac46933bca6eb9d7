#include "cli/impl/deploy_request.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

std::string body(DeployArguments const& arguments) {
    auto request = deploy_request(arguments);
    return request ? base::to_text(*request) : request.error().message;
}

TEST(DeployRequest, SaysNoMoreThanWasAsked) {
    EXPECT_EQ(body({.environment = "demo", .version = "1.1.0"}), R"({"version":"1.1.0"})");
}

TEST(DeployRequest, PutsEveryOptionInItsPlace) {
    DeployArguments arguments{.version = "1.1.0",
                              .strategy = "canary",
                              .components = "web,api",
                              .weights = "10,50,100",
                              .gates = "50",
                              .bake = "30s",
                              .replicas = "3",
                              .when_busy = "supersede",
                              .risk = "0.05",
                              .margin = "1.5",
                              .set = {"strategy.settle=10s", "judge.enabled=false"}};

    EXPECT_EQ(
        body(arguments),
        R"({"version":"1.1.0","strategy":"canary","components":["web","api"],"options":{"strategy":{"weights_percent":[10,50,100],)"
        R"("gates_percent":[50],"bake":"30s","settle":"10s"},"replicas":3,"when_busy":"supersede",)"
        R"("judge":{"risk":0.05,"margin_percent":1.5,"enabled":false}}})");
}

TEST(DeployRequest, SaysHowASettingIsWritten) {
    EXPECT_EQ(body({.set = {"bake"}}), "--set bake: write it like --set strategy.bake=10s");
    EXPECT_EQ(body({.replicas = "3", .set = {"replicas.x=1"}}),
              "--set replicas.x: \"replicas\" has a value of its own already");
}

}  // namespace
}  // namespace cli
