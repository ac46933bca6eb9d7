#include "cli/portal.hpp"

#include <gtest/gtest.h>

#include "model/views.hpp"

namespace cli {
namespace {

using base::Errc;

TEST(Problem, BecomesOneSentenceWithWhatToDo) {
    std::string body =
        R"json({"status":404,"detail":"there is no environment \"dmo\" (did you mean \"demo\"?)","code":"not_found","trace_id":"3f"})json";

    base::Error error = problem_of(404, body, "http://127.0.0.1:7410");

    EXPECT_EQ(error, (base::Error{Errc::not_found, "there is no environment \"dmo\" (did you mean \"demo\"?)",
                                  body}));
}

TEST(Problem, OfTheServerItselfNamesItsTrace) {
    EXPECT_EQ(problem_of(500, R"({"detail":"something went wrong","code":"internal","trace_id":"3f2a"})", "x")
                  .message,
              "something went wrong (trace 3f2a)");
}

TEST(Problem, OfSomethingThatIsNoPilothouseIsSaidSo) {
    base::Error error = problem_of(502, "<html>Bad Gateway</html>", "http://proxy.example");

    EXPECT_EQ(error.code, Errc::unavailable);
    EXPECT_EQ(error.message,
              "http://proxy.example answered with status 502 and no reason; is it a Pilothouse server?");
}

TEST(Encoded, LeavesNothingThatCouldChangeThePath) {
    EXPECT_EQ(encoded("demo-1.x_~"), "demo-1.x_~");
    EXPECT_EQ(encoded("../a b?c#d%"), "..%2Fa%20b%3Fc%23d%25");
}

TEST(Answer, OfANewerServerIsReadWithoutItsNewFields) {
    auto list = read_answer<model::EnvironmentList>(
        R"({"items":[{"name":"demo","mood":"sunny","provider":"on-premises","components":[{"name":"web","colour":1}]}],"next":null,"total":1})");

    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->items[0].name, "demo");
    EXPECT_EQ(list->items[0].components[0].name, "web");
}

TEST(Answer, ThatIsNotUnderstoodSaysWhy) {
    auto list = read_answer<model::EnvironmentList>(R"({"items":[{"provider":"moon"}]})");

    ASSERT_FALSE(list);
    EXPECT_EQ(list.error().code, Errc::internal);
    EXPECT_NE(list.error().message.find("items[0].provider"), std::string::npos) << list.error().message;
}

}  // namespace
}  // namespace cli
