#include "rollout/rights.hpp"

#include <gtest/gtest.h>

#include "rollout/testing.hpp"

namespace rollout {
namespace {

std::string told(model::Environment const& environment, std::optional<model::Strategy> strategy = {}) {
    auto const role = role_for(environment, strategy);
    std::string text;
    for (model::RoleRule const& rule : role->rules)
        text += fmt::format("{} [{}] {} ({})\n", fmt::join(rule.verbs, " "), rule.api_group,
                            fmt::join(rule.resources, " "), fmt::join(rule.resource_names, " "));
    return text;
}

TEST(Rights, AreThoseOfTheRouteAndOfTheChecks) {
    EXPECT_EQ(told(testing::shop(Split::virtual_service)),
              "list watch [] pods services ()\n"
              "create [] pods/proxy ()\n"
              "list [] resourcequotas ()\n"
              "get [] serviceaccounts ()\n"
              "list watch [apps] deployments ()\n"
              "patch [apps] deployments (web-blue web-green)\n"
              "list watch [autoscaling] horizontalpodautoscalers ()\n"
              "list watch [discovery.k8s.io] endpointslices ()\n"
              "list [events.k8s.io] events ()\n"
              "list watch [networking.istio.io] virtualservices ()\n"
              "patch [networking.istio.io] virtualservices (web)\n"
              "list [policy] poddisruptionbudgets ()\n");
}

TEST(Rights, OnlyBlueGreenWithoutARouteWritesTheService) {
    model::Environment const shop = testing::shop(Split::ratio);
    EXPECT_EQ(told(shop).find("patch [] services"), std::string::npos) << told(shop);
    EXPECT_NE(told(shop, model::Strategy::blue_green).find("patch [] services (web)"), std::string::npos);
}

TEST(Rights, AreEnoughForAllComponents) {
    model::Environment shop = testing::shop(Split::virtual_service);
    shop.components.push_back(testing::shop(Split::http_route).components[0]);
    shop.components[1].workload->deployment = "api";
    shop.components.push_back({.name = "a note"});  // nothing to deploy
    std::string const text = told(shop);
    EXPECT_NE(text.find("patch [apps] deployments (api-blue api-green web-blue web-green)"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("patch [gateway.networking.k8s.io] httproutes (web)"), std::string::npos) << text;
}

TEST(Rights, AreForClusters) {
    auto const role = role_for({.name = "demo", .target = {.host = model::HostTarget{}}}, {});
    ASSERT_FALSE(role);
    EXPECT_EQ(role.error().message, "demo is no cluster, and a Role is for an account of a cluster");
}

}  // namespace
}  // namespace rollout
