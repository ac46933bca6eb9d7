#include "realtime/impl/send_queue.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace realtime::impl {
namespace {

std::string taken(SendQueue& queue, std::size_t at_most) {
    std::string bytes;
    for (asio::const_buffer buffer : queue.gather(false, 0))
        bytes.append(static_cast<char const*>(buffer.data()), buffer.size());
    bytes.resize(std::min(bytes.size(), at_most));
    queue.consume(bytes.size());
    return bytes;
}

TEST(SendQueue, GivesAllBytesInOrderHoweverManyAreTaken) {
    base::Random random(1);
    for (int round = 0; round < 300; ++round) {
        SendQueue queue;
        std::string expected, got;
        for (int i = 0; i < 200; ++i) {
            if (random.below(2)) {
                auto packet = Encoded::text({std::string(random.below(40), static_cast<char>('a' + i % 26))});
                expected += packet->frame();
                queue.push(packet, false);
            }
            if (random.below(3) == 0) got += taken(queue, random.below(200));
        }
        EXPECT_EQ(queue.bytes() == 0, queue.empty());
        while (!queue.empty()) got += taken(queue, 1000);
        EXPECT_EQ(got, expected);
        EXPECT_EQ(queue.bytes(), 0U);
    }
}

TEST(SendQueue, DropsOnlyWhatWasNotBegun) {
    SendQueue queue;
    for (std::string_view text : {"one", "two"}) queue.push(Encoded::text({text}), true);
    EXPECT_EQ(taken(queue, 2).size(), 2U);
    queue.push(Encoded::text({"three"}), true);
    queue.push(Encoded::text({"four"}), false);
    EXPECT_EQ(queue.drop_what_can_be(), 1U);
    std::string rest = taken(queue, 1000);
    EXPECT_EQ(rest,
              "one\x81\x03"
              "two\x81\x04"
              "four");
    EXPECT_TRUE(queue.empty());
}

TEST(SendQueue, IsTakenOverAndTakenAsAPayload) {
    SendQueue first, second;
    second.push(Encoded::text({"40"}), false);
    first.push(Encoded::text({"41"}), false);
    first.push(Encoded::binary("\1"), false);
    second.take_over(first);
    EXPECT_TRUE(first.empty());
    EXPECT_EQ(second.take_payload(),
              "40\x1e"
              "41\x1e"
              "bAQ==");
    EXPECT_TRUE(second.empty());
    EXPECT_EQ(second.bytes(), 0U);
}

}  // namespace
}  // namespace realtime::impl
