#include "config/environments.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>

namespace config {
namespace {

std::string read_source(std::string const& path) {
    std::ifstream file(std::string(PILOTHOUSE_SOURCE_DIR) + "/" + path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// All problems, one a line, without the file's name.
std::string problems_of(std::string const& text) {
    std::string lines;
    for (Problem const& problem : check_environments(text, "f"))
        lines += fmt::format("{}{}:{}: {}", lines.empty() ? "" : "\n", problem.line, problem.column,
                             problem.message);
    return lines;
}

/// A valid document with a hole in the component and one in the environment.
std::string with(std::string const& component, std::string const& environment = "") {
    return "environments:\n  - name: demo\n    provider: azure\n    type: cloud\n    target: host\n" +
           environment +
           "    components:\n      - name: web\n        workload: {command: [a]}\n        traffic: {listen: "
           "\"127.0.0.1:1\"}\n" +
           component;
}

// -- What is right.

TEST(Environments, ReadsTheExample) {
    auto loaded = load_environments(read_source("config/environments.yaml"), "environments.yaml");

    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_TRUE(loaded->warnings.empty());
    ASSERT_EQ(loaded->document.environments.size(), 3U);
    model::Environment const& demo = loaded->document.environments[0];
    EXPECT_EQ(demo.provider, model::Provider::on_premises);
    EXPECT_EQ(demo.type, model::EnvironmentType::hci);
    EXPECT_TRUE(demo.target.host && !demo.target.sample);
    model::Component const& web = demo.components.at(0);
    EXPECT_EQ(web.workload->replicas, 3);
    EXPECT_EQ(web.workload->command.back(), "{port}");
    EXPECT_EQ(web.traffic->listen, "127.0.0.1:8080");
    EXPECT_EQ(web.strategy->weights_percent, (std::vector{10, 25, 50, 75, 100}));
    EXPECT_EQ(web.strategy->bake, Duration(30s));
    EXPECT_EQ(web.judge->risk, 0.01);
    EXPECT_EQ(web.judge->on_no_data, model::NoDataPolicy::hold);
    EXPECT_TRUE(loaded->document.environments[1].target.sample);
}

TEST(Environments, SaysAtOnceAllThatIsWrong) {
    auto parsed = parse_environments(
        "environments:\n- {name: Demo, provider: azur, type: cloud, target: sample}\n- {nam: x}\n", "e.yaml");

    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, base::Errc::invalid);
    EXPECT_EQ(parsed.error().message,
              "e.yaml:2:10: name: \"Demo\" must be lower-case letters, digits and dashes, at most 63, with a "
              "letter or digit at both ends\n"
              "e.yaml:2:26: unknown provider \"azur\" (did you mean \"azure\"?)\n"
              "e.yaml:3:3: name is required\n"
              "e.yaml:3:3: provider is required\n"
              "e.yaml:3:3: type is required\n"
              "e.yaml:3:3: target is required\n"
              "e.yaml:3:4: unknown field \"nam\" (did you mean \"name\"?)");
}

TEST(Environments, FindsByNameAndNamesTheNearest) {
    auto document = parse_environments(read_source("config/environments.yaml"), "f");

    EXPECT_EQ(find(*document, "demo"), &document->environments[0]);
    EXPECT_EQ(find(*document, "nope"), nullptr);
    EXPECT_EQ(get(*document, "azure-wst").error().message,
              "there is no environment \"azure-wst\" (did you mean \"azure-west\"?)");
    EXPECT_EQ(get(*document, "azure-wst").error().code, base::Errc::not_found);
}

TEST(Environments, GroupsByProvider) {
    auto document = parse_environments(
        "environments:\n- {name: a, provider: aws, type: cloud, target: sample}\n- {name: b, provider: "
        "azure, type: cloud, target: sample}\n"
        "- {name: c, provider: aws, type: cloud, target: sample}\n",
        "f");

    auto groups = group_by_provider(*document);

    ASSERT_EQ(groups.size(), 2U);
    ASSERT_EQ(groups[model::Provider::aws].size(), 2U);
    EXPECT_EQ(groups[model::Provider::aws][1]->name, "c");
}

TEST(Environments, TakesAliasesAndMergeKeys) {
    auto document = parse_environments(
        "environments:\n- &a\n  name: a\n  provider: aws\n  type: cloud\n  region: x\n  target: &t {sample: "
        "{}}\n"
        "- {<<: *a, name: b, region: y}\n- {<<: [{region: z}, *a], name: c}\n- {name: d, provider: ibm, "
        "type: hci, target: *t}\n",
        "f");

    ASSERT_TRUE(document) << document.error().message;
    EXPECT_EQ(document->environments[1].provider, model::Provider::aws);
    EXPECT_EQ(document->environments[1].region, "y");
    EXPECT_EQ(document->environments[2].region, "z");
    EXPECT_TRUE(document->environments[3].target.sample);
}

TEST(Environments, ReadsEveryWayToWriteATarget) {
    for (char const* target : {"host", "{host: }", "{host: {}}", "{host: {haproxy: managed}}", "\"host\""})
        EXPECT_EQ(problems_of("environments:\n- {name: a, provider: aws, type: cloud, target: " +
                              std::string(target) + "}"),
                  "")
            << target;
}

TEST(Environments, WarnsOfWhatIsNearlyAPlaceholder) {
    auto loaded = load_environments(with("        enabled: true\n", "    strategy: {bake: 1s}\n") +
                                        "      - name: b\n        workload: {command: [x, \"{verison}\", "
                                        "\"{a: 1}\"]}\n        traffic: {listen: \"127.0.0.1:2\"}\n",
                                    "f");

    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(
        loaded->warnings,
        (std::vector<std::string>{"f:13:33: {verison} is passed on as it is (did you mean {version}?)"}));
}

// -- What is wrong.

struct Bad {
    std::string text, problems;
};
class BadFile : public testing::TestWithParam<Bad> {};
TEST_P(BadFile, IsRefusedWithPlaceAndRemedy) {
    EXPECT_EQ(problems_of(GetParam().text), GetParam().problems) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Yaml, BadFile,
    testing::Values(
        Bad{"", "1:1: the file is empty; it must begin with `environments:`"},
        Bad{"# only a comment\n", "1:1: the file is empty; it must begin with `environments:`"},
        Bad{"[]", "1:1: the file: expected fields (key: value), got a list"},
        Bad{"{}", "1:1: environments is required"},
        Bad{"environments: 1", "1:15: environments: expected a list, got a number"},
        Bad{"environments:\n", "1:13: environments: expected a list, got nothing"},
        Bad{"environments: [1", "1:17: not YAML: flow sequence without a closing bracket"},
        Bad{"environments: []\n\tx: 1\n", "2:1: not YAML: tab character may not be used as indentation"},
        Bad{"environments: []\n---\nenvironments: []\n",
            "2:1: a second document begins; one file holds one document: remove this line"},
        Bad{"environments: []\nenvironments: []\n",
            "2:1: \"environments\" is here twice, first in line 1; remove one"},
        Bad{"environments: !list []\n",
            "1:21: tags (!...) are not understood; to make something text put it in quotes"},
        Bad{"environments: *x\n", "1:15: unknown alias *x; no &x stands above"},
        Bad{"environments: &x [*x]\n", "1:19: the alias *x stands inside of &x: that has no end"},
        Bad{"? [a]\n: b\n", "1:3: a key must be text"},
        Bad{"environments: []\n# \xff\n", "2:3: the byte 0xFF is not text in UTF-8; remove it"},
        Bad{std::string("environments: []\n\0", 18), "2:1: the byte 0x00 is not text in UTF-8; remove it"},
        Bad{"environments: []\n# \xc3\xa4\xc3\xb6 \x1b[31m\n",
            "2:6: the byte 0x1B is not text in UTF-8; remove it"},
        Bad{"\xEF\xBB\xBF\xC3\xA4: 1\n",
            "1:1: unknown field \"\xC3\xA4\" (known: environments)\n1:1: environments is required"}));

INSTANTIATE_TEST_SUITE_P(
    Types, BadFile,
    testing::Values(
        Bad{with("        enabled: no\n"), "10:18: enabled: expected true or false, got text"},
        Bad{with("        enabled: \"true\"\n"), "10:18: enabled: expected true or false, got text"},
        Bad{with("        enabled:\n"), "10:16: enabled: expected true or false, got nothing"},
        Bad{with("        service: 1.10\n"),
            "10:18: service: expected text, got a number; quote it: \"1.10\""},
        Bad{with("        service: true\n"),
            "10:18: service: expected text, got true or false; quote it: \"true\""},
        Bad{with("        service: [http]\n"), "10:18: service: expected text, got a list"},
        Bad{with("        sevice: http\n"), "10:9: unknown field \"sevice\" (did you mean \"service\"?)"},
        Bad{with("        colour: red\n"),
            "10:9: unknown field \"colour\" (known: name, service, enabled, workload, traffic, rpc, "
            "strategy, "
            "judge)"},
        Bad{with("        strategy: canary\n"), "10:19: strategy: expected fields (key: value), got text"},
        Bad{with("        strategy: {default: canry}\n"),
            "10:29: unknown default \"canry\" (did you mean \"canary\"?)"},
        Bad{with("        strategy: {default: 1}\n"),
            "10:29: default: expected one of rolling, blue-green, canary, got a number"},
        Bad{with("        strategy: {bake: 30}\n"),
            "10:26: bake: expected a duration as text, like \"30s\", got a number"},
        Bad{with("        strategy: {bake: 30x}\n"),
            "10:26: bake: \"30x\" is not a duration; write it like 500ms, 30s, 10m, 1h30m or 2d"},
        Bad{with("        strategy: {surge: 1.5}\n"), "10:27: surge: expected a whole number, got a number"},
        Bad{with("        strategy: {surge: 101}\n"), "10:27: surge: must be from 0 to 100"},
        Bad{with("        strategy: {weights_percent: [10, x]}\n"),
            "10:42: weights_percent[1]: expected a whole number, got text"},
        Bad{with("        judge: {risk: 2}\n"), "10:23: risk: must be from 1e-06 to 0.5"},
        Bad{with("        judge: {risk: .inf}\n"), "10:23: risk: expected a number, got text"}));

std::string cluster(std::string const& workload, std::string const& traffic) {
    return "environments:\n- {name: aks, provider: azure, type: cloud, target: {kubernetes: {kubeconfig: "
           "f}},\n"
           "   components: [{\n    name: web,\n    workload: " +
           workload + ",\n    traffic: " + traffic + "}]}\n";
}

std::string reached_by(std::string const& kubernetes) {
    return "environments:\n- name: aks\n  provider: azure\n  type: cloud\n  target:\n    kubernetes: " +
           kubernetes + "\n";
}

INSTANTIATE_TEST_SUITE_P(
    Access, BadFile,
    testing::Values(Bad{reached_by("{uploaded: shop-west}"), ""},
                    Bad{reached_by("{kubeconfig: f, context: c}"), ""},
                    Bad{reached_by("{uploaded: shop, kubeconfig: f}"),
                        "6:28: uploaded: there is a kubeconfig, too; name either a file of this machine "
                        "(kubeconfig) or one "
                        "that was uploaded (uploaded)"},
                    Bad{reached_by("{uploaded: shop, context: c}"),
                        "6:43: context: that of an uploaded kubeconfig is chosen when it is uploaded; remove "
                        "it, and use: "
                        "pilothouse kubeconfig put NAME FILE --context CONTEXT"},
                    Bad{reached_by("{uploaded: ../Shop}"),
                        "6:28: uploaded: \"../Shop\" is no name of a kubeconfig: lower-case letters, digits "
                        "and dashes, at "
                        "most 63, with a letter or digit at both ends"},
                    Bad{reached_by("{uploded: shop}"),
                        "6:18: unknown field \"uploded\" (did you mean \"uploaded\"?)"}));

INSTANTIATE_TEST_SUITE_P(
    Rules, BadFile,
    testing::Values(
        Bad{with("        service: beso\n"), "10:18: unknown service \"beso\" (did you mean \"besu\"?)"},
        Bad{with("        strategy: {weights_percent: [10, 5, 100]}\n"),
            "10:37: weights_percent: must rise from 1 to 100, like [10, 25, 50, 75, 100]"},
        Bad{with("        strategy: {weights_percent: [10, 50]}\n"),
            "10:37: weights_percent: must end with 100"},
        Bad{with("        strategy: {weights_percent: []}\n"),
            "10:37: weights_percent: must be from 1 to 100 items"},
        Bad{with("        strategy: {gates_percent: [0]}\n"), "10:35: gates_percent: must be from 1 to 100"},
        Bad{with("        strategy: {surge: 0}\n"), "10:27: surge: surge and unavailable cannot both be 0"},
        Bad{with("        strategy: {surge: 0}\n", "    strategy: {unavailable: 1}\n"), ""},
        Bad{with("      - name: web\n"),
            "10:9: workload is required on a host: what to run, like workload: {command: [./service, --port, "
            "\"{port}\"]}\n"
            "10:15: name: the component \"web\" is here twice, first in line 7; names must differ"},
        Bad{with("      - name: b\n        workload: {command: [x]}\n"),
            "10:9: traffic is required on a host: where clients send requests, like traffic: {listen: "
            "\"127.0.0.1:8080\"}"},
        Bad{with("      - name: b\n        workload: {command: []}\n        traffic: {listen: \"8080\"}\n"),
            "11:29: command: must be from 1 to 64 items\n"
            "12:27: listen: \"8080\" is not address:port; write it like 127.0.0.1:8080 or [::1]:8080"},
        Bad{with(
                "      - name: b\n        workload: {command: [\"\"], replicas: 0, env: {\"a=b\": c, D: 1}}\n"
                "        traffic: {listen: \"0.0.0.0:1\", health: healthz}\n"),
            "11:30: command[0]: the program's name is empty\n"
            "11:45: replicas: must be from 1 to 100\n"
            "11:61: env: \"a=b\" is no name for a variable; it must not be empty nor hold =\n"
            "11:67: env.D: expected text, got a number; quote it: \"1\"\n"
            "12:27: listen: 0.0.0.0:1 is taken in line 9; each component needs its own\n"
            "12:48: health: \"healthz\" is not a path; write it like /healthz"},
        Bad{"environments:\n- {name: a, provider: aws, type: cloud, target: sample}\n- {name: a, provider: "
            "aws, type: cloud, target: sample}\n",
            "3:10: name: the environment \"a\" is here twice, first in line 2; names must differ"},
        Bad{"environments:\n- {name: a, provider: aws, type: cloud, target: hosst}\n",
            "2:49: unknown target \"hosst\" (did you mean \"host\"?); write `target: {host: {haproxy: "
            "managed}}`, `target: {kubernetes: {kubeconfig: file}}` or `target: sample`"},
        Bad{"environments:\n- {name: a, provider: aws, type: cloud, target: {host: {}, sample: {}}}\n",
            "2:49: target: exactly one of host, kubernetes and sample, got several; write `target: {host: "
            "{haproxy: "
            "managed}}`, `target: {kubernetes: {kubeconfig: file}}` or `target: sample`"},
        Bad{"environments:\n- {name: a, provider: aws, type: cloud, target: {}}\n",
            "2:49: target: exactly one of host, kubernetes and sample, got none; write `target: {host: "
            "{haproxy: "
            "managed}}`, `target: {kubernetes: {kubeconfig: file}}` or `target: sample`"},
        Bad{"environments:\n- {name: a, provider: aws, type: cloud}\n", "2:3: target is required"},
        Bad{with("      - name: b\n        workload: {command: [x], image: r/x:1}\n        traffic: {listen: "
                 "\"0.0.0.0:2\", service: web}\n"),
            "11:41: image: only in a cluster; remove it\n12:49: service: only in a cluster; remove it"},
        Bad{cluster("{command: [x], image: \"r/web\"}", "{listen: \"0.0.0.0:1\"}"),
            "5:15: deployment is required in a cluster, like web for web-blue and web-green\n"
            "5:15: container is required in a cluster, like the name of a container of its pods\n"
            "5:25: command: in a cluster the image says what to run; remove it\n"
            "5:37: image: must hold {version}, like registry.example.org/web:{version}\n"
            "6:14: service is required in a cluster, like web\n"
            "6:23: listen: in a cluster a Service says where to send requests; remove it"},
        Bad{cluster("{deployment: Web, container: main, image: \"r/web:{version}\"}",
                    "{service: web, virtual_service: web, http_route: web}"),
            "5:28: deployment: \"Web\" is no name of an object in a cluster: lower-case letters, digits and "
            "dashes, "
            "at most 63\n"
            "6:14: traffic: at most one of virtual_service and http_route"},
        Bad{cluster("{deployment: web, container: main, image: \"r/web:{version}\", replicas: 3}",
                    "{service: web, http_route: web}"),
            ""},
        Bad{cluster("{deployment: web, container: main, image: \"r/web:{version}\"}",
                    "{service: web, metrics: {requests: 'http_requests_total{pod=~\"{deployment}-.+\"}'}}"),
            ""},
        Bad{cluster("{deployment: web, container: main, image: \"r/web:{version}\"}",
                    "{service: web, metrics: {}}"),
            ""},
        Bad{cluster("{deployment: web, container: main, image: \"r/web:{version}\"}",
                    "{service: web, metrics: {requests: sum(a), failures: 'a{'}}"),
            "6:49: requests: must select counters, by a name and matchers as in PromQL and nothing around "
            "them, "
            "like http_requests_total{job=\"web\",pod=~\"{deployment}-.+\"}; no sum() or rate(): they are "
            "added "
            "up here, because a sum hides that one of them began again\n"
            "6:67: failures: must select counters, by a name and matchers as in PromQL and nothing around "
            "them, "
            "like http_requests_total{job=\"web\",pod=~\"{deployment}-.+\"}; no sum() or rate(): they are "
            "added "
            "up here, because a sum hides that one of them began again"},
        Bad{with("        rpc: {path: /rpc, chain_id: 1337, block_period: 2s, peers: 3, validators: "
                 "[\"0x00000000000000000000000000000000000000Ab\"]}\n"),
            ""},
        Bad{with("        rpc: {port: 8545, path: rpc, block_period: 0s, validators: [\"0xab\"]}\n"),
            "10:21: port: on a host each replica is asked at its own {port}; remove it\n"
            "10:33: path: \"rpc\" is not a path; write it like /rpc\n"
            "10:52: block_period: must be longer than 0s, like 5s\n"
            "10:69: validators: \"0xab\" is no address: 0x and 40 hexadecimal digits"},
        Bad{with("        rpc: {ports: 8545, chain_id: 0, peers: -1}\n"),
            "10:15: unknown field \"ports\" (did you mean \"port\"?)\n"
            "10:38: chain_id: must be from 1 to 9000000000000000\n"
            "10:48: peers: must be from 0 to 1000"},
        Bad{cluster("{deployment: web, container: main, image: \"r/web:{version}\"}",
                    "{service: web}, rpc: {chain_id: 5}"),
            "6:35: port is required in a cluster: where its pods answer JSON-RPC, like 8545"},
        Bad{"environments:\n- {<<: 1, name: a, provider: aws, type: cloud, target: sample}\n",
            "2:8: << takes fields from elsewhere, like *name"}));

// -- Text that wants to hurt (R33).

std::string repeat(std::string const& text, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

TEST(Limits, RefusesTenLevelsOfTenAliases) {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int level = 1; level < 10; ++level)
        bomb += fmt::format("a{}: &a{} [{}]\n", level, level, repeat(fmt::format("*a{},", level - 1), 9));

    EXPECT_EQ(problems_of(bomb),
              "2:10: the aliases make the file more than 10 times as large; write some of it out");
}

TEST(Limits, RefusesTheFirstAliasTooMany) {
    std::string hundred = "environments: []\nx: &a y\nz: [" + repeat("*a,", 100) + "]\n";
    std::string more = "environments: []\nx: &a y\nz: [" + repeat("*a,", 101) + "]\n";

    EXPECT_EQ(
        problems_of(hundred),
        "2:1: unknown field \"x\" (known: environments)\n3:1: unknown field \"z\" (known: environments)");
    EXPECT_EQ(problems_of(more), "3:305: more than 100 aliases; write the rest out");
}

TEST(Limits, CountsLevels) {
    EXPECT_EQ(problems_of(repeat("[", 32) + repeat("]", 32)),
              "1:1: the file: expected fields (key: value), got a list");
    EXPECT_EQ(problems_of(repeat("[", 33) + repeat("]", 33)),
              "1:33: nested deeper than 32 levels; make it flatter");
    EXPECT_EQ(problems_of(repeat("[", 25'000)), "1:33: nested deeper than 32 levels; make it flatter");
    EXPECT_EQ(problems_of(repeat("- ", 500'000)), "1:65: nested deeper than 32 levels; make it flatter");
    EXPECT_EQ(problems_of(repeat("? ", 500'000)), "1:3: a key must be text");
}

TEST(Limits, CountsBytesValuesAndKeys) {
    std::string fits = "environments: []\n#";
    fits.resize(1024 * 1024, 'x');
    EXPECT_EQ(problems_of(fits), "");
    EXPECT_EQ(problems_of(fits + "x"), "1:1: the file has 1048577 bytes, more than 1 MiB; split it");
    EXPECT_EQ(problems_of("environments: [" + repeat("1,", 300'000) + "]"),
              "1:400010: more than 200000 values; split the file");

    std::string keys = "{";
    for (int i = 0; i < 1001; ++i) keys += fmt::format("k{}: 1, ", i);
    EXPECT_NE(problems_of(keys + "}").find("more than 1000 keys in one place"), std::string::npos);
}

TEST(Limits, CountsWhatTheParserPaysFor) {
    std::string const many =
        "1:1: the characters [{*&!% stand here more than 25000 times; split the file, or write lists as "
        "lines that begin with -";
    for (char const* costly : {"[", "{a: ", "*a ", "!a ", "%a\n"})
        EXPECT_EQ(problems_of(repeat(costly, 25'001)), many);
}

TEST(Limits, AnswersManyMistakesWithOneHundred) {
    EXPECT_EQ(check_environments("environments: [" + repeat("1,", 10'000) + "]", "f").size(), 100U);
    EXPECT_EQ(problems_of("environments: [" + repeat("1,", 10'001) + "]"),
              "1:15: environments: must be from 0 to 10000 items");
}

TEST(Limits, SurvivesBrokenPiecesOfTheExample) {
    std::string const text = read_source("config/environments.yaml");
    for (std::size_t length = 0; length < text.size(); ++length) {
        check_environments(text.substr(0, length), "f");
        std::string broken = text;
        broken[length] = "[]{}:-\"'&*!|>%@\n\t #,?\x80"[length % 22];
        for (Problem const& problem : check_environments(broken, "f")) EXPECT_FALSE(problem.message.empty());
    }
}

}  // namespace
}  // namespace config
