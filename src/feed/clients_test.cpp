// Who is let in, what may be asked, and when somebody must go.
#include "feed/testing.hpp"

namespace feed {
namespace {

using testing::Client;
using testing::World;
using Seqs = std::vector<std::int64_t>;

TEST(FeedClients, LogInFirst) {
    World world;

    std::vector<std::string> const wrong{"", "{}", R"({"token":"ph_wrong"})", R"({"token":7})",
                                         R"({"ticket":"x"})"};
    for (std::string const& auth : wrong) {
        Client client(world);
        RUN(world, {
            std::string answer = co_await client.connect(auth);
            EXPECT_TRUE(answer.starts_with("44")) << answer;
            EXPECT_NE(answer.find(R"("data":{"code":"unauthenticated","message":"log in first)"),
                      std::string::npos)
                << answer;
        });
    }
}

TEST(FeedClients, NeedTheRightToFollow) {
    World world;
    auto demote = [](store::Transaction& transaction) {
        return store::insert_user(transaction, {.name = "bob", .password_hash = "x", .role = "nobody"});
    };
    EXPECT_TRUE(world.in_portal(world.store.write(std::move(demote))));
    auth::Ticket ticket = world.accounts.make_ticket({.user = "bob", .role = "nobody", .session = "00"});
    Client client(world);

    RUN(world, {
        std::string auth = R"({"ticket":")" + ticket.ticket + R"("})";
        std::string answer = co_await client.connect(auth);
        EXPECT_TRUE(answer.starts_with("44")) << answer;
    });
}

TEST(FeedClients, UseATicketOnce) {
    World world;
    auth::Ticket ticket = world.accounts.make_ticket(*world.accounts.authenticate(world.token));
    std::string auth = R"({"ticket":")" + ticket.ticket + R"("})";
    Client once(world), twice(world);

    RUN(world, {
        std::string answer = co_await once.connect(auth);
        EXPECT_TRUE(answer.starts_with("40")) << answer;
        answer = co_await twice.connect(auth);
        EXPECT_TRUE(answer.starts_with("44")) << answer;
    });
}

TEST(FeedClients, UseATicketSoon) {
    World world;
    auth::Ticket ticket = world.accounts.make_ticket(*world.accounts.authenticate(world.token));
    Client client(world);
    world.pass(31s);

    RUN(world, {
        std::string auth = R"({"ticket":")" + ticket.ticket + R"("})";
        std::string answer = co_await client.connect(auth);
        EXPECT_TRUE(answer.starts_with("44")) << answer;
    });
}

TEST(FeedClients, GoWithinASecondWhenTheirSessionEnds) {
    World world;
    auto other = world.in_portal(world.accounts.login("alice", testing::password, "here"));
    Client leaver(world), stayer(world);

    RUN(world, {
        co_await leaver.log_in();
        std::string auth = R"({"token":")" + other->token + R"("})";
        (void)co_await stayer.connect(auth);
        co_await world.user.clock().sleep_for(3s);
    });
    EXPECT_TRUE(world.in_portal(world.accounts.logout(world.token, "here")));
    SteadyTime ended = world.simulation.now();

    RUN(world, {
        std::string told = co_await leaver.receive();
        EXPECT_TRUE(told.starts_with(R"(42["session-ended",{"reason":)")) << told;
        while (!told.starts_with("closed")) told = co_await leaver.receive();
        EXPECT_LT(world.simulation.now() - ended, 1s);
        Seqs heard = co_await stayer.hear_seqs(), nothing;
        EXPECT_EQ(heard, nothing) << "whose session goes on stays";
    });
}

TEST(FeedClients, AreRefusedForWhatIsNoTopicAndAcceptedForTheRest) {
    World world;
    Client client(world);

    RUN(world, {
        co_await client.log_in();
        std::string topics = R"({"topic":"alarms"},{"topic":"alerts"},{"topic":"deployment/none"})";
        auto answer = co_await client.subscribe(topics);
        auto const& refused = answer.at("refused").as_array();
        EXPECT_EQ(answer.at("accepted").as_array().size(), 1U);
        EXPECT_EQ(refused.size(), 2U);
        EXPECT_EQ(refused.at(0).at("topic"), "alarms");
        EXPECT_EQ(refused.at(0).at("code"), "invalid");
        EXPECT_NE(refused.at(0).at("message").as_string().find("alerts"), std::string::npos);
        EXPECT_EQ(refused.at(1).at("code"), "not_found");
        std::int64_t next = co_await world.append("alerts");
        Seqs heard = co_await client.hear_seqs(), expected{next};
        EXPECT_EQ(heard, expected);
    });
}

TEST(FeedClients, AreToldWhatIsWrongAndNothingChanges) {
    World world;
    Client client(world);
    std::string many = R"({"topics":[{"topic":"alerts"})";
    for (int i = 0; i < 100; ++i) many += R"(,{"topic":"alerts"})";
    many += "]}";
    std::vector<std::string> const wrong{"",
                                         "7",
                                         R"(["alerts"])",
                                         R"({"topics":["alerts"]},{})",
                                         "{}",
                                         R"({"topics":[]})",
                                         R"({"topics":{"alerts":true}})",
                                         R"({"topics":["alerts"]})",
                                         R"({"topics":[{"after":3}]})",
                                         R"({"topics":[{"topic":"alerts","after":-1}]})",
                                         R"({"topics":[{"topic":"alerts","after":"1"}]})",
                                         R"({"topics":[{"topic":"alerts","before":1}]})",
                                         many};

    RUN(world, {
        co_await client.log_in();
        std::string topics = R"({"topic":"alerts"})";
        (void)co_await client.subscribe(topics);
        for (std::string const& argument : wrong) {
            std::string event = "subscribe";
            auto answer = co_await client.ask(event, argument);
            EXPECT_TRUE(answer.at("accepted").as_array().empty()) << argument;
            EXPECT_EQ(answer.at("refused").at(0).at("code"), "invalid") << argument;
            EXPECT_FALSE(answer.at("refused").at(0).at("message").as_string().empty()) << argument;
        }
        std::string event = "unsubscribe", argument = R"({"topics":[]})";
        auto answer = co_await client.ask(event, argument);
        EXPECT_EQ(answer.at("refused").at(0).at("code"), "invalid");

        std::int64_t next = co_await world.append("alerts");
        Seqs heard = co_await client.hear_seqs(), expected{next};
        EXPECT_EQ(heard, expected);
    });
}

TEST(FeedClients, LeaveWhatTheyNoLongerFollow) {
    World world;
    Client client(world);

    RUN(world, {
        co_await client.log_in();
        std::string topics = R"({"topic":"alerts"},{"topic":"costs"})";
        (void)co_await client.subscribe(topics);
        std::string event = "unsubscribe", argument = R"({"topics":["alerts","admin"]})";
        auto answer = co_await client.ask(event, argument);
        EXPECT_EQ(base::to_text(answer), R"({"left":["alerts"]})");
        co_await world.append("alerts");
        std::int64_t next = co_await world.append("costs");
        Seqs heard = co_await client.hear_seqs(), expected{next};
        EXPECT_EQ(heard, expected);
    });
}

TEST(FeedClients, LeaveATopicWhoseSubscriptionIsUnderWay) {
    World world;
    Client client(world);
    std::string id = world.deploy();

    RUN(world, {
        co_await client.log_in();
        world.store.read_time = 100ms;
        std::string subscribe = "subscribe", wishes = R"({"topics":[{"topic":"log/)" + id + R"("}]})";
        std::string unsubscribe = "unsubscribe", topics = R"({"topics":["log/)" + id + R"("]})";
        int begun = co_await client.send(subscribe, wishes);
        int left = co_await client.send(unsubscribe, topics);
        auto answer = co_await client.answer(begun);
        EXPECT_EQ(answer.at("accepted").as_array().size(), 1U);
        answer = co_await client.answer(left);
        EXPECT_EQ(answer.at("left").as_array().size(), 1U);
        world.store.read_time = {};
        co_await world.append("log/" + id, 1, "log-line");
        Seqs heard = co_await client.hear_seqs(), nothing;
        EXPECT_EQ(heard, nothing);
    });
}

TEST(FeedClients, BeginATopicAnew) {
    World world;
    Client client(world);
    std::int64_t had = world.add("alerts");
    world.add("alerts", 2);

    RUN(world, {
        co_await client.log_in();
        std::string topics = R"({"topic":"alerts"})";
        (void)co_await client.subscribe(topics);
        topics = fmt::format(R"({{"topic":"alerts","after":{}}})", had);
        (void)co_await client.subscribe(topics);
        std::int64_t next = co_await world.append("alerts");
        Seqs heard = co_await client.hear_seqs(), expected{had + 1, had + 2, next};
        EXPECT_EQ(heard, expected) << "each once";
    });
}

}  // namespace
}  // namespace feed
