#include "feed/tail.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace feed {
namespace {

constexpr std::size_t plenty = 1'000'000;

Told told(std::int64_t seq, std::string topic = "alerts", std::size_t bytes = 10) {
    return {seq, std::move(topic), "alert-updated", std::string(bytes, 'x')};
}

std::vector<std::int64_t> seqs(std::vector<Told const*> const& list) {
    std::vector<std::int64_t> seqs;
    for (Told const* each : list) seqs.push_back(each->seq);
    return seqs;
}

using Seqs = std::vector<std::int64_t>;

TEST(Tail, ReachesBackToWhereItBegan) {
    Tail tail(10, plenty);

    tail.restart(40);
    tail.add(told(41));
    tail.add(told(45));

    EXPECT_EQ(tail.newest(), 45);
    EXPECT_FALSE(tail.reaches(39));
    EXPECT_TRUE(tail.reaches(40));
    EXPECT_TRUE(tail.reaches(45));
    EXPECT_EQ(seqs(tail.after(40, "alerts")), (Seqs{41, 45}));
    EXPECT_EQ(seqs(tail.after(41, "alerts")), (Seqs{45}));
    EXPECT_EQ(seqs(tail.after(43, "alerts")), (Seqs{45}));
    EXPECT_EQ(seqs(tail.after(45, "alerts")), Seqs{});
}

TEST(Tail, ForgetsTheOldestWhenThereAreTooMany) {
    Tail tail(3, plenty);

    for (std::int64_t seq = 1; seq <= 5; ++seq) tail.add(told(seq));

    EXPECT_FALSE(tail.reaches(1));
    EXPECT_TRUE(tail.reaches(2));
    EXPECT_EQ(seqs(tail.after(0, "alerts")), (Seqs{3, 4, 5}));
}

TEST(Tail, ForgetsTheOldestWhenTheyAreTooLong) {
    Tail tail(100, 250);

    for (std::int64_t seq = 1; seq <= 4; ++seq) tail.add(told(seq, "alerts", 100));

    EXPECT_FALSE(tail.reaches(1));
    EXPECT_TRUE(tail.reaches(2));
    EXPECT_EQ(seqs(tail.after(2, "alerts")), (Seqs{3, 4}));
}

TEST(Tail, KeepsTheNewestHoweverLongItIs) {
    Tail tail(100, 250);
    tail.add(told(1));

    tail.add(told(2, "alerts", 1000));

    EXPECT_FALSE(tail.reaches(0));
    EXPECT_EQ(seqs(tail.after(1, "alerts")), (Seqs{2}));
    tail.add(told(3));
    EXPECT_EQ(seqs(tail.after(2, "alerts")), (Seqs{3}));
}

TEST(Tail, BeginsAnewWithoutWhatItHad) {
    Tail tail(3, plenty);
    for (std::int64_t seq = 1; seq <= 3; ++seq) tail.add(told(seq));

    tail.restart(7);

    EXPECT_FALSE(tail.reaches(6));
    EXPECT_TRUE(tail.reaches(7));
    EXPECT_EQ(seqs(tail.after(0, "alerts")), Seqs{});
}

TEST(Tail, GivesEachRoomItsOwnAndAdminAllButLogLines) {
    Tail tail(10, plenty);
    tail.add(told(1, "deployment/a"));
    tail.add(told(2, "deployment/b"));
    tail.add({3, "log/a", "log-line", "{}"});
    tail.add(told(4, "deployment/a"));

    EXPECT_EQ(seqs(tail.after(0, "deployment/a")), (Seqs{1, 4}));
    EXPECT_EQ(seqs(tail.after(0, "log/a")), (Seqs{3}));
    EXPECT_EQ(seqs(tail.after(0, "admin")), (Seqs{1, 2, 4}));
    EXPECT_EQ(seqs(tail.after(0, "costs")), Seqs{});
}

TEST(Tail, WritesAnEventAsItsEnvelope) {
    model::Event event{.seq = 12,
                       .prev_seq = 7,
                       .topic = "environment/demo",
                       .name = "service-updated",
                       .kind = model::EventKind::patch,
                       .entity = "demo/web",
                       .actor = "alice",
                       .time = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 1 / 2)),
                       .payload = base::json::object{{"enabled", true}}};

    Told written = tell(event);

    EXPECT_EQ(written.seq, 12);
    EXPECT_EQ(written.topic, "environment/demo");
    EXPECT_EQ(written.name, "service-updated");
    EXPECT_EQ(written.envelope,
              R"({"topic":"environment/demo","seq":12,"prev_seq":7,"entity":"demo/web","kind":"patch",)"
              R"("payload":{"enabled":true},"actor":"alice","time":"2026-01-02T00:00:00.000Z"})");
}

}  // namespace
}  // namespace feed
