#include "rollout/preflight.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace rollout {
namespace {

namespace json = base::json;
using model::CheckName;

json::value deployment(char const* color, int replicas, char const* pod) {
    json::value made = json::parse(fmt::format(
        R"({{"metadata":{{"name":"web-{0}","annotations":{{"pilothouse.dev/revision":"{1}"}}}},"spec":{{"replicas":{2},
            "template":{{"metadata":{{"labels":{{"app":"web","color":"{0}"}}}}}}}}}})",
        color, std::string_view(color) == "blue" ? 1 : 0, replicas));
    made.at_pointer("/spec/template").as_object()["spec"] = json::parse(pod);
    return made;
}

constexpr char const* plain_pod = R"({"containers":[{"name":"main"}]})";

/// 1.0.0 on three pods of blue; 1.1.0 is to come to green.
Premises premises(char const* pod = plain_pod, bool with_route = false) {
    Premises made{.namespace_ = "shop"};
    model::Rollout& rollout = made.rollout;
    rollout.environment = "shop-west";
    rollout.component = "web";
    rollout.from = {.number = 1, .version = "1.0.0"};
    rollout.to = {.number = 2, .version = "1.1.0"};
    rollout.to.workload.replicas = 3;
    rollout.to.traffic.service = "web";
    if (with_route) rollout.to.traffic.virtual_service = "web";
    ClusterState& state = made.state.emplace();
    state.namespace_ = "shop";
    state.workload.deployment = "web";
    state.workload.container = "main";
    state.traffic = rollout.to.traffic;
    state.service = json::parse(
        R"({"metadata":{"name":"web"},"spec":{"selector":{"app":"web","pilothouse.dev/color":"blue"}}})");
    state.route = json::parse(R"({"metadata":{"name":"web"},"spec":{"http":[{"route":[
        {"destination":{"host":"web-blue"},"weight":100},{"destination":{"host":"web-green"},"weight":0}]}]}})");
    state.blue.deployment = deployment("blue", 3, pod);
    state.green.deployment = deployment("green", 0, pod);
    for (char const* name : {"a", "b", "c"})
        state.blue.pods.push_back({.name = name, .uid = name, .revision = 1, .ready = true});
    state.blue.endpoints = {"a", "b", "c"};
    state.metrics_name = "Prometheus";
    state.counters = {{.name = "blue x"}};
    made.around.api_version = std::string("v1.31.2");
    auto write = [&](char const* color, int replicas) {
        Rehearsed rehearsed{.step = 1};
        rehearsed.effect.object = fmt::format("Deployment web-{}", color);
        rehearsed.after = deployment(color, replicas, pod);
        made.writes.push_back(std::move(rehearsed));
    };
    write("green", 1);
    write("green", 3);
    write("blue", 0);
    return made;
}

std::string told(Premises const& premises, CheckName name) {
    std::string text;
    for (model::PlanCheck const& check : preflight(premises))
        if (check.name == name)
            text +=
                fmt::format("{}{}: {}", text.empty() ? "" : "\n", base::enum_name(check.result), check.text);
    return text;
}

NamespaceSurvey::Objects objects(std::initializer_list<char const*> texts) {
    std::vector<json::value> all;
    for (char const* text : texts) all.push_back(json::parse(text));
    return all;
}

TEST(Preflight, EachCheckFindsSomething) {
    std::set<CheckName> found;
    for (model::PlanCheck const& check : preflight(premises())) {
        found.insert(check.name);
        EXPECT_FALSE(check.text.empty()) << base::enum_name(check.name);
        EXPECT_EQ(check.component, "web");
    }
    EXPECT_EQ(found.size(), base::enum_names<CheckName>().size());
}

TEST(Preflight, WithoutAStateOnlyAccessIsChecked) {
    Premises blind = premises();
    blind.state.reset();
    auto const checks = preflight(blind);
    ASSERT_EQ(checks.size(), 2u);
    EXPECT_EQ(checks[0].name, CheckName::rights);
    EXPECT_EQ(checks[1].name, CheckName::versions);
}

TEST(Preflight, NamesEachRightThatIsMissing) {
    Premises given = premises();
    given.survey.denied = std::vector<k8s::Action>{
        {.verb = "watch", .resource = k8s::pods, .name = {"shop", ""}},
        {.verb = "patch", .resource = k8s::deployments, .name = {"shop", "web-green"}}};
    EXPECT_EQ(
        told(given, CheckName::rights),
        "blocker: the portal's account may not watch pods in shop: give it the Role that `pilothouse env "
        "role shop-west` prints\n"
        "blocker: the portal's account may not patch deployments.apps web-green in shop: give it the Role "
        "that `pilothouse env role shop-west` prints");
    given.survey.denied = base::unavailable("no answer");
    EXPECT_EQ(told(given, CheckName::rights),
              "unknown: the portal's rights could not be asked for: no answer");
}

TEST(Preflight, KnowsWhichVersionsItIsMadeFor) {
    struct {
        char const* version;
        char const* said;
    } const table[] = {
        {"v1.31.2", "passed: the API server is v1.31.2"},
        {"v1.26.0-gke.100", "passed: the API server is v1.26.0-gke.100"},
        {"v1.25.3",
         "warning: the API server is v1.25.3; Pilothouse is made for 1.26 and newer: update the cluster"},
    };
    for (auto const& row : table) {
        Premises given = premises();
        given.around.api_version = std::string(row.version);
        EXPECT_EQ(told(given, CheckName::versions), row.said);
    }
    Premises given = premises(plain_pod, true);
    given.survey.serves_route = false;
    EXPECT_EQ(told(given, CheckName::versions),
              "blocker: the API server does not serve VirtualService in networking.istio.io/v1, which the "
              "component's route is: install Istio 1.22 or a newer one");
}

TEST(Preflight, ARefusedWriteBlocksAndAnUnansweredOneDoesNot) {
    Premises given = premises();
    given.survey.dry_runs = {{1, "install 1.1.0", {}}, {2, "scale web-green to 3", {}}};
    EXPECT_EQ(told(given, CheckName::dry_run),
              "passed: the API server was asked about 2 writes and refuses none");
    given.survey.dry_runs = {
        {1, "install 1.1.0", {}},
        {2, "scale web-green to 3", base::Error{base::Errc::invalid, "one pod is enough"}},
        {3, "scale web-blue to 0", base::unavailable("no answer")}};
    EXPECT_EQ(told(given, CheckName::dry_run),
              "blocker: step 2, scale web-green to 3: one pod is enough\n"
              "unknown: step 3, scale web-blue to 0: no answer");
}

constexpr char const* pod_with_resources = R"({"containers":[
    {"name":"main","resources":{"requests":{"cpu":"250m","memory":"1Gi"},"limits":{"cpu":"1","memory":"1Gi"}}},
    {"name":"proxy","resources":{"limits":{"cpu":"100m","memory":"128Mi"}}}],
    "initContainers":[{"name":"migrate","resources":{"requests":{"cpu":"2"}}},
                      {"name":"log","restartPolicy":"Always","resources":{"requests":{"cpu":"50m"}}}]})";

TEST(Preflight, AQuotaHasRoomForThePeak) {
    struct {
        char const* quota;
        char const* said;
    } const table[] = {
        // Three more pods beside the three that are there. The init container asks for more than the rest.
        {R"({"hard":{"requests.cpu":"8"},"used":{"requests.cpu":"2"}})",
         "passed: the ResourceQuotas leave room for the rollout's 3 more pods"},
        {R"({"hard":{"requests.cpu":"8"},"used":{"requests.cpu":"2001m"}})",
         "blocker: ResourceQuota team in namespace shop leaves 5999m of its 8 of requests.cpu, and the "
         "rollout "
         "needs 6 more: raise the quota, or ask for fewer replicas"},
        {R"({"hard":{"limits.cpu":"4"},"used":{"limits.cpu":"1"}})",
         "blocker: ResourceQuota team in namespace shop leaves 3 of its 4 of limits.cpu, and the rollout "
         "needs "
         "3300m more: raise the quota, or ask for fewer replicas"},
        {R"({"hard":{"memory":"6Gi"},"used":{"memory":"3Gi"}})",
         "blocker: ResourceQuota team in namespace shop leaves 3Gi of its 6Gi of memory, and the rollout "
         "needs "
         "3456Mi more: raise the quota, or ask for fewer replicas"},
        {R"({"hard":{"pods":"5"},"used":{"pods":"3"}})",
         "blocker: ResourceQuota team in namespace shop leaves 2 of its 5 of pods, and the rollout needs 3 "
         "more: "
         "raise the quota, or ask for fewer replicas"},
        {R"({"hard":{"pods":"2"},"used":{"pods":"3"}})",
         "blocker: ResourceQuota team in namespace shop leaves 0 of its 2 of pods, and the rollout needs 3 "
         "more: "
         "raise the quota, or ask for fewer replicas"},
        {R"({"hard":{"services":"1","requests.nvidia.com/gpu":"0"}})",
         "passed: the ResourceQuotas leave room for the rollout's 3 more pods"},
    };
    for (auto const& row : table) {
        Premises given = premises(pod_with_resources);
        json::value quota = json::parse(R"({"metadata":{"name":"team"}})");
        quota.as_object()["status"] = json::parse(row.quota);
        given.around.quotas = std::vector<json::value>{quota};
        EXPECT_EQ(told(given, CheckName::quota), row.said) << row.quota;
    }
}

TEST(Preflight, AQuotaCountsOnlyThePodsOfItsScope) {
    struct {
        char const* scope;
        char const* said;
    } const table[] = {
        {R"("scopes":["Terminating"])", "passed"},
        {R"("scopes":["BestEffort"])", "passed"},
        {R"("scopes":["NotTerminating","NotBestEffort"])", "blocker"},
        {R"("scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"Exists"}]})",
         "unknown"},
    };
    for (auto const& row : table) {
        Premises given = premises(pod_with_resources);
        std::string const quota = fmt::format(
            R"({{"metadata":{{"name":"team"}},"spec":{{{}}},"status":{{"hard":{{"pods":"3"}},"used":{{"pods":"3"}}}}}})",
            row.scope);
        given.around.quotas = objects({quota.c_str()});
        EXPECT_TRUE(told(given, CheckName::quota).starts_with(row.said))
            << row.scope << ": " << told(given, CheckName::quota);
    }
}

TEST(Preflight, AQuotaWantsToBeTold) {
    Premises given = premises();
    given.around.quotas =
        objects({R"({"metadata":{"name":"team"},"status":{"hard":{"limits.memory":"9Gi"}}})"});
    EXPECT_EQ(
        told(given, CheckName::quota),
        "warning: ResourceQuota team counts limits.memory, and container main of Deployment web-blue names "
        "none: unless a LimitRange fills it in, no pod is made; name it in the container's resources");
    given.around.quotas = base::Error{base::Errc::forbidden, "list resourcequotas"};
    EXPECT_EQ(told(given, CheckName::quota),
              "unknown: the ResourceQuotas could not be read: list resourcequotas");
}

TEST(Preflight, SecretsForPullingAreThere) {
    constexpr char const* pod =
        R"({"containers":[{"name":"main"}],"imagePullSecrets":[{"name":"registry"}]})";
    Premises given = premises(pod);
    given.around.secret_types["registry"] = std::string("kubernetes.io/dockerconfigjson");
    EXPECT_EQ(told(given, CheckName::pull_secret),
              "passed: every Secret that is named for pulling the image is there");
    given.around.secret_types["registry"] = std::string("Opaque");
    EXPECT_TRUE(told(given, CheckName::pull_secret)
                    .starts_with("warning: Secret registry, which Deployment web-blue names"));
    given.around.secret_types["registry"] = base::not_found("");
    EXPECT_TRUE(
        told(given, CheckName::pull_secret)
            .starts_with("warning: Secret registry, which Deployment web-blue names in imagePullSecrets, "
                         "is not in namespace shop: a node pulls the image as nobody then"));
    given = premises();
    given.around.accounts["default"] = json::parse(R"({"imagePullSecrets":[{"name":"registry"}]})");
    given.around.secret_types["registry"] = base::not_found("");
    EXPECT_TRUE(told(given, CheckName::pull_secret)
                    .starts_with("warning: Secret registry, which ServiceAccount default names"));
    EXPECT_EQ(told(given, CheckName::pull_secret).find('\n'), std::string::npos)
        << "once, not for each color";
    given.around.accounts["default"] = base::Error{base::Errc::forbidden, "get serviceaccounts"};
    EXPECT_TRUE(told(given, CheckName::pull_secret).starts_with("unknown: ServiceAccount default"));
}

TEST(Preflight, PodsSayWhenTheyAreReady) {
    EXPECT_EQ(
        told(premises(), CheckName::readiness),
        "warning: container main of web-blue and web-green has no readinessProbe: a pod takes requests as "
        "soon as its process runs, and they fail until it listens; add one");
    Premises const probed =
        premises(R"({"containers":[{"name":"main","readinessProbe":{"tcpSocket":{"port":80}}}]})");
    EXPECT_TRUE(told(probed, CheckName::readiness).starts_with("passed"));
}

TEST(Preflight, PodsServeOnWhileTheyEnd) {
    struct {
        char const* pod;
        bool with_route;
        char const* said;
    } const table[] = {
        {plain_pod, false, "warning: container main of web-blue and web-green has no preStop hook"},
        {plain_pod, true, "passed: requests are led elsewhere before pods end"},
        {R"({"containers":[{"name":"main","lifecycle":{"preStop":{"sleep":{"seconds":5}}}}]})", false,
         "passed: pods go on serving for a while"},
        {R"({"containers":[{"name":"main","lifecycle":{"preStop":{"exec":{"command":["sh","-c","sleep 30"]}}}}]})",
         true, "warning: the preStop hook of container main of web-blue and web-green sleeps for as long as"},
        {R"({"terminationGracePeriodSeconds":60,"containers":[{"name":"main","lifecycle":{"preStop":{"exec":{"command":["sleep","30"]}}}}]})",
         false, "passed"},
        {R"({"containers":[{"name":"main","lifecycle":{"preStop":{"httpGet":{"path":"/drain"}}}}]})", false,
         "passed"},
    };
    for (auto const& row : table)
        EXPECT_TRUE(told(premises(row.pod, row.with_route), CheckName::shutdown).starts_with(row.said))
            << row.pod << ": " << told(premises(row.pod, row.with_route), CheckName::shutdown);
}

std::string autoscaler(char const* name, char const* color, int least, int most) {
    return fmt::format(
        R"({{"metadata":{{"name":"{}"}},"spec":{{"scaleTargetRef":{{"kind":"Deployment","name":"web-{}"}},"minReplicas":{},"maxReplicas":{}}}}})",
        name, color, least, most);
}

TEST(Preflight, AutoscalersAgree) {
    struct {
        std::vector<std::string> autoscalers;
        char const* said;
    } const table[] = {
        {{}, "passed: no HorizontalPodAutoscaler rules its Deployments"},
        {{autoscaler("a", "blue", 1, 9), autoscaler("b", "green", 1, 9)},
         "passed: the numbers of pods are left to the HorizontalPodAutoscalers, as long as there are any"},
        {{autoscaler("a", "blue", 1, 9)},
         "warning: a HorizontalPodAutoscaler rules Deployment web-blue and none rules web-green"},
        {{autoscaler("a", "blue", 1, 9), autoscaler("b", "green", 1, 9), autoscaler("c", "green", 1, 9)},
         "blocker: HorizontalPodAutoscalers b and c both rule Deployment web-green"},
        {{autoscaler("a", "blue", 5, 9), autoscaler("b", "green", 1, 9)},
         "warning: HorizontalPodAutoscaler a wants at least 5 pods, and the component declares 3"},
        {{autoscaler("a", "blue", 1, 2), autoscaler("b", "green", 1, 9)},
         "warning: HorizontalPodAutoscaler a allows 2 pods at most, and the component declares 3"},
    };
    for (auto const& row : table) {
        Premises given = premises();
        for (std::string const& each : row.autoscalers) given.around.autoscalers.push_back(json::parse(each));
        EXPECT_TRUE(told(given, CheckName::autoscaler).starts_with(row.said))
            << told(given, CheckName::autoscaler);
    }
}

TEST(Preflight, BudgetsLetPodsGoAndKeepTheColorThatServes) {
    struct {
        char const* spec;
        bool with_route;
        char const* said;
    } const table[] = {
        {R"("selector":{"matchLabels":{"app":"api"}},"maxUnavailable":0)", true,
         "passed: no PodDisruptionBudget counts its pods"},
        {R"("maxUnavailable":0)", true, "passed: no PodDisruptionBudget counts its pods"},
        {R"("selector":{"matchLabels":{"color":"green"}},"minAvailable":2)", true,
         "passed: the PodDisruptionBudgets let pods go one after the other"},
        {R"("selector":{"matchLabels":{"color":"green"}},"minAvailable":3)", true,
         "warning: PodDisruptionBudget web (minAvailable 3) lets none of the 3 pods of web-green be evicted"},
        {R"("selector":{"matchLabels":{"color":"green"}},"minAvailable":"90%")", true,
         "warning: PodDisruptionBudget web (minAvailable 90%) lets none of the 3 pods"},
        {R"("selector":{"matchLabels":{"color":"green"}},"maxUnavailable":"0%")", true,
         "warning: PodDisruptionBudget web (maxUnavailable 0%) lets none of the 3 pods"},
        {R"("selector":{"matchExpressions":[{"key":"color","operator":"NotIn","values":["green"]}]},"maxUnavailable":0)",
         true,
         "warning: PodDisruptionBudget web (maxUnavailable 0) lets none of the 3 pods of web-blue be "
         "evicted"},
        {R"("selector":{},"minAvailable":2)", true,
         "warning: PodDisruptionBudget web (minAvailable 2) counts the pods of both colors together"},
        {R"("selector":{"matchExpressions":[{"key":"app","operator":"Exists"}]},"maxUnavailable":1)", true,
         "passed: the PodDisruptionBudgets let pods go one after the other"},
    };
    for (auto const& row : table) {
        Premises given = premises(plain_pod, row.with_route);
        std::string const budget = fmt::format(R"({{"metadata":{{"name":"web"}},"spec":{{{}}}}})", row.spec);
        given.around.budgets = objects({budget.c_str()});
        EXPECT_TRUE(told(given, CheckName::disruption_budget).starts_with(row.said))
            << row.spec << ": " << told(given, CheckName::disruption_budget);
    }
}

TEST(Preflight, TwoBudgetsForOnePodAreOneTooMany) {
    Premises given = premises();
    given.around.budgets = objects(
        {R"({"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"color":"blue"}},"maxUnavailable":1}})",
         R"({"metadata":{"name":"b"},"spec":{"selector":{"matchLabels":{"color":"blue"}},"maxUnavailable":1}})"});
    EXPECT_TRUE(told(given, CheckName::disruption_budget)
                    .starts_with("warning: PodDisruptionBudgets a and b all count the pods of web-blue"));
}

TEST(Preflight, SaysWhenThereIsNothingToGoBackTo) {
    Premises given = premises(plain_pod, true);
    EXPECT_EQ(told(given, CheckName::last_capacity), "passed: web-blue has 3 pods that can take requests");
    for (target::Pod& pod : given.state->blue.pods) pod.ready = false;
    EXPECT_EQ(
        told(given, CheckName::last_capacity),
        "warning: web-blue, which runs 1.0.0, has no pod that can take requests: they are lost until 1.1.0 "
        "is ready, and an abort has nothing to go back to");
    given.rollout.from = {};
    EXPECT_EQ(told(given, CheckName::last_capacity), "passed: it is the first deployment");
}

TEST(Preflight, SaysWhyTheVerdictWillWait) {
    Premises given = premises();
    EXPECT_EQ(told(given, CheckName::metrics), "passed: Prometheus answers");
    given.state->counters.clear();
    EXPECT_TRUE(
        told(given, CheckName::metrics)
            .starts_with("warning: the verdict will wait: Prometheus answers, and has no counters for web"));
    given.state->metrics_problem = "Prometheus at http://p has not answered yet";
    EXPECT_EQ(told(given, CheckName::metrics),
              "warning: the verdict will wait: Prometheus at http://p has not answered yet");
    given.rollout.judge.enabled = false;
    EXPECT_EQ(told(given, CheckName::metrics), "passed: nothing is judged");
}

}  // namespace
}  // namespace rollout
