// Uploaded kubeconfigs over the interface: what is secret in them goes in and never comes out. (R08, R20)
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "api/routes.hpp"
#include "api/world.hpp"
#include "base/base64.hpp"

namespace api {
namespace {

std::string upload(std::string const& text) {
    return base::to_text(base::json::object{{"kubeconfig", text}});
}

constexpr char shop[] = "/api/admin/kubeconfigs/shop";

TEST(Kubeconfigs, AreUploadedShownAndRemoved) {
    World world;
    http::Response put = world.ask("PUT", shop, upload(World::kubeconfig("hidden")));
    ASSERT_EQ(put.status, 200) << World::body_of(put);
    auto shown = World::json_of(world.ask("GET", shop));
    EXPECT_EQ(shown, World::json_of(put));
    EXPECT_EQ(shown.at("name"), "shop");
    EXPECT_EQ(shown.at("server"), "https://shop-west.example.org:6443");
    EXPECT_EQ(shown.at("namespace"), "shop");
    EXPECT_EQ(shown.at("created_by"), "alice");
    EXPECT_EQ(World::json_of(world.ask("GET", "/api/admin/kubeconfigs")).at("items"),
              (base::json::array{shown}));
    EXPECT_EQ(world.ask("DELETE", shop).status, 204);
    EXPECT_EQ(world.ask("DELETE", shop).status, 404);
    EXPECT_EQ(world.ask("GET", shop).status, 404);
}

TEST(Kubeconfigs, StayAsLongAsAnEnvironmentNamesThem) {
    World world;
    ASSERT_EQ(world.ask("PUT", shop, upload(World::kubeconfig("hidden"))).status, 200);
    model::Environment west{.name = "west"};
    west.target.kubernetes.emplace().uploaded = "shop";
    world.kubeconfigs().declare({{west}});
    http::Response refused = world.ask("DELETE", shop);
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(
        World::json_of(refused).at("detail"),
        "the kubeconfig \"shop\" is used by the environment west; take it out of environments.yaml first");
    EXPECT_EQ(World::json_of(world.ask("GET", shop)).at("used_by"), base::json::array{"west"});
    world.kubeconfigs().declare({});
    EXPECT_EQ(world.ask("DELETE", shop).status, 204);
}

TEST(Kubeconfigs, ThatAreHostileAreRefusedWithASentence) {
    World world;
    http::Response refused =
        world.ask("PUT", shop, upload(World::kubeconfig("hidden, exec: {command: /bin/sh}")));
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(World::json_of(refused).at("detail"),
              "kubeconfig, line 4: exec is not accepted: it would run a program here");
    EXPECT_EQ(world.ask("PUT", "/api/admin/kubeconfigs/Shop", upload(World::kubeconfig("x"))).status, 400);
    EXPECT_EQ(world.ask("PUT", shop, "{}").status, 400);
    EXPECT_EQ(world.ask("PUT", shop, upload(std::string(200'001, ' '))).status, 400);
    EXPECT_EQ(world.ask_as_nobody("PUT", shop, upload(World::kubeconfig("x"))).status, 401);
    EXPECT_EQ(World::json_of(world.ask("GET", "/api/admin/kubeconfigs")).at("items"), base::json::array());
}

// -- Canaries.

/// As it might be written somewhere.
std::vector<std::string> forms_of(std::string const& secret) {
    std::string hex, url, escaped;
    for (char each : secret) {
        auto byte = static_cast<unsigned char>(each);
        hex += fmt::format("{:02x}", byte);
        url += fmt::format("%{:02X}", byte);
        escaped += fmt::format("\\u{:04x}", byte);
    }
    std::vector<std::string> forms{secret, hex, url, escaped};
    // Wherever in the text it begins: what its neighbours have no part in.
    for (std::size_t before : {0U, 1U, 2U}) {
        std::string const encoded = base::to_base64(std::string(before, 'x') + secret);
        forms.push_back(encoded.substr(before == 0 ? 0 : 4, encoded.size() - 8));
    }
    return forms;
}

std::string certificate_of(std::string const& canary, std::string const& kind) {
    return base::to_base64("-----BEGIN " + kind + "-----\n" + canary + "\n-----END " + kind + "-----\n");
}

struct Canaries {
    std::string token = "canary-token-7Qx2LmZp", key = "canary-key-K9vRt4Wd";
    std::string replaced = "canary-replaced-Hb8sNc3J", refused = "canary-refused-Yf6uGe1A";

    std::string kubeconfig(std::string const& of) const {
        return World::kubeconfig(of +
                                 ", client-certificate-data: " + certificate_of("public", "CERTIFICATE") +
                                 ", client-key-data: " + certificate_of(key, "PRIVATE KEY"));
    }
    /// What was found where; empty: nothing.
    std::string found_in(std::string const& text) const {
        for (std::string const& canary : {token, key, replaced, refused})
            for (std::string const& form : forms_of(canary))
                if (std::size_t const at = text.find(form); at != std::string::npos)
                    return canary + " in: " + text.substr(at - std::min<std::size_t>(at, 200), 300);
        return "";
    }
};

std::string everything_below(std::string const& folder) {
    std::stringstream text;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    return text.str();
}

/// Fields, body and all.
std::string told_by(http::Response const& response) {
    std::string text = World::body_of(response);
    for (auto const& [name, value] : response.fields.all()) text += name + ": " + value + "\n";
    return text;
}

/// Refused in as many ways as there are, each with a canary at the place.
std::vector<std::string> bad_uploads(Canaries const& canaries) {
    std::string const& canary = canaries.refused;
    std::vector<std::string> bodies;
    for (std::string const& user :
         {canary + ", exec: {command: sh, env: [{name: A, value: " + canary + "}]}", "[" + canary + "]",
          "\"" + canary + "\\n\"", canary + ", password: " + canary, canary + ", client-key-data: " + canary,
          canary + ", client-key-data: " + certificate_of(canary, "PRIVATE KEY"),
          canary + ", token: " + canary, canary + ", tokenFile: {a: " + canary + "}", "!" + canary + " x",
          "*" + canary, "&" + canary + " [*" + canary + "]", "x, token " + canary,
          "x, " + canary + ": 1, " + canary + ": 2", "{" + canary})
        bodies.push_back(upload(World::kubeconfig(user)));
    bodies.push_back(upload(canary));
    bodies.push_back(
        base::to_text(base::json::object{{"kubeconfig", base::json::array{base::json::string(canary)}}}));
    bodies.push_back("{\"kubeconfig\": \"" + canary);
    bodies.push_back(
        base::to_text(base::json::object{{"kubeconfig", World::kubeconfig(canary)}, {"context", "none"}}));
    return bodies;
}

TEST(Kubeconfigs, GiveNoSecretAway) {
    Canaries const canaries;
    EXPECT_NE(canaries.found_in("x" + base::to_base64("some " + canaries.key + " there")), "") << "it sees";
    testing::internal::CaptureStderr();
    std::string told;
    {
        World world;
        told += told_by(world.ask("PUT", shop, upload(canaries.kubeconfig(canaries.replaced))));
        told += told_by(world.ask("PUT", shop, upload(canaries.kubeconfig(canaries.token))));
        ASSERT_EQ(World::json_of(world.ask("GET", shop)).at("credential"), "token_and_client_certificate");
        std::string const kept = "/api/admin/kubeconfigs/kept";
        told += told_by(world.ask("PUT", kept, upload(canaries.kubeconfig(canaries.token))));
        for (std::string const& body : bad_uploads(canaries)) {
            http::Response refused = world.ask("PUT", shop, body);
            EXPECT_EQ(refused.status, 400) << body;
            told += told_by(refused);
        }
        world.fail_store_at(2, StoreFault::refuses);
        told += told_by(world.ask("PUT", shop, upload(canaries.kubeconfig(canaries.token))));
        EXPECT_TRUE(world.has_store_failed());
        for (Route const& route : routes()) {
            if (route.method != "GET") continue;
            std::string target(route.path);
            if (auto at = target.find(":name"); at != std::string::npos)
                target.replace(at, 5, target.find("kubeconfigs") == std::string::npos ? "demo" : "shop");
            if (auto at = target.find(":id"); at != std::string::npos)
                target.replace(at, 3, "01kb0z3v9m4e8r2t6w5y7a1c3d");
            told += told_by(world.ask("GET", target));
        }
        EXPECT_NE(told.find("kubeconfig.put"), std::string::npos) << "the audit log is among it";
        told += told_by(world.ask("DELETE", shop));
        auto events = [](store::Transaction& transaction) {
            return store::read_events(transaction, 0, 10'000);
        };
        std::function<Result<std::vector<model::Event>>(store::Transaction&)> const look = events;
        auto all = base::run(world.context(), world.store().read(look));
        for (model::Event const& event : all.value()) told += base::to_text(event.payload);
        std::string const bytes = everything_below(world.folder());
        EXPECT_NE(bytes.find("shop-west.example.org"), std::string::npos) << "the database is among it";
        told += bytes;
    }
    told += testing::internal::GetCapturedStderr();

    EXPECT_EQ(canaries.found_in(told), "");
}

}  // namespace
}  // namespace api
