#include "rollout/impl/cluster_index.hpp"

#include <gtest/gtest.h>

namespace rollout::impl {
namespace {

namespace json = base::json;
using Kind = k8s::Change::Kind;

json::value pod(char const* name, char const* replica_set, char const* hash, bool ready = true) {
    return json::parse(fmt::format(
        R"({{"metadata":{{"name":"{}","labels":{{"pod-template-hash":"{}"}},
            "ownerReferences":[{{"kind":"ReplicaSet","name":"{}"}}]}},
            "status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"{}"}}]}}}})",
        name, hash, replica_set, ready ? "True" : "False"));
}

json::value slice(char const* name, char const* service, char const* endpoints) {
    return json::parse(fmt::format(
        R"({{"metadata":{{"name":"{}","labels":{{"kubernetes.io/service-name":"{}"}}}},"endpoints":{}}})",
        name, service, endpoints));
}

json::value autoscaler(char const* name, char const* kind, char const* target) {
    return json::parse(fmt::format(
        R"({{"metadata":{{"name":"{}"}},"spec":{{"scaleTargetRef":{{"kind":"{}","name":"{}"}}}}}})", name,
        kind, target));
}

std::vector<std::string> names_of(std::vector<target::Pod> const& pods) {
    std::vector<std::string> names;
    for (target::Pod const& each : pods) names.push_back(each.name);
    return names;
}

TEST(ClusterIndex, GivesEachDeploymentItsPodsAsTheyAreNow) {
    ClusterIndex index;
    auto take = [&](Kind kind, json::value const& object) { index.take_pod({kind, object}); };
    take(Kind::added, pod("web-blue-1-a", "web-blue-1", "1", false));
    take(Kind::added, pod("web-blue-1-b", "web-blue-1", "1"));
    take(Kind::added, pod("web-blue-2-a", "web-blue-2", "2"));
    take(Kind::added, pod("web-blue-x-1-a", "web-blue-x-1", "1"));
    using Names = std::vector<std::string>;
    EXPECT_EQ(names_of(index.pods_of("web-blue")), (Names{"web-blue-1-b", "web-blue-2-a", "web-blue-1-a"}))
        << "those that are ready come first";
    EXPECT_EQ(names_of(index.pods_of("web-blue-x")), Names{"web-blue-x-1-a"});
    take(Kind::modified, pod("web-blue-1-a", "web-blue-1", "1"));
    EXPECT_EQ(names_of(index.pods_of("web-blue")).front(), "web-blue-1-a");
    take(Kind::removed, pod("web-blue-1-b", "web-blue-1", "1"));
    take(Kind::removed, pod("web-blue-x-1-a", "web-blue-x-1", "1"));
    EXPECT_EQ(names_of(index.pods_of("web-blue")), (Names{"web-blue-1-a", "web-blue-2-a"}));
    EXPECT_EQ(names_of(index.pods_of("web-blue-x")), Names{});
}

TEST(ClusterIndex, APodThatWasGivenAwayIsNobodysAnyMore) {
    ClusterIndex index;
    json::value given_away = pod("web-blue-1-a", "web-blue-1", "1");
    index.take_pod({Kind::added, given_away});
    given_away.at("metadata").as_object().erase("ownerReferences");
    index.take_pod({Kind::modified, given_away});
    EXPECT_TRUE(index.pods_of("web-blue").empty());
    EXPECT_EQ(deployment_of_pod(given_away), "");
    EXPECT_EQ(deployment_of_pod(pod("a", "by-hand", "1")), "") << "no Deployment has made this ReplicaSet";
}

TEST(ClusterIndex, AnAutoscalerMayTurnToSomethingElse) {
    ClusterIndex index;
    index.take_autoscaler({Kind::added, autoscaler("first", "Deployment", "web-blue")});
    index.take_autoscaler({Kind::added, autoscaler("other", "StatefulSet", "web-blue")});
    EXPECT_EQ(index.autoscalers_of("web-blue"), std::vector<std::string>{"first"});
    index.take_autoscaler({Kind::modified, autoscaler("first", "Deployment", "web-green")});
    EXPECT_TRUE(index.autoscalers_of("web-blue").empty());
    EXPECT_EQ(index.autoscalers_of("web-green"), std::vector<std::string>{"first"});
}

TEST(ClusterIndex, CountsEndpointsThatAreReadyAndStayInAnySlice) {
    ClusterIndex index;
    index.take_slice({Kind::added, slice("a", "web-blue", R"([
        {"conditions":{"ready":true},"targetRef":{"uid":"1"}},
        {"conditions":{"ready":false},"targetRef":{"uid":"2"}},
        {"conditions":{"ready":true,"terminating":true},"targetRef":{"uid":"3"}}])")});
    index.take_slice(
        {Kind::added, slice("b", "web-blue", R"([{"conditions":{"ready":true},"targetRef":{"uid":"4"}}])")});
    EXPECT_EQ(index.endpoints_of("web-blue"), (std::set<std::string>{"1", "4"}));
    index.take_slice({Kind::modified, slice("b", "web-blue", "[]")});
    EXPECT_EQ(index.endpoints_of("web-blue"), std::set<std::string>{"1"});
    EXPECT_TRUE(index.endpoints_of("web-green").empty());
}

}  // namespace
}  // namespace rollout::impl
