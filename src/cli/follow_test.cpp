#include "cli/follow.hpp"

#include <gtest/gtest.h>

#include <future>

#include "base/testing.hpp"
#include "cli/fake_portal.hpp"

namespace cli {
namespace {

using model::Phase;

std::string const id = "01kb0z3v9m4e8r2t6w5y7a1c3d";
std::string const path = "GET /api/deployments/" + id;

std::string view(Phase phase, int step = 3) {
    model::DeploymentView deployment{.id = {id},
                                     .environment = "demo",
                                     .version = "1.1.0",
                                     .status = model::status_of(phase),
                                     .phase = phase};
    deployment.created_at = base::parse_time("2026-11-24T02:00:00Z").value();
    deployment.observed_at = base::parse_time("2026-11-24T02:01:00Z").value();
    if (model::is_final(phase)) deployment.completed_at = deployment.observed_at;
    deployment.components = {
        {.name = "web", .from_version = "1.0.0", .step = step, .steps = 8, .phase = phase}};
    return base::to_text(deployment);
}

/// A client of its own, at the given address.
struct Client {
    asio::io_context context{1};
    base::RealClock clock{context.get_executor()};
    std::unique_ptr<base::Dialer> dialer = base::make_dialer(context.get_executor());
    base::FakeFiles files;
    base::Random random{1};
    FakeTerminal terminal;
    FollowSettings settings{.interval = 1ms};

    int follow(std::string const& address, Output output = Output::text) {
        Session session{.options = {.output = output},
                        .portal = Portal(*dialer, clock, {.server = "http://" + address}),
                        .files = files,
                        .random = random,
                        .terminal = terminal};
        return base::run(context, cli::follow(session, id, settings));
    }
};

void plan(FakePortal& portal, std::string const& body) {
    portal.on(path, 200, body);
    portal.on(path + "/logs", 200, R"({"items":[],"next":null})");
}

TEST(Follow, PrintsTheLogAndHowItEnded) {
    FakePortal portal;
    plan(portal, view(Phase::completed));
    portal.on(
        path + "/logs", 200,
        R"({"items":[{"seq":1,"time":"2026-11-24T02:00:01.000Z","component":"web","step":"shift","text":"sent 25 %"}],"next":null})");
    Client client;

    EXPECT_EQ(client.follow(portal.address()), 0);

    EXPECT_EQ(client.terminal.output,
              "2026-11-24T02:00:01.000Z info    web  shift  sent 25 %\ndemo: 1.1.0 completed after 1 min\n");
}

TEST(Follow, RedrawsABlockOnATerminal) {
    FakePortal portal;
    plan(portal, view(Phase::completed));
    Client client;
    client.terminal.redraws = true;

    EXPECT_EQ(client.follow(portal.address()), 0);

    std::string const block =
        "\r\x1b[2Kdemo · 1.1.0 by canary · completed · 1 min\n\r\x1b[2Kweb  1.0.0 → 1.1.0  step 3 of 8\n"
        "\r\x1b[2K  traffic  ░░░░░░░░░░░░░░░░░░░░  0 % to 1.1.0\n\x1b[J";
    EXPECT_EQ(client.terminal.output, block + "\x1b[3A" + block + "demo: 1.1.0 completed after 1 min\n");
}

TEST(Follow, PrintsOnlyTheLastAnswerForMachines) {
    FakePortal portal;
    plan(portal, view(Phase::rolled_back));
    Client client;

    EXPECT_EQ(client.follow(portal.address(), Output::json), 3);

    EXPECT_EQ(client.terminal.output, view(Phase::rolled_back) + "\n");
}

TEST(Follow, StopsAtAGateAndSaysHowToPromote) {
    FakePortal portal;
    plan(portal, view(Phase::waiting_for_approval));
    Client client;

    EXPECT_EQ(client.follow(portal.address()), 4);

    EXPECT_EQ(client.terminal.output,
              "demo: 1.1.0 waiting for approval\npromote it with: pilothouse promote " + id + "\n");
}

TEST(Follow, PassesAGateThatWasJustPromotedButNotTheNext) {
    FakePortal portal;
    plan(portal, view(Phase::waiting_for_approval, 7));
    Client client;
    client.settings.passed_gates = {{"web", 3}};

    EXPECT_EQ(client.follow(portal.address()), 4);

    client.settings.passed_gates = {{"web", 7}};
    client.settings.timeout = 5ms;
    EXPECT_EQ(client.follow(portal.address()), 5);
}

TEST(Follow, GoesOnThroughARestartOfTheServer) {
    auto portal = std::make_unique<FakePortal>();
    std::string const address = portal->address();
    plan(*portal, view(Phase::progressing));
    Client client;
    std::future<int> result = std::async(std::launch::async, [&] { return client.follow(address); });
    while (portal->requests().size() < 3) std::this_thread::yield();

    portal.reset();
    std::this_thread::yield();
    auto restarted = std::make_unique<FakePortal>(address);
    plan(*restarted, view(Phase::completed));

    EXPECT_EQ(result.get(), 0);
}

TEST(Follow, TellsThatTheServerIsAwayAndGivesUpAtTheLimit) {
    std::string address = FakePortal().address();
    Client client;
    client.settings.contact_limit = 20ms;

    EXPECT_EQ(client.follow(address), 6);

    EXPECT_NE(client.terminal.errors.find("; trying again\n"), std::string::npos) << client.terminal.errors;
    EXPECT_NE(client.terminal.errors.find("pilothouse: no contact for 0.0 s: "), std::string::npos)
        << client.terminal.errors;
    EXPECT_NE(client.terminal.errors.find("follow it with: pilothouse follow " + id), std::string::npos)
        << client.terminal.errors;
}

TEST(Follow, AnUnknownDeploymentIsToldAtOnce) {
    FakePortal portal;
    Client client;

    EXPECT_EQ(client.follow(portal.address()), 1);

    EXPECT_EQ(client.terminal.errors, "pilothouse: there is no /api/deployments/" + id + "\n");
}

}  // namespace
}  // namespace cli
