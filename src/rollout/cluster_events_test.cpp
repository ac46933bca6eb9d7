#include "rollout/cluster_events.hpp"

#include <gtest/gtest.h>

namespace rollout {
namespace {

namespace json = base::json;
using model::ClusterEvent;
using model::Color;

ComponentObjects objects_of(std::string const& name) {
    return {.component = name,
            .objects = {{"Service " + name, {}},
                        {"Deployment " + name + "-green", Color::green},
                        {"Pod " + name + "-green-an-odd-name", Color::green},
                        {"HorizontalPodAutoscaler scaler-of-" + name, Color::blue}},
            .deployments = {{Color::blue, name + "-blue"}, {Color::green, name + "-green"}}};
}

json::value event(std::string_view kind, std::string_view name, std::string_view fields = "") {
    return json::parse(fmt::format(
        R"({{"metadata":{{"creationTimestamp":"2026-11-24T12:00:00Z"}},"regarding":{{"kind":"{}","name":"{}"}}{}}})",
        kind, name, fields));
}

ClusterEvent read(std::string_view fields) {
    auto const found = events_of({objects_of("web")}, {event("Service", "web", fields)});
    return found.empty() ? ClusterEvent{} : found[0];
}

std::string minute(WallTime time) { return base::format_time(time).substr(14, 5); }

TEST(ClusterEvents, RegardTheObjectsOfAComponent) {
    struct {
        char const* kind;
        char const* name;
        char const* place;
    } const cases[] = {
        {"Service", "web", "web -"},
        {"Deployment", "web-green", "web green"},
        {"HorizontalPodAutoscaler", "scaler-of-web", "web blue"},
        {"Pod", "web-green-an-odd-name", "web green"},  // it is there, and known by its owner
        {"ReplicaSet", "web-green-6bd9f7c5d", "web green"},
        {"Pod", "web-green-6bd9f7c5d-x2x4z", "web green"},
        {"Pod", "web-blue-75675f5897-lq8zm", "web blue"},
        {"Deployment", "web-green-api-green", "web-green-api green"},
        {"ReplicaSet", "web-green-api-green-6bd9f7c5d", "web-green-api green"},
        {"Pod", "web-green-api-green-6bd9f7c5d-x2x4z", "web-green-api green"},
        {"Deployment", "web", ""},
        {"Pod", "web", ""},
        {"Pod", "web-green", ""},
        {"Pod", "web-green-", ""},
        {"Pod", "web-green-0", ""},  // of a StatefulSet
        {"Pod", "web-green-api-0", ""},
        {"Pod", "web-green-migrate-x2x4z", ""},  // of a Job
        {"Pod", "web-green-6bd9f7c5d", ""},
        {"Pod", "web-green-6bd9f7c5d-x2x4z-0", ""},
        {"Pod", "web-greener-6bd9f7c5d-x2x4z", ""},
        {"ReplicaSet", "web-green-b-6bd9f7c5d", ""},  // of a Deployment web-green-b
        {"ReplicaSet", "web-green-6bd9f7c5d-x2x4z", ""},
        {"Job", "web-green-6bd9f7c5d", ""},
        {"Service", "web-green-6bd9f7c5d", ""},
        {"Node", "web", ""},
        {"", "", ""},
    };
    for (auto const& [kind, name, place] : cases) {
        auto const found = events_of({objects_of("web"), objects_of("web-green-api")}, {event(kind, name)});
        std::string said;
        for (ClusterEvent const& one : found) {
            said += fmt::format("{} {}", one.component, one.color ? base::enum_name(*one.color) : "-");
            EXPECT_EQ(one.object, fmt::format("{} {}", kind, name));
        }
        EXPECT_EQ(said, place) << kind << " " << name;
    }
}

TEST(ClusterEvents, SayWhatHappened) {
    ClusterEvent const said = read(R"(,"type":"Warning","reason":"Unhealthy","note":"it is not ready")");
    EXPECT_EQ(said.type, model::ClusterEventType::warning);
    EXPECT_EQ(said.reason, "Unhealthy");
    EXPECT_EQ(said.text, "it is not ready");
    EXPECT_EQ(read(R"(,"type":"Normal")").type, model::ClusterEventType::normal);
}

TEST(ClusterEvents, SayWhenAndHowOften) {
    struct {
        char const* fields;
        char const* first;
        char const* last;
        int count;
    } const cases[] = {
        {"", "00:00", "00:00", 1},
        {R"(,"eventTime":"2026-11-24T11:58:00.123456Z")", "58:00", "58:00", 1},
        {R"(,"eventTime":"2026-11-24T11:58:00.123456Z","deprecatedCount":0,
             "series":{"count":7,"lastObservedTime":"2026-11-24T12:05:00.000000Z"})",
         "58:00", "05:00", 7},
        {R"(,"eventTime":null,"deprecatedFirstTimestamp":"2026-11-24T11:50:00Z",
             "deprecatedLastTimestamp":"2026-11-24T12:10:00Z","deprecatedCount":12)",
         "50:00", "10:00", 12},
        {R"(,"deprecatedLastTimestamp":"2026-11-24T12:10:00Z")", "00:00", "10:00", 1},
        {R"(,"eventTime":"yesterday","deprecatedCount":"many","series":[])", "00:00", "00:00", 1},
    };
    for (auto const& [fields, first, last, count] : cases) {
        ClusterEvent const said = read(fields);
        EXPECT_EQ(minute(said.first_at), first) << fields;
        EXPECT_EQ(minute(said.last_at), last) << fields;
        EXPECT_EQ(said.count, count) << fields;
    }
}

TEST(ClusterEvents, WithoutATimeAreLeftOut) {
    EXPECT_TRUE(
        events_of({objects_of("web")}, {json::parse(R"({"regarding":{"kind":"Service","name":"web"}})"), {}})
            .empty());
}

TEST(ClusterEvents, StandNewestFirst) {
    auto at = [](std::string_view minutes, std::string_view name) {
        return event("Deployment", name, fmt::format(R"(,"eventTime":"2026-11-24T12:{}:00Z")", minutes));
    };
    auto const found = events_of(
        {objects_of("web"), objects_of("api")},
        {at("01", "web-green"), at("03", "web-green"), at("02", "web-green"), at("03", "api-green")});
    std::vector<std::string> order;
    for (ClusterEvent const& one : found) order.push_back(minute(one.last_at) + " " + one.component);
    EXPECT_EQ(order, (std::vector<std::string>{"03:00 api", "03:00 web", "02:00 web", "01:00 web"}));
}

}  // namespace
}  // namespace rollout
