#include "cli/impl/shot.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(Shot, MixHoldsWhatItPromises) {
    DemoTrafficSettings settings;
    base::Random random(7);
    int posts = 0, slow = 0, fresh = 0;
    for (std::uint64_t id = 1; id <= 10'000; ++id) {
        Shot shot = make_shot(id, settings, random);
        posts += shot.method == "POST" && !shot.body.empty() ? 1 : 0;
        slow += shot.target == "/slow?ms=2000" ? 1 : 0;
        fresh += shot.fresh_connection ? 1 : 0;
        EXPECT_LE(shot.body.size(), settings.body_bytes);
    }

    EXPECT_NEAR(posts, 2000, 200);
    EXPECT_NEAR(slow, 100, 50);
    EXPECT_NEAR(fresh, 2000, 200);
}

TEST(Judge, TellsTheVersionsErrorsFromTheProxys) {
    Shot shot{.id = 7};

    EXPECT_EQ(judge(shot, {.status = 200, .version = "1.0.0"}, Mix::demo).outcome, Outcome::ok);
    EXPECT_EQ(judge(shot, {.status = 404, .version = "1.0.0"}, Mix::demo).outcome, Outcome::ok);
    EXPECT_EQ(judge(shot, {.status = 500, .version = "1.0.0"}, Mix::demo).outcome, Outcome::error);
    EXPECT_EQ(judge(shot, {.status = 503}, Mix::demo).outcome, Outcome::lost);
    EXPECT_EQ(judge(shot, {.status = 503, .server = "nginx"}, Mix::plain).outcome, Outcome::error);
    EXPECT_EQ(judge(shot, {.status = 503}, Mix::plain).outcome, Outcome::lost);
}

TEST(Judge, AnAnswerToAnotherRequestOrBodyIsALoss) {
    Shot shot{.id = 7, .method = "POST", .target = "/echo", .body = "hello"};
    Answer right{.status = 200,
                 .version = "1.0.0",
                 .request_id = "7",
                 .body = R"({"path":"/echo","length":5,"crc32":907060870,"version":"1.0.0"})"};
    Answer other = right, shorter = right;
    other.request_id = "8";
    shorter.body = R"({"path":"/echo","length":4,"crc32":907060870,"version":"1.0.0"})";

    EXPECT_EQ(judge(shot, right, Mix::demo).outcome, Outcome::ok);
    EXPECT_EQ(judge(shot, other, Mix::demo).why, "the answer belongs to request 8");
    EXPECT_EQ(judge(shot, shorter, Mix::demo).why, "the service got another body than was sent");
}

}  // namespace
}  // namespace cli
