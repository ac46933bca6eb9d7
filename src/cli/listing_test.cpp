#include "cli/listing.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using Lines = std::vector<std::string>;

WallTime at(std::string_view text) { return base::parse_time(text).value(); }

TEST(Listing, ShowsAnEnvironmentsReplicasAndTraffic) {
    model::ComponentStatusView web{.name = "web",
                                   .version = "1.0.0",
                                   .health = model::Health::deploying,
                                   .reason = "1 of 2 replicas take traffic"};
    web.replicas = {
        {.name = "web-r1-0",
         .version = "1.0.0",
         .phase = "running",
         .pid = 71,
         .port = 20000,
         .starts = 1,
         .weight = 256,
         .routable = true,
         .sessions = 4},
        {.name = "web-r2-0",
         .version = "1.1.0",
         .phase = "running",
         .pid = 72,
         .port = 20001,
         .starts = 3,
         .check = "L4CON",
         .sessions = 0},
        {.name = "web-green-7f-x", .version = "1.1.0", .phase = "Pending", .check = "it has no node"}};
    web.traffic =
        model::TrafficView{.listen = "127.0.0.1:8080", .running = true, .requests = 7, .retries = 1};
    web.route = model::RouteView{.name = "VirtualService web",
                                 .shares = {{"1.0.0", 75}, {"1.1.0", 25}},
                                 .not_counted = "Prometheus does not answer"};
    web.drift = {"VirtualService web's weights were changed by kubectl-edit"};
    web.deployment = model::DeploymentView{
        .id = {"01kb0z3v9m4e8r2t6w5y7a1c3d"}, .version = "1.1.0", .reason = "waiting for 1 replica"};
    model::EnvironmentStatusView demo{.name = "demo",
                                      .health = model::Health::deploying,
                                      .observed_at = at("2026-11-24T02:00:00Z"),
                                      .components = {web}};

    Lines expected{
        "demo  deploying  (seen 2 s ago)",
        "web  1.0.0  deploying  1 of 2 replicas take traffic",
        "  deployment 01kb0z3v9m4e8r2t6w5y7a1c3d brings 1.1.0: waiting for 1 replica",
        "  traffic on 127.0.0.1:8080: 7 requests, 0 answered by HAProxy itself, 1 retries",
        "  VirtualService web sends 75 % to 1.0.0, 25 % to 1.1.0",
        "  not counted: Prometheus does not answer",
        "  drift: VirtualService web's weights were changed by kubectl-edit",
        "  REPLICA         VERSION  PROCESS  PID  PORT   STARTS  WEIGHT  TRAFFIC              SESSIONS",
        "  web-r1-0        1.0.0    running  71   20000  1       256     yes                  4",
        "  web-r2-0        1.1.0    running  72   20001  3       0       no (L4CON)           0",
        "  web-green-7f-x  1.1.0    Pending  -    -      0       0       no (it has no node)  -"};
    EXPECT_EQ(describe(demo, at("2026-11-24T02:00:02Z")), expected);
}

TEST(Listing, ShowsAPlanAndWhatStandsInItsWay) {
    model::PlanView plan{.environment = "demo",
                         .version = "1.1.0",
                         .strategy = model::Strategy::blue_green,
                         .at_least_seconds = 35};
    plan.steps = {{.component = "web",
                   .number = 1,
                   .kind = model::StepKind::prepare,
                   .new_replicas = 2,
                   .old_replicas = 2,
                   .text = "start 2 replicas"},
                  {.component = "web",
                   .number = 2,
                   .kind = model::StepKind::bake,
                   .weight_percent = 100,
                   .at_least_seconds = 30}};
    plan.changes = {
        {.component = "web",
         .step = 1,
         .object = "Deployment web-green",
         .text = "scale web-green to 2",
         .fields = {{"/spec/replicas", "0", "2"}, {"/metadata/annotations/a", std::nullopt, "1"}}}};
    plan.checks = {{"web", model::CheckName::rights, model::CheckResult::passed, "all there"},
                   {"web", model::CheckName::quota, model::CheckResult::blocker, "demo is too small"},
                   {"web", model::CheckName::readiness, model::CheckResult::warning, "no probe"}};
    plan.blockers = {"demo is too small"};

    Lines expected{"1.1.0 to demo by blue-green: 2 steps, at least 35 s",
                   "STEP  COMPONENT  WHAT              WEIGHT  NEW  OLD  AT LEAST",
                   "1     web        start 2 replicas  0 %     2    2",
                   "2     web        bake              100 %   0    0    30 s",
                   "what will be written:",
                   "  step 1: scale web-green to 2 (web)",
                   "    /spec/replicas: 0 -> 2",
                   "    /metadata/annotations/a: - -> 1",
                   "CHECK      COMPONENT  RESULT   WHAT",
                   "quota      web        blocker  demo is too small",
                   "readiness  web        warning  no probe",
                   "1 of 3 checks passed",
                   "blocked: demo is too small"};
    EXPECT_EQ(describe(plan), expected);
}

TEST(Listing, WritesARoleAsYaml) {
    model::RoleView role{.environment = "shop", .namespace_ = "web"};
    role.rules = {{"", {"pods", "services"}, {}, {"list", "watch"}},
                  {"apps", {"deployments"}, {"web-blue", "web-green"}, {"patch"}}};

    Lines expected{"apiVersion: rbac.authorization.k8s.io/v1",
                   "kind: Role",
                   "metadata:",
                   "  name: pilothouse-shop",
                   "  namespace: web",
                   "rules:",
                   "- apiGroups: [\"\"]",
                   "  resources: [\"pods\", \"services\"]",
                   "  verbs: [\"list\", \"watch\"]",
                   "- apiGroups: [\"apps\"]",
                   "  resources: [\"deployments\"]",
                   "  resourceNames: [\"web-blue\", \"web-green\"]",
                   "  verbs: [\"patch\"]",
                   "---",
                   "apiVersion: rbac.authorization.k8s.io/v1",
                   "kind: RoleBinding",
                   "metadata:",
                   "  name: pilothouse-shop",
                   "  namespace: web",
                   "roleRef:",
                   "  apiGroup: rbac.authorization.k8s.io",
                   "  kind: Role",
                   "  name: pilothouse-shop",
                   "subjects:  # the account that the portal's credential stands for",
                   "- kind: ServiceAccount",
                   "  name: pilothouse",
                   "  namespace: pilothouse"};
    EXPECT_EQ(describe(role), expected);
    role.namespace_.reset();
    EXPECT_EQ(describe(role)[4], "rules:") << "then kubectl takes that of its context";
}

TEST(Listing, ShowsTheEventsOfACluster) {
    model::ClusterEventsView events{.environment = "shop"};
    events.items = {{.component = "web",
                     .color = model::Color::green,
                     .object = "Pod web-green-6bd9f7c5d-x2x4z",
                     .type = model::ClusterEventType::warning,
                     .reason = "Failed",
                     .text = "no such\nimage",
                     .count = 4,
                     .last_at = at("2026-11-24T09:00:38.5Z")},
                    {.component = "web", .object = "Service web", .reason = "Changed", .text = "\x1b[2J"}};
    Lines const lines = describe(events);

    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0],
              "LAST                  TYPE     COMPONENT  COLOR  OBJECT                         REASON   "
              "COUNT  TEXT");
    EXPECT_EQ(lines[1].find("2026-11-24T09:00:38Z  warning  web        green  Pod web-green-6bd9f7c5d-x2x4z  "
                            "Failed   4      no such"),
              0U)
        << lines[1];
    EXPECT_EQ(lines[1].find('\n'), std::string::npos);
    EXPECT_EQ(lines[2].find('\x1b'), std::string::npos);
}

TEST(Listing, SaysWhyThereAreNoEvents) {
    EXPECT_EQ(
        describe(model::ClusterEventsView{.environment = "shop"}),
        Lines{"its cluster tells of nothing in shop now, and forgets what is older than an hour or so"});
    EXPECT_EQ(describe(model::ClusterEventsView{.problem = "demo is no cluster"}),
              Lines{"demo is no cluster"});
}

TEST(Listing, ShowsDeploymentsAndHowToGoOn) {
    model::DeploymentList list{.next = "k7"};
    list.items = {{.id = {"01kb0z3v9m4e8r2t6w5y7a1c3d"},
                   .environment = "demo",
                   .version = "1.1.0",
                   .phase = model::Phase::rolled_back,
                   .reason = "worse\nby far",
                   .actor = "mira"}};
    list.items[0].created_at = at("2026-11-24T02:00:00.5Z");

    Lines expected{
        "ID                          CREATED               ENVIRONMENT  VERSION  STRATEGY  PHASE        BY   "
        " REASON",
        "01kb0z3v9m4e8r2t6w5y7a1c3d  2026-11-24T02:00:00Z  demo         1.1.0    canary    rolled_back  mira "
        " worse\\nby far",
        "there is more: --after k7"};
    EXPECT_EQ(describe(list), expected);
}

TEST(Listing, ShowsWhoDidWhat) {
    model::AuditList list;
    list.items = {{.time = at("2026-11-24T02:00:00Z"),
                   .actor = "mira",
                   .address = "127.0.0.1",
                   .action = "deployment.start",
                   .target = "environment/demo",
                   .result = "accepted"}};

    Lines expected{"TIME                  WHO   FROM       ACTION            TARGET            RESULT",
                   "2026-11-24T02:00:00Z  mira  127.0.0.1  deployment.start  environment/demo  accepted"};
    EXPECT_EQ(describe(list), expected);
}

}  // namespace
}  // namespace cli
