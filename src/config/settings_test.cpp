#include "config/settings.hpp"

#include <gtest/gtest.h>

namespace config {
namespace {

TEST(Settings, HaveDefaults) { EXPECT_EQ(*load_settings({}), ServerSettings{}); }

TEST(Settings, ComeFromFileVariablesAndFlagsInRisingOrder) {
    SettingsSources sources{
        .file = "p.yaml",
        .text = "data_folder: /file\nlisten: 127.0.0.1:1\nport_first: 20001\nlog_level: debug\n",
        .variables = {{"PILOTHOUSE_LISTEN", "127.0.0.1:2"},
                      {"PILOTHOUSE_PORT_FIRST", "20002"},
                      {"HOME", "/root"}},
        .flags = {{"port-first", "20003"}, {"sample_data", "true"}}};

    auto settings = load_settings(sources);

    ASSERT_TRUE(settings) << settings.error().message;
    EXPECT_EQ(settings->data_folder, "/file");
    EXPECT_EQ(settings->log_level, LogLevel::debug);
    EXPECT_EQ(settings->listen, "127.0.0.1:2");
    EXPECT_EQ(settings->port_first, 20003);
    EXPECT_TRUE(settings->sample_data);
}

TEST(Settings, ThatAreListsStandInTheFileAsSuchAndElsewhereWithCommas) {
    using Plugins = std::vector<std::string>;
    auto file = load_settings({.file = "p.yaml", .text = "credential_plugins: [kubelogin, /opt/aws]\n"});
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->credential_plugins, (Plugins{"kubelogin", "/opt/aws"}));
    auto variable = load_settings({.variables = {{"PILOTHOUSE_CREDENTIAL_PLUGINS", "kubelogin, /opt/aws"}}});
    EXPECT_EQ(variable->credential_plugins, (Plugins{"kubelogin", "/opt/aws"}));
    EXPECT_EQ(load_settings({.flags = {{"credential-plugins", ""}}})->credential_plugins, Plugins{});
    auto wrong = load_settings({.file = "p.yaml", .text = "credential_plugins: kubelogin\n"});
    EXPECT_EQ(wrong.error().message, "p.yaml:1:21: credential_plugins: expected a list, got text");
}

TEST(Settings, TakeTextAsItStandsInVariables) {
    EXPECT_EQ(load_settings({.variables = {{"PILOTHOUSE_DATA_FOLDER", "1.10"}}})->data_folder, "1.10");
}

TEST(Settings, LeaveTheClientsVariablesAlone) {
    EXPECT_TRUE(load_settings({.variables = {{"PILOTHOUSE_TOKEN", "x"}, {"PILOTHOUSE_SERVER", "y"}}}));
}

TEST(Settings, NameEveryMistakeAndTheNearestKnownName) {
    SettingsSources sources{.file = "p.yaml",
                            .text = "listn: x\nport_first: 80\n",
                            .variables = {{"PILOTHOUSE_LISTN", "x"},
                                          {"PILOTHOUSE_PORT_LAST", "many"},
                                          {"PILOTHOUSE_LOG_LEVEL", "warn"}},
                            .flags = {{"data-foldr", "x"}, {"allow-remote", "yes"}}};

    EXPECT_EQ(load_settings(sources).error().message,
              "p.yaml:1:1: unknown field \"listn\" (did you mean \"listen\"?)\n"
              "p.yaml:2:13: port_first: must be from 1024 to 65535\n"
              "PILOTHOUSE_LISTN: unknown variable (did you mean \"PILOTHOUSE_LISTEN\"?)\n"
              "PILOTHOUSE_LOG_LEVEL: unknown value \"warn\" (known: trace, debug, info, warning, error)\n"
              "PILOTHOUSE_PORT_LAST: expected a whole number, got text\n"
              "--allow-remote: expected true or false, got text\n"
              "--data-foldr: unknown flag (did you mean \"--data-folder\"?)");
}

struct Row {
    std::map<std::string, std::string> flags;
    std::string message;
};
class BadSettings : public testing::TestWithParam<Row> {};
TEST_P(BadSettings, AreRefused) {
    auto settings = load_settings({.flags = GetParam().flags});
    EXPECT_EQ(settings ? "" : settings.error().message, GetParam().message);
}
INSTANTIATE_TEST_SUITE_P(
    Rules, BadSettings,
    testing::Values(
        Row{{{"listen", "7410"}},
            "listen: \"7410\" is not address:port; write it like 127.0.0.1:8080 or [::1]:8080"},
        Row{{{"listen", "[::1]:7410"}}, ""},
        Row{{{"listen", "0.0.0.0:7410"}},
            "listen: 0.0.0.0:7410 is reached from other machines, where passwords would travel in plain "
            "text; listen on 127.0.0.1 behind a "
            "proxy with TLS, or set allow_remote"},
        Row{{{"listen", "0.0.0.0:7410"}, {"allow_remote", "true"}}, ""},
        Row{{{"port-first", "3000"}, {"port-last", "2000"}}, "port_first: 3000 is above port_last, 2000"},
        Row{{{"data-folder", ""}}, "data_folder: must not be empty"},
        Row{{{"runtime-folder", std::string(61, 'x')}}, "--runtime-folder: longer than 60 characters"},
        Row{{{"public-origin", "https://a.example/b"}},
            "public_origin: \"https://a.example/b\" is not an origin; write it like "
            "https://pilothouse.example.org, without a path"},
        Row{{{"public-origin", "https://a.example:8443"}}, ""},
        Row{{{"credential-plugins", "kubelogin,/opt/aws"}}, ""},
        Row{{{"credential-plugins", "bin/aws"}},
            "credential_plugins: \"bin/aws\" is neither a name that is looked for in PATH nor an absolute "
            "path; "
            "write it like kubelogin or /usr/local/bin/kubelogin"},
        Row{{{"credential-plugins", "sh -c"}},
            "credential_plugins: \"sh -c\" is neither a name that is looked for in PATH nor an absolute "
            "path; "
            "write it like kubelogin or /usr/local/bin/kubelogin"}));

TEST(Settings, DescribeThemselves) {
    auto rows = describe_settings();

    ASSERT_EQ(rows.size(), 14U);
    EXPECT_EQ(rows[0].name, "listen");
    EXPECT_EQ(rows[0].default_, "127.0.0.1:7410");
    EXPECT_EQ(variable_name("data_folder"), "PILOTHOUSE_DATA_FOLDER");
    EXPECT_EQ(flag_name("data_folder"), "--data-folder");
    for (SettingInfo const& row : rows) EXPECT_FALSE(row.about.empty()) << row.name;
}

}  // namespace
}  // namespace config
