#include "cli/impl/tally.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(Tally, SaysTheLine) {
    Tally tally;
    for (std::uint64_t id = 1; id <= 1000; ++id) {
        tally.sent();
        bool canary = id % 10 == 0;
        tally.done({.id = id,
                    .outcome = id % 500 == 0 ? Outcome::error : Outcome::ok,
                    .version = canary ? "1.1.0" : "1.0.0"},
                   id % 50 == 0 ? Duration(12ms) : Duration(3ms));
    }

    EXPECT_EQ(tally.line(),
              "sent 1,000  errors 0.2 %  lost 0  versions 1.0.0 90 % 1.1.0 10 %  p50 2.9 ms p99 12 ms");
}

TEST(Tally, ForgetsVersionsThatAnswerNoMoreButNeverALoss) {
    Tally tally;
    tally.sent();
    tally.sent();
    tally.done({.id = 1, .version = "1.0.0"}, 3ms);
    tally.done({.id = 2, .outcome = Outcome::lost, .why = "no answer"}, 3ms);

    for (int second = 0; second < 10; ++second) tally.tick();

    EXPECT_EQ(tally.line(), "sent 2  errors 0.0 %  lost 1");
    EXPECT_EQ(tally.summary().by_version.at("1.0.0").ok, 1U);
}

TEST(Latencies, KeepEachValueWithinASixteenth) {
    for (std::int64_t micros : {0, 7, 15, 16, 100, 999, 12'345, 2'000'000, 30'000'000}) {
        Latencies latencies;
        latencies.add(std::chrono::microseconds(micros));
        double const said = latencies.milliseconds_at(99) * 1000;
        EXPECT_LE(said, static_cast<double>(micros));
        EXPECT_GE(said, static_cast<double>(micros) * 15 / 16 - 1);
    }
}

}  // namespace
}  // namespace cli
