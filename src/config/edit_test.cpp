#include "config/edit.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "config/environments.hpp"
#include "config/file.hpp"

namespace config {
namespace {

struct Row {
    char const* story;
    std::string before, after;
};

class Edit : public testing::TestWithParam<Row> {};

/// Disables the environment "a".
TEST_P(Edit, ChangesOneWord) {
    auto edited = set_enabled(GetParam().before, "a", {}, false);

    ASSERT_TRUE(edited) << GetParam().story << ": " << edited.error().message;
    EXPECT_EQ(*edited, GetParam().after) << GetParam().story;
    EXPECT_EQ(*set_enabled(*edited, "a", {}, false), *edited) << "a second time changes nothing";
}

constexpr char const* rest = "provider: aws, type: cloud, target: sample";

INSTANTIATE_TEST_SUITE_P(
    Styles, Edit,
    testing::Values(
        Row{"block",
            "environments:\n  - name: a\n    enabled: true # yes\n    provider: aws\n    type: cloud\n    "
            "target: sample\n",
            "environments:\n  - name: a\n    enabled: false # yes\n    provider: aws\n    type: cloud\n    "
            "target: sample\n"},
        Row{"absent, before a comment",
            "environments:\n  - name: a # the first\n    # a cloud\n    provider: aws\n    type: cloud\n    "
            "target: sample\n",
            "environments:\n  - name: a # the first\n    enabled: false\n    # a cloud\n    provider: aws\n  "
            "  type: cloud\n    target: sample\n"},
        Row{"absent, name last, no line end",
            "environments:\n- provider: aws\n  type: cloud\n  target: sample\n  name: a",
            "environments:\n- provider: aws\n  type: cloud\n  target: sample\n  name: a\n  enabled: false"},
        Row{"absent, Windows",
            "environments:\r\n- name: a\r\n  provider: aws\r\n  type: cloud\r\n  target: sample\r\n",
            "environments:\r\n- name: a\r\n  enabled: false\r\n  provider: aws\r\n  type: cloud\r\n  target: "
            "sample\r\n"},
        Row{"absent, dash on a line of its own",
            "environments:\n  -\n      name: a\n      provider: aws\n      type: cloud\n      target: "
            "sample\n",
            "environments:\n  -\n      name: a\n      enabled: false\n      provider: aws\n      type: "
            "cloud\n      target: sample\n"},
        Row{"absent, name as a block",
            "environments:\n- name: >-\n    a\n  provider: aws\n  type: cloud\n  target: sample\n",
            "environments:\n- name: >-\n    a\n  enabled: false\n  provider: aws\n  type: cloud\n  target: "
            "sample\n"},
        Row{"absent, flow", fmt::format("environments: [{{name: a, {}}}]", rest),
            fmt::format("environments: [{{name: a, enabled: false, {}}}]", rest)},
        Row{"absent, flow, quoted", fmt::format("environments: [{{'name': \"a\" , {}}}]", rest),
            fmt::format("environments: [{{'name': \"a\", enabled: false , {}}}]", rest)},
        Row{"JSON",
            R"({"environments":[{"name":"a","enabled":true,"provider":"aws","type":"cloud","target":"sample"}]})",
            R"({"environments":[{"name":"a","enabled":false,"provider":"aws","type":"cloud","target":"sample"}]})"},
        Row{"after text that is not ASCII",
            fmt::format("\xEF\xBB\xBF# \xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\x80\nenvironments: [{{region: "
                        "\xC3\xA9, enabled: True, name: a, {}}}]",
                        rest),
            fmt::format("\xEF\xBB\xBF# \xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\x80\nenvironments: [{{region: "
                        "\xC3\xA9, enabled: false, name: a, {}}}]",
                        rest)},
        Row{"merged, but written out",
            fmt::format("environments:\n- &b {{name: b, {}}}\n- {{<<: *b, name: a, enabled: true}}\n", rest),
            fmt::format("environments:\n- &b {{name: b, {}}}\n- {{<<: *b, name: a, enabled: false}}\n",
                        rest)}));

struct Refusal {
    std::string text, message;
};
class Refused : public testing::TestWithParam<Refusal> {};
TEST_P(Refused, WithTheReason) {
    auto edited = set_enabled(GetParam().text, "a", {}, false);

    ASSERT_FALSE(edited) << *edited;
    EXPECT_EQ(edited.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    InTheWay, Refused,
    testing::Values(
        Refusal{fmt::format("environments:\n- {{name: a, {}}}\n- {{<<: *x}}\n", rest),
                "environments.yaml:3:8: unknown alias *x; no &x stands above"},
        Refusal{fmt::format(
                    "environments:\n- {{name: b, enabled: &e true, {}}}\n- {{name: a, enabled: *e, {}}}\n",
                    rest, rest),
                "cannot edit environment \"a\" in line 3: its `enabled` is an alias; edit the file by hand"},
        Refusal{fmt::format(
                    "environments:\n- {{name: a, enabled: &e true, {}}}\n- {{name: b, enabled: *e, {}}}\n",
                    rest, rest),
                "cannot edit environment \"a\" without changing more; edit the file by hand"},
        Refusal{fmt::format("environments:\n- &b {{name: b, {}}}\n- <<: *b\n  name: a\n", rest),
                "cannot edit environment \"a\" in line 3: a merge key (<<) gives it fields; write `enabled` "
                "out there; edit the file by hand"},
        Refusal{fmt::format("environments:\n- &a {{name: a, {}}}\n- {{<<: *a, name: b}}\n", rest),
                "cannot edit environment \"a\" in line 2: line 3 uses it by an alias and would change, too; "
                "edit the file by hand"}));

TEST(EditComponent, ChangesOnlyTheOneThatIsMeant) {
    std::string text = fmt::format(
        "environments:\n- name: a\n  {}\n  components:\n  - name: x\n  - {{name: y}}\n  - name: z\n    "
        "enabled: false\n",
        "provider: aws\n  type: cloud\n  target: sample");

    EXPECT_EQ(set_enabled(text, "a", "x", false)->substr(text.find("  - name: x")),
              "  - name: x\n    enabled: false\n  - {name: y}\n  - name: z\n    enabled: false\n");
    EXPECT_EQ(set_enabled(text, "a", "y", false)->substr(text.find("  - name: x")),
              "  - name: x\n  - {name: y, enabled: false}\n  - name: z\n    enabled: false\n");
    EXPECT_EQ(set_enabled(text, "a", "z", true)->substr(text.find("  - name: x")),
              "  - name: x\n  - {name: y}\n  - name: z\n    enabled: true\n");
    EXPECT_EQ(*set_enabled(text, "a", "x", true), text);
}

TEST(EditComponent, NamesTheNearestWhenThereIsNone) {
    std::string text =
        "environments: [{name: alpha, provider: aws, type: cloud, target: sample, components: [{name: "
        "web}]}]";

    EXPECT_EQ(set_enabled(text, "alpa", {}, true).error().message,
              "there is no environment \"alpa\" (did you mean \"alpha\"?)");
    EXPECT_EQ(set_enabled(text, "alpha", "wep", true).error().message,
              "environment \"alpha\" has no component \"wep\" (did you mean \"web\"?)");
    EXPECT_EQ(set_enabled(text, "alpha", "wep", true).error().code, base::Errc::not_found);
}

// -- Any document: what is not the flag stays as it was.

/// Writes valid documents in every style.
class Writer {
public:
    explicit Writer(base::Random& random) : random_(random) {}

    std::string document(int environments) {
        std::string text =
            pick({"", "\xEF\xBB\xBF", "%YAML 1.2\n---\n", "# \xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\n\n"});
        text += "environments:" + comment();
        for (int i = 0; i < environments; ++i)
            text += chance() ? block(fmt::format("e{}", i)) : flow(fmt::format("e{}", i));
        if (chance()) text.pop_back();
        if (!chance()) return text;
        std::string windows;
        for (char c : text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
        return windows;
    }

private:
    bool chance() { return random_.below(2) == 0; }
    std::string pick(std::initializer_list<std::string> words) {
        return words.begin()[random_.below(words.size())];
    }
    std::string comment() { return pick({"\n", " # \xC3\xA4 enabled: false\n", "\n# name: e0\n", "\n\n"}); }
    std::string key(std::string const& name) { return pick({name, "\"" + name + "\"", "'" + name + "'"}); }
    std::string value(std::string const& text) { return pick({text, "\"" + text + "\"", "'" + text + "'"}); }
    std::string flag() { return pick({"true", "false", "True", "FALSE"}); }

    std::vector<std::string> fields(std::string const& name, char const* separator) {
        std::vector<std::string> all{key("provider") + separator + value("aws"),
                                     key("type") + separator + value("cloud"),
                                     key("target") + separator + pick({"sample", "{sample: {}}"}),
                                     key("name") + separator + value(name)};
        if (chance()) all.push_back(key("region") + separator + "\"\xF0\x9F\x9A\x80: #\"");
        if (chance()) all.push_back(key("enabled") + separator + flag());
        for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[random_.below(i)]);
        return all;
    }

    std::string block(std::string const& name) {
        std::string text, indent = pick({"", "  ", "    "});
        indent = "  ";
        bool first = true;
        for (std::string const& field : fields(name, ": ")) {
            text += (first ? indent + "-   " : indent + "    ") + field + comment();
            first = false;
        }
        if (chance()) {
            text += indent + "    components:\n" + indent + "    - name: x" + comment() + indent +
                    "    - {name: y, enabled: " + flag() + "}" + comment();
            text += indent + "    - enabled: " + flag() + comment() + indent + "      'name': z\n";
        } else {
            text += indent +
                    "    components: [{name: x}, {name: \"y\", service: besu} , {enabled: true, name: z}]\n";
        }
        return text;
    }

    std::string flow(std::string const& name) {
        std::string text = "  - {";
        for (std::string const& field : fields(name, ": "))
            text += field + pick({", ", " , ", ",\n      ", ", # \xC3\xB6\n      "});
        return text + "components: [{name: x}, {name: y, enabled: " + flag() + "}, {name: z}]}" + comment();
    }

    base::Random& random_;
};

/// What the two texts do not have in common.
struct Change {
    std::string removed, added;
};
Change change_of(std::string const& before, std::string const& after) {
    std::size_t head = 0, tail = 0;
    while (head < std::min(before.size(), after.size()) && before[head] == after[head]) ++head;
    while (tail < std::min(before.size(), after.size()) - head &&
           before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
        ++tail;
    return {before.substr(head, before.size() - head - tail), after.substr(head, after.size() - head - tail)};
}

TEST(EditProperty, KeepsEveryOtherByteOfAnyDocument) {
    base::Random random(3);
    int changed = 0;
    for (int run = 0; run < 1500; ++run) {
        std::string text = Writer(random).document(3);
        auto before = parse_environments(text, "f");
        ASSERT_TRUE(before) << before.error().message << "\n" << text;
        std::string environment = fmt::format("e{}", random.below(3));
        std::optional<std::string> component;
        if (random.below(2) == 0) component = std::string(1, static_cast<char>('x' + random.below(3)));
        bool enabled = random.below(2) == 0;

        auto edited = set_enabled(text, environment, component, enabled);

        ASSERT_TRUE(edited) << edited.error().message << "\n" << text;
        for (model::Environment& each : before->environments) {
            if (each.name != environment) continue;
            if (!component) each.enabled = enabled;
            for (model::Component& part : each.components)
                if (component && part.name == *component) part.enabled = enabled;
        }
        EXPECT_EQ(*parse_environments(*edited, "f"), *before) << *edited;
        Change change = change_of(text, *edited);
        EXPECT_LE(change.removed.size(), 5U) << text;
        EXPECT_LE(change.added.size(), 40U) << *edited;
        EXPECT_EQ(change.added.find('#'), std::string::npos);
        EXPECT_EQ(
            std::count(edited->begin(), edited->end(), '\r'),
            text.find('\r') == std::string::npos ? 0 : std::count(edited->begin(), edited->end(), '\n'));
        changed += *edited != text;
    }
    EXPECT_GT(changed, 500);
}

// -- The file.

TEST(EnvironmentsFile, TellsOfChangesOnDisk) {
    base::FakeFiles files;
    files.contents["/e.yaml"] = fmt::format("environments: [{{name: a, {}}}]\n", rest);
    EnvironmentsFile file("/e.yaml", files);
    ASSERT_TRUE(file.load());
    EXPECT_FALSE(*file.has_changed());

    files.contents["/e.yaml"] += "# by hand\n";
    EXPECT_TRUE(*file.has_changed());
    auto loaded = file.set_enabled("a", {}, false);

    ASSERT_TRUE(loaded);
    EXPECT_FALSE(loaded->document.environments[0].enabled);
    EXPECT_FALSE(*file.has_changed());
    EXPECT_EQ(files.contents["/e.yaml"],
              fmt::format("environments: [{{name: a, enabled: false, {}}}]\n# by hand\n", rest));
}

TEST(EnvironmentsFile, ChangesNothingWhenItCannotWrite) {
    base::FakeFiles files;
    std::string text = files.contents["/e.yaml"] = fmt::format("environments: [{{name: a, {}}}]\n", rest);
    EnvironmentsFile file("/e.yaml", files);
    files.write_problem = "the disk is full";

    auto edited = file.set_enabled("a", {}, false);

    EXPECT_EQ(edited.error().message, "cannot write /e.yaml: the disk is full");
    EXPECT_EQ(files.contents["/e.yaml"], text);
    EXPECT_TRUE(file.set_enabled("a", {}, true)) << "nothing to change, nothing to write";
}

TEST(EnvironmentsFile, SaysThatItIsNotThere) {
    base::FakeFiles files;
    EXPECT_EQ(EnvironmentsFile("/e.yaml", files).load().error().code, base::Errc::not_found);
}

}  // namespace
}  // namespace config
