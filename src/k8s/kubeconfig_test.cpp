// What a kubeconfig may say, whoever wrote it.
#include "k8s/kubeconfig.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"

namespace k8s {
namespace {

std::string const authority = "-----BEGIN CERTIFICATE-----\nauthority\n-----END CERTIFICATE-----\n";
std::string const certificate = "-----BEGIN CERTIFICATE-----\nclient\n-----END CERTIFICATE-----\n";
std::string const key = "-----BEGIN PRIVATE KEY-----\nhidden\n-----END PRIVATE KEY-----\n";

/// A good one, with places to put something bad in: each line is as indented as its place wants.
struct Parts {
    std::string top{}, context{}, cluster{};
    std::string server = "https://k8s.example.org:6443";
    std::string user = "token: hidden";
    std::string rest{};
};
std::string write(Parts const& parts) {
    std::string text = "apiVersion: v1\nkind: Config\ncurrent-context: main\n" + parts.top +
                       "contexts:\n- name: main\n  context:\n    cluster: here\n    user: me\n" +
                       parts.context + "clusters:\n- name: here\n  cluster:\n    server: " + parts.server +
                       "\n    certificate-authority-data: " + base::to_base64(authority) + "\n" +
                       parts.cluster + "users:\n- name: me\n  user:\n    " + parts.user + "\n" + parts.rest;
    return text;
}

std::string problem_of(std::string const& text) {
    auto got = read_uploaded_kubeconfig(text);
    return got ? "accepted" : got.error().message;
}

TEST(Kubeconfig, KeepsServerAuthoritiesCredentialAndNamespace) {
    auto got = read_uploaded_kubeconfig(write({.context = "    namespace: shop\n"}));
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->cluster.name, "main");
    EXPECT_TRUE(got->cluster.server.tls);
    EXPECT_EQ(got->cluster.server.address(), "k8s.example.org:6443");
    EXPECT_EQ(got->cluster.authorities, authority);
    EXPECT_EQ(got->cluster.namespace_, "shop");
    EXPECT_EQ(got->identity, (Identity{.token = "hidden"}));
    EXPECT_TRUE(got->token_file.empty());
    EXPECT_FALSE(got->plugin);
}

TEST(Kubeconfig, TakesAClientCertificate) {
    std::string user = "client-certificate-data: " + base::to_base64(certificate) +
                       "\n    client-key-data: " + base::to_base64(key);
    auto got = read_uploaded_kubeconfig(write({.user = user}));
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->identity, (Identity{.certificate = certificate, .key = key}));
}

TEST(Kubeconfig, TakesTheContextThatIsNamedAndNothingOfTheOthers) {
    std::string text = write({.rest = "- name: other\n  user:\n    exec: {command: /bin/sh}\n"});
    EXPECT_TRUE(read_uploaded_kubeconfig(text));
    auto missing = read_uploaded_kubeconfig(text, "nowhere");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message, "kubeconfig, line 5: no entry of contexts is called \"nowhere\"");
}

/// R20: each of them is refused with its line and a reason, and nothing secret.
TEST(Kubeconfig, RefusesWhatAStrangerMayNotSay) {
    std::string bomb = "x: &a [1,1,1,1,1,1,1,1,1,1]\n";
    for (int i = 0; i < 9; ++i) {
        std::string last(1, static_cast<char>('a' + i)), next(1, static_cast<char>('b' + i));
        bomb += next + ": &" + next + " [";
        for (int k = 0; k < 10; ++k) bomb += "*" + last + (k < 9 ? "," : "]\n");
    }
    struct {
        Parts parts;
        std::string wanted;  // is in the message
    } const cases[] = {
        {{.user = "exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh}"},
         "line 17: exec is not accepted: it would run a program"},
        {{.user = "token: hidden\n    exec:\n      command: sh"}, "line 18: exec is not accepted"},
        {{.user = "\"exec\": {command: sh}"}, "line 17: exec is not accepted"},
        {{.user = "exec: null"}, "line 17: exec is not accepted"},
        {{.user = "auth-provider: {name: gcp, config: {cmd-path: /bin/sh}}"},
         "line 17: auth-provider is not accepted"},
        {{.user = "tokenFile: /etc/shadow"}, "line 17: tokenFile is not accepted: it names a file"},
        {{.user = "client-certificate: /etc/passwd"}, "line 17: client-certificate is not accepted"},
        {{.user = "token: hidden\n    client-key: /etc/ssl/key"}, "line 18: client-key is not accepted"},
        {{.user = "token: hidden\n    as: system:admin"}, "line 18: as is not accepted"},
        {{.user = "token: hidden\n    as-groups: [system:masters]"}, "line 18: as-groups is not accepted"},
        {{.user = "token: hidden\n    as-uid: 0"}, "line 18: as-uid is not accepted"},
        {{.user = "token: hidden\n    as-user-extra: {a: [b]}"}, "line 18: as-user-extra is not accepted"},
        {{.user = "username: root\n    password: hidden"}, "line 17: username is not accepted"},
        {{.user = "password: hidden"}, "line 17: password is not accepted"},
        {{.user = "token: hidden\n    toke: x"}, "did you mean \"token\"?"},
        {{.user = "extensions: []"}, "line 17: there is no credential"},
        {{.user = "token: \"hidden\\r\\nX-Remote-User: root\""}, "line 17: token: that is none"},
        {{.user = "token: \"hid den\""}, "line 17: token: that is none"},
        {{.user = "token: [hidden]"}, "line 17: token: expected text"},
        {{.user = "client-certificate-data: " + base::to_base64(certificate)}, "belong together"},
        {{.user = "client-key-data: " + base::to_base64(key)}, "belong together"},
        {{.user = "client-certificate-data: \"%%%\"\n    client-key-data: x"}, "that is no base64"},
        {{.user = "client-certificate-data: " + base::to_base64("hidden") +
                  "\n    client-key-data: " + base::to_base64("hidden")},
         "there is no CERTIFICATE in it"},
        {{.user = "<<: *other", .rest = ""}, "unknown alias"},
        {{.user = "token: *hidden"}, "unknown alias"},
        {{.user = "token: &hidden [*hidden]"}, "an alias stands inside"},
        {{.user = "{token hidden}"}, "line 17: what stands here is not accepted: unknown field"},
        {{.user = "{hidden: 1, hidden: 2}"}, "a field is here twice"},
        {{.top = "extensions: &other [{exec: 1}]\n", .user = "<<: {exec: {command: sh}}"},
         "line 18: << is not accepted"},
        {{.cluster = "    certificate-authority: /etc/passwd\n"},
         "line 14: certificate-authority is not accepted"},
        {{.cluster = "    insecure-skip-tls-verify: true\n"},
         "line 14: insecure-skip-tls-verify is not accepted"},
        {{.cluster = "    insecure-skip-tls-verify: \"yes\"\n"}, "insecure-skip-tls-verify is not accepted"},
        {{.cluster = "    proxy-url: http://evil.example\n"}, "line 14: proxy-url is not accepted"},
        {{.cluster = "    server: https://again.example\n"}, "is here twice"},
        {{.cluster = "- name: here\n  cluster: {server: https://b.example}\n"},
         "a second entry of clusters is called \"here\""},
        {{.server = "http://k8s.example.org"}, "line 12: server: only https"},
        {{.server = "file:///etc/passwd"}, "line 12: server: "},
        {{.server = "unix:///run/docker.sock"}, "line 12: server: "},
        {{.server = "https://user:hidden2@k8s.example.org"}, "line 12: server: "},
        {{.server = "https://k8s.example.org/k8s/clusters/c-1"}, "line 12: server: a path"},
        {{.server = "\"https://k8s.example.org\\r\\nHost: x\""}, "line 12: server: "},
        {{.server = "\"\""}, "line 12: server: "},
        {{.server = "[https://k8s.example.org]"}, "line 12: server: expected text"},
        {{.context = "    namespace: ../../kube-system\n"}, "line 9: namespace: that is no name"},
        {{.context = "    namespace: Kube\n"}, "line 9: namespace: that is no name"},
        {{.context = "    as: root\n"}, "line 9: as is not accepted"},
        {{.top = "include: /etc/kubeconfig\n"}, "line 4: include is not accepted"},
        {{.top = "preferences: !!python/object x\n"}, "tags (!...) are not understood"},
        {{.top = bomb}, "times as large"},
        {{.rest = "---\nkind: Config\n"}, "a second document"},
        {{.top = "preferences: " + std::string(40, '[') + std::string(40, ']') + "\n"}, "nested deeper"},
        {{.top = "preferences: \"\xff\"\n"}, "UTF-8"},
    };
    EXPECT_GE(std::size(cases), 40U);
    for (auto const& each : cases) {
        std::string text = write(each.parts), got = problem_of(text);
        EXPECT_NE(got.find(each.wanted), std::string::npos) << got << "\n" << text.substr(0, 2000);
        EXPECT_EQ(got.find("hidden"), std::string::npos) << got;
    }
    for (std::string text : {"", "# nothing\n", "[]", "text", "contexts: 3", "a: [", "\t", "{}"})
        EXPECT_NE(problem_of(text), "accepted") << text;
    EXPECT_NE(problem_of(std::string(2'000'000, 'x')), "accepted");
}

// -- An operator's own file.

struct OwnFile : ::testing::Test {
    base::Result<Access> read(Parts const& parts, std::vector<std::string> plugins = {}) {
        files.contents["/etc/pilothouse/clusters/prod.yaml"] = write(parts);
        files.contents["/etc/pilothouse/clusters/me.crt"] = certificate;
        files.contents["/keys/me.key"] = key;
        return read_own_kubeconfig({.path = "/etc/pilothouse/clusters/prod.yaml", .allowed_plugins = plugins},
                                   files);
    }
    base::FakeFiles files;
    static constexpr char const* exec =
        "exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: aws\n"
        "      args: [eks, get-token]\n      env: [{name: AWS_PROFILE, value: prod}]\n"
        "      interactiveMode: IfAvailable\n      provideClusterInfo: false";
};

TEST_F(OwnFile, MayNameFilesRelativeToItself) {
    auto got = read({.user = "client-certificate: me.crt\n    client-key: /keys/me.key"});
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->identity, (Identity{.certificate = certificate, .key = key}));
    auto token = read({.user = "tokenFile: token"});
    ASSERT_TRUE(token);
    EXPECT_EQ(token->token_file, "/etc/pilothouse/clusters/token");
    auto missing = read({.user = "client-certificate: none.crt\n    client-key: me.key"});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, base::Errc::not_found);
}

TEST_F(OwnFile, MayNameAProxy) {
    auto got = read({.cluster = "    proxy-url: http://proxy.example:3128\n"});
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->cluster.proxy->address(), "proxy.example:3128");
}

TEST_F(OwnFile, MayNameAPluginThatTheSettingsAllow) {
    auto refused = read({.user = exec});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("the credential plugin \"aws\" is not one of those"),
              std::string::npos);
    auto got = read({.user = exec}, {"aws"});
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->plugin->command, "aws");
    EXPECT_EQ(got->plugin->arguments, (std::vector<std::string>{"eks", "get-token"}));
    EXPECT_EQ(got->plugin->environment.at("AWS_PROFILE"), "prod");
}

TEST_F(OwnFile, MayNotSwitchOffWhatProtects) {
    EXPECT_FALSE(read({.cluster = "    insecure-skip-tls-verify: true\n"}));
    EXPECT_TRUE(read({.cluster = "    insecure-skip-tls-verify: false\n"}));
    EXPECT_FALSE(read({.user = "token: hidden\n    as: root"}));
    EXPECT_FALSE(read({.user = "username: a\n    password: b"}));
}

// -- Inside of a cluster.

TEST(InCluster, ReadsTheServiceAccount) {
    base::FakeFiles files;
    std::string const folder = "/var/run/secrets/kubernetes.io/serviceaccount/";
    EXPECT_EQ(in_cluster_access("", "443", files).error().code, base::Errc::not_found);
    EXPECT_EQ(in_cluster_access("10.0.0.1", "443", files).error().code, base::Errc::not_found);
    files.contents[folder + "ca.crt"] = authority;
    files.contents[folder + "token"] = "hidden";
    files.contents[folder + "namespace"] = "shop";
    auto got = in_cluster_access("fd00::1", "443", files);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->cluster.server.address(), "[fd00::1]:443");
    EXPECT_TRUE(got->cluster.server.tls);
    EXPECT_EQ(got->cluster.authorities, authority);
    EXPECT_EQ(got->cluster.namespace_, "shop");
    EXPECT_EQ(got->token_file, folder + "token");
}

}  // namespace
}  // namespace k8s
