#include "traffic/route_object.hpp"

#include <gtest/gtest.h>

#include "base/json_patch.hpp"
#include "base/random.hpp"

namespace traffic {
namespace {

namespace json = base::json;

Backends const web{.blue = "web-blue", .green = "web-green", .namespace_ = "shop"};

json::value virtual_service(std::string const& rules) {
    return json::parse(R"({"metadata":{"name":"web","generation":3},"spec":{"hosts":["web"],"http":[)" +
                       rules + "]}}");
}

std::string const split = R"({"name":"main","retries":{"attempts":2},"route":[
    {"destination":{"host":"web-blue","port":{"number":80}},"weight":90},
    {"destination":{"host":"web-green.shop.svc.cluster.local"},"weight":10}]})";

TEST(RouteObject, ReadsTheSharesOfAVirtualService) {
    auto shares = read_shares(RouteKind::virtual_service, virtual_service(split), web);
    ASSERT_TRUE(shares) << shares.error().message;
    EXPECT_EQ(shares->blue_at_most, 90);
    EXPECT_EQ(shares->green_at_most, 10);
    EXPECT_EQ(shares->dispute, "");
}

TEST(RouteObject, SaysWhenRulesDoNotAgree) {
    std::string const other_way = R"({"route":[{"destination":{"host":"web-blue.shop"}},
                                               {"destination":{"host":"web-green"},"weight":100}]})";
    auto shares = read_shares(RouteKind::virtual_service, virtual_service(split + "," + other_way), web);
    ASSERT_TRUE(shares);
    EXPECT_EQ(shares->blue_at_most, 90);
    EXPECT_EQ(shares->green_at_most, 100);
    EXPECT_EQ(shares->dispute,
              "the rules of VirtualService web give web-blue between 0 and 90 %: give them the same weights");
}

TEST(RouteObject, ARuleThatNamesOneGivesItEverything) {
    // With the colors' roles changed and one of them gone, whoever matches this rule would be lost.
    std::string const alone =
        R"({"match":[{"uri":{"prefix":"/admin"}}],"route":[{"destination":{"host":"web-blue"}}]})";
    auto shares = read_shares(RouteKind::virtual_service, virtual_service(alone + "," + split), web);
    ASSERT_TRUE(shares);
    EXPECT_EQ(shares->blue_at_most, 100);
    EXPECT_EQ(shares->green_at_most, 10);
    EXPECT_EQ(shares->dispute,
              "rule 1 of VirtualService web names only one of web-blue and web-green: give it both, with the "
              "weights "
              "of the others");
}

TEST(RouteObject, WhoeverNoRuleGivesAnythingHasNothing) {
    auto shares =
        read_shares(RouteKind::http_route, json::parse(R"({"metadata":{"name":"web"},"spec":{"rules":[
        {"backendRefs":[{"name":"web-blue","weight":0},{"name":"web-green","weight":0}]}]}})"),
                    web);
    ASSERT_TRUE(shares);
    EXPECT_EQ(shares->blue_at_most + shares->green_at_most, 0);
}

TEST(RouteObject, SaysWhatToAddWhenOneBackendIsMissing) {
    auto shares = read_shares(RouteKind::virtual_service,
                              virtual_service(R"({"route":[{"destination":{"host":"web-blue"}}]})"), web);
    ASSERT_FALSE(shares);
    EXPECT_EQ(
        shares.error().message,
        "no rule of VirtualService web names both web-blue and web-green; it names web-blue. Give the rule "
        "both, one of them with weight 0");
}

TEST(RouteObject, TestsBeforeItChanges) {
    auto patch = patch_shares(RouteKind::virtual_service, virtual_service(split), web, 75);
    ASSERT_TRUE(patch);
    EXPECT_EQ(
        json::serialize(*patch),
        R"([{"op":"test","path":"/spec/http/0/route/0/destination/host","value":"web-blue"},)"
        R"({"op":"test","path":"/spec/http/0/route/0/weight","value":90},)"
        R"({"op":"replace","path":"/spec/http/0/route/0/weight","value":75},)"
        R"({"op":"test","path":"/spec/http/0/route/1/destination/host","value":"web-green.shop.svc.cluster.local"},)"
        R"({"op":"test","path":"/spec/http/0/route/1/weight","value":10},)"
        R"({"op":"replace","path":"/spec/http/0/route/1/weight","value":25}])");
    EXPECT_TRUE(patch_shares(RouteKind::virtual_service, virtual_service(split), web, 90)->empty());
}

TEST(RouteObject, LeavesToOthersWhatTheyHave) {
    auto object = virtual_service(R"({"route":[{"destination":{"host":"web-blue"},"weight":80},
        {"destination":{"host":"web-green"},"weight":0},{"destination":{"host":"archive"},"weight":20}]})");
    auto patch = patch_shares(RouteKind::virtual_service, object, web, 50);
    ASSERT_TRUE(patch);
    json::value changed = base::apply_patch(object, *patch).value();
    EXPECT_EQ(changed.at_pointer("/spec/http/0/route/0/weight"), 40);
    EXPECT_EQ(changed.at_pointer("/spec/http/0/route/1/weight"), 40);
    EXPECT_EQ(changed.at_pointer("/spec/http/0/route/2/weight"), 20);
}

TEST(RouteObject, MovesTlsAndTcpRoutesToo) {
    json::value object = json::parse(R"({"metadata":{"name":"web"},"spec":{
        "tls":[{"route":[{"destination":{"host":"web-blue"},"weight":100},{"destination":{"host":"web-green"},"weight":0}]}],
        "tcp":[{"route":[{"destination":{"host":"web-green"}},{"destination":{"host":"web-blue"},"weight":100}]}]}})");
    json::value changed =
        base::apply_patch(object, *patch_shares(RouteKind::virtual_service, object, web, 0)).value();
    auto shares = read_shares(RouteKind::virtual_service, changed, web);
    EXPECT_EQ(shares->blue_at_most, 0);
    EXPECT_EQ(shares->green_at_most, 100);
}

TEST(RouteObject, GivesAnHttpRouteWithoutWeightsPercentages) {
    json::value route = json::parse(R"({"metadata":{"name":"web"},"spec":{"rules":[{"backendRefs":[
        {"name":"web-blue","port":80},{"name":"web-green","port":80}]}]}})");
    EXPECT_EQ(read_shares(RouteKind::http_route, route, web)->blue_at_most, 50);
    json::value changed =
        base::apply_patch(route, *patch_shares(RouteKind::http_route, route, web, 90)).value();
    EXPECT_EQ(changed.at_pointer("/spec/rules/0/backendRefs/0/weight"), 90);
    EXPECT_EQ(changed.at_pointer("/spec/rules/0/backendRefs/1/weight"), 10);
}

TEST(RouteObject, ABackendOfTheSameNameInAnotherNamespaceIsSomebodyElse) {
    json::value route = json::parse(R"({"metadata":{"name":"web"},"spec":{"rules":[{"backendRefs":[
        {"name":"web-blue"},{"name":"web-green","namespace":"other"}]}]}})");
    EXPECT_FALSE(read_shares(RouteKind::http_route, route, web));
}

json::value accepted(int observed, char const* resolved) {
    return json::parse(fmt::format(
        R"({{"metadata":{{"name":"web","generation":4}},"status":{{"parents":[{{"parentRef":{{"name":"igw"}},"conditions":[
            {{"type":"Accepted","status":"True","observedGeneration":{0}}},
            {{"type":"ResolvedRefs","status":"{1}","observedGeneration":{0},"reason":"BackendNotFound","message":"no Service web-green"}}]}}]}}}})",
        observed, resolved));
}

TEST(RouteObject, AnHttpRouteIsTakenWhenItsGatewaysSaySoOfTheNewestGeneration) {
    EXPECT_EQ(not_accepted(RouteKind::http_route, accepted(4, "True")), "");
    EXPECT_EQ(not_accepted(RouteKind::http_route, accepted(3, "True")),
              "HTTPRoute web is not accepted by igw: it has not seen the last change yet");
    EXPECT_EQ(not_accepted(RouteKind::http_route, accepted(4, "False")),
              "HTTPRoute web is not accepted by igw: no Service web-green (BackendNotFound)");
    EXPECT_NE(not_accepted(RouteKind::http_route, json::parse(R"({"metadata":{"name":"web"}})")), "");
}

// -- Whatever stands beside our weights survives, byte for byte.

json::value anything(base::Random& random, int depth) {
    switch (random.below(depth > 2 ? 3 : 5)) {
        case 0:
            return json::string(fmt::format("x{}~/\"", random.below(1000)));
        case 1:
            return static_cast<std::int64_t>(random.below(1'000'000));
        case 2:
            return random.below(2) == 0;
        case 3: {
            json::array list;
            for (auto left = random.below(3); left > 0; --left) list.push_back(anything(random, depth + 1));
            return list;
        }
        default: {
            json::object object;
            for (auto left = random.below(4); left > 0; --left)
                object[fmt::format("k{}", random.below(100))] = anything(random, depth + 1);
            return object;
        }
    }
}

json::value destination(base::Random& random, RouteKind kind, std::string const& service, int weight) {
    json::object made;
    if (kind == RouteKind::virtual_service)
        made["destination"] = json::object{{"host", service}, {"port", anything(random, 2)}};
    else
        made["name"] = service;
    if (random.below(4) > 0) made["weight"] = weight;
    made["headers"] = anything(random, 1);
    return made;
}

json::value rule(base::Random& random, RouteKind kind) {
    int const blue = static_cast<int>(random.below(101));
    json::array destinations{destination(random, kind, "web-blue", blue),
                             destination(random, kind, "web-green", 100 - blue)};
    if (random.below(2) == 0) std::swap(destinations[0], destinations[1]);
    if (random.below(3) == 0) destinations.push_back(destination(random, kind, "archive", 7));
    json::object made{{"match", anything(random, 0)}, {"timeout", "3s"}};
    made[kind == RouteKind::virtual_service ? "route" : "backendRefs"] = destinations;
    made["mirror"] = anything(random, 0);
    return made;
}

/// The object with the weights of our two backends blotted out.
void blot(json::value& value) {
    if (json::array* list = value.if_array())
        for (json::value& each : *list) blot(each);
    json::object* object = value.if_object();
    if (!object) return;
    json::value const* host = nullptr;
    if (json::value const* to = object->if_contains("destination"); to && to->is_object())
        host = to->get_object().if_contains("host");
    if (!host) host = object->if_contains("name");
    if (host && (*host == "web-blue" || *host == "web-green")) object->erase("weight");
    for (auto& member : *object) blot(member.value());
}

TEST(RouteObject, EverythingElseSurvivesByteForByte) {
    base::Random random(17);
    for (int run = 0; run < 400; ++run) {
        RouteKind const kind = random.below(2) == 0 ? RouteKind::virtual_service : RouteKind::http_route;
        json::array rules;
        for (auto left = 1 + random.below(4); left > 0; --left) rules.push_back(rule(random, kind));
        json::object spec{{"hosts", anything(random, 0)}};
        spec[kind == RouteKind::virtual_service ? "http" : "rules"] = rules;
        json::value before = json::object{
            {"metadata", json::object{{"name", "web"}, {"labels", anything(random, 0)}}}, {"spec", spec}};
        int const wanted = static_cast<int>(random.below(101));
        auto patch = patch_shares(kind, before, web, wanted);
        ASSERT_TRUE(patch) << patch.error().message;
        json::value after = base::apply_patch(before, *patch).value();
        EXPECT_TRUE(patch_shares(kind, after, web, wanted)->empty()) << "it is as wanted now";
        blot(before);
        blot(after);
        EXPECT_EQ(json::serialize(after), json::serialize(before));
    }
}

TEST(RouteObject, APatchFailsWhenARuleWasPutInFrontMeanwhile) {
    json::value object = virtual_service(split);
    auto patch = patch_shares(RouteKind::virtual_service, object, web, 75);
    json::value edited = virtual_service(R"({"route":[{"destination":{"host":"maintenance"}}]},)" + split);
    EXPECT_FALSE(base::apply_patch(edited, *patch));
}

}  // namespace
}  // namespace traffic
