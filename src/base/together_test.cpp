#include "base/together.hpp"

#include <gtest/gtest.h>

#include "base/testing.hpp"

namespace base {
namespace {

awaitable<void> note(Clock& clock, Duration after, int number, std::vector<int>& noted) {
    co_await clock.sleep_for(after);
    noted.push_back(number);
    if (number < 0) throw std::runtime_error("negative");
}

struct Together : ::testing::Test {
    asio::io_context context{1};
    FakeClock clock{context.get_executor()};
    std::vector<int> noted{};

    std::vector<awaitable<void>> three(int last) {
        std::vector<awaitable<void>> work;
        work.push_back(note(clock, 2s, 1, noted));
        work.push_back(note(clock, 1s, last, noted));
        work.push_back(note(clock, 3s, 3, noted));
        return work;
    }
    void begin(std::vector<awaitable<void>> work) {
        asio::co_spawn(context, together(std::move(work)), [this](std::exception_ptr problem) {
            has_ended = true;
            failure = problem;
        });
        context.poll();
    }
    void pass(Duration time) {
        clock.advance(time);
        context.restart();
        context.poll();
    }
    bool has_ended = false;
    std::exception_ptr failure{};
};

TEST_F(Together, WaitsForTheLastOfAll) {
    begin(three(2));
    pass(1s);
    pass(1s);
    EXPECT_FALSE(has_ended);
    pass(1s);
    EXPECT_TRUE(has_ended);
    EXPECT_FALSE(failure);
    EXPECT_EQ(noted, (std::vector{2, 1, 3}));
}

TEST_F(Together, TellsOfAFailureWhenAllHaveEnded) {
    begin(three(-2));
    pass(1s);
    EXPECT_FALSE(has_ended);
    pass(2s);
    EXPECT_TRUE(has_ended);
    EXPECT_TRUE(failure);
    EXPECT_EQ(noted, (std::vector{-2, 1, 3}));
}

TEST_F(Together, NothingEndsAtOnce) {
    begin({});
    EXPECT_TRUE(has_ended);
}

}  // namespace
}  // namespace base
