#include "base/json.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"

namespace base {
namespace {

enum class Color { blue_green, red };
BOOST_DESCRIBE_ENUM(Color, blue_green, red)

struct Inner {
    int count = 7;
    std::optional<std::string> note{};
    bool operator==(Inner const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (count, note))
constexpr FieldRule inner_rules[] = {{.field = "count", .minimum = 1, .maximum = 9}};
constexpr std::span<FieldRule const> rules_of(Inner const*) { return inner_rules; }

struct Outer {
    std::string name{};
    Color default_ = Color::red;
    Duration wait = 30s;
    std::vector<Inner> parts{};
    std::map<std::string, int> sizes{};
    std::optional<Inner> extra{};
    bool on = false;
    double share = 0.5;
    bool operator==(Outer const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Outer, (), (name, default_, wait, parts, sizes, extra, on, share))
constexpr FieldRule outer_rules[] = {
    {.field = "name", .required = true, .longest = 5, .about = "what it is called"}};
constexpr std::span<FieldRule const> rules_of(Outer const*) { return outer_rules; }

std::string problem(std::string_view text) {
    auto read = from_text<Outer>(text);
    return read ? "none" : read.error().message;
}

TEST(Json, RoundTripsEveryKindOfField) {
    Outer outer{.name = "a",
                .default_ = Color::blue_green,
                .wait = 90s,
                .parts = {{1, "x"}, {2, {}}},
                .sizes = {{"k", 3}},
                .extra = Inner{},
                .on = true,
                .share = 0.25};
    EXPECT_EQ(*from_text<Outer>(to_text(outer)), outer);
}

TEST(Json, WritesEnumeratorsAndKeywordsByTheirWireNames) {
    EXPECT_EQ(to_text(Outer{.name = "a", .default_ = Color::blue_green}).substr(0, 42),
              R"({"name":"a","default":"blue-green","wait":)");
}

TEST(Json, KeepsDefaultsOfAbsentFields) { EXPECT_EQ(from_text<Outer>(R"({"name":"a"})")->wait, 30s); }

TEST(Json, NamesThePathAndWhatWouldBeRight) {
    struct {
        char const* text;
        char const* message;
    } const cases[] = {
        {R"({})", "name: is required: what it is called"},
        {R"({"name":1})", "name: expected text, got a number"},
        {R"({"name":"abcdef"})", "name: longer than 5 characters"},
        {R"({"name":"a","nmae":1})", "nmae: unknown field (did you mean \"name\"?)"},
        {R"({"name":"a","zzzzzzzz":1})",
         "zzzzzzzz: unknown field (known: name, default, wait, parts, sizes, extra, on, share)"},
        {R"({"name":"a","default":"blue-gren"})",
         "default: unknown value \"blue-gren\" (did you mean \"blue-green\"?)"},
        {R"({"name":"a","wait":"soon"})",
         "wait: \"soon\" is not a duration; write it like 500ms, 30s, 10m, 1h30m or 2d"},
        {R"({"name":"a","wait":30})", "wait: expected a duration as text, like \"30s\", got a number"},
        {R"({"name":"a","parts":[{"count":1},{"count":99}]})", "parts[1].count: must be from 1 to 9"},
        {R"({"name":"a","parts":[{"count":1.5}]})", "parts[0].count: expected a whole number, got a number"},
        {R"({"name":"a","parts":[{"count":99999999999}]})", "parts[0].count: the number is out of range"},
        {R"({"name":"a","extra":{"cuont":1}})", "extra.cuont: unknown field (did you mean \"count\"?)"},
        {R"({"name":"a","sizes":{"k":"v"}})", "sizes.k: expected a whole number, got text"},
        {R"([])", "the body: expected an object, got a list"},
    };
    for (auto const& each : cases) EXPECT_EQ(problem(each.text), each.message) << each.text;
}

TEST(Json, MeasuresTextInCharactersAsItsSchemaSays) {
    std::string five =
        "\xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\xa2"
        "ab";

    EXPECT_EQ(from_text<Outer>("{\"name\":\"" + five + "\"}")->name, five);
    EXPECT_EQ(problem("{\"name\":\"" + five + "c\"}"), "name: longer than 5 characters");
    EXPECT_EQ(struct_schema<Outer>(SchemaFor::request)["properties"].at("name").at("maxLength"), 5);
}

TEST(Json, WritesNumbersAsPeopleDo) {
    json::array numbers{0.0, 2.0, 0.05, 78.9, -1.5, 1e-6, 9e15, 1e300, 7, -7, 18446744073709551615U};
    EXPECT_EQ(to_text(numbers),
              "[0,2,0.05,78.9,-1.5,1e-06,9000000000000000,1e+300,7,-7,18446744073709551615]");
    EXPECT_EQ(to_text(json::array{std::numeric_limits<double>::infinity(), std::nan("")}), "[null,null]");
}

TEST(Json, KeepsEveryNumberToTheLastBit) {
    Random random(7);
    for (int i = 0; i < 200'000; ++i) {
        auto number = std::bit_cast<double>(random.next());
        if (!std::isfinite(number)) continue;
        std::string text = to_text(number);
        auto read = parse_json(text);
        ASSERT_TRUE(read) << text;
        ASSERT_EQ(read->to_number<double>(), number) << text;
        ASSERT_EQ(to_text(*read), text);
    }
    for (char const* text : {"-4.6141900890506806e-301", "9.948229457846077e-8", "123456789012345680000",
                             "0.1", "5e-324", "1.7976931348623157e308", "2.5E+1"})
        EXPECT_EQ(parse_json(text)->to_number<double>(), std::strtod(text, nullptr)) << text;
    EXPECT_EQ(to_text(*parse_json("[-0,-0.0,0]")), "[-0,-0,0]");
    EXPECT_EQ(to_text(*parse_json("[18446744073709551615,-9223372036854775808]")),
              "[18446744073709551615,-9223372036854775808]");
}

TEST(Json, EscapesTextAsTheParserReadsIt) {
    std::string text;
    for (int letter = 0; letter < 128; ++letter) text += static_cast<char>(letter);
    text += "\xc3\xa4";
    EXPECT_EQ(parse_json(to_text(json::object{{text, text}}))->at(text).as_string(), text);
}

TEST(Json, RefusesWhatIsNotOneValue) {
    EXPECT_NE(problem("{\"name\":\"a\"} x").find("something follows"), std::string::npos);
    EXPECT_NE(problem("{\"name\":").find("not JSON"), std::string::npos);
    EXPECT_NE(problem("").find("not JSON"), std::string::npos);
    EXPECT_NE(problem(std::string(100, '[')).find("not JSON"), std::string::npos) << "deeper than 32";
}

TEST(Json, SchemaOfARequestNamesWhatIsRequiredAndNothingElseIsAllowed) {
    auto schema = schema_of<Outer>(SchemaFor::request);
    EXPECT_EQ(to_text(schema["required"]), R"(["name"])");
    EXPECT_EQ(schema["additionalProperties"], false);
    EXPECT_EQ(to_text(schema["properties"].at("default")),
              R"({"type":"string","enum":["blue-green","red"]})");
}

TEST(Json, SchemaOfAnAnswerHasEveryField) {
    auto schema = schema_of<Inner>(SchemaFor::answer);
    EXPECT_EQ(to_text(schema["required"]), R"(["count","note"])");
    EXPECT_EQ(to_text(schema["properties"].at("note").at("type")), R"(["string","null"])");
}

TEST(Json, HoldsPeopleToTheRulesButNotWhatWeStoredOurselves) {
    std::string stored = R"({"count":0,"note":")" + std::string(5000, 'x') + "\"}";
    EXPECT_FALSE(from_text<Inner>(stored));
    Result<Inner> read = from_text<Inner>(stored, Author::ourselves);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->count, 0);
    EXPECT_EQ(read->note->size(), 5000U);
    EXPECT_FALSE(from_text<Inner>(R"({"count":"0"})", Author::ourselves))
        << "a wrong type is wrong all the same";
}

}  // namespace
}  // namespace base
