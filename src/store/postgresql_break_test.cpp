// A connection that breaks in the middle of COMMIT: the work is stored once, whichever side of the break it
// was on.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <future>
#include <thread>

#include "store/postgresql_cluster.hpp"
#include "store/store_contract.hpp"

namespace store {
namespace {

using local = asio::local::stream_protocol;

enum class Break { before_commit, after_commit };

/// Stands between the store and the server, and cuts the connection once at a COMMIT: before the server sees
/// it, or when its answer has come.
class CuttingProxy {
public:
    CuttingProxy(std::string const& server_folder, std::string const& folder, Break where)
        : server_(server_folder + "/.s.PGSQL.5432"),
          where_(where),
          acceptor_(context_, local::endpoint(folder + "/.s.PGSQL.5432")) {
        auto ignore = [](std::exception_ptr) {};
        asio::co_spawn(context_, accept(), ignore);
        thread_ = std::thread([this] { context_.run(); });
    }
    ~CuttingProxy() {
        context_.stop();
        thread_.join();
    }
    void arm() { armed_ = true; }
    int cuts() const { return cuts_; }

private:
    struct Link {
        explicit Link(local::socket accepted) : client(std::move(accepted)), server(client.get_executor()) {}
        void cut() {
            error_code ignored;
            client.close(ignored);
            server.close(ignored);
        }
        local::socket client, server;
        bool commit_was_sent = false;
    };

    awaitable<void> accept() {
        for (;;) {
            auto link = std::make_shared<Link>(co_await acceptor_.async_accept(use_awaitable));
            co_await link->server.async_connect(local::endpoint(server_), use_awaitable);
            auto ended = [link](std::exception_ptr) { link->cut(); };
            asio::co_spawn(context_, to_server(link), ended);
            asio::co_spawn(context_, to_client(link), ended);
        }
    }
    awaitable<void> to_server(std::shared_ptr<Link> link) {
        std::array<char, 65536> bytes;
        for (;;) {
            std::size_t count = co_await link->client.async_read_some(asio::buffer(bytes), use_awaitable);
            // A simple query is 'Q', its length, its text.
            bool commits = std::string_view(bytes.data(), count).find(std::string_view("COMMIT\0", 7)) !=
                           std::string_view::npos;
            if (commits && armed_) {
                armed_ = false;
                ++cuts_;
                if (where_ == Break::before_commit) co_return link->cut();
                link->commit_was_sent = true;
            }
            co_await asio::async_write(link->server, asio::buffer(bytes, count), use_awaitable);
        }
    }
    awaitable<void> to_client(std::shared_ptr<Link> link) {
        std::array<char, 65536> bytes;
        for (;;) {
            std::size_t count = co_await link->server.async_read_some(asio::buffer(bytes), use_awaitable);
            if (link->commit_was_sent) co_return link->cut();
            co_await asio::async_write(link->client, asio::buffer(bytes, count), use_awaitable);
        }
    }

    std::string server_;
    Break where_;
    asio::io_context context_{1};
    local::acceptor acceptor_;
    std::thread thread_;
    std::atomic<bool> armed_ = false;
    std::atomic<int> cuts_ = 0;
};

struct Ended {
    int runs = 0;
    bool answered = false;
    std::size_t events = 0;
};

Ended break_once(Break where) {
    auto& cluster = PostgresqlCluster::instance();
    std::string connection = cluster.new_schema();
    char name[] = "/tmp/pilothouse-proxy-XXXXXX";
    std::string folder = ::mkdtemp(name);
    Ended ended;
    asio::thread_pool threads(3);
    {
        CuttingProxy proxy(cluster.folder(), folder, where);
        connection.replace(connection.find(cluster.folder()), cluster.folder().size(), folder);
        auto store = expect_value(
            open_postgresql({.connection = connection}, threads.get_executor(), threads.get_executor()));
        proxy.arm();
        std::function<Result<std::int64_t>(Transaction&)> append = [&](Transaction& transaction) {
            ++ended.runs;
            return append_event(transaction, {.topic = "a"});
        };
        ended.answered = asio::co_spawn(threads, store->write(append), asio::use_future).get().has_value();
        EXPECT_EQ(proxy.cuts(), 1);
        std::function<Result<std::vector<model::Event>>(Transaction&)> all = [](Transaction& transaction) {
            return read_events(transaction, 0, 10);
        };
        ended.events = expect_value(asio::co_spawn(threads, store->read(all), asio::use_future).get()).size();
        store.reset();
        threads.join();
    }
    std::filesystem::remove_all(folder);
    return ended;
}

TEST(PostgresqlBreak, AnswersWithoutRunningAgainWhenTheCommitHadHappened) {
    Ended ended = break_once(Break::after_commit);
    EXPECT_TRUE(ended.answered);
    EXPECT_EQ(ended.runs, 1);
    EXPECT_EQ(ended.events, 1U);
}

TEST(PostgresqlBreak, RunsAgainWhenTheCommitHadNotHappened) {
    Ended ended = break_once(Break::before_commit);
    EXPECT_TRUE(ended.answered);
    EXPECT_EQ(ended.runs, 2);
    EXPECT_EQ(ended.events, 1U);
}

}  // namespace
}  // namespace store
