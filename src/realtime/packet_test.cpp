#include "realtime/packet.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "realtime/engine_packet.hpp"

namespace realtime {
namespace {

/// A packet as text; "..." while attachments are to come, "close" when the connection must be closed.
std::string shown(base::Result<std::optional<Packet>> const& got) {
    constexpr std::string_view names[] = {"CONNECT",       "DISCONNECT",   "EVENT",     "ACK",
                                          "CONNECT_ERROR", "BINARY_EVENT", "BINARY_ACK"};
    if (!got) return "close";
    if (!*got) return "...";
    Packet const& packet = **got;
    std::string text(names[static_cast<std::size_t>(packet.type)]);
    text += " " + packet.nsp;
    if (packet.id) text += " #" + std::to_string(*packet.id);
    if (!packet.data.is_null()) text += " " + json::serialize(packet.data);
    for (std::string const& bytes : packet.attachments) text += " +" + bytes;
    return text;
}

std::string decode(std::string_view text) { return shown(Decoder().put_text(text)); }

TEST(PacketDecoder, ReadsEveryKind) {
    constexpr std::pair<std::string_view, std::string_view> cases[] = {
        {"0", "CONNECT /"},
        {R"(0{"token":"1"})", R"(CONNECT / {"token":"1"})"},
        {"0/custom", "CONNECT /custom"},
        {"0/custom,", "CONNECT /custom"},
        {R"(0/custom,{"a":1})", R"(CONNECT /custom {"a":1})"},
        {"1", "DISCONNECT /"},
        {"1/custom", "DISCONNECT /custom"},
        {R"(2["message",1,"2",{"3":[true]}])", R"(EVENT / ["message",1,"2",{"3":[true]}])"},
        {R"(2[1,2])", "EVENT / [1,2]"},
        {R"(2/admin,456["a"])", R"(EVENT /admin #456 ["a"])"},
        {R"(212["a"])", R"(EVENT / #12 ["a"])"},
        {R"(3/admin,456[])", "ACK /admin #456 []"},
        {R"(4{"message":"no"})", R"(CONNECT_ERROR / {"message":"no"})"},
        {R"(4"no")", R"(CONNECT_ERROR / "no")"},
        {R"(50-["a"])", R"(BINARY_EVENT / ["a"])"},
        {R"(51-["a",{"_placeholder":true,"num":0}])", "..."},
        {R"(61-/x,7[{"_placeholder":true,"num":0}])", "..."},
        {R"(2["a",{"__proto__":{"x":1}}])", R"(EVENT / ["a",{"__proto__":{"x":1}}])"},
        {R"(2["a",{"_placeholder":true,"num":9}])", R"(EVENT / ["a",{"_placeholder":true,"num":9}])"},
    };
    for (auto [text, expected] : cases) EXPECT_EQ(decode(text), expected) << text;
}

TEST(PacketDecoder, ClosesForEveryMalformedPacket) {
    constexpr std::string_view cases[] = {
        "",
        "abc",
        "7",
        "9[]",
        "-",
        "\xff",
        // CONNECT: an object or nothing; DISCONNECT: nothing
        "0[]",
        "0\"x\"",
        "0null",
        "1{}",
        "1[]",
        "1null",
        R"(1/custom,"x")",
        // EVENT: a list that begins with a name
        "2",
        "2{}",
        "2[]",
        "2null",
        "2\"x\"",
        "2[{}]",
        "2[null]",
        "2[true]",
        "2[[]]",
        "2abc[\"x\"]",
        "2[\"x\"",
        "2[\"x\"]]",
        R"(2["connect"])",
        R"(2["connect_error"])",
        R"(2["disconnect"])",
        R"(2["disconnecting"])",
        R"(2["newListener"])",
        R"(2["removeListener"])",
        R"(2/admin["x"])",
        "2/admin,",
        "2-1[\"x\"]",
        "2+1[\"x\"]",
        "2 [\"x\"",
        R"(299999999999999999999["x"])",
        // ACK: a list
        "3",
        "31",
        "31{}",
        "31null",
        "31\"x\"",
        "3abc",
        // CONNECT_ERROR: an object or a text
        "4",
        "4[]",
        "41",
        "4null",
        // Attachments
        R"(5["x"])",
        R"(5-["x"])",
        R"(5a-["x"])",
        R"(51["x"])",
        R"(511-["x"])",
        R"(5-1-["x"])",
        R"(599999999999999999999-["x"])",
        R"(51-["x",{"_placeholder":true,"num":1}])",
        R"(51-["x",{"_placeholder":true,"num":-1}])",
        R"(51-["x",{"_placeholder":true,"num":"0"}])",
        R"(51-["x",{"_placeholder":true,"num":0.5}])",
        R"(51-["x",{"_placeholder":true}])",
        R"(50-["x",[{"y":{"_placeholder":true,"num":0}}]])",
        "51-{}",
        "60-{}",
        "6",
    };
    for (std::string_view text : cases) EXPECT_EQ(decode(text), "close") << text;
    EXPECT_EQ(decode("2[\"x\"," + std::string(40, '[') + std::string(40, ']') + "]"), "close") << "too deep";
    EXPECT_EQ(decode("2[\"x\"," + std::string(100'000, '[')), "close") << "far too deep";
}

TEST(PacketDecoder, PutsAttachmentsBack) {
    Decoder decoder;
    EXPECT_EQ(
        shown(decoder.put_text(R"(52-789["m",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])")),
        "...");
    EXPECT_EQ(shown(decoder.put_binary("one")), "...");
    EXPECT_EQ(
        shown(decoder.put_binary("two")),
        R"(BINARY_EVENT / #789 ["m",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}] +one +two)");
    EXPECT_EQ(shown(decoder.put_text("2[\"next\"]")), "EVENT / [\"next\"]");
}

TEST(PacketDecoder, ClosesWhenTextAndBinaryComeOutOfTurn) {
    EXPECT_EQ(shown(Decoder().put_binary("x")), "close");
    Decoder decoder;
    EXPECT_EQ(shown(decoder.put_text(R"(51-["a",{"_placeholder":true,"num":0}])")), "...");
    EXPECT_EQ(shown(decoder.put_text(R"(2["b"])")), "close");
}

TEST(PacketDecoder, TakesTenAttachmentsAndNotMore) {
    EXPECT_EQ(decode(R"(510-["a"])"), "...");
    EXPECT_EQ(decode(R"(511-["a"])"), "close");
}

TEST(PacketDecoder, SurvivesRandomBytes) {
    base::Random random(5);
    constexpr std::string_view letters = R"(0123456,/-[]{}":truenull\u_placehodm )";
    for (int round = 0; round < 20'000; ++round) {
        Decoder decoder;
        for (int packet = 0; packet < 3; ++packet) {
            std::string text;
            for (std::uint64_t i = random.below(30); i > 0; --i)
                text += random.below(10) ? letters[random.below(letters.size())]
                                         : static_cast<char>(random.below(256));
            bool fine = random.below(4) ? bool(decoder.put_text(text)) : bool(decoder.put_binary(text));
            if (!fine) break;
        }
    }
}

TEST(PacketHead, LeavesOutWhatIsNotNeeded) {
    EXPECT_EQ(packet_head(PacketType::event, "/"), "42");
    EXPECT_EQ(packet_head(PacketType::event, "/admin", 7), "42/admin,7");
    EXPECT_EQ(packet_head(PacketType::binary_ack, "/", 0, 2), "462-0");
    EXPECT_EQ(packet_head(PacketType::disconnect, "/x"), "41/x,");
}

// -- Engine.IO.

TEST(EnginePayload, ReadsPacketsInOrder) {
    auto packets = decode_payload(
        "4hello\x1e"
        "2\x1e"
        "bAQIDBA==\x1e"
        "4");
    ASSERT_TRUE(packets);
    EXPECT_EQ(*packets, (std::vector<EnginePacket>{{EngineType::message, false, "hello"},
                                                   {EngineType::ping, false, ""},
                                                   {EngineType::message, true, "\1\2\3\4"},
                                                   {EngineType::message, false, ""}}));
}

TEST(EnginePayload, RefusesAllOfABodyInWhichOnePacketIsMalformed) {
    for (std::string_view bad : {"", "abc", "7", "4a\x1e",
                                 "\x1e"
                                 "4a",
                                 "4a\x1e\x1e"
                                 "4b",
                                 "bAQ", "b====",
                                 "4a\x1e"
                                 "x",
                                 "b!"})
        EXPECT_FALSE(decode_payload(bad)) << bad;
}

TEST(EnginePayload, IsWrittenFromTheSamePacketsAsFrames) {
    auto text = Encoded::text({"4", "hi"});
    auto binary = Encoded::binary("\1\2\3\4");
    EXPECT_EQ(text->frame(),
              "\x81\x03"
              "4hi");
    EXPECT_EQ(binary->frame(), std::string("\x82\x04\1\2\3\4", 6));
    std::string payload;
    text->append_to_payload(payload);
    binary->append_to_payload(payload);
    EXPECT_EQ(payload,
              "4hi\x1e"
              "bAQIDBA==");
}

TEST(EnginePayload, SurvivesRandomBytes) {
    base::Random random(9);
    constexpr std::string_view letters = "0123456b\x1e=ABab+/";
    for (int round = 0; round < 20'000; ++round) {
        std::string body;
        for (std::uint64_t i = random.below(30); i > 0; --i)
            body += random.below(10) ? letters[random.below(letters.size())]
                                     : static_cast<char>(random.below(256));
        decode_payload(body);
    }
}

}  // namespace
}  // namespace realtime
