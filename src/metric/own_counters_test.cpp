#include "metric/own_counters.hpp"

#include <gtest/gtest.h>

namespace metric {
namespace {

Series series(std::map<std::string, std::string> labels, double value, int at = 10) {
    return {.labels = std::move(labels),
            .samples = {{WallTime(1s), 1}, {WallTime(std::chrono::seconds(at)), value}}};
}

TEST(OwnCounters, AreAddedUpForEachProcess) {
    std::vector<Series> const requests{
        series({{"instance", "a"}, {"code", "200"}}, 90), series({{"instance", "a"}, {"code", "503"}}, 7, 12),
        series({{"instance", "a"}, {"code", "404"}}, 3),  series({{"instance", "b"}, {"code", "200"}}, 5),
        series({{"instance", "b"}, {"pod", "web-1"}}, 6), Series{.labels = {{"instance", "c"}}}};
    auto const counters = own_counters(requests, {});
    ASSERT_EQ(counters.size(), 3u);
    EXPECT_EQ(counters[0].instance, "a");
    EXPECT_EQ(counters[0].counts, (model::Counts{100, 7}));
    EXPECT_EQ(counters[0].at, WallTime(12s));
    EXPECT_EQ(counters[1].counts, (model::Counts{5, 0}));
    EXPECT_EQ(counters[2].instance, "b web-1");
}

TEST(OwnCounters, KnowTheUsualLabelsForAnAnswer) {
    for (char const* name : {"code", "status", "status_code", "response_code", "http_status_code",
                             "http_response_status_code"}) {
        EXPECT_EQ(own_counters({series({{name, "500"}}, 2)}, {})[0].counts, (model::Counts{2, 2})) << name;
        EXPECT_EQ(own_counters({series({{name, "5xx"}}, 2)}, {})[0].counts, (model::Counts{2, 2})) << name;
        EXPECT_EQ(own_counters({series({{name, "200"}}, 2)}, {})[0].counts, (model::Counts{2, 0})) << name;
    }
    EXPECT_EQ(own_counters({series({{"size", "500"}}, 2)}, {})[0].counts, (model::Counts{2, 0}));
}

TEST(OwnCounters, TakeFailuresFromASelectorOfTheirOwn) {
    std::vector<Series> const requests{series({{"instance", "a"}, {"code", "500"}}, 50)};
    std::vector<Series> const failures{series({{"instance", "a"}, {"kind", "timeout"}}, 2),
                                       series({{"instance", "a"}, {"kind", "refused"}}, 3)};
    EXPECT_EQ(own_counters(requests, failures)[0].counts, (model::Counts{50, 5}));
    EXPECT_EQ(own_counters(requests, std::vector<Series>{})[0].counts, (model::Counts{50, 0}))
        << "none has failed yet, whatever the labels say";
    std::vector<Series> const of_a_later_scrape{
        {.labels = {{"instance", "a"}},
         .samples = {{WallTime(5s), 4}, {WallTime(10s), 50}, {WallTime(15s), 55}}}};
    EXPECT_EQ(own_counters(requests, of_a_later_scrape)[0].counts, (model::Counts{50, 50}));
    EXPECT_TRUE(own_counters({}, failures).empty()) << "whoever has no requests has no failures";
    EXPECT_EQ(newest_samples("a{b=\"c\"}"), "a{b=\"c\"}[2m]");
}

}  // namespace
}  // namespace metric
