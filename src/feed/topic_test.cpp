#include "feed/topic.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace feed {
namespace {

std::string refusal_of(std::string const& text) {
    auto topic = parse_topic(text);
    return topic ? "it is one" : topic.error().message;
}

TEST(Topic, IsAWordAndWhatItIsAbout) {
    struct Case {
        std::string text;
        TopicKind kind;
        std::string name;
    };
    for (Case const& each :
         {Case{"deployment/01kdv", TopicKind::deployment, "01kdv"},
          Case{"log/01kdv", TopicKind::log, "01kdv"},
          Case{"environment/demo", TopicKind::environment, "demo"},
          Case{"provider/on-premises", TopicKind::provider, "on-premises"},
          Case{"monitoring/demo", TopicKind::monitoring, "demo"}, Case{"alerts", TopicKind::alerts, ""},
          Case{"costs", TopicKind::costs, ""}, Case{"admin", TopicKind::admin, ""},
          Case{"environment/a/b", TopicKind::environment, "a/b"},
          Case{"log/" + std::string(64, 'x'), TopicKind::log, std::string(64, 'x')}}) {
        auto topic = parse_topic(each.text);
        ASSERT_TRUE(topic) << each.text << ": " << topic.error().message;
        EXPECT_EQ(topic->kind, each.kind) << each.text;
        EXPECT_EQ(topic->name, each.name) << each.text;
    }
}

TEST(Topic, RefusesWithASentence) {
    EXPECT_EQ(refusal_of("deploiment/1"), R"(unknown topic "deploiment" (did you mean "deployment"?))");
    EXPECT_EQ(refusal_of("admin/everything"), "topic admin has no name after it");
    EXPECT_EQ(refusal_of("alerts/"), "topic alerts has no name after it");
    EXPECT_EQ(refusal_of("deployment"), "topic: deployment/<id> is expected");
    EXPECT_EQ(refusal_of("log/"), "topic: log/<id> is expected");
    EXPECT_EQ(refusal_of("environment/two words"), "topic: environment/<name> is expected");
    EXPECT_EQ(refusal_of("provider/\x7f"), "topic: provider/<name> is expected");
    EXPECT_EQ(refusal_of("monitoring/" + std::string(65, 'x')), "topic: monitoring/<name> is expected");
    EXPECT_NE(refusal_of(""), "it is one");
    EXPECT_NE(refusal_of("/demo"), "it is one");
}

TEST(Topic, AsksForThePermissionToReadWhatItTells) {
    using auth::Permission;
    EXPECT_EQ(permission_for(TopicKind::deployment), Permission::deployment_read);
    EXPECT_EQ(permission_for(TopicKind::log), Permission::deployment_read);
    for (TopicKind kind : {TopicKind::environment, TopicKind::provider, TopicKind::monitoring,
                           TopicKind::alerts, TopicKind::costs})
        EXPECT_EQ(permission_for(kind), Permission::environment_read) << base::enum_name(kind);
    EXPECT_EQ(permission_for(TopicKind::admin), Permission::event_read);
}

}  // namespace
}  // namespace feed
