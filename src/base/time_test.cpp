#include "base/time.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace base {
namespace {

TEST(Time, RoundTripsMilliseconds) {
    for (char const* text : {"2026-11-24T01:39:46.123Z", "1970-01-01T00:00:00.000Z",
                             "2038-01-19T03:14:08.000Z", "2024-02-29T23:59:59.999Z"})
        EXPECT_EQ(format_time(*parse_time(text)), text);
}

TEST(Time, UnderstandsOffsetsAndFractions) {
    EXPECT_EQ(format_time(*parse_time("2026-01-01T01:00:00+02:00")), "2025-12-31T23:00:00.000Z");
    EXPECT_EQ(format_time(*parse_time("2026-01-01T00:00:00.5Z")), "2026-01-01T00:00:00.500Z");
    EXPECT_EQ(to_micros(*parse_time("1970-01-01T00:00:01.000001Z")), 1'000'001);
}

TEST(Time, RefusesWhatIsNoTime) {
    for (char const* text : {"", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                             "2026-01-01T24:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00Zx",
                             "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+2:00"})
        EXPECT_FALSE(parse_time(text)) << text;
}

TEST(Duration, ReadsAndWritesUnits) {
    struct {
        char const* text;
        ::Duration value;
        char const* canonical;
    } const cases[] = {
        {"500ms", 500ms, "500ms"}, {"30s", 30s, "30s"}, {"90s", 90s, "1m30s"},
        {"1h30m", 90min, "1h30m"}, {"2d", 48h, "2d"},   {"0s", 0s, "0s"},
    };
    for (auto const& each : cases) {
        EXPECT_EQ(*parse_duration(each.text), each.value) << each.text;
        EXPECT_EQ(format_duration(each.value), each.canonical);
    }
}

TEST(Duration, RefusesWhatIsNone) {
    for (char const* text :
         {"", "s", "30", "-1s", "1.5s", "1w", "99999999999999999999s", "999999999d", "1s ", "+1s"})
        EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, RoundTripsForEveryWholeMillisecond) {
    Random random(3);
    for (int i = 0; i < 1000; ++i) {
        std::chrono::milliseconds value(random.below(10'000'000'000));
        EXPECT_EQ(*parse_duration(format_duration(value)), value);
    }
}

TEST(Duration, IsSaidInWords) {
    EXPECT_EQ(say_duration(400ms), "0.4 s");
    EXPECT_EQ(say_duration(12s), "12 s");
    EXPECT_EQ(say_duration(200s), "3 min 20 s");
    EXPECT_EQ(say_duration(2h + 5min), "2 h 5 min");
    EXPECT_EQ(say_duration(25h), "1 d 1 h");
}

}  // namespace
}  // namespace base
