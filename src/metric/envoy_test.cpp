#include "metric/envoy.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace metric {
namespace {

Series series(std::map<std::string, std::string> labels, double value, int at = 0) {
    return {.labels = std::move(labels), .samples = {{WallTime(std::chrono::seconds(at)), value}}};
}

std::string const green = "outbound|80||web-green.shop.svc.cluster.local";

TEST(Envoy, AddsTheClassesOfEachEnvoyForItself) {
    auto counters = envoy_counters({series({{"__name__", "envoy_cluster_upstream_rq_xx"},
                                            {"envoy_cluster_name", green},
                                            {"instance", "a"},
                                            {"envoy_response_code_class", "2"}},
                                           90),
                                    series({{"__name__", "envoy_cluster_upstream_rq_xx"},
                                            {"envoy_cluster_name", green},
                                            {"instance", "a"},
                                            {"envoy_response_code_class", "5"}},
                                           10, 7),
                                    series({{"__name__", "envoy_cluster_upstream_rq_xx"},
                                            {"envoy_cluster_name", green},
                                            {"instance", "b"},
                                            {"envoy_response_code_class", "2"}},
                                           5)});
    ASSERT_EQ(counters.size(), 2u);
    EXPECT_EQ(counters[0].counts, (model::Counts{100, 10}));
    EXPECT_EQ(counters[0].at, WallTime(std::chrono::seconds(7)));
    EXPECT_EQ(counters[1].counts, (model::Counts{5, 0}));
}

TEST(Envoy, ReadsTheLabelsOfIstioAndCountsNoAnswerTwice) {
    auto counters = envoy_counters(
        {series({{"__name__", "envoy_cluster_upstream_rq"},
                 {"cluster_name", green},
                 {"response_code_class", "5xx"}},
                4),
         series(
             {{"__name__", "envoy_cluster_upstream_rq"}, {"cluster_name", green}, {"response_code", "503"}},
             4),
         series({{"__name__", "envoy_cluster_upstream_rq_xx"},
                 {"cluster_name", green},
                 {"envoy_response_code_class", "5"}},
                4)});
    ASSERT_EQ(counters.size(), 1u);
    EXPECT_EQ(counters[0].counts, (model::Counts{4, 4}));
}

TEST(Envoy, AsksForTheClustersThatAreNamedOnly) {
    EXPECT_EQ(
        envoy_requests({clusters_of_service("web-blue", "shop"), clusters_of_route("web", "shop")}),
        (std::vector<std::string>{
            R"(envoy_cluster_upstream_rq_xx{envoy_cluster_name=~"httproute/shop/web/rule/.*|outbound\\|[0-9]+\\|[^|]*\\|web-blue\\.shop\\.svc.*"}[30s])",
            R"(envoy_cluster_upstream_rq{cluster_name=~"httproute/shop/web/rule/.*|outbound\\|[0-9]+\\|[^|]*\\|web-blue\\.shop\\.svc.*",response_code=""}[30s])"}));
    // The same names, as the server would match them.
    std::regex const service(clusters_of_service("web-green", "shop")),
        route(clusters_of_route("web", "shop"));
    EXPECT_TRUE(std::regex_match(green, service));
    EXPECT_FALSE(std::regex_match("outbound|80||web-green.shop2.svc.cluster.local", service));
    EXPECT_TRUE(std::regex_match(cluster_of_backend("shop", "web", 0, 1), route));
}

TEST(Envoy, KnowsWhoseItsClustersAre) {
    EXPECT_EQ(owner_of_cluster(green), service_as_owner("web-green", "shop"));
    EXPECT_EQ(owner_of_cluster("outbound|8080|v2|web-green.shop.svc"), service_as_owner("web-green", "shop"));
    EXPECT_EQ(owner_of_cluster(cluster_of_backend("shop", "web", 0, 1)), route_as_owner("web", "shop"));
    EXPECT_EQ(owner_of_cluster("httproute/shop/web/rule/0"), route_as_owner("web", "shop"));
    for (auto const* other :
         {"inbound|80||web-green.shop.svc.cluster.local", "web-green.shop.svc.cluster.local",
          "outbound|80||api.example.com", "outbound|80||web-green", "httproute/shop/web", "xds-grpc", ""})
        EXPECT_EQ(owner_of_cluster(other), "") << other;
}

}  // namespace
}  // namespace metric
