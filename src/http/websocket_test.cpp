#include "http/websocket.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "http/compression.hpp"

namespace http::websocket {
namespace {

using Kind = Event::Kind;

std::string from_client(Opcode opcode, std::string_view payload, bool final = true) {
    return masked_frame(opcode, payload, 0xa1b2c3d4, final);
}

/// All events, each as "kind:data" or "failure 1002".
std::vector<std::string> read_all(Reader& reader, std::string_view bytes, std::size_t piece_bytes) {
    constexpr std::string_view names[] = {"", "text:", "binary:", "ping:", "pong:"};
    std::vector<std::string> list;
    while (!bytes.empty()) {
        std::string_view piece = bytes.substr(0, piece_bytes);
        bytes.remove_prefix(piece.size());
        for (;;) {
            Event event = reader.read(piece);
            if (event.kind == Kind::incomplete) break;
            if (event.kind == Kind::close || event.kind == Kind::failure) {
                list.push_back((event.kind == Kind::close ? "close " : "failure ") +
                               std::to_string(event.code));
                return list;
            }
            list.push_back(std::string(names[static_cast<std::size_t>(event.kind)]) + event.data);
        }
    }
    return list;
}

std::vector<std::string> read_all(std::string_view bytes, ReaderOptions options = {}) {
    Reader reader(options);
    return read_all(reader, bytes, bytes.size());
}

using List = std::vector<std::string>;

TEST(WebSocketReader, ReadsMessagesHoweverTheyAreCut) {
    std::string bytes = from_client(Opcode::text, "hello") +
                        from_client(Opcode::binary, std::string(300, 'b')) + from_client(Opcode::text, "") +
                        from_client(Opcode::text, "one ", false) + from_client(Opcode::ping, "p") +
                        from_client(Opcode::continuation, "two ", false) +
                        from_client(Opcode::continuation, "three") + from_client(Opcode::pong, "") +
                        from_client(Opcode::text, std::string(70'000, 't')) +
                        from_client(Opcode::close,
                                    "\x03\xe8"
                                    "bye");
    List expected{
        "text:hello", "binary:" + std::string(300, 'b'),  "text:",     "ping:p", "text:one two three",
        "pong:",      "text:" + std::string(70'000, 't'), "close 1000"};
    for (std::size_t piece : {1U, 2U, 3U, 7U, 64U, 1000U, 100'000U}) {
        Reader reader({});
        EXPECT_EQ(read_all(reader, bytes, piece), expected) << piece;
    }
}

TEST(WebSocketReader, RefusesWhatTheProtocolForbids) {
    using namespace std::string_literals;
    struct Case {
        std::string what, bytes, expected;
    };
    Case const cases[] = {
        {"no mask", frame(Opcode::text, "x"), "failure 1002"},
        {"reserved bit", "\x91\x80\0\0\0\0"s, "failure 1002"},
        {"compressed without agreement", "\xc1\x80\0\0\0\0"s, "failure 1002"},
        {"opcode 3", "\x83\x80\0\0\0\0"s, "failure 1002"},
        {"opcode 11", "\x8b\x80\0\0\0\0"s, "failure 1002"},
        {"continuation of nothing", from_client(Opcode::continuation, "x"), "failure 1002"},
        {"message within a message", from_client(Opcode::text, "a", false) + from_client(Opcode::text, "b"),
         "failure 1002"},
        {"ping in parts", from_client(Opcode::ping, "x", false), "failure 1002"},
        {"ping of 126 bytes", from_client(Opcode::ping, std::string(126, 'x')), "failure 1002"},
        {"length 5 in two bytes", "\x81\xfe\0\5"s + "\0\0\0\0hello"s, "failure 1002"},
        {"length 300 in eight bytes", "\x81\xff\0\0\0\0\0\0\1\x2c"s + std::string(4, '\0'), "failure 1002"},
        {"length beyond 63 bits", "\x81\xff\x80\0\0\0\0\0\0\0"s + std::string(4, '\0'), "failure 1002"},
        {"length above the limit", "\x81\xff\0\0\0\0\x7f\0\0\0"s + std::string(4, '\0'), "failure 1009"},
        {"text that is not UTF-8", from_client(Opcode::text, "\xc3\x28"), "failure 1007"},
        {"text with a surrogate", from_client(Opcode::text, "\xed\xa0\x80"), "failure 1007"},
        {"text cut in a character", from_client(Opcode::text, "\xe2\x82"), "failure 1007"},
        {"close of one byte", from_client(Opcode::close, "x"), "failure 1002"},
        {"close 1005", from_client(Opcode::close, "\x03\xed"), "failure 1002"},
        {"close 999", from_client(Opcode::close, "\x03\xe7"), "failure 1002"},
        {"close 5000", from_client(Opcode::close, "\x13\x88"), "failure 1002"},
        {"close with a bad reason", from_client(Opcode::close, "\x03\xe8\xff"), "failure 1007"},
        {"close without a code", from_client(Opcode::close, ""), "close 1005"},
        {"close 4999", from_client(Opcode::close, "\x13\x87"), "close 4999"},
    };
    for (auto const& [what, bytes, expected] : cases) EXPECT_EQ(read_all(bytes), List{expected}) << what;
}

TEST(WebSocketReader, CountsTheLimitOverAllPartsOfAMessage) {
    ReaderOptions options{.message_limit_bytes = 10};
    EXPECT_EQ(read_all(from_client(Opcode::text, "0123456789"), options), List{"text:0123456789"});
    EXPECT_EQ(read_all(from_client(Opcode::text, "0123456789a"), options), List{"failure 1009"});
    std::string parts =
        from_client(Opcode::text, "01234", false) + from_client(Opcode::continuation, "56789a");
    EXPECT_EQ(read_all(parts, options), List{"failure 1009"});
    std::string two = from_client(Opcode::text, "0123456789") + from_client(Opcode::text, "0123456789");
    EXPECT_EQ(read_all(two, options).size(), 2U);
}

TEST(WebSocketReader, SplitsACharacterOverParts) {
    std::string bytes =
        from_client(Opcode::text, "\xe2\x82", false) + from_client(Opcode::continuation, "\xac");
    EXPECT_EQ(read_all(bytes), List{"text:\xe2\x82\xac"});
}

TEST(WebSocketReader, InflatesWhatWasAgreedOnAndNoBombs) {
    std::string deflated = deflate_message(std::string(5000, 'z'));
    std::string bytes = from_client(Opcode::text, deflated);
    bytes[0] = static_cast<char>(bytes[0] | 0x40);
    EXPECT_EQ(read_all(bytes, {.deflate = true}), List{"text:" + std::string(5000, 'z')});
    EXPECT_EQ(read_all(bytes, {.message_limit_bytes = 4999, .deflate = true}), List{"failure 1009"});
    std::string rubbish = from_client(Opcode::text, "\xff\xff\xff");
    rubbish[0] = static_cast<char>(rubbish[0] | 0x40);
    EXPECT_EQ(read_all(rubbish, {.deflate = true}), List{"failure 1002"});
}

TEST(WebSocketReader, SurvivesRandomBytes) {
    base::Random random(7);
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes;
        if (random.below(2))
            bytes = from_client(static_cast<Opcode>(random.below(11)), std::string(random.below(200), 'x'),
                                random.below(2));
        for (std::uint64_t i = random.below(40); i > 0; --i) bytes += static_cast<char>(random.below(256));
        if (!bytes.empty()) bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        Reader whole({.message_limit_bytes = 1000, .deflate = true}),
            pieces({.message_limit_bytes = 1000, .deflate = true});
        EXPECT_EQ(read_all(whole, bytes, std::max<std::size_t>(bytes.size(), 1)),
                  read_all(pieces, bytes, 1 + random.below(9)));
    }
}

TEST(WebSocketWriter, TakesTheShortestHead) {
    EXPECT_EQ(frame(Opcode::text, "hi"), "\x81\x02hi");
    EXPECT_EQ(frame_head(Opcode::binary, 125).size(), 2U);
    EXPECT_EQ(frame_head(Opcode::binary, 126), std::string("\x82\x7e\x00\x7e", 4));
    EXPECT_EQ(frame_head(Opcode::binary, 65'535).size(), 4U);
    EXPECT_EQ(frame_head(Opcode::binary, 65'536), std::string("\x82\x7f\0\0\0\0\0\1\0\0", 10));
    EXPECT_EQ(close_frame(normal, "bye"),
              "\x88\x05\x03\xe8"
              "bye");
    EXPECT_EQ(close_frame(no_code), std::string("\x88\0", 2));
}

Request handshake() {
    Request request;
    request.fields.add("Upgrade", "WebSocket");
    request.fields.add("Connection", "keep-alive, Upgrade");
    request.fields.add("Sec-WebSocket-Version", "13");
    request.fields.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    return request;
}

TEST(WebSocketHandshake, AnswersTheExampleOfTheStandard) {
    auto accepted = accept(handshake(), false);
    ASSERT_TRUE(accepted);
    EXPECT_EQ(accepted->response.status, 101);
    EXPECT_EQ(accepted->response.fields.get("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_FALSE(accepted->deflate);
}

TEST(WebSocketHandshake, RefusesWhatIsNone) {
    struct Case {
        std::string field, value;
    };
    for (auto const& [field, value] : std::vector<Case>{{"Upgrade", "h2c"},
                                                        {"Connection", "close"},
                                                        {"Sec-WebSocket-Version", "8"},
                                                        {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ"},
                                                        {"Sec-WebSocket-Key", "c2hvcnQ="},
                                                        {"Sec-WebSocket-Key", ""}}) {
        Request request = handshake();
        request.fields.set(field, value);
        EXPECT_FALSE(accept(request, false)) << field << " " << value;
    }
    Request post = handshake();
    post.method = "POST";
    EXPECT_FALSE(accept(post, false));
}

TEST(WebSocketHandshake, AgreesOnCompressionOnlyWhereBothWantItAndItCanBeShared) {
    auto agreed = [](std::string offer, bool wanted) {
        Request request = handshake();
        request.fields.add("Sec-WebSocket-Extensions", offer);
        return accept(request, wanted)->deflate;
    };
    EXPECT_TRUE(agreed("permessage-deflate; client_max_window_bits", true));
    EXPECT_TRUE(agreed("x-other, permessage-deflate", true));
    EXPECT_FALSE(agreed("permessage-deflate", false));
    EXPECT_FALSE(agreed("permessage-deflate; server_max_window_bits=10", true));
    EXPECT_FALSE(agreed("x-webkit-deflate-frame", true));
}

TEST(Compression, ChoosesWhatTheClientAccepts) {
    EXPECT_EQ(preferred_coding("gzip, deflate, br"), Coding::gzip);
    EXPECT_EQ(preferred_coding("deflate"), Coding::deflate);
    EXPECT_EQ(preferred_coding("gzip;q=0, deflate;q=0.5"), Coding::deflate);
    EXPECT_EQ(preferred_coding("br"), Coding::identity);
    EXPECT_EQ(preferred_coding(""), Coding::identity);
}

TEST(Compression, MessagesComeBackAsTheyWere) {
    base::Random random(3);
    for (std::size_t size : {0U, 1U, 100U, 70'000U}) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + random.below(4));
        EXPECT_EQ(inflate_message(deflate_message(text), 100'000).value(), text);
    }
    EXPECT_FALSE(inflate_message("\xff\xff\xff", 10));
}

}  // namespace
}  // namespace http::websocket
