#include "cli/impl/answer_reader.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using State = AnswerReader::State;

State feed_bytewise(AnswerReader& reader, std::string_view text) {
    State state = State::more;
    for (std::size_t i = 0; i < text.size(); ++i) state = reader.feed(text.substr(i, 1));
    return state;
}

constexpr std::string_view sized =
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx-service-version: 1.1.0\r\nX-Request-Id:  7 \r\n\r\nhello";

TEST(AnswerReader, ReadsASizedBodyInOnePieceAndByteByByte) {
    AnswerReader whole, pieces;

    EXPECT_EQ(whole.feed(sized), State::complete);
    EXPECT_EQ(feed_bytewise(pieces, sized), State::complete);

    EXPECT_EQ(whole.answer(), pieces.answer());
    EXPECT_EQ(whole.answer(),
              (Answer{.status = 200, .version = "1.1.0", .request_id = "7", .body = "hello"}));
}

TEST(AnswerReader, IsNotCompleteBeforeTheLastByte) {
    AnswerReader reader;

    EXPECT_EQ(reader.feed(sized.substr(0, sized.size() - 1)), State::more);

    EXPECT_EQ(reader.end_of_stream(), State::broken);
}

TEST(AnswerReader, ReadsChunksAndTrailers) {
    constexpr std::string_view text =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n";
    AnswerReader whole, pieces;

    EXPECT_EQ(whole.feed(text), State::complete);
    EXPECT_EQ(feed_bytewise(pieces, text), State::complete);

    EXPECT_EQ(whole.answer().body, "hello!");
    EXPECT_EQ(pieces.answer().body, "hello!");
}

TEST(AnswerReader, TakesTheEndOfTheConnectionAsTheEndOfABodyWithoutLength) {
    AnswerReader reader;

    EXPECT_EQ(reader.feed("HTTP/1.0 200 OK\r\nServer: SimpleHTTP/0.6\r\n\r\nabc"), State::more);

    EXPECT_EQ(reader.end_of_stream(), State::complete);
    EXPECT_FALSE(reader.answer().keep_alive);
    EXPECT_EQ(reader.answer().server, "SimpleHTTP/0.6");
}

TEST(AnswerReader, SkipsAContinueAndReadsTheAnswerAfterIt) {
    AnswerReader reader;

    EXPECT_EQ(
        reader.feed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
        State::complete);

    EXPECT_EQ(reader.answer().status, 204);
    EXPECT_FALSE(reader.answer().keep_alive);
}

TEST(AnswerReader, RefusesWhatIsNotHttpAndBytesAfterTheEnd) {
    AnswerReader ssh, twice, endless;

    EXPECT_EQ(ssh.feed("SSH-2.0-OpenSSH\r\n"), State::broken);
    EXPECT_EQ(twice.feed(std::string(sized) + "H"), State::broken);
    EXPECT_EQ(endless.feed(std::string(100'000, 'a')), State::broken);
}

}  // namespace
}  // namespace cli
