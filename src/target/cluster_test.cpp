#include "target/cluster.hpp"

#include <gtest/gtest.h>

#include "base/json_at.hpp"
#include "base/json_patch.hpp"

namespace target {
namespace {

namespace json = base::json;

json::value pod(std::string const& status, std::string const& metadata = "") {
    return json::parse(
        R"({"metadata":{"name":"web-green-7f-x","uid":"u1","creationTimestamp":"2026-11-25T02:00:00Z",
        "labels":{"pilothouse.dev/revision":"3"})" +
        metadata + R"(},"status":)" + status + "}");
}

TEST(Pod, IsReadyWhenItsConditionSaysSo) {
    Pod read = read_pod(pod(R"({"phase":"Running","conditions":[{"type":"Ready","status":"True"}],
        "containerStatuses":[{"name":"web","ready":true,"restartCount":2,"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]})"));
    EXPECT_TRUE(read.ready);
    EXPECT_EQ(read.revision, 3);
    EXPECT_EQ(read.restarts, 2);
    EXPECT_EQ(read.last_exit, "exit code 137 (OOMKilled)");
    EXPECT_EQ(read.trouble, "");
}

struct Trouble {
    char const* name;
    char const* status;
    char const* sentence;
};

class PodTrouble : public testing::TestWithParam<Trouble> {};

TEST_P(PodTrouble, IsOneSentence) {
    EXPECT_EQ(read_pod(pod(GetParam().status)).trouble, GetParam().sentence);
}

INSTANTIATE_TEST_SUITE_P(
    Table, PodTrouble,
    testing::Values(
        Trouble{"NoNode", R"({"conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable",
                 "message":"0/3 nodes are available: 3 Insufficient cpu."}]})",
                "it has no node: 0/3 nodes are available: 3 Insufficient cpu."},
        Trouble{"ImagePull", R"({"containerStatuses":[{"name":"web","ready":false,
                 "state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling image \"r/web:9\""}}}]})",
                "container web waits (ImagePullBackOff: Back-off pulling image \"r/web:9\")"},
        Trouble{
            "CrashLoop",
            R"({"containerStatuses":[{"name":"web","ready":false,"state":{"waiting":{"reason":"CrashLoopBackOff"}},
                 "lastState":{"terminated":{"exitCode":1,"reason":"Error"}}}]})",
            "container web waits (CrashLoopBackOff), it ended with exit code 1 (Error)"},
        Trouble{"InitContainer",
                R"({"initContainerStatuses":[{"name":"a","ready":true,"state":{"terminated":{"exitCode":0}}},
                 {"name":"b","ready":false,"state":{"waiting":{"reason":"PodInitializing"}}}]})",
                "container b waits (PodInitializing)"},
        Trouble{"Probe", R"({"containerStatuses":[{"name":"web","ready":false,"state":{"running":{}}}]})",
                "container web runs and does not pass its readiness probe"},
        Trouble{"Evicted", R"({"phase":"Failed","reason":"Evicted","message":"low on memory"})",
                "Evicted: low on memory"},
        Trouble{"Gate",
                R"({"conditions":[{"type":"example.org/gate","status":"False","reason":"NotRegistered"},
                 {"type":"Ready","status":"False","reason":"ReadinessGatesNotReady"}]})",
                "NotRegistered"},
        Trouble{"New", "{}", "it is starting"}),
    [](auto const& which) { return std::string(which.param.name); });

TEST(Pod, ThatIsDeletedIsNotReadyWhateverItSays) {
    Pod read =
        read_pod(pod(R"({"conditions":[{"type":"Ready","status":"True"}]})", R"(,"deletionTimestamp":"x")"));
    EXPECT_FALSE(read.ready);
    EXPECT_EQ(read.trouble, "it is being deleted");
}

TEST(Pods, AreSortedSoThatTheLastGoFirst) {
    std::vector<Pod> pods{{.name = "young", .created = "2", .ready = true},
                          {.name = "leaving", .created = "0", .leaving = true},
                          {.name = "starting", .created = "1"},
                          {.name = "old", .created = "1", .ready = true}};
    sort(pods);
    std::string order;
    for (Pod const& each : pods) order += each.name + " ";
    EXPECT_EQ(order, "old young starting leaving ");
}

json::value deployment(std::string const& annotations) {
    return json::parse(
        R"({"metadata":{"name":"web-green","generation":5,"resourceVersion":"77")" + annotations +
        R"(},"spec":{"replicas":2,"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[
                           {"name":"proxy","image":"r/proxy:1"},{"name":"web","image":"r/web:1.0.0"}]}}},"status":{"conditions":[
                           {"type":"ReplicaFailure","status":"True","reason":"FailedCreate","message":"exceeded quota: cpu"}]}})");
}

std::string const ours =
    R"(,"annotations":{"team":"x","pilothouse.dev/revision":"3","pilothouse.dev/version":"1.0.0","pilothouse.dev/epoch":"8"})";

TEST(Workload, IsReadFromADeployment) {
    auto read = read_workload(deployment(ours), "web");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, (Workload{.name = "web-green",
                               .revision = 3,
                               .version = "1.0.0",
                               .image = "r/web:1.0.0",
                               .replicas = 2,
                               .generation = 5,
                               .epoch = 8,
                               .shortage = "FailedCreate: exceeded quota: cpu"}));
    EXPECT_EQ(read_workload(deployment(ours), "main").error().message,
              "Deployment web-green has no container \"main\"; it has proxy, web");
}

TEST(Workload, InstallChangesImageReplicasAndMarksAndNothingElse) {
    json::value const before = deployment(ours);
    auto patch =
        install(before, "web", {.revision = 4, .version = "1.1.0", .image = "r/web:1.1.0", .replicas = 1});
    ASSERT_TRUE(patch);
    json::value after = base::apply_patch(before, fenced(*patch, before, {9, "r/web:1.1.0 x3"})).value();
    auto read = read_workload(after, "web");
    EXPECT_EQ(read->image, "r/web:1.1.0");
    EXPECT_EQ(read->revision, 4);
    EXPECT_EQ(read->replicas, 1);
    EXPECT_EQ(read->epoch, 9);
    EXPECT_EQ(base::text_at(after, "/spec/template/metadata/labels/pilothouse.dev~1revision"), "4");
    EXPECT_EQ(base::text_at(after, "/spec/template/metadata/labels/app"), "web");
    EXPECT_EQ(base::text_at(after, "/spec/template/spec/containers/0/image"), "r/proxy:1");
    EXPECT_EQ(base::text_at(after, "/metadata/annotations/team"), "x");
}

TEST(Workload, APatchFailsWhenSomebodyWasFaster) {
    json::value const before = deployment(ours);
    json::array const patch = fenced(scale(before, 0), before, {9, "r/web:1.0.0 x0"});
    json::value edited = before, fenced = before;
    edited.at_pointer("/metadata/generation") = 6;
    fenced.at_pointer("/metadata/annotations/pilothouse.dev~1epoch") = "10";
    EXPECT_TRUE(base::apply_patch(before, patch));
    EXPECT_EQ(base::apply_patch(edited, patch).error().code, base::Errc::conflict);
    EXPECT_EQ(base::apply_patch(fenced, patch).error().code, base::Errc::conflict);
}

TEST(Workload, AnObjectWithoutAnnotationsGetsSomeUnlessSomebodyAddedThemMeanwhile) {
    json::value const before = deployment("");
    json::array const patch = fenced(scale(before, 0), before, {9, "r/web:1.0.0 x0"});
    EXPECT_EQ(epoch_of(base::apply_patch(before, patch).value()), 9);
    json::value edited = deployment(R"(,"annotations":{"team":"x"})");
    edited.at_pointer("/metadata/resourceVersion") = "78";
    EXPECT_EQ(base::apply_patch(edited, patch).error().code, base::Errc::conflict);
}

}  // namespace
}  // namespace target
