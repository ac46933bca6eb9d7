// Both drivers look closely at what runs, and ask a double of an Ethereum node that stands in it.
#include "rollout/inspection.hpp"

#include <gtest/gtest.h>

#include "base/json_at.hpp"
#include "k8s/testing.hpp"
#include "rollout/cluster_driver.hpp"
#include "rollout/host_driver.hpp"
#include "target/model_supervisor.hpp"

namespace rollout {
namespace {

namespace json = base::json;
using model::Color;

ComponentKey const key{"staging", "node"};

// -- On a host.

struct NoRouter : traffic::Router {
    awaitable<base::Result<traffic::RouterState>> observe(ComponentKey) override {
        co_return traffic::RouterState{};
    }
    awaitable<base::Result<void>> apply(ComponentKey, traffic::Route, std::int64_t) override {
        co_return base::Result<void>{};
    }
};

/// A double: it answers what it is told to.
struct NodeDouble {
    NodeDouble(sim::Simulation& simulation, sim::Network& network, base::Random& random, std::string address)
        : process(simulation, "node") {
        auto handler = [this](http::Request request) -> awaitable<http::Response> {
            asked = fmt::format("{} {} {} {}", request.method, request.path,
                                request.fields.get("Content-Type"), request.body);
            if (silent) co_await process.clock().sleep_for(1h);
            co_return http::Response{.status = status, .body = body};
        };
        server = std::make_unique<http::Server>(process.executor(), process.clock(), random, handler);
        server->listen(network.listen(process, std::move(address)));
    }
    ~NodeDouble() { process.kill(); }

    int status = 200;
    std::string body = "[]", asked{};
    bool silent = false;
    sim::Process process;
    std::unique_ptr<http::Server> server{};
};

struct HostNodeTest : ::testing::Test {
    NodeAnswer ask(std::uint16_t port) {
        InspectedReplica replica{.name = "node-r1-0", .port = port};
        return world.run(driver.ask(key, replica, {.path = "/rpc"}, "[1]"));
    }
    k8s::testing::World world;
    base::FakeFiles files;
    target::ModelSupervisor supervisor{world.simulation, files};
    target::Host host{world.user.workers(), files, supervisor, "/data"};
    NoRouter router;
    HostDriver driver{host, router, *world.dialer, world.user.clock()};
    NodeDouble node{world.simulation, world.network, world.random, "127.0.0.1:20000"};
};

TEST_F(HostNodeTest, IsAskedAtItsOwnPort) {
    node.body = "[2]";
    NodeAnswer const answer = ask(20000);

    EXPECT_EQ(node.asked, "POST /rpc application/json [1]");
    EXPECT_EQ(answer.body, "[2]");
    EXPECT_EQ(answer.status, 200);
    EXPECT_GT(answer.took, Duration{});
    EXPECT_EQ(answer.silence, "");
}

TEST_F(HostNodeTest, MayRefuse) {
    node.status = 403;
    EXPECT_EQ(ask(20000).status, 403);
}

TEST_F(HostNodeTest, ThatIsSilentIsWaitedForThreeSeconds) {
    node.silent = true;
    NodeAnswer const answer = ask(20000);
    EXPECT_NE(answer.silence, "");
    EXPECT_EQ(answer.not_asked, "");
    EXPECT_GE(answer.took, 3s);

    EXPECT_NE(ask(20001).silence.find("127.0.0.1:20001"), std::string::npos) << "nobody listens";
}

TEST_F(HostNodeTest, KeepsNoEvents) {
    auto const told = world.run(driver.events("staging", {}));
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().code, base::Errc::unsupported);
    EXPECT_EQ(told.error().message,
              "staging is no cluster, and it is clusters that keep events of their objects");
}

TEST(HostInspection, SortsReplicasByWhatIsWantedOfThem) {
    auto replica = [](int revision, int slot, bool routable) {
        Replica one{
            .name = target::replica_name("web", revision, slot),
            .revision = revision,
            .slot = slot,
            .started = true,
            .routable = routable,
            .in_route = true,
            .view = {
                .phase = "running", .port = static_cast<std::uint16_t>(20000 + slot), .routable = routable}};
        if (!routable) one.trouble = one.name + " is starting";
        return one;
    };
    Observation seen;
    seen.replicas = {replica(1, 0, true), replica(1, 1, true), replica(2, 0, false), replica(2, 1, true)};
    seen.traffic = {.name = "HAProxy", .running = true, .shares_percent = {{1, 75}, {2, 25}}};
    std::map<Color, Part> const wanted{{Color::blue, {{.number = 1, .version = "1.0.0"}, 2, 75}},
                                       {Color::green, {{.number = 2, .version = "1.1.0"}, 1, 25}}};

    Inspection const inspection = inspection_of(seen, wanted);
    ASSERT_EQ(inspection.colors.size(), 2U);
    InspectedColor const& blue = inspection.colors[0];
    InspectedColor const& green = inspection.colors[1];
    EXPECT_EQ(blue.version, "1.0.0");
    EXPECT_EQ(blue.endpoints.names, (std::set<std::string>{"web-r1-0", "web-r1-1"}));
    EXPECT_EQ(blue.replicas[1].port, 20001);
    EXPECT_TRUE(blue.replicas[1].runs);
    EXPECT_EQ(green.share_percent, 25);
    ASSERT_EQ(green.replicas.size(), 1U) << "the second one is on its way out";
    EXPECT_EQ(green.replicas[0].trouble, "web-r2-0 is starting");
    EXPECT_TRUE(green.endpoints.names.empty());

    seen.traffic = {.name = "HAProxy", .problem = "HAProxy ended"};
    EXPECT_EQ(inspection_of(seen, wanted).problem, "HAProxy ended");
    EXPECT_EQ(inspection_of(seen, wanted).colors[0].endpoints.not_looked_at, "HAProxy ended");
}

// -- In a cluster.

struct NoPlugins : k8s::RunPlugin {
    base::Result<std::string> run(k8s::PluginCall const&, Duration) override {
        return base::unavailable("the test has no plugins");
    }
};

char const kubeconfig[] = R"(
apiVersion: v1
kind: Config
current-context: it
contexts: [{name: it, context: {cluster: it, user: it, namespace: demo}}]
clusters: [{name: it, cluster: {server: "http://staging:6443"}}]
users: [{name: it, user: {token: secret}}]
)";

struct ClusterNodeTest : ::testing::Test {
    ClusterNodeTest() {
        files.contents["/etc/kubeconfig"] = kubeconfig;
        environment.target.kubernetes.emplace();
        environment.target.kubernetes->kubeconfig = "/etc/kubeconfig";
        of.workload = {.deployment = "node", .container = "main", .image = "besu:{version}"};
        of.traffic = {.service = "node"};
        environment.components = {{.name = "node", .workload = of.workload, .traffic = of.traffic}};
        for (std::string const color : {"blue", "green"}) {
            json::value deployment = k8s::testing::deployment("node-" + color, color == "blue" ? 2 : 0);
            api().put(k8s::deployments, std::move(deployment), "test");
        }
        api().put(
            k8s::services,
            json::parse(
                R"({"metadata":{"name":"node","namespace":"demo"},"spec":{"selector":{"pilothouse.dev/color":"blue"}}})"),
            "test");
        add_pod("node-blue-7f-a", true);
        add_pod("node-blue-7f-b", false);
        add_slice({"node-blue-7f-a"});
        driver.declare({{environment}});
    }
    ~ClusterNodeTest() override { driver.stop(); }

    void add_pod(std::string const& name, bool ready) {
        api().put(k8s::pods,
                  json::parse(fmt::format(R"({{"metadata":{{"name":"{0}","namespace":"demo","uid":"uid-{0}",
            "labels":{{"pod-template-hash":"7f"}},"ownerReferences":[{{"kind":"ReplicaSet","name":"node-blue-7f"}}]}},
            "status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"{1}"}}],"containerStatuses":[
            {{"name":"main","ready":{2},"restartCount":7,"state":{{"waiting":{{"reason":"CrashLoopBackOff"}}}}}}]}}}})",
                                          name, ready ? "True" : "False", ready)),
                  "test");
    }
    /// The API server gives each object its uid.
    std::string uid_of(std::string const& pod) {
        json::value const* known = api().find(k8s::pods, {"demo", pod});
        return known ? base::text_at(*known, "/metadata/uid") : "uid-" + pod;
    }
    void add_slice(std::vector<std::string> const& names) {
        json::array endpoints;
        for (std::string const& name : names)
            endpoints.push_back({{"conditions", {{"ready", true}}}, {"targetRef", {{"uid", uid_of(name)}}}});
        json::object labels{{"kubernetes.io/service-name", "node"}};
        json::object metadata{{"name", "node-1"}, {"namespace", "demo"}, {"labels", std::move(labels)}};
        json::object slice{{"metadata", std::move(metadata)}, {"endpoints", std::move(endpoints)}};
        api().put(k8s::endpoint_slices, std::move(slice), "test");
    }
    Inspection inspect() {
        base::Result<Inspection> found = base::unavailable("never looked");
        EXPECT_TRUE(world.until([&] { return (found = world.run(driver.inspect(key, of, {}))).has_value(); }))
            << found.error().message;
        return found ? *found : Inspection{};
    }
    NodeAnswer ask() {
        InspectedReplica replica{.name = "node-blue-7f-a"};
        return world.run(driver.ask(key, replica, {.port = 8545, .path = "/rpc"}, "[1]"));
    }
    k8s::ModelApi& api() { return world.cluster.api; }

    k8s::testing::World world;
    base::FakeFiles files;
    NoPlugins plugins;
    model::Environment environment{.name = "staging"};
    model::Revision of{};
    ClusterDriver driver{{world.user.executor(), world.user.workers(), *world.dialer, world.user.clock(),
                          world.random, files, plugins},
                         {}};
};

TEST_F(ClusterNodeTest, TellsPodsAndTheEndpointsOfTheService) {
    Inspection const inspection = inspect();

    EXPECT_EQ(inspection.data_plane, "Service node");
    ASSERT_EQ(inspection.colors.size(), 1U) << "green has no pods";
    InspectedColor const& blue = inspection.colors[0];
    EXPECT_EQ(blue.wanted, 2);
    EXPECT_EQ(blue.share_percent, 100);
    ASSERT_EQ(blue.replicas.size(), 2U);
    EXPECT_TRUE(blue.replicas[0].ready);
    EXPECT_EQ(blue.replicas[1].trouble,
              "node-blue-7f-b: container main waits (CrashLoopBackOff), 7 restarts");
    EXPECT_EQ(blue.endpoints.holder, "Service node");
    EXPECT_EQ(blue.endpoints.names, std::set<std::string>{"node-blue-7f-a"});
}

TEST_F(ClusterNodeTest, NamesEndpointsThatAreNoPodsOfIts) {
    add_slice({"node-blue-7f-a", "another"});

    EXPECT_TRUE(
        inspect().colors[0].endpoints.names.contains("a pod of something else, with the uid uid-another"));
}

TEST_F(ClusterNodeTest, EndpointsThatMayNotBeReadAreNotInvented) {
    inspect();
    api().forbid("list", "endpointslices");

    EXPECT_NE(inspect().colors[0].endpoints.not_looked_at.find("cannot list resource \"endpointslices\""),
              std::string::npos);
}

TEST_F(ClusterNodeTest, TellsTheEventsOfItsObjects) {
    inspect();
    auto report = [&](std::string const& kind, std::string const& name) {
        api().put(k8s::events,
                  json::parse(fmt::format(R"({{"metadata":{{"name":"{0}.{1}","namespace":"demo"}},
            "regarding":{{"kind":"{0}","name":"{1}"}},"eventTime":"2026-11-24T12:00:00.000000Z"}})",
                                          kind, name)),
                  "test");
    };
    api().put(k8s::autoscalers, json::parse(R"({"metadata":{"name":"scaler","namespace":"demo"},
        "spec":{"scaleTargetRef":{"kind":"Deployment","name":"node-green"}}})"),
              "test");
    report("Deployment", "node-blue");
    report("Pod", "node-blue-7f-a");
    report("Pod", "node-green-6bd9f7c5d-x2x4z");
    report("Service", "node");
    report("HorizontalPodAutoscaler", "scaler");
    report("Service", "node-blue");  // without a route nobody is sent requests by it
    report("Pod", "another");
    world.pass(1s);

    auto const told = world.run(driver.events("staging", {{"node", of}}));
    ASSERT_TRUE(told) << told.error().message;
    std::vector<std::string> objects;
    for (model::ClusterEvent const& each : *told)
        objects.push_back(fmt::format("{} {}", each.object, each.color ? base::enum_name(*each.color) : "-"));
    EXPECT_EQ(objects,
              (std::vector<std::string>{"Deployment node-blue blue", "HorizontalPodAutoscaler scaler green",
                                        "Pod node-blue-7f-a blue", "Pod node-green-6bd9f7c5d-x2x4z green",
                                        "Service node -"}));
}

TEST_F(ClusterNodeTest, EventsThatMayNotBeReadAreNoSilence) {
    inspect();
    api().forbid("list", "events");
    auto const refused = world.run(driver.events("staging", {{"node", of}}));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("cannot list resource \"events\""), std::string::npos)
        << refused.error().message;
    EXPECT_NE(refused.error().message.find("give the portal's account this right"), std::string::npos)
        << refused.error().message;
    EXPECT_FALSE(world.run(driver.events("another", {})));
}

TEST_F(ClusterNodeTest, EventsOfAClusterThatWasNotReachedYetAreNoSilence) {
    auto const early = world.run(driver.events("staging", {{"node", of}}));
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().message, "cluster staging: it was not read yet");
}

TEST_F(ClusterNodeTest, IsAskedThroughTheApiServer) {
    inspect();
    std::string asked;
    api().in_pod = [&](std::string pod_port, http::Request request) -> awaitable<http::Response> {
        asked = fmt::format("{} {} {}", pod_port, request.path, request.body);
        co_return http::Response{.status = 401, .body = "[2]"};
    };
    NodeAnswer const answer = ask();

    EXPECT_EQ(asked, "node-blue-7f-a:8545 /rpc [1]");
    EXPECT_EQ(answer.status, 401) << "the node's own";
    EXPECT_EQ(answer.body, "[2]");
}

/// A new kubeconfig makes a new connection, also between a look and a question.
TEST_F(ClusterNodeTest, IsNotAskedBeforeItsClusterIsReached) {
    NodeAnswer const early = ask();
    EXPECT_EQ(early.not_asked, "cluster staging: it was not read yet");
    EXPECT_EQ(early.status, 0);
}

TEST_F(ClusterNodeTest, WithoutItsDeploymentSaysSo) {
    inspect();
    api().remove(k8s::deployments, {"demo", "node-blue"});
    Inspection seen;
    ASSERT_TRUE(world.until([&] { return !(seen = inspect()).colors[0].missing.empty(); }));
    EXPECT_EQ(seen.colors[0].missing.substr(0, 50), "there is no Deployment node-blue in namespace demo");
}

TEST_F(ClusterNodeTest, SilenceOfAPodIsToldFromAMissingRight) {
    inspect();
    EXPECT_NE(ask().silence.find("error trying to reach service"), std::string::npos);
    api().inject({.kind = k8s::Fault::Kind::hang, .verb = "create"});
    EXPECT_NE(ask().silence, "");

    api().forbid("create", "pods/proxy");
    NodeAnswer const barred = ask();
    EXPECT_EQ(barred.silence, "");
    EXPECT_NE(barred.not_asked.find("cannot create resource \"pods/proxy\""), std::string::npos);
    EXPECT_NE(barred.not_asked.find("give the portal's account this right"), std::string::npos);
}

}  // namespace
}  // namespace rollout
