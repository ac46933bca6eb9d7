// What followers get: snapshots, changes, what they missed.
#include "feed/feed.hpp"

#include "feed/testing.hpp"

namespace feed {
namespace {

using testing::Client;
using testing::Heard;
using testing::World;
using Seqs = std::vector<std::int64_t>;

std::int64_t number(base::json::value const& value) { return value.to_number<std::int64_t>(); }
std::string wish(std::string const& topic, std::int64_t after) {
    return fmt::format(R"({{"topic":"{}","after":{}}})", topic, after);
}
std::string wish(std::string const& topic) { return fmt::format(R"({{"topic":"{}"}})", topic); }
base::json::value first(base::json::value const& answer) { return answer.at("accepted").as_array().at(0); }

TEST(Feed, GivesASnapshotAndThenTheChanges) {
    World world;
    Client client(world);
    std::string id = world.deploy();
    std::int64_t begun = 0;

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("deployment/" + id);
        auto accepted = first(co_await client.subscribe(topics));
        begun = number(accepted.at("seq"));
        EXPECT_FALSE(accepted.at("reset").as_bool());
        EXPECT_EQ(accepted.at("snapshot").at("version"), "1.0.0");
        EXPECT_EQ(accepted.at("snapshot").at("phase"), "queued");
        EXPECT_EQ(number(accepted.at("snapshot").at("seq")), begun);
    });
    world.act(id, rollout::Action::abort);

    RUN(world, {
        std::vector<Heard> heard = co_await client.hear();
        EXPECT_EQ(heard.size(), 1U);
        if (heard.empty()) co_return;
        EXPECT_EQ(heard[0].name, "deployment-updated");
        EXPECT_GT(heard[0].seq(), begun);
        EXPECT_EQ(number(heard[0].envelope.at("prev_seq")), begun);
        EXPECT_EQ(heard[0].envelope.at("kind"), "patch");
        EXPECT_EQ(heard[0].envelope.at("actor"), "alice");
        EXPECT_EQ(heard[0].envelope.at("payload").at("phase"), "cancelled");
        EXPECT_FALSE(heard[0].envelope.at("payload").at("components").at(0).as_object().contains("plan"));
    });
}

TEST(Feed, ShowsADeploymentThatHasEnded) {
    World world;
    Client client(world);
    std::string id = world.deploy();
    world.act(id, rollout::Action::abort);

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("deployment/" + id);
        auto accepted = first(co_await client.subscribe(topics));
        EXPECT_EQ(accepted.at("snapshot").at("phase"), "cancelled");
        EXPECT_EQ(accepted.at("snapshot").at("seq"), accepted.at("seq"));
    });
}

TEST(Feed, GivesTheLogAndThenItsLines) {
    World world;
    Client client(world);
    std::string id = world.deploy();

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("log/" + id);
        auto accepted = first(co_await client.subscribe(topics));
        EXPECT_EQ(accepted.at("snapshot").at("items").as_array().size(), 1U);
        EXPECT_FALSE(accepted.at("snapshot").at("truncated").as_bool());
        EXPECT_EQ(accepted.at("snapshot").at("items").at(0).at("seq"), accepted.at("seq"));
    });
    world.act(id, rollout::Action::abort);

    RUN(world, {
        std::vector<Heard> heard = co_await client.hear();
        EXPECT_EQ(heard.size(), 1U);
        if (heard.empty()) co_return;
        EXPECT_EQ(heard[0].name, "log-line");
        EXPECT_NE(heard[0].envelope.at("payload").at("text").as_string().find("alice"), std::string::npos);
    });
}

TEST(Feed, ShowsTheNewest500LinesOfALongLog) {
    World world;
    Client client(world);
    std::string id = world.deploy();
    std::int64_t last = world.add("log/" + id, 600, "log-line");

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("log/" + id);
        auto accepted = first(co_await client.subscribe(topics));
        auto const& items = accepted.at("snapshot").at("items").as_array();
        EXPECT_EQ(items.size(), 500U);
        EXPECT_TRUE(accepted.at("snapshot").at("truncated").as_bool());
        EXPECT_EQ(number(items.front().at("seq")), last - 499);
        EXPECT_EQ(number(accepted.at("seq")), last);
    });
}

TEST(Feed, ShowsWhatTheEngineHasInMemory) {
    World world;
    Client client(world);

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("environment/demo") + "," + wish("provider/on-premises") + "," +
                             wish("monitoring/demo") + "," + wish("alerts") + "," +
                             wish("environment/nowhere") + "," + wish("provider/nobody") + "," +
                             wish("log/unknown");
        auto answer = co_await client.subscribe(topics);
        auto const& accepted = answer.at("accepted").as_array();
        auto const& refused = answer.at("refused").as_array();
        EXPECT_EQ(accepted.size(), 4U);
        EXPECT_EQ(refused.size(), 3U);
        if (accepted.size() != 4 || refused.size() != 3) co_return;
        EXPECT_EQ(accepted[0].at("snapshot").at("name"), "demo");
        EXPECT_GT(number(accepted[0].at("seq")), 0);
        EXPECT_EQ(accepted[1].at("snapshot").at("provider"), "on-premises");
        EXPECT_EQ(accepted[2].at("snapshot").at("environment"), "demo");
        EXPECT_EQ(number(accepted[2].at("seq")), 0);
        EXPECT_TRUE(accepted[3].at("snapshot").is_null());
        EXPECT_EQ(refused[0].at("code"), "not_found");
        EXPECT_EQ(refused[1].at("code"), "invalid");
        EXPECT_EQ(refused[2].at("code"), "not_found");
    });
}

// -- Cursors.

TEST(Feed, GivesWhatWasMissedOutOfMemory) {
    World world;
    Client client(world);
    std::int64_t had = world.add("alerts");
    world.add("costs");
    std::int64_t last = world.add("alerts", 2);
    world.pass(100ms);
    world.store.reads = 0;

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("alerts", had);
        auto accepted = first(co_await client.subscribe(topics));
        EXPECT_EQ(number(accepted.at("seq")), had);
        EXPECT_FALSE(accepted.at("reset").as_bool());
        EXPECT_TRUE(accepted.at("snapshot").is_null());
        Seqs heard = co_await client.hear_seqs(), expected{last - 1, last};
        EXPECT_EQ(heard, expected);
        EXPECT_EQ(world.store.reads, 0);
    });
}

TEST(Feed, GivesWhatWasMissedOutOfTheStore) {
    World world({.tail_events = 2});
    Client client(world);
    std::int64_t had = world.add("alerts");
    std::int64_t last = world.add("alerts", 5);

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("alerts", had);
        auto accepted = first(co_await client.subscribe(topics));
        EXPECT_FALSE(accepted.at("reset").as_bool());
        Seqs heard = co_await client.hear_seqs(), expected{last - 4, last - 3, last - 2, last - 1, last};
        EXPECT_EQ(heard, expected);
        std::int64_t next = co_await world.append("alerts");
        heard = co_await client.hear_seqs();
        expected = {next};
        EXPECT_EQ(heard, expected);
    });
}

TEST(Feed, BeginsWithTheStoredEventsAfterARestart) {
    World world;
    Client client(world);
    std::int64_t last = world.add("alerts", 3);
    world.feed.reset();
    world.pass(100ms);
    world.serve();
    world.feed.emplace(Surroundings{world.portal.executor(), world.portal.clock(), world.store, world.engine,
                                    world.accounts, *world.server},
                       FeedSettings{.tail_events = 2});
    EXPECT_TRUE(world.in_portal(world.feed->start()));

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("alerts", last - 3);
        (void)co_await client.subscribe(topics);
        Seqs heard = co_await client.hear_seqs(), expected{last - 2, last - 1, last};
        EXPECT_EQ(heard, expected);
    });
}

TEST(Feed, BeginsAnewForWhoMissedTooMuch) {
    World world({.tail_events = 2, .most_missed = 3});
    Client client(world);
    std::string id = world.deploy();
    std::int64_t begun = world.newest();
    std::int64_t last = world.add("log/" + id, 4, "log-line");

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("log/" + id, begun);
        auto accepted = first(co_await client.subscribe(topics));
        EXPECT_TRUE(accepted.at("reset").as_bool());
        EXPECT_EQ(accepted.at("snapshot").at("items").as_array().size(), 5U);
        EXPECT_EQ(number(accepted.at("seq")), last);
        Seqs heard = co_await client.hear_seqs(), nothing;
        EXPECT_EQ(heard, nothing);
        topics = wish("log/" + id, begun + 1);
        accepted = first(co_await client.subscribe(topics));
        EXPECT_FALSE(accepted.at("reset").as_bool()) << "three are not too many";
        heard = co_await client.hear_seqs();
        EXPECT_EQ(heard.size(), 3U);
    });
}

TEST(Feed, GivesAllThatCameAfterASnapshotHoweverMuch) {
    World world({.tail_events = 2, .most_missed = 3});
    Client client(world);
    std::string id = world.deploy();
    world.add("deployment/" + id, 10);

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("deployment/" + id);
        auto accepted = first(co_await client.subscribe(topics));
        EXPECT_FALSE(accepted.at("reset").as_bool());
        Seqs heard = co_await client.hear_seqs();
        EXPECT_EQ(heard.size(), 10U);
    });
}

TEST(Feed, TellsWhoFollowsAllThatItMissedTooMuch) {
    World world({.tail_events = 2, .most_missed = 3});
    Client client(world);
    std::int64_t last = world.add("alerts", 10);

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("admin", last - 8);
        auto accepted = first(co_await client.subscribe(topics));
        EXPECT_TRUE(accepted.at("reset").as_bool());
        EXPECT_TRUE(accepted.at("snapshot").is_null());
        EXPECT_EQ(number(accepted.at("seq")), last);
        std::int64_t next = co_await world.append("alerts");
        Seqs heard = co_await client.hear_seqs(), expected{next};
        EXPECT_EQ(heard, expected);
    });
}

TEST(Feed, BeginsAnewForACursorOfAnotherStore) {
    World world;
    Client client(world);
    std::string id = world.deploy();
    std::int64_t newest = world.newest();

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("deployment/" + id, newest + 100) + "," + wish("admin", newest + 1);
        auto answer = co_await client.subscribe(topics);
        for (base::json::value const& accepted : answer.at("accepted").as_array()) {
            EXPECT_TRUE(accepted.at("reset").as_bool());
            EXPECT_LE(number(accepted.at("seq")), newest);
        }
        EXPECT_EQ(first(answer).at("snapshot").at("id"), base::json::string(id));
    });
}

TEST(Feed, TakesACursorThatIsAheadOfItsOwnReading) {
    World world({.poll_interval = 1h}, false);
    Client client(world);
    world.pass(1s);
    std::int64_t newest = world.add("alerts", 3);  // another portal has told them

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("admin", newest);
        auto accepted = first(co_await client.subscribe(topics));
        EXPECT_FALSE(accepted.at("reset").as_bool());
        EXPECT_EQ(number(accepted.at("seq")), newest);
    });
}

TEST(Feed, FindsWhatOthersWriteByLooking) {
    World world({.poll_interval = 500ms}, false);
    Client client(world);

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("alerts");
        (void)co_await client.subscribe(topics);
        std::int64_t next = co_await world.append("alerts");
        co_await world.user.clock().sleep_for(600ms);
        Seqs heard = co_await client.hear_seqs(), expected{next};
        EXPECT_EQ(heard, expected);
    });
}

TEST(Feed, ShowsWhatIsStoredWhenAnotherPortalDrives) {
    World world({.poll_interval = 500ms}, false);
    Client client(world);
    std::string id = world.deploy();
    auto change = [id](store::Transaction& transaction) -> base::Result<std::int64_t> {
        TRY(model::Deployment deployment, store::find_deployment(transaction, {id}));
        TRY(deployment.seq, store::append_event(transaction, {.topic = "deployment/" + id,
                                                              .name = "deployment-updated",
                                                              .kind = model::EventKind::patch}));
        deployment.reason = "told elsewhere";
        TRY_VOID(store::update_deployment(transaction, deployment));
        return deployment.seq;
    };
    auto seq = world.in_portal(world.store.write(std::move(change)));

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("deployment/" + id);
        auto accepted = first(co_await client.subscribe(topics));
        EXPECT_EQ(accepted.at("snapshot").at("reason"), "told elsewhere");
        EXPECT_EQ(number(accepted.at("seq")), *seq);
    });
}

// -- Several topics, and much at once.

TEST(Feed, GivesAdminAllButLogLines) {
    World world;
    Client client(world);
    std::int64_t had = world.newest();
    world.add("alerts");
    world.add("log/x", 2, "log-line");
    world.add("costs");

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("admin", had);
        (void)co_await client.subscribe(topics);
        co_await world.append("log/x", 1, "log-line");
        std::int64_t last = co_await world.append("environment/demo");
        Seqs heard = co_await client.hear_seqs(), expected{had + 1, had + 4, last};
        EXPECT_EQ(heard, expected);
    });
}

TEST(Feed, GivesTheEventsOfSeveralTopicsInOneOrderAndOnce) {
    for (std::size_t tail_events : {1000U, 1U}) {
        World world({.tail_events = tail_events});
        Client client(world);
        std::int64_t had = world.newest();
        for (char const* topic : {"alerts", "costs", "alerts", "costs"}) world.add(topic);

        RUN(world, {
            co_await client.log_in();
            std::string topics =
                wish("costs", had) + "," + wish("admin", had) + "," + wish("alerts", had + 1);
            (void)co_await client.subscribe(topics);
            std::int64_t next = co_await world.append("alerts");
            Seqs heard = co_await client.hear_seqs(), expected{had + 1, had + 2, had + 3, had + 4, next};
            EXPECT_EQ(heard, expected);
        });
    }
}

TEST(Feed, LosesNothingWhileTheTailMovesOn) {
    World world({.tail_events = 15});
    Client client(world);
    std::string id = world.deploy();
    world.pass(1s);
    std::int64_t had = world.newest();
    std::vector<std::string> const topics{"alerts", "costs", "deployment/" + id, "environment/demo",
                                          "provider/aws"};
    world.add("costs", 40);  // already more than it has in memory
    bool ended = false;
    auto go_on = [&]() -> awaitable<void> {
        for (int i = 0; i < 300; ++i) {
            co_await world.append(topics[static_cast<std::size_t>(i) % topics.size()]);
            co_await world.portal.clock().sleep_for(10ms);
        }
        ended = true;
    };
    asio::co_spawn(world.portal.executor(), go_on(), must_not_throw);

    RUN(world, {
        co_await client.log_in();
        world.store.read_time = 100ms;  // the tail moves on by more while all five are read
        std::string wishes;
        for (std::size_t i = 0; i < topics.size(); ++i) wishes += (i == 0 ? "" : ",") + wish(topics[i], had);
        (void)co_await client.subscribe(wishes);
        world.store.read_time = {};
        while (!ended) co_await world.user.clock().sleep_for(100ms);
        Seqs heard = co_await client.hear_seqs();
        EXPECT_EQ(heard.size(), 340U);
        for (std::size_t i = 0; i < heard.size(); ++i)
            EXPECT_EQ(heard[i], had + 1 + static_cast<std::int64_t>(i));
    });
}

TEST(Feed, LosesNothingWhileTheStoreCannotBeRead) {
    World world;
    Client client(world);

    RUN(world, {
        co_await client.log_in();
        std::string topics = wish("alerts");
        std::int64_t begun = number(first(co_await client.subscribe(topics)).at("seq"));
        world.store.can_read = false;
        for (int i = 0; i < 3; ++i) {
            co_await world.append("alerts");
            co_await world.user.clock().sleep_for(700ms);
        }
        Seqs heard = co_await client.hear_seqs(), expected;
        EXPECT_EQ(heard, expected);

        world.store.can_read = true;
        co_await world.user.clock().sleep_for(1s);
        heard = co_await client.hear_seqs();
        expected = {begun + 1, begun + 2, begun + 3};
        EXPECT_EQ(heard, expected);
    });
}

TEST(Feed, RefusesATopicThatCannotBeRead) {
    World world;
    Client client(world);
    std::string id = world.deploy();

    RUN(world, {
        co_await client.log_in();
        world.store.can_read = false;
        std::string topics = wish("log/" + id) + "," + wish("alerts");
        auto answer = co_await client.subscribe(topics);
        EXPECT_EQ(answer.at("refused").at(0).at("code"), "unavailable");
        EXPECT_EQ(first(answer).at("topic"), "alerts");
    });
}

TEST(Feed, EndsQuietly) {
    for (Duration interval : {Duration(0), Duration(500ms)}) {
        World world({.poll_interval = interval});
        Client client(world);
        world.pass(1s);

        world.feed->stop();
        world.add("alerts");
        world.pass(2s);

        RUN(world, {
            std::string auth = R"({"token":")" + world.token + R"("})";
            std::string answer = co_await client.connect(auth);
            EXPECT_TRUE(answer.starts_with("44")) << answer;
        });
    }
}

}  // namespace
}  // namespace feed
