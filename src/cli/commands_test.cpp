// The words of the command line against a server that answers what was planned.
#include "cli/commands.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "cli/fake_portal.hpp"
#include "cli/profile.hpp"
#include "http/sse.hpp"
#include "model/views.hpp"

namespace cli {
namespace {

constexpr char id[] = "01kb0z3v9m4e8r2t6w5y7a1c3d";
std::string const deployment_path = std::string("/api/deployments/") + id;

std::string view(model::Phase phase, std::string reason = "") {
    model::DeploymentView deployment{.id = {id},
                                     .environment = "demo",
                                     .version = "1.1.0",
                                     .status = model::status_of(phase),
                                     .phase = phase};
    deployment.reason = std::move(reason);
    deployment.created_at = base::parse_time("2026-11-24T02:00:00Z").value();
    deployment.observed_at = base::parse_time("2026-11-24T02:01:00Z").value();
    if (model::is_final(phase)) deployment.completed_at = deployment.observed_at;
    deployment.components = {{.name = "web", .from_version = "1.0.0", .step = 3, .steps = 8, .phase = phase}};
    return base::to_text(deployment);
}

/// Answers one after the other, and the last one for ever.
FakePortal::Answer in_turn(std::vector<std::string> bodies) {
    auto next = std::make_shared<std::size_t>(0);
    return [bodies, next](http::Request const&) {
        std::size_t const now = std::min((*next)++, bodies.size() - 1);
        return http::Response{.status = 200, .body = bodies[now]};
    };
}

struct CommandsTest : testing::Test {
    FakePortal portal;
    FakeTerminal terminal;
    std::string folder =
        fmt::format("{}/cli-{}", std::filesystem::temp_directory_path().string(), ::getpid());

    void SetUp() override {
        terminal.variables["PILOTHOUSE_PROFILE"] = folder + "/profile.json";
        terminal.variables["PILOTHOUSE_SERVER"] = portal.url();
        portal.on("GET " + deployment_path + "/logs", 200, R"({"items":[],"next":null})");
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    int type(std::vector<std::string> words) {
        CLI::App app("pilothouse", "pilothouse");
        Chosen chosen;
        add_commands(app, terminal, chosen);
        std::vector<char const*> argv{"pilothouse"};
        for (std::string const& word : words) argv.push_back(word.c_str());
        return run(app, static_cast<int>(argv.size()), argv.data(), terminal, chosen);
    }
};

TEST_F(CommandsTest, WrongWordsAreToldInASentence) {
    EXPECT_EQ(type({}), 2);
    EXPECT_EQ(type({"deplyo"}), 2);
    EXPECT_EQ(type({"deploy"}), 2);
    EXPECT_EQ(type({"deploy", "demo", "1.1.0", "--colour", "red"}), 2);
    EXPECT_EQ(type({"follow", "demo", "--timeout", "soon"}), 2);
    EXPECT_EQ(type({"health", "demo", "red"}), 2);
    EXPECT_NE(
        terminal.errors.find("pilothouse deploy: environment is required; see pilothouse deploy --help\n"),
        std::string::npos)
        << terminal.errors;
    EXPECT_TRUE(portal.requests().empty());
}

TEST_F(CommandsTest, HelpIsNoMistake) {
    EXPECT_EQ(type({"deploy", "--help"}), 0);
    EXPECT_NE(terminal.output.find("--weights"), std::string::npos);
}

TEST_F(CommandsTest, LoginKeepsTheSessionAndLogoutForgetsIt) {
    portal.on("POST /api/admin/login", 200,
              R"({"token":"ph_secret","expires_at":"2026-11-25T02:00:00.000Z"})");
    portal.on("POST /api/admin/logout", 204, "");
    terminal.input = "correct horse battery\n";

    EXPECT_EQ(type({"login", "--username", "mira", "--password-stdin"}), 0) << terminal.errors;
    EXPECT_EQ(portal.requests().back(),
              R"(POST /api/admin/login {"username":"mira","password":"correct horse battery"})");
    EXPECT_EQ(terminal.output, "logged in to " + portal.url() + " as mira until 2026-11-25T02:00:00.000Z\n");
    EXPECT_EQ(std::filesystem::status(folder + "/profile.json").permissions(), std::filesystem::perms(0600));

    EXPECT_EQ(type({"logout"}), 0) << terminal.errors;
    EXPECT_EQ(portal.last().fields.get("Authorization"), "Bearer ph_secret");
    base::RealFiles files;
    EXPECT_EQ(load_profile({}, terminal, files)->token, "");
}

TEST_F(CommandsTest, SetupAsksTwiceForThePasswordAndSendsNothingWhenTheyDiffer) {
    terminal.input = "token-1\nmira\ncorrect horse battery\ncorrect horse batery\n";

    EXPECT_EQ(type({"setup"}), 2);

    EXPECT_EQ(terminal.errors, "pilothouse: the two passwords differ; nothing was sent\n");
    EXPECT_TRUE(portal.requests().empty());
}

TEST_F(CommandsTest, SetupSendsTheTokenAndLogsIn) {
    portal.on("POST /api/admin/setup", 201,
              R"({"token":"ph_first","expires_at":"2026-11-25T02:00:00.000Z"})");
    terminal.input = "correct horse battery\n";

    EXPECT_EQ(type({"setup", "--token", "token-1", "--username", "mira", "--password-stdin"}), 0)
        << terminal.errors;

    EXPECT_EQ(
        portal.requests().back(),
        R"(POST /api/admin/setup {"token":"token-1","username":"mira","password":"correct horse battery"})");
    base::RealFiles files;
    EXPECT_EQ(load_profile({}, terminal, files)->token, "ph_first");
}

TEST_F(CommandsTest, AProblemIsASentenceOnStderrAndADocumentForMachines) {
    FakePortal::Answer refuse = [](http::Request const& request) {
        return http::problem(request, 404, "not_found",
                             "there is no environment \"dmo\" (did you mean \"demo\"?)");
    };
    portal.on("POST /api/environments/dmo/deploy", refuse);

    EXPECT_EQ(type({"deploy", "dmo", "1.1.0", "--output", "json"}), 1);

    EXPECT_EQ(terminal.errors, "pilothouse: there is no environment \"dmo\" (did you mean \"demo\"?)\n");
    EXPECT_NE(terminal.output.find("\"code\":\"not_found\""), std::string::npos) << terminal.output;
}

TEST_F(CommandsTest, WhoIsNotLoggedInIsToldHow) {
    FakePortal::Answer refuse = [](http::Request const& request) {
        return http::problem(request, 401, "unauthenticated", "the name or the password is wrong");
    };
    portal.on("GET /api/environments", refuse);
    portal.on("POST /api/admin/login", refuse);
    terminal.input = "correct horse battery\n";

    EXPECT_EQ(type({"env", "list"}), 1);
    EXPECT_EQ(terminal.errors,
              "pilothouse: you are not logged in to " + portal.url() + "; log in with: pilothouse login\n");

    terminal.errors.clear();
    terminal.variables["PILOTHOUSE_TOKEN"] = "ph_old";
    EXPECT_EQ(type({"env", "list"}), 1);
    EXPECT_EQ(terminal.errors,
              "pilothouse: " + portal.url() +
                  " does not know this session, or it has ended; log in with: pilothouse login\n");

    terminal.errors.clear();
    EXPECT_EQ(type({"login", "--username", "mira", "--password-stdin"}), 1);
    EXPECT_EQ(terminal.errors, "pilothouse: the name or the password is wrong\n");
}

TEST_F(CommandsTest, NobodyListeningIsUnreachable) {
    EXPECT_EQ(type({"env", "list", "--server", "http://127.0.0.1:1"}), 6);
    EXPECT_NE(
        terminal.errors.find("; is the server running, and is http://127.0.0.1:1 its address (--server)?"),
        std::string::npos)
        << terminal.errors;
}

TEST_F(CommandsTest, DeployPrintsTheServersJsonAndNothingElse) {
    portal.on("POST /api/environments/demo/deploy", 202, view(model::Phase::queued));

    EXPECT_EQ(type({"deploy", "demo", "1.1.0", "--strategy", "canary", "--output", "json"}), 0)
        << terminal.errors;

    EXPECT_EQ(portal.requests().back(),
              R"(POST /api/environments/demo/deploy {"version":"1.1.0","strategy":"canary"})");
    EXPECT_EQ(portal.last().fields.get("Idempotency-Key").size(), 32U);
    EXPECT_EQ(terminal.output, view(model::Phase::queued) + "\n");
}

TEST_F(CommandsTest, DeployTellsPeopleHowToFollow) {
    portal.on("POST /api/environments/demo/deploy", 202, view(model::Phase::queued, "starts"));

    EXPECT_EQ(type({"deploy", "demo", "--version", "1.1.0", "--idempotency-key", "build-7"}), 0)
        << terminal.errors;

    EXPECT_EQ(portal.last().fields.get("Idempotency-Key"), "build-7");
    EXPECT_EQ(terminal.output,
              "demo: 1.1.0 queued: starts\nfollow it with: pilothouse follow " + std::string(id) + "\n");
}

TEST_F(CommandsTest, DeployWithoutAVersionBringsWhatRunsNow) {
    portal.on("GET /api/environments/demo", 200,
              R"({"name":"demo","components":[{"name":"web","version":"1.0.0"}]})");
    portal.on("POST /api/environments/demo/deploy", 202, view(model::Phase::queued));

    EXPECT_EQ(type({"deploy", "demo"}), 0) << terminal.errors;

    EXPECT_EQ(portal.requests().back(), R"(POST /api/environments/demo/deploy {"version":"1.0.0"})");
}

TEST_F(CommandsTest, DeployWithoutAVersionWhereNothingRunsIsAMistake) {
    portal.on("GET /api/environments/demo", 200, R"({"name":"demo","components":[{"name":"web"}]})");

    EXPECT_EQ(type({"deploy", "demo"}), 2);
    EXPECT_EQ(terminal.errors,
              "pilothouse: name the version, like: pilothouse deploy demo 1.1.0 (nothing runs there now)\n");
}

TEST_F(CommandsTest, WaitEndsWithTheExitCodeOfTheEnd) {
    struct Case {
        model::Phase phase;
        int exit_code;
    };
    portal.on("POST /api/environments/demo/deploy", 202, view(model::Phase::queued));
    for (Case const& end :
         {Case{model::Phase::completed, 0}, Case{model::Phase::failed, 1}, Case{model::Phase::cancelled, 1},
          Case{model::Phase::superseded, 1}, Case{model::Phase::rolled_back, 3},
          Case{model::Phase::waiting_for_approval, 4}}) {
        portal.on("GET " + deployment_path, in_turn({view(model::Phase::preparing), view(end.phase)}));
        EXPECT_EQ(type({"deploy", "demo", "1.1.0", "--wait"}), end.exit_code) << base::enum_name(end.phase);
    }
}

TEST_F(CommandsTest, WaitHasATimeLimit) {
    portal.on("POST /api/environments/demo/deploy", 202, view(model::Phase::queued));
    portal.on("GET " + deployment_path, 200, view(model::Phase::paused));

    EXPECT_EQ(type({"deploy", "demo", "1.1.0", "--wait", "--timeout", "10ms"}), 5);

    EXPECT_EQ(
        terminal.errors,
        "pilothouse: not at its end after 0.0 s; the deployment goes on; follow it with: pilothouse follow " +
            std::string(id) + "\n");
}

TEST_F(CommandsTest, AbortAndWaitSucceedsWhenItIsCancelled) {
    portal.on("POST " + deployment_path + "/abort", 200, view(model::Phase::aborting));
    portal.on("GET " + deployment_path, 200, view(model::Phase::cancelled));

    EXPECT_EQ(type({"abort", id, "--wait"}), 0);
}

TEST_F(CommandsTest, PromoteAndWaitPassesTheGateThatWasPromoted) {
    portal.on("POST " + deployment_path + "/promote", 200, view(model::Phase::waiting_for_approval));
    portal.on("GET " + deployment_path,
              in_turn({view(model::Phase::waiting_for_approval), view(model::Phase::completed)}));

    EXPECT_EQ(type({"promote", id, "--all", "--wait"}), 0);
    EXPECT_EQ(portal.requests().front(), "POST " + deployment_path + R"(/promote {"all":true})");
}

TEST_F(CommandsTest, AnEnvironmentStandsForItsDeployment) {
    portal.on("GET /api/deployments",
              in_turn({R"({"items":[],"next":null})",
                       R"({"items":[)" + view(model::Phase::queued) + R"(],"next":null})"}));
    portal.on("POST " + deployment_path + "/pause", 200, view(model::Phase::paused));

    EXPECT_EQ(type({"pause", "demo"}), 0) << terminal.errors;

    std::vector<std::string> expected{"GET /api/deployments?limit=1&environment=demo&status=deploying",
                                      "GET /api/deployments?limit=1&environment=demo&status=queued",
                                      "POST " + deployment_path + "/pause {}"};
    EXPECT_EQ(portal.requests(), expected);
}

TEST_F(CommandsTest, RollbackNamesTheVersion) {
    portal.on("POST " + deployment_path + "/rollback", 202, view(model::Phase::queued));

    EXPECT_EQ(type({"rollback", id, "--version", "1.0.0"}), 0) << terminal.errors;

    EXPECT_EQ(portal.requests().back(), "POST " + deployment_path + R"(/rollback {"version":"1.0.0"})");
    EXPECT_NE(portal.last().fields.get("Idempotency-Key"), "");
}

TEST_F(CommandsTest, LogsAreLinesForAPipe) {
    portal.on(
        "GET " + deployment_path + "/logs", 200,
        R"({"items":[{"seq":7,"time":"2026-11-24T02:13:59.123Z","level":"info","component":"web","step":"shift","text":"sent 25 %"}],"next":null})");

    EXPECT_EQ(type({"logs", id}), 0) << terminal.errors;

    EXPECT_EQ(terminal.output, "2026-11-24T02:13:59.123Z info    web  shift  sent 25 %\n");
}

http::Response events(std::string text) {
    http::Response response{.status = 200, .body = std::move(text)};
    response.fields.set("Content-Type", std::string(http::sse_content_type));
    return response;
}

TEST_F(CommandsTest, FollowedLogsGoOnWhereTheStreamBrokeOff) {
    FakePortal::Answer stream = [](http::Request const& request) {
        auto entry = [](int seq) {
            return http::format_event({.id = std::to_string(seq),
                                       .event = "log",
                                       .data = fmt::format(R"({{"seq":{},"text":"line {}"}})", seq, seq)});
        };
        if (request.fields.get("Last-Event-ID") == "2")
            return events(entry(3) + http::format_event({.event = "end", .data = "{}"}));
        return events(entry(1) + entry(2));
    };
    portal.on("GET " + deployment_path + "/logs", stream);

    EXPECT_EQ(type({"logs", id, "--follow", "--output", "json"}), 0) << terminal.errors;

    EXPECT_EQ(terminal.output,
              "{\"seq\":1,\"text\":\"line 1\"}\n{\"seq\":2,\"text\":\"line 2\"}\n{\"seq\":3,\"text\":\"line "
              "3\"}\n");
}

TEST_F(CommandsTest, HealthIsAnExitCode) {
    auto answer = [](std::string const& health, std::string const& result) {
        return fmt::format(
            R"({{"environment":"demo","health":"{}","observed_at":"2026-11-24T09:00:38.000Z","checks":[{{"component":"web",)"
            R"("color":"blue","name":"replicas","result":"{}","text":"2 of 2 replicas of 1.0.0 are ready"}}],"new":1}})",
            health, result);
    };
    portal.on("GET /api/environments/demo/health", 200, answer("healthy", "passed"));
    EXPECT_EQ(type({"health", "demo"}), 0) << terminal.errors;
    EXPECT_NE(terminal.output.find("web        blue   replicas  passed  2 of 2"), std::string::npos);
    EXPECT_NE(terminal.output.find("\ndemo is healthy\n"), std::string::npos) << terminal.output;

    for (std::string const health : {"degraded", "failed", "unknown", "disabled", "empty"}) {
        portal.on("GET /api/environments/demo/health", 200, answer(health, "warning"));
        terminal.output.clear();
        EXPECT_EQ(type({"health", "demo", "green", "--output", "json"}), 1) << health;
        EXPECT_EQ(portal.requests().back(), "GET /api/environments/demo/health?color=green");
        EXPECT_EQ(terminal.output, answer(health, "warning") + "\n");
    }
}

TEST_F(CommandsTest, EventsAreATableOrTheServersJson) {
    std::string const answer =
        R"({"environment":"shop","observed_at":"2026-11-24T09:00:38.000Z","problem":"","items":[{"component":"web",)"
        R"("object":"Service web","type":"normal","reason":"Changed","text":"its ports","count":1,)"
        R"("first_at":"2026-11-24T09:00:00.000Z","last_at":"2026-11-24T09:00:00.000Z","new":1}]})";
    portal.on("GET /api/environments/shop/events", 200, answer);

    EXPECT_EQ(type({"events", "shop"}), 0) << terminal.errors;
    EXPECT_EQ(portal.requests().back(), "GET /api/environments/shop/events?limit=50");
    EXPECT_NE(terminal.output.find("web        -      Service web  Changed  1      its ports"),
              std::string::npos)
        << terminal.output;

    terminal.output.clear();
    EXPECT_EQ(type({"events", "shop", "--component", "web", "--limit", "7", "--output", "json"}), 0);
    EXPECT_EQ(portal.requests().back(), "GET /api/environments/shop/events?limit=7&component=web");
    EXPECT_EQ(terminal.output, answer + "\n");

    portal.on(
        "GET /api/environments/shop/events", 200,
        R"({"environment":"shop","observed_at":"2026-11-24T09:00:38.000Z","problem":"no answer","items":[]})");
    terminal.output.clear();
    EXPECT_EQ(type({"events", "shop"}), 1);
    EXPECT_EQ(terminal.output, "no answer\n");
}

TEST_F(CommandsTest, EnvironmentsAreListedAndSwitched) {
    portal.on(
        "GET /api/environments", 200,
        R"({"items":[{"name":"demo","provider":"on-premises","type":"hci","region":"local","enabled":true,"target":"host","health":"healthy","components":[{"name":"web","version":"1.0.0"}]}],"next":null})");
    portal.on("PUT /api/admin/environments/demo/toggle", 200, R"({"name":"demo","enabled":false})");

    EXPECT_EQ(type({"env", "list", "--provider", "on-premises"}), 0) << terminal.errors;
    EXPECT_EQ(terminal.output,
              "NAME  PROVIDER     TYPE  REGION  ENABLED  TARGET  HEALTH   VERSIONS\n"
              "demo  on-premises  hci   local   yes      host    healthy  web 1.0.0\n");
    EXPECT_EQ(portal.requests().back(), "GET /api/environments?provider=on-premises");

    terminal.output.clear();
    EXPECT_EQ(type({"env", "disable", "demo", "--component", "web"}), 0) << terminal.errors;
    EXPECT_EQ(terminal.output, "demo/web is disabled\n");
    EXPECT_EQ(portal.requests().back(),
              R"(PUT /api/admin/environments/demo/toggle {"enabled":false,"component":"web"})");
}

TEST_F(CommandsTest, KubeconfigsAreUploadedListedAndRemoved) {
    char const* kept =
        R"({"name":"shop","server":"https://k8s.example.org:6443","namespace":"shop","credential":"token","created_at":"2026-11-24T02:00:00Z","created_by":"mira","updated_at":"2026-11-24T02:01:00Z","used_by":["west","east"]})";
    portal.on("PUT /api/admin/kubeconfigs/shop", 200, kept);
    portal.on("GET /api/admin/kubeconfigs", 200, std::string(R"({"items":[)") + kept + "]}");
    portal.on("DELETE /api/admin/kubeconfigs/shop", 204, "");
    base::RealFiles files;
    ASSERT_TRUE(files.write(folder + "/kubeconfig", "kind: Config\n"));

    EXPECT_EQ(type({"kubeconfig", "put", "shop", folder + "/kubeconfig"}), 0) << terminal.errors;
    EXPECT_EQ(
        terminal.output,
        "the kubeconfig shop is kept: https://k8s.example.org:6443, namespace shop; used by west, east\n");
    EXPECT_EQ(portal.requests().back(), R"(PUT /api/admin/kubeconfigs/shop {"kubeconfig":"kind: Config\n"})");

    terminal.input = "a: 1\n\nb: 2\n";
    terminal.output.clear();
    EXPECT_EQ(type({"kubeconfig", "put", "shop", "-", "--context", "main", "--output", "json"}), 0)
        << terminal.errors;
    EXPECT_EQ(terminal.output, std::string(kept) + "\n");
    EXPECT_EQ(portal.requests().back(),
              R"(PUT /api/admin/kubeconfigs/shop {"kubeconfig":"a: 1\n\nb: 2\n","context":"main"})");

    terminal.output.clear();
    EXPECT_EQ(type({"kubeconfig", "list"}), 0) << terminal.errors;
    EXPECT_EQ(
        terminal.output,
        "NAME  SERVER                        NAMESPACE  CREDENTIAL  UPDATED               BY    USED BY\n"
        "shop  https://k8s.example.org:6443  shop       token       2026-11-24T02:01:00Z  mira  west, "
        "east\n");

    terminal.output.clear();
    EXPECT_EQ(type({"kubeconfig", "remove", "shop"}), 0) << terminal.errors;
    EXPECT_EQ(terminal.output, "the kubeconfig shop is removed\n");
    EXPECT_EQ(portal.requests().back(), "DELETE /api/admin/kubeconfigs/shop");
}

TEST_F(CommandsTest, AKubeconfigThatCannotBeReadIsNotSent) {
    EXPECT_NE(type({"kubeconfig", "put", "shop", folder + "/none"}), 0);
    EXPECT_NE(terminal.errors.find(folder + "/none"), std::string::npos) << terminal.errors;
    EXPECT_EQ(type({"kubeconfig", "put", "shop"}), 2);
    EXPECT_TRUE(portal.requests().empty());
}

TEST_F(CommandsTest, ARoleIsPrintedForOneStrategy) {
    portal.on("GET /api/environments/shop/role", 200,
              R"({"environment":"shop","namespace":"web","rules":[{"api_group":"apps"}]})");

    EXPECT_EQ(type({"env", "role", "shop", "--strategy", "blue-green"}), 0) << terminal.errors;

    EXPECT_EQ(portal.requests().back(), "GET /api/environments/shop/role?strategy=blue-green");
    EXPECT_NE(terminal.output.find("- apiGroups: [\"apps\"]\n"), std::string::npos) << terminal.output;
}

TEST_F(CommandsTest, CompletionKnowsEveryCommand) {
    EXPECT_EQ(type({"completion", "bash"}), 0);

    EXPECT_NE(terminal.output.find("[\"pilothouse env\"]=\"list show role enable disable --help \""),
              std::string::npos)
        << terminal.output;
    EXPECT_NE(terminal.output.find("--idempotency-key"), std::string::npos);
}

}  // namespace
}  // namespace cli
