// The demo's service and traffic against each other, on loopback.
#include "cli/demo_traffic.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <filesystem>

#include "base/real.hpp"
#include "base/testing.hpp"
#include "cli/demo_service.hpp"
#include "cli/impl/tally.hpp"
#include "http/client.hpp"

namespace cli {
namespace {

struct TrafficTest : testing::Test {
    asio::io_context context{1};
    base::RealClock clock{context.get_executor()};
    std::string ledger =
        fmt::format("{}/traffic-{}", std::filesystem::temp_directory_path().string(), ::getpid());
    void TearDown() override { std::filesystem::remove(ledger); }

    DemoTrafficSettings settings(std::string to) {
        return {.to = std::move(to),
                .rate = 500,
                .duration = 1s,
                .slow_percent = 2,
                .slow_time = 50ms,
                .ledger = ledger};
    }
    TrafficSummary send(DemoTrafficSettings const& wanted) {
        DemoTraffic traffic(context.get_executor(), clock, wanted);
        auto result = base::run(context, traffic.run());
        EXPECT_TRUE(result) << result.error().message;
        return traffic.tally().summary();
    }
};

TEST_F(TrafficTest, LedgerAndServiceAgreeOnEveryRequest) {
    DemoService service(context.get_executor(), clock, {.version = "1.2.0", .error_percent = 10});
    std::string address = *service.start();

    TrafficSummary summary = send(settings(address));
    base::run(context, service.drain());

    LedgerReport report = *read_ledger(ledger);
    std::vector<DemoCounts> counts{service.counts()};
    EXPECT_EQ(summary.sent, 500U);
    EXPECT_EQ(summary.lost, 0U) << (summary.losses.empty() ? "" : summary.losses[0]);
    EXPECT_GT(summary.errors, 20U);
    EXPECT_LT(summary.errors, 100U);
    EXPECT_EQ(report.ok, summary.ok);
    EXPECT_EQ(report.error, summary.errors);
    EXPECT_EQ(report.sent, report.ok + report.error);
    EXPECT_EQ(reconcile(report, counts), std::vector<std::string>{});
    EXPECT_EQ(service.counts().answered_5xx, summary.errors);
    EXPECT_EQ(service.counts().received, summary.sent);
    EXPECT_EQ(service.counts().open, 0U);
}

TEST_F(TrafficTest, TheServiceTellsPrometheusWhatItAnswered) {
    DemoService service(context.get_executor(), clock, {.error_percent = 50, .seed = 7});
    std::string const address = *service.start();
    std::unique_ptr<base::Dialer> dialer = base::make_dialer(context.get_executor());
    auto ask = [&](std::string const& path) {
        http::Request request;
        auto asking =
            http::send(*dialer, clock, *http::parse_url("http://" + address + path), std::move(request), 5s);
        return base::run(context, std::move(asking));
    };
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(ask("/"));
    std::uint64_t const failed = service.counts().answered_5xx;
    ASSERT_GT(failed, 0U);
    ASSERT_LT(failed, 10U);
    auto const metrics = ask("/metrics");
    ASSERT_TRUE(metrics);
    EXPECT_EQ(metrics->fields.get("Content-Type"), "text/plain; version=0.0.4");
    EXPECT_NE(metrics->body.find(fmt::format("\nhttp_requests_total{{code=\"2xx\"}} {}\n", 10 - failed)),
              std::string::npos)
        << metrics->body;
    EXPECT_NE(metrics->body.find(fmt::format("\nhttp_requests_total{{code=\"5xx\"}} {}\n", failed)),
              std::string::npos)
        << metrics->body;
    EXPECT_EQ(service.counts().received, 10U) << "who asks for the counters is not counted";
}

/// Answers the first requests as it should and then closes in the middle of an answer, for ever.
awaitable<void> break_off(asio::ip::tcp::acceptor& acceptor) {
    while (true) {
        asio::ip::tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
        std::array<char, 4096> bytes;
        co_await socket.async_read_some(asio::buffer(bytes), use_awaitable);
        std::string_view half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot so many";
        co_await socket.async_write_some(asio::buffer(half), use_awaitable);
    }
}

TEST_F(TrafficTest, AConnectionKilledInTheMiddleOfAnAnswerIsALoss) {
    asio::ip::tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), 0});
    asio::co_spawn(context, break_off(acceptor), [](std::exception_ptr) {});
    DemoTrafficSettings wanted = settings(fmt::format("127.0.0.1:{}", acceptor.local_endpoint().port()));
    wanted.mix = Mix::plain;
    wanted.rate = 50;
    wanted.duration = 100ms;

    TrafficSummary summary = send(wanted);

    LedgerReport report = *read_ledger(ledger);
    EXPECT_EQ(summary.lost, 5U);
    EXPECT_EQ(report.lost, 5U);
    ASSERT_FALSE(report.losses.empty());
    EXPECT_NE(report.losses[0].find("the answer broke off: the other side closed the connection"),
              std::string::npos)
        << report.losses[0];
}

TEST_F(TrafficTest, NobodyListeningLosesEveryRequestAndEndsAllTheSame) {
    std::string address;
    {
        asio::ip::tcp::acceptor taken(context, {asio::ip::make_address("127.0.0.1"), 0});
        address = fmt::format("127.0.0.1:{}", taken.local_endpoint().port());
    }
    DemoTrafficSettings wanted = settings(address);
    wanted.duration = 100ms;

    TrafficSummary summary = send(wanted);

    EXPECT_EQ(summary.sent, 50U);
    EXPECT_EQ(summary.lost, 50U);
    EXPECT_EQ(summary.losses.size(), 20U);
}

TEST_F(TrafficTest, AnAnswerThatNeverComesIsALossAtTheLimit) {
    asio::ip::tcp::acceptor silent(context, {asio::ip::make_address("127.0.0.1"), 0});
    DemoTrafficSettings wanted = settings(fmt::format("127.0.0.1:{}", silent.local_endpoint().port()));
    wanted.duration = 10ms;
    wanted.finish_limit = 100ms;

    TrafficSummary summary = send(wanted);

    EXPECT_EQ(summary.sent, 5U);
    EXPECT_EQ(summary.lost, 5U);
    EXPECT_EQ(summary.open, 0U);
}

}  // namespace
}  // namespace cli
