// Uploaded kubeconfigs from their upload to the one who connects, with a real store and files in memory.
#include "secret/kubeconfigs.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/base64.hpp"
#include "base/testing.hpp"

namespace secret {
namespace {

constexpr char key_path[] = "/data/secret.key";
std::string const authority = "-----BEGIN CERTIFICATE-----\nauthority\n-----END CERTIFICATE-----\n";

std::string kubeconfig(std::string const& token) {
    return "current-context: main\n"
           "contexts: [{name: main, context: {cluster: a, user: b, namespace: shop}}, {name: other, context: "
           "{cluster: a, user: b}}]\n"
           "clusters: [{name: a, cluster: {server: \"https://k8s.example.org:6443\", "
           "certificate-authority-data: " +
           base::to_base64(authority) + "}}]\nusers: [{name: b, user: {token: " + token + "}}]\n";
}

model::Environments using_shop() {
    model::Environment environment{.name = "west"};
    environment.target.kubernetes.emplace().uploaded = "shop";
    return {{environment}};
}

struct KubeconfigsTest : testing::Test {
    KubeconfigsTest() {
        std::string name = "/tmp/pilothouse-kubeconfigs-test-XXXXXX";
        folder = ::mkdtemp(name.data());
        auto opened = store::open_sqlite({.file = folder + "/pilothouse.db"}, context.get_executor(),
                                         context.get_executor());
        store = std::move(*opened);
        kubeconfigs.emplace(Surroundings{*store, clock, files, context.get_executor(), context.get_executor(),
                                         [this](std::span<unsigned char> bytes) { fill(bytes); }},
                            key_path);
    }
    ~KubeconfigsTest() override {
        kubeconfigs.reset();
        store.reset();
        std::filesystem::remove_all(folder);
    }

    void fill(std::span<unsigned char> bytes) {
        for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random.next() >> 56U);
    }
    base::Result<model::KubeconfigView> put(std::string const& name, std::string const& text,
                                            std::optional<std::string> of = {}) {
        Asker asker{.user = "alice", .address = "127.0.0.1"};
        return base::run(context, kubeconfigs->put(name, {.kubeconfig = text, .context = of}, asker));
    }
    base::Result<k8s::Access> access(std::string const& name) {
        return base::run(context, kubeconfigs->access(name));
    }
    base::Result<void> remove(std::string const& name) {
        Asker asker{.user = "bob", .address = "127.0.0.1"};
        return base::run(context, kubeconfigs->remove(name, asker));
    }
    std::vector<std::string> changed() { return base::run(context, kubeconfigs->changed()).value(); }
    store::Kubeconfig row(std::string const& name) {
        std::function<base::Result<std::optional<store::Kubeconfig>>(store::Transaction&)> look =
            [&](store::Transaction& transaction) {
                return store::find_kubeconfig(transaction, "default", name);
            };
        return base::run(context, store->read(look)).value().value();
    }
    /// As somebody would who holds the database.
    void write(store::Kubeconfig const& row) {
        std::function<base::Result<void>(store::Transaction&)> work =
            [&](store::Transaction& transaction) -> base::Result<void> {
            auto gone = store::delete_kubeconfig(transaction, row.organisation, row.name);
            if (!gone && gone.error().code != base::Errc::not_found) return gone;
            return store::save_kubeconfig(transaction, row);
        };
        ASSERT_TRUE(base::run(context, store->write(work)));
    }
    std::vector<model::AuditEntry> audit() {
        std::function<base::Result<store::Page<model::AuditEntry>>(store::Transaction&)> look =
            [](store::Transaction& transaction) { return store::list_audit(transaction, "", 10); };
        return base::run(context, store->read(look)).value().items;
    }

    asio::io_context context{1};
    base::FakeClock clock{context.get_executor()};
    base::FakeFiles files;
    base::Random random{5};
    std::string folder{};
    std::unique_ptr<store::Store> store{};
    std::optional<Kubeconfigs> kubeconfigs{};
};

TEST_F(KubeconfigsTest, GiveWhoConnectsWhatTheySayAndPeopleOnlyTheRest) {
    auto view = put("shop", kubeconfig("hidden"));

    ASSERT_TRUE(view) << view.error().message;
    EXPECT_EQ(view->server, "https://k8s.example.org:6443");
    EXPECT_EQ(view->namespace_, "shop");
    EXPECT_EQ(view->credential, model::KubeconfigCredential::token);
    EXPECT_EQ(view->created_by, "alice");
    auto got = access("shop");
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->cluster.server.address(), "k8s.example.org:6443");
    EXPECT_TRUE(got->cluster.server.tls);
    EXPECT_EQ(got->cluster.authorities, authority);
    EXPECT_EQ(got->cluster.namespace_, "shop");
    EXPECT_EQ(got->identity, (k8s::Identity{.token = "hidden"}));
    EXPECT_FALSE(got->plugin || !got->token_file.empty());
    EXPECT_EQ(base::run(context, kubeconfigs->list()).value().items, std::vector{*view});
    EXPECT_EQ(base::run(context, kubeconfigs->find("shop")).value(), *view);
}

TEST_F(KubeconfigsTest, KeepACertificateWithItsKey) {
    std::string const certificate = "-----BEGIN CERTIFICATE-----\nme\n-----END CERTIFICATE-----\n";
    std::string const key = "-----BEGIN PRIVATE KEY-----\nhidden\n-----END PRIVATE KEY-----\n";
    auto view = put("shop", kubeconfig("hidden, client-certificate-data: " + base::to_base64(certificate) +
                                       ", client-key-data: " + base::to_base64(key)));
    ASSERT_TRUE(view) << view.error().message;
    EXPECT_EQ(view->credential, model::KubeconfigCredential::token_and_client_certificate);
    EXPECT_EQ(access("shop")->identity,
              (k8s::Identity{.token = "hidden", .certificate = certificate, .key = key}));
}

TEST_F(KubeconfigsTest, TakeTheContextThatIsNamed) {
    EXPECT_EQ(put("shop", kubeconfig("hidden"), "other")->namespace_, "default");
    EXPECT_EQ(put("shop", kubeconfig("hidden"), "none").error().code, base::Errc::invalid);
}

TEST_F(KubeconfigsTest, AreReplacedAndRemovedAndTheAuditLogSaysByWhom) {
    ASSERT_TRUE(put("shop", kubeconfig("first")));
    auto first = row("shop");
    ASSERT_TRUE(put("shop", kubeconfig("second")));
    EXPECT_EQ(row("shop").version, 2);
    EXPECT_EQ(row("shop").created_at, first.created_at);
    EXPECT_EQ(access("shop")->identity.token, "second");

    ASSERT_TRUE(remove("shop"));

    EXPECT_EQ(remove("shop").error().code, base::Errc::not_found);
    EXPECT_EQ(base::run(context, kubeconfigs->find("shop")).error().message,
              "there is no kubeconfig \"shop\"; see: pilothouse kubeconfig list");
    std::vector<std::string> told;
    for (model::AuditEntry const& entry : audit())
        told.push_back(entry.actor + " " + entry.action + " " + entry.target + " " + entry.result + " " +
                       base::to_text(entry.details));
    std::string const details = R"( {"server":"https://k8s.example.org:6443","credential":"token"})";
    EXPECT_EQ(told, (std::vector<std::string>{"bob kubeconfig.remove kubeconfig/shop done" + details,
                                              "alice kubeconfig.put kubeconfig/shop replaced" + details,
                                              "alice kubeconfig.put kubeconfig/shop added" + details}));
}

TEST_F(KubeconfigsTest, StayAsLongAsAnEnvironmentNamesThem) {
    ASSERT_TRUE(put("shop", kubeconfig("hidden")));
    kubeconfigs->declare(using_shop());
    EXPECT_EQ(base::run(context, kubeconfigs->find("shop"))->used_by, std::vector<std::string>{"west"});
    auto removed = remove("shop");
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code, base::Errc::conflict);
    EXPECT_EQ(
        removed.error().message,
        "the kubeconfig \"shop\" is used by the environment west; take it out of environments.yaml first");
}

TEST_F(KubeconfigsTest, AreRefusedForTheirNameAndWhatTheySay) {
    EXPECT_NE(put("Shop", kubeconfig("hidden")).error().message.find("name: \"Shop\" must be lower-case"),
              std::string::npos);
    auto hostile = put("shop", kubeconfig("hidden, exec: {command: sh}"));
    ASSERT_FALSE(hostile);
    EXPECT_EQ(hostile.error().code, base::Errc::invalid);
    EXPECT_NE(hostile.error().message.find("exec is not accepted: it would run a program here"),
              std::string::npos);
    EXPECT_FALSE(files.exists(key_path)) << "no key is made for what is refused";
}

TEST_F(KubeconfigsTest, ThatAreNotThereSayHowToUploadThem) {
    EXPECT_EQ(
        access("shop").error(),
        base::unavailable("no kubeconfig \"shop\" was uploaded; upload it with: pilothouse kubeconfig put "
                          "shop FILE"));
}

TEST_F(KubeconfigsTest, AreNotPassedOffAsOthers) {
    ASSERT_TRUE(put("shop", kubeconfig("hidden")));
    ASSERT_TRUE(put("bank", kubeconfig("secret")));
    store::Kubeconfig const bank = row("bank");
    store::Kubeconfig swapped = row("shop");
    swapped.wrapped_key = bank.wrapped_key;
    swapped.ciphertext = bank.ciphertext;
    write(swapped);
    EXPECT_EQ(access("shop").error().message,
              "the kubeconfig \"shop\" cannot be decrypted: it was changed where it is stored, or belongs to "
              "something else; upload it again with: pilothouse kubeconfig put shop FILE");
    store::Kubeconfig renamed = bank;
    renamed.name = "other";
    write(renamed);
    EXPECT_FALSE(access("other"));
    EXPECT_TRUE(access("bank"));
}

TEST_F(KubeconfigsTest, GoBackToNoOlderVersionAndTheServerIsNotTheColumns) {
    ASSERT_TRUE(put("shop", kubeconfig("first")));
    store::Kubeconfig const first = row("shop");
    ASSERT_TRUE(put("shop", kubeconfig("second")));
    store::Kubeconfig mixed = row("shop");
    mixed.server = "https://evil.example.org:443";
    write(mixed);
    EXPECT_EQ(access("shop")->cluster.server.host, "k8s.example.org");
    mixed.wrapped_key = first.wrapped_key;
    mixed.ciphertext = first.ciphertext;
    write(mixed);
    EXPECT_FALSE(access("shop"));
}

TEST_F(KubeconfigsTest, WithoutTheirKeySayWhatToDo) {
    ASSERT_TRUE(put("shop", kubeconfig("hidden")));
    std::string const key = files.contents[key_path];
    files.contents.erase(key_path);
    EXPECT_EQ(
        access("shop").error(),
        base::unavailable("the kubeconfig \"shop\" cannot be decrypted: the key file /data/secret.key is "
                          "missing; put it back from its backup"));
    EXPECT_NE(
        put("bank", kubeconfig("x"))
            .error()
            .message.find("the key file /data/secret.key is missing, and a kubeconfig is encrypted with it"),
        std::string::npos);
    EXPECT_FALSE(files.exists(key_path)) << "no new key hides that the old one is missing";

    files.contents[key_path] = "pilothouse-key-1\n" + std::string(64, 'a') + "\n";
    EXPECT_NE(access("shop").error().message.find("it was encrypted with the key "), std::string::npos);
    EXPECT_NE(access("shop").error().message.find(", which is not in /data/secret.key; put that key back"),
              std::string::npos);
    EXPECT_TRUE(put("bank", kubeconfig("x")));
    EXPECT_TRUE(access("bank"));

    files.contents[key_path] += key.substr(key.find('\n') + 1);
    EXPECT_EQ(access("shop")->identity.token, "hidden") << "an older key below the new one is enough";
    EXPECT_TRUE(access("bank"));
}

TEST_F(KubeconfigsTest, ComeUnderTheNewestKeySoThatOlderOnesCanGo) {
    EXPECT_EQ(base::run(context, kubeconfigs->rewrap()).value(), std::vector<std::string>{}) << "no file yet";
    ASSERT_TRUE(put("shop", kubeconfig("hidden")));
    ASSERT_TRUE(put("bank", kubeconfig("money")));
    store::Kubeconfig lost = row("bank");
    lost.name = "lost";
    write(lost);  // another's text: nobody can decrypt it
    store::Kubeconfig const before = row("shop");
    std::string const old_key = files.contents[key_path].substr(sizeof("pilothouse-key-1"));
    std::string const newest = "pilothouse-key-1\n" + std::string(64, 'a') + "\n";

    files.contents[key_path] = newest + old_key;
    EXPECT_EQ(base::run(context, kubeconfigs->rewrap()).value(), (std::vector<std::string>{"bank", "shop"}));
    EXPECT_EQ(base::run(context, kubeconfigs->rewrap()).value(), std::vector<std::string>{});
    EXPECT_EQ(row("shop").ciphertext, before.ciphertext);
    EXPECT_EQ(row("lost"), lost);
    files.contents[key_path] = newest;
    EXPECT_EQ(access("shop")->identity.token, "hidden");
    EXPECT_EQ(access("bank")->identity.token, "money");

    files.contents.erase(key_path);
    EXPECT_EQ(base::run(context, kubeconfigs->rewrap()).error().code, base::Errc::unavailable);
}

TEST_F(KubeconfigsTest, TellWhichHaveChangedSinceTheLastLook) {
    ASSERT_TRUE(put("shop", kubeconfig("first")));
    EXPECT_TRUE(changed().empty()) << "nobody uses one";
    kubeconfigs->declare(using_shop());
    EXPECT_EQ(changed(), std::vector<std::string>{"shop"});
    EXPECT_TRUE(changed().empty());
    ASSERT_TRUE(put("shop", kubeconfig("second")));
    ASSERT_TRUE(put("bank", kubeconfig("x")));
    EXPECT_EQ(changed(), (std::vector<std::string>{"bank", "shop"}));
    ASSERT_TRUE(remove("bank"));
    EXPECT_EQ(changed(), std::vector<std::string>{"bank"});
}

/// One key is made, and each upload is one version.
TEST_F(KubeconfigsTest, UploadedAtOnceAreOneAfterTheOther) {
    int done = 0;
    context.restart();
    for (int i = 0; i < 5; ++i) {
        auto keep = [&done](std::exception_ptr failure, base::Result<model::KubeconfigView> view) {
            if (failure) std::rethrow_exception(failure);
            EXPECT_TRUE(view) << view.error().message;
            ++done;
        };
        model::KubeconfigRequest request{.kubeconfig = kubeconfig("t" + std::to_string(i))};
        asio::co_spawn(context, kubeconfigs->put("shop", request, {}), keep);
    }
    context.run();
    EXPECT_EQ(done, 5);
    EXPECT_EQ(row("shop").version, 5);
    EXPECT_TRUE(access("shop"));
}

}  // namespace
}  // namespace secret
