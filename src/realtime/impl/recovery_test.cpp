#include "realtime/impl/recovery.hpp"

#include <gtest/gtest.h>

namespace realtime::impl {
namespace {

SteadyTime at(int second) { return SteadyTime(std::chrono::seconds(second)); }

void add(RecoveryLog& log, std::string_view text, Target target, int second) {
    log.add({Encoded::text({text})}, std::move(target), at(second));
}

std::string missed(RecoveryLog& log, std::string const& pid, std::string_view offset, int second) {
    auto restored = log.restore(pid, offset, at(second));
    if (!restored) return "nothing";
    std::string all = restored->session.id + ":";
    for (SharedPacket const& packet : restored->missed) all.append(" ").append(packet->packet());
    return all;
}

TEST(RecoveryLog, TellsWhatWasForTheSession) {
    RecoveryLog log(10s, 1'000'000);
    add(log, "a", {}, 0);
    log.save("pid", {.id = "id", .rooms = {"red"}}, at(1));
    add(log, "b", {{"red"}}, 2);
    add(log, "c", {{"blue"}}, 2);
    add(log, "d", {{"blue", "id"}}, 2);
    add(log, "e", {{}, {"red"}}, 2);
    add(log, "f", {}, 2);
    EXPECT_EQ(missed(log, "pid", "1", 3), "id: b d f");
    EXPECT_EQ(missed(log, "pid", "1", 3), "nothing") << "a second time";
}

TEST(RecoveryLog, KnowsOnlyOffsetsThatItGave) {
    for (std::string_view wrong : {"", "0", "3", "-1", "1x", " 1", "99999999999999999999"}) {
        RecoveryLog log(10s, 1'000'000);
        add(log, "a", {}, 0);
        add(log, "b", {}, 0);
        log.save("pid", {.id = "id"}, at(1));
        EXPECT_EQ(missed(log, "pid", wrong, 1), "nothing") << wrong;
    }
}

TEST(RecoveryLog, ForgetsByTimeAndBySize) {
    RecoveryLog log(10s, 1000);
    add(log, "a", {}, 0);
    log.save("quiet", {.id = "quiet"}, at(5));
    log.save("late", {.id = "late"}, at(5));
    log.save("full", {.id = "full"}, at(5));
    EXPECT_EQ(missed(log, "quiet", "1", 14), "quiet:")
        << "nothing came since: the event itself need not be kept";
    for (int i = 0; i < 3; ++i) add(log, std::string(400, 'x'), {}, 14);
    EXPECT_EQ(missed(log, "full", "1", 14), "nothing") << "the first of those missed had to go";
    EXPECT_EQ(missed(log, "late", "4", 16), "nothing");
}

TEST(RecoveryLog, KeepsNothingWhenItIsOff) { EXPECT_FALSE(RecoveryLog(0s, 1000).is_on()); }

}  // namespace
}  // namespace realtime::impl
