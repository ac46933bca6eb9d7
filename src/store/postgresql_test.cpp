// The contract on a real PostgreSQL server, and what concerns several portals on it.
#include <gtest/gtest.h>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <future>

#include "store/postgresql_cluster.hpp"
#include "store/store_contract.hpp"

namespace store {
namespace {

class ServerBackend : public Backend {
public:
    Result<std::unique_ptr<Store>> open(Executor writer, Executor readers) override {
        return open_postgresql({.connection = connection_}, writer, readers);
    }
    void spoil_transaction(Transaction& transaction) override {
        transaction.execute("DO 'BEGIN RAISE EXCEPTION SQLSTATE ''40001''; END'", {});
    }

private:
    std::string connection_ = PostgresqlCluster::instance().new_schema();
};

INSTANTIATE_TEST_SUITE_P(Postgresql, StoreContract,
                         testing::Values(BackendMaker{"server",
                                                      [] { return std::make_unique<ServerBackend>(); }}));

/// One portal's store with its threads.
class Portal {
public:
    explicit Portal(std::string const& connection)
        : store_(expect_value(open_postgresql({.connection = connection}, writer_.get_executor(),
                                              readers_.get_executor()))) {}
    ~Portal() {
        store_.reset();
        writer_.join();
        readers_.join();
        callers_.join();
    }
    template <class Work, class R = std::invoke_result_t<Work&, Transaction&>>
    std::future<R> write(Work work) {
        return asio::co_spawn(callers_, store_->write(std::function<R(Transaction&)>(std::move(work))),
                              asio::use_future);
    }
    template <class Work, class R = std::invoke_result_t<Work&, Transaction&>>
    R read(Work work) {
        return asio::co_spawn(callers_, store_->read(std::function<R(Transaction&)>(std::move(work))),
                              asio::use_future)
            .get();
    }
    std::int64_t number(std::string const& sql) {
        auto work = [&](Transaction& transaction) -> Result<std::int64_t> {
            return *impl::select_one<std::int64_t>(transaction, sql);
        };
        return expect_value(read(work));
    }
    Store& store() { return *store_; }

private:
    asio::thread_pool writer_{1};
    asio::thread_pool readers_{2};
    asio::thread_pool callers_{1};
    std::unique_ptr<Store> store_;
};

auto append_to(std::string topic) {
    return [topic](Transaction& transaction) { return append_event(transaction, {.topic = topic}); };
}

std::vector<std::int64_t> sequence(Portal& portal, std::int64_t after) {
    auto work = [&](Transaction& transaction) { return read_events(transaction, after, 10'000); };
    std::vector<std::int64_t> numbers;
    for (auto const& event : expect_value(portal.read(work))) numbers.push_back(event.seq);
    return numbers;
}

TEST(Postgresql, ALaterEventIsNeverSeenBeforeAnEarlierOne) {
    std::string connection = PostgresqlCluster::instance().new_schema();
    Portal first(connection);
    Portal second(connection);
    std::promise<void> has_number;
    std::promise<void> may_commit;
    auto slow = [&](Transaction& transaction) -> Result<std::int64_t> {
        TRY(std::int64_t seq, append_event(transaction, {.topic = "slow"}));
        has_number.set_value();
        may_commit.get_future().wait();
        return seq;
    };
    auto slow_done = first.write(slow);
    has_number.get_future().wait();
    auto quick_done = second.write(append_to("quick"));
    // The second would commit first, with the later number; it waits until the first has ended.
    while (second.number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 0) {
    }
    EXPECT_TRUE(sequence(second, 0).empty());
    may_commit.set_value();
    std::int64_t slow_seq = expect_value(slow_done.get());
    std::int64_t quick_seq = expect_value(quick_done.get());
    EXPECT_LT(slow_seq, quick_seq);
    EXPECT_EQ(sequence(first, 0), (std::vector{slow_seq, quick_seq}));
}

TEST(Postgresql, AFollowerMissesNoEventOfTwoBusyPortals) {
    std::string connection = PostgresqlCluster::instance().new_schema();
    Portal first(connection);
    Portal second(connection);
    Portal follower(connection);
    std::vector<std::future<Result<std::int64_t>>> done;
    for (int i = 0; i < 300; ++i) {
        done.push_back(first.write(append_to("a")));
        done.push_back(second.write(append_to(i % 2 ? "a" : "b")));
    }
    std::vector<std::int64_t> seen;
    while (seen.size() < 600) {
        auto more = sequence(follower, seen.empty() ? 0 : seen.back());
        seen.insert(seen.end(), more.begin(), more.end());
    }
    for (auto& one : done) EXPECT_TRUE(one.get());
    EXPECT_EQ(seen, sequence(follower, 0));
    EXPECT_EQ(
        follower.number(
            "SELECT count(*) FROM event AS e WHERE prev_seq <> (SELECT coalesce(max(seq), 0) FROM event "
            "WHERE topic = e.topic AND seq < e.seq)"),
        0);
}

TEST(Postgresql, OneOfTwoPortalsGetsTheLease) {
    std::string connection = PostgresqlCluster::instance().new_schema();
    Portal first(connection);
    Portal second(connection);
    auto claim = [](std::string owner) {
        // The caller's clock is a year ahead: the database's decides.
        return [owner](Transaction& transaction) {
            return claim_lease(transaction, "demo/web", owner, at(400 * 86'400), 1h);
        };
    };
    auto a = first.write(claim("a"));
    auto b = second.write(claim("b"));
    EXPECT_NE(a.get().has_value(), b.get().has_value());
}

TEST(Postgresql, FindsAServerAgainThatWasAway) {
    std::string connection = PostgresqlCluster::instance().new_schema();
    Portal portal(connection);
    std::int64_t before = expect_value(portal.write(append_to("a")).get());
    PostgresqlCluster::instance().crash_and_restart();
    std::int64_t after = expect_value(portal.write(append_to("a")).get());
    EXPECT_EQ(sequence(portal, 0), (std::vector{before, after}));
    EXPECT_EQ(portal.store().degraded(), "");
}

TEST(Postgresql, FinishesAWorkWhoseConnectionWasCut) {
    std::string connection = PostgresqlCluster::instance().new_schema();
    Portal portal(connection);
    int runs = 0;
    auto cut_once = [&](Transaction& transaction) -> Result<std::int64_t> {
        TRY(std::int64_t seq, append_event(transaction, {.topic = "a"}));
        auto pid = impl::select_one<std::int64_t>(transaction, "SELECT CAST(pg_backend_pid() AS BIGINT)");
        if (++runs == 1)
            PostgresqlCluster::instance().run(fmt::format("SELECT pg_terminate_backend({})", *pid));
        return seq;
    };
    EXPECT_TRUE(portal.write(cut_once).get());
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(sequence(portal, 0).size(), 1U);
}

TEST(Postgresql, RunsAWorkAtMostFiveTimes) {
    std::string connection = PostgresqlCluster::instance().new_schema();
    Portal portal(connection);
    int runs = 0;
    auto never = [&](Transaction& transaction) -> Result<void> {
        ++runs;
        transaction.execute("DO 'BEGIN RAISE EXCEPTION SQLSTATE ''40P01''; END'", {});
        return {};
    };
    auto failed = portal.write(never).get();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, base::Errc::unavailable);
    EXPECT_EQ(runs, 1 + 5);  // once with its batch, then alone
    EXPECT_NE(portal.store().degraded(), "");
    EXPECT_TRUE(portal.write(append_to("a")).get());
    EXPECT_EQ(portal.store().degraded(), "");
}

TEST(Postgresql, RefusesADatabaseOfANewerProgram) {
    std::string connection = PostgresqlCluster::instance().new_schema();
    {
        Portal portal(connection);
        auto work = [](Transaction& transaction) -> Result<void> {
            transaction.execute("INSERT INTO schema_version VALUES (4711)", {});
            return {};
        };
        expect_value(portal.write(work).get());
    }
    asio::io_context context;
    auto refused =
        open_postgresql({.connection = connection}, context.get_executor(), context.get_executor());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Errc::conflict);
    EXPECT_NE(refused.error().message.find(fmt::format(
                  "has schema version 4711, this program understands up to {}", schema_version())),
              std::string::npos);
}

TEST(Postgresql, SaysThatItCannotConnect) {
    asio::io_context context;
    auto refused = open_postgresql({.connection = "host=/nowhere dbname=x"}, context.get_executor(),
                                   context.get_executor());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Errc::unavailable);
    EXPECT_NE(refused.error().message.find("/nowhere"), std::string::npos) << refused.error().message;
}

TEST(Postgresql, TwoPortalsMayStartAtOnce) {
    std::string connection = PostgresqlCluster::instance().new_schema();
    auto start = [&] { return Portal(connection).store().describe(); };
    auto other = std::async(std::launch::async, start);
    EXPECT_EQ(start(), other.get());
}

}  // namespace
}  // namespace store
