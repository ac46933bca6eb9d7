#include "cli/ledger.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace cli {
namespace {

LedgerReport read(std::string const& text) {
    std::istringstream lines(text);
    return read_ledger(lines);
}

constexpr char three_answers[] =
    "sent 1 GET / keep-alive 2026-11-24T01:39:46.123Z\n"
    "sent 2 POST /echo new 2026-11-24T01:39:46.124Z\n"
    "done 2 error 500 1.2.0 3\n"
    "done 1 ok 200 1.0.0 2\n"
    "closed_idle 3\n"
    "sent 3 GET /slow?ms=2000 keep-alive 2026-11-24T01:39:46.125Z\n"
    "done 3 ok 200 1.0.0 2001\n";

TEST(Ledger, AddsUpWhatWasSentAndWhatBecameOfIt) {
    LedgerReport report = read(three_answers);

    LedgerReport expected{.sent = 3, .ok = 2, .error = 1, .closed_idle = 1};
    expected.by_version = {{"1.0.0", {.ok = 2}}, {"1.2.0", {.error = 1}}};
    EXPECT_EQ(report, expected);
}

TEST(Ledger, NamesALossAndKeepsWhatIsStillOpen) {
    LedgerReport report = read(
        "sent 1 GET / keep-alive 2026-11-24T01:39:46.123Z\n"
        "sent 2 GET / keep-alive 2026-11-24T01:39:46.123Z\n"
        "done 1 lost - - 17 the connection was closed before the answer was complete\n");

    EXPECT_EQ(report.sent, report.ok + report.error + report.lost + report.open);
    EXPECT_EQ(report.lost, 1U);
    EXPECT_EQ(report.open, 1U);
    ASSERT_EQ(report.losses.size(), 1U);
    EXPECT_EQ(
        report.losses[0],
        "request 1 (GET /) was lost after 17 ms: the connection was closed before the answer was complete");
}

TEST(Ledger, SaysWhichLinesCannotBeRight) {
    LedgerReport report = read(
        "sent 1 GET / new 2026-11-24T01:39:46.123Z\nsent 1 GET / new 2026-11-24T01:39:46.123Z\n"
        "done 1 fine 200 1.0.0 2\ndone 9 ok 200 1.0.0 2\nrubbish\n");

    std::vector<std::string> expected{"line 2 sends request 1 twice",
                                      "line 3 has an unknown outcome \"fine\" (known: ok, error, lost)",
                                      "line 4 ends request 9, which is not open", "line 5 is not a ledger's"};
    EXPECT_EQ(report.problems, expected);
}

TEST(Ledger, LeavesOutALastLineThatACrashCutShort) {
    LedgerReport report = read(std::string(three_answers) + "sent 4 GET /");

    EXPECT_EQ(report.sent, 3U);
    EXPECT_TRUE(report.problems.empty());
}

TEST(Ledger, IsReadAsItWasWritten) {
    std::string path =
        fmt::format("{}/ledger-{}", std::filesystem::temp_directory_path().string(), ::getpid());
    {
        auto writer = LedgerWriter::open(path);
        ASSERT_TRUE(writer);
        writer->sent({.id = 1, .method = "GET", .target = "/"});
        writer->sent({.id = 2, .method = "POST", .target = "/echo", .fresh_connection = true});
        ASSERT_TRUE(writer->flush());
        writer->done({.id = 1, .outcome = Outcome::ok, .status = 200, .version = "1.0.0", .milliseconds = 3});
        writer->done({.id = 2, .outcome = Outcome::lost, .milliseconds = 4, .why = "no answer"});
    }
    auto report = read_ledger(path);
    std::filesystem::remove(path);

    ASSERT_TRUE(report);
    LedgerReport expected{.sent = 2, .ok = 1, .lost = 1, .by_version = {{"1.0.0", {.ok = 1}}}};
    expected.losses = {"request 2 (POST /echo) was lost after 4 ms: no answer"};
    EXPECT_EQ(*report, expected);
}

TEST(Ledger, AgreesWithTheServicesWhenEveryAnswerIsAccountedFor) {
    LedgerReport ledger = read(three_answers);
    std::vector<DemoCounts> services{{.version = "1.0.0", .answered_2xx = 1},
                                     {.version = "1.0.0", .answered_2xx = 1},
                                     {.version = "1.2.0", .answered_5xx = 1}};

    EXPECT_EQ(reconcile(ledger, services), std::vector<std::string>{});
}

TEST(Ledger, DisagreesWhenAServiceGaveFewerAnswersOrMore) {
    LedgerReport ledger = read(three_answers);
    std::vector<DemoCounts> fewer{{.version = "1.0.0", .answered_2xx = 1},
                                  {.version = "1.2.0", .answered_5xx = 1}};
    std::vector<DemoCounts> more{{.version = "1.0.0", .answered_2xx = 4},
                                 {.version = "1.2.0", .answered_5xx = 1}};

    EXPECT_EQ(reconcile(ledger, fewer),
              std::vector<std::string>{"the ledger has 2 answers from 1.0.0, its processes gave only 1"});
    EXPECT_EQ(
        reconcile(ledger, more),
        std::vector<std::string>{
            "the processes gave 2 answers more than the ledger has, which has only 0 requests without one"});
}

TEST(Ledger, ALossMayHaveBeenAnsweredByTheService) {
    LedgerReport ledger = read(
        "sent 1 GET / keep-alive 2026-11-24T01:39:46.123Z\n"
        "done 1 lost - - 17 the connection was closed before the answer was complete\n");
    std::vector<DemoCounts> services{{.version = "1.0.0", .answered_2xx = 1}};

    EXPECT_EQ(reconcile(ledger, services), std::vector<std::string>{});
}

}  // namespace
}  // namespace cli
