#include "http/sse.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace http {
namespace {

std::vector<SseEvent> read_in_pieces(std::string_view text, std::size_t size) {
    std::vector<SseEvent> events;
    SseParser parser;
    auto take = [&](SseEvent const& event) {
        events.push_back(event);
        return true;
    };
    for (std::size_t at = 0; at < text.size(); at += size)
        EXPECT_TRUE(parser.put(text.substr(at, size), take));
    return events;
}

TEST(Sse, ReadsWhatItWroteHoweverItIsCut) {
    std::vector<SseEvent> const events{
        {"1", "log", "{\"a\": 1}"}, {"2", "", "two\nlines\n"}, {"2", "end", ""}};
    std::string text;
    for (SseEvent const& event : events) text += format_event(event) + std::string(sse_heartbeat);
    for (std::size_t size = 1; size <= text.size(); ++size)
        EXPECT_EQ(read_in_pieces(text, size), events) << size;
}

TEST(Sse, FollowsTheStandardsExamples) {
    EXPECT_EQ(read_in_pieces("\xef\xbb\xbf"
                             "data: YHOO\ndata: +2\ndata: 10\n\n",
                             3),
              (std::vector<SseEvent>{{"", "", "YHOO\n+2\n10"}}));
    EXPECT_EQ(
        read_in_pieces(
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            5),
        (std::vector<SseEvent>{
            {"1", "", "first event"}, {"", "", "second event"}, {"", "", " third event"}}));
    EXPECT_EQ(read_in_pieces("data\n\ndata\ndata\n\ndata:", 1),
              (std::vector<SseEvent>{{"", "", ""}, {"", "", "\n"}}));
    EXPECT_EQ(read_in_pieces("data: a\r\rdata: b\r\n\r\ndata: c\n\n", 1),
              (std::vector<SseEvent>{{"", "", "a"}, {"", "", "b"}, {"", "", "c"}}));
}

TEST(Sse, LineBreaksDoNotBreakOut) {
    EXPECT_EQ(format_event({"1\nevent: x", "a\rb", "x\r\ny\rz"}),
              "id: 1event: x\nevent: ab\ndata: x\ndata: y\ndata: z\n\n");
}

TEST(Sse, StopsWhenToldOrWhenAnEventIsTooLarge) {
    SseParser parser;
    int taken = 0;
    auto take_one = [&](SseEvent const&) { return ++taken < 1; };
    EXPECT_FALSE(parser.put("data: 1\n\ndata: 2\n\n", take_one));
    EXPECT_EQ(taken, 1);
    SseParser small;
    small.limit_bytes = 10;
    EXPECT_FALSE(small.put("data: 12345678901", take_one));
}

}  // namespace
}  // namespace http
