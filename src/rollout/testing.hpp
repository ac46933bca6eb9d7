// For tests: a cluster with a component in it, whose controllers do at once what is asked, and the driver
// that brings versions to it.
#pragma once
#include "base/json_at.hpp"
#include "k8s/testing.hpp"
#include "rollout/cluster_driver.hpp"
#include "rollout/decide.hpp"
#include "rollout/plan.hpp"

namespace rollout::testing {

namespace json = base::json;

class NoPlugins : public k8s::RunPlugin {
public:
    base::Result<std::string> run(k8s::PluginCall const& call, Duration) override {
        return base::unavailable("there is no " + call.command);
    }
};

inline model::Environment shop(Split split) {
    model::Component web{.name = "web"};
    web.workload.emplace();
    web.workload->deployment = "web";
    web.workload->container = "main";
    web.workload->image = "r/web:{version}";
    web.workload->replicas = 3;
    web.traffic.emplace();
    web.traffic->service = "web";
    if (split == Split::virtual_service) web.traffic->virtual_service = "web";
    if (split == Split::http_route) web.traffic->http_route = "web";
    web.rpc.emplace().port = 8545;
    model::Environment environment{.name = "shop"};
    environment.target.kubernetes.emplace();
    environment.target.kubernetes->kubeconfig = "/kubeconfig";
    environment.target.kubernetes->namespace_ = "demo";
    environment.components = {std::move(web)};
    return environment;
}

class ClusterWorld {
public:
    explicit ClusterWorld(Split split, model::Strategy by) : environment(shop(split)), strategy(by) {
        files.contents["/kubeconfig"] = R"(
apiVersion: v1
kind: Config
current-context: shop
contexts: [{name: shop, context: {cluster: shop, user: portal}}]
clusters: [{name: shop, cluster: {server: "http://staging:6443"}}]
users: [{name: portal, user: {token: secret}}]
)";
        api().on_write = [this](k8s::impl::Written const& write) { control(write); };
        make_objects(split);
    }

    k8s::ModelApi& api() { return world.cluster.api; }

    /// Watching begins, and everything has been listed.
    void begin() {
        driver.declare({{environment}});
        ASSERT_TRUE(world.until([&] { return observe().has_value(); })) << observe().error().message;
    }

    model::Rollout draft(std::string version) {
        model::Rollout rollout{.environment = "shop", .component = "web", .strategy = strategy};
        rollout.settings.bake = 1s;
        rollout.settings.weights_percent = {25, 100};
        rollout.judge.enabled = false;
        rollout.from = stable;
        rollout.to = {.number = last + 1,
                      .version = std::move(version),
                      .workload = *environment.components[0].workload,
                      .traffic = *environment.components[0].traffic};
        rollout.plan = plan({strategy, rollout.settings, stable.number == 0 ? 0 : 3, 3});
        return rollout;
    }

    base::Result<Rehearsal> rehearse(model::Rollout rollout) {
        std::vector<model::Rollout> drafts{std::move(rollout)};
        return world.run(driver.rehearse(std::move(drafts), most_dry_runs)).front();
    }

    /// Everything that a health check looks at, each pod that runs is asked; and the events.
    void look_closely() {
        api().in_pod = [](std::string, http::Request) -> awaitable<http::Response> {
            co_return http::Response{.status = 200};
        };
        auto const inspection = world.run(driver.inspect(key, stable, {}));
        ASSERT_TRUE(inspection) << inspection.error().message;
        for (InspectedColor const& color : inspection->colors) {
            EXPECT_EQ(color.endpoints.not_looked_at, "");
            for (InspectedReplica const& replica : color.replicas) {
                NodeAnswer const answer =
                    world.run(driver.ask(key, replica, *environment.components[0].rpc, "{}"));
                EXPECT_EQ(answer.status, 200) << answer.not_asked << answer.silence;
            }
        }
        EXPECT_TRUE(world.run(driver.events("shop", {{"web", stable}})));
    }

    /// To its end, whichever that is.
    model::Rollout bring(std::string version) {
        model::Rollout rollout = draft(std::move(version));
        ++last;
        for (int looks = 0; looks < 200 && !model::is_final(rollout.phase); ++looks) look(rollout);
        return rollout;
    }

    k8s::testing::World world{};
    base::FakeFiles files{};
    NoPlugins plugins{};
    model::Environment environment;
    model::Strategy strategy;
    target::ComponentKey key{"shop", "web"};
    ClusterDriver driver{{world.user.executor(), world.user.workers(), *world.dialer, world.user.clock(),
                          world.random, files, plugins},
                         {}};
    model::Revision stable{};
    int last = 0;
    std::size_t most_dry_runs = 100;

private:
    base::Result<Observation> observe() {
        model::Revision of{.workload = *environment.components[0].workload,
                           .traffic = *environment.components[0].traffic};
        return world.run(driver.observe(key, of));
    }

    void look(model::Rollout& rollout) {
        world.pass(500ms);
        auto seen = observe();
        ASSERT_TRUE(seen) << seen.error().message;
        seen->elapsed = 500ms;
        Decision decision = decide(rollout, *seen);
        rollout = decision.next;
        if (decision.promoted) stable = rollout.to;
        if (model::is_final(rollout.phase)) return;
        for (Effect const& effect : seen->sight->missing(wish_of(rollout, *seen))) {
            auto done = world.run(driver.perform(key, effect, 1));
            if (!done) rollout.reason = done.error().message;
        }
    }

    static json::value service(std::string const& name, json::object selector) {
        return json::object{{"metadata", json::object{{"name", name}, {"namespace", "demo"}}},
                            {"spec", json::object{{"selector", std::move(selector)}}}};
    }

    void make_objects(Split split) {
        for (char const* color : {"blue", "green"}) {
            std::string const name = fmt::format("web-{}", color);
            api().put(k8s::deployments, k8s::testing::deployment(name, 0), "test");
            api().put(k8s::services, service(name, {{"app", name}}), "test");
        }
        json::object all{{"component", "web"}};
        if (split == Split::selector) all[color_label] = "green";
        api().put(k8s::services, service("web", std::move(all)), "test");
        api().put(k8s::virtual_services,
                  json::parse(R"({"metadata":{"name":"web","namespace":"demo"},"spec":{"http":[{"route":[
            {"destination":{"host":"web-blue"},"weight":0},{"destination":{"host":"web-green"},"weight":100}]}]}})"),
                  "test");
        api().put(
            k8s::http_routes,
            json::parse(R"({"metadata":{"name":"web","namespace":"demo"},"spec":{"rules":[{"backendRefs":[
            {"name":"web-blue","weight":0},{"name":"web-green","weight":100}]}]},"status":{"parents":[{"parentRef":{"name":"gateway"},"conditions":[
            {"type":"Accepted","status":"True","observedGeneration":1000},{"type":"ResolvedRefs","status":"True","observedGeneration":1000}]}]}})"),
            "test");
        api().put(k8s::service_accounts, json::parse(R"({"metadata":{"name":"default","namespace":"demo"}})"),
                  "test");
    }

    /// The pods of a Deployment, all ready, and the endpoints of its Service.
    void control(k8s::impl::Written const& write) {
        if (write.key.plural != "deployments") return;
        std::string const name = write.key.name.name;
        std::string const hash =
            "r" + base::text_at(write.after, "/spec/template/metadata/labels/pilothouse.dev~1revision");
        std::int64_t const wanted = base::number_at(write.after, "/spec/replicas").value_or(0);
        for (json::value const& pod : api().all(k8s::pods)) {
            std::string const pod_name = base::text_at(pod, "/metadata/name");
            if (pod_name.starts_with(name + "-")) api().remove(k8s::pods, {"demo", pod_name});
        }
        json::array endpoints;
        for (std::int64_t i = 0; i < wanted; ++i) {
            std::string const pod_name = fmt::format("{}-{}-{}", name, hash, i);
            json::object labels = write.after.at_pointer("/spec/template/metadata/labels").as_object();
            labels["pod-template-hash"] = hash;
            json::value pod = json::parse(fmt::format(
                R"({{"metadata":{{"name":"{}","namespace":"demo","ownerReferences":[{{"kind":"ReplicaSet","name":"{}-{}"}}]}},
                    "status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"True"}}]}}}})",
                pod_name, name, hash));
            pod.at("metadata").as_object()["labels"] = std::move(labels);
            api().put(k8s::pods, pod, "kubelet");
            std::string const uid = k8s::metadata_of(*api().find(k8s::pods, {"demo", pod_name})).uid;
            endpoints.push_back(json::object{{"conditions", json::object{{"ready", true}}},
                                             {"targetRef", json::object{{"uid", uid}}}});
        }
        json::object labels{{"kubernetes.io/service-name", name}};
        api().put(
            k8s::endpoint_slices,
            json::object{{"metadata",
                          json::object{{"name", name}, {"namespace", "demo"}, {"labels", std::move(labels)}}},
                         {"endpoints", std::move(endpoints)}},
            "test");
    }
};

}  // namespace rollout::testing
