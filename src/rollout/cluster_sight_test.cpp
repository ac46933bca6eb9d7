#include "rollout/cluster_sight.hpp"

#include <gtest/gtest.h>

#include "base/json_at.hpp"
#include "base/json_patch.hpp"
#include "rollout/decide.hpp"
#include "rollout/plan.hpp"
#include "rollout/rehearsal.hpp"

namespace rollout {
namespace {

namespace json = base::json;
using model::Phase;
using target::Color;

constexpr Duration tick = 500ms;

json::value deployment(char const* color) {
    return json::parse(fmt::format(
        R"({{"metadata":{{"name":"web-{0}","generation":1,"resourceVersion":"1","annotations":{{}}}},"spec":{{"replicas":0,
            "template":{{"metadata":{{"labels":{{"app":"web"}}}},"spec":{{"containers":[{{"name":"main","image":"r/web:0"}}]}}}}}}}})",
        color));
}

/// An API server with controllers that do at once what is asked; requests go where the objects say.
class Cluster {
public:
    explicit Cluster(Split split) : split_(split) {
        objects_["Deployment web-blue"] = deployment("blue");
        objects_["Deployment web-green"] = deployment("green");
        char const* selector =
            split == Split::selector ? R"({"app":"web","pilothouse.dev/color":"green"})" : R"({"app":"web"})";
        objects_["Service web"] = json::parse(fmt::format(
            R"({{"metadata":{{"name":"web","annotations":{{}}}},"spec":{{"selector":{}}}}})", selector));
        objects_["VirtualService web"] = json::parse(
            R"({"metadata":{"name":"web","generation":1,"annotations":{}},"spec":{"http":[{"route":[
                {"destination":{"host":"web-blue"},"weight":0},{"destination":{"host":"web-green"},"weight":100}]}]}})");
    }

    ClusterState look() {
        ClusterState state{.namespace_ = "shop"};
        state.workload.deployment = "web";
        state.workload.container = "main";
        state.workload.image = "r/web:{version}";
        state.traffic.service = "web";
        if (split_ == Split::virtual_service) state.traffic.virtual_service = "web";
        state.route = objects_["VirtualService web"];
        state.service = objects_["Service web"];
        state.metrics_name = "Prometheus";
        for (Color color : {Color::blue, Color::green}) {
            ColorState& side = color == Color::blue ? state.blue : state.green;
            if (gone_.contains(color)) continue;
            side.deployment = object(color);
            auto workload = *target::read_workload(*side.deployment, "main");
            if (quota_ && color == Color::green) {
                json::value short_of = *side.deployment;
                short_of.as_object()["status"] = json::parse(
                    R"({"conditions":[{"type":"ReplicaFailure","status":"True","reason":"FailedCreate","message":"exceeded quota"}]})");
                side.deployment = std::move(short_of);
                workload.replicas = 0;
            }
            for (int i = 0; i < workload.replicas; ++i) {
                target::Pod pod{.name = fmt::format("{}-{}", workload.name, i),
                                .uid = fmt::format("{} {} {}", workload.name, workload.revision, i),
                                .revision = workload.revision,
                                .ready = !broken_.contains(workload.version)};
                if (!pod.ready) pod.trouble = "container main waits (ImagePullBackOff)";
                if (pod.ready) side.endpoints.insert(pod.uid);
                side.pods.push_back(pod);
            }
            idle_[color] = share(color) > 0 ? Duration{} : idle_[color] + tick;
            side.idle_for = idle_[color];
            state.counters.push_back({.name = std::string(base::enum_name(color)),
                                      .generation = std::to_string(workload.revision),
                                      .counts = counted_[color]});
        }
        return state;
    }

    /// Half a second of requests. Where the data plane sends them there must be somebody.
    void serve(int requests) {
        for (Color color : {Color::blue, Color::green}) {
            auto part = static_cast<std::uint64_t>(requests * share(color) / 100);
            if (part == 0) continue;
            auto workload = *target::read_workload(object(color), "main");
            bool const serves =
                workload.replicas > 0 && !broken_.contains(workload.version) && !gone_.contains(color);
            if (!serves) lost_ += part;
            counted_[color].requests += part;
            counted_[color].failures += failing_.contains(workload.version) ? part / 4 : 0;
        }
    }

    void perform(Effect const& effect) {
        PatchObject const& order = std::get<PatchObject>(effect.order);
        json::value& there = objects_.at(effect.object);
        auto changed = base::apply_patch(there, target::fenced(order.patch, order.seen, {1, order.written}));
        ASSERT_TRUE(changed) << effect.text << ": " << changed.error().message;
        there = std::move(*changed);
        if (auto* generation = there.at("metadata").as_object().if_contains("generation"))
            *generation = generation->to_number<int>() + 1;
        done_.push_back(effect.text);
    }

    int share(Color color) {
        if (split_ == Split::virtual_service)
            return json::value_to<int>(objects_["VirtualService web"].at_pointer(
                fmt::format("/spec/http/0/route/{}/weight", color == Color::blue ? 0 : 1)));
        if (split_ == Split::selector)
            return base::text_at(objects_["Service web"], "/spec/selector/pilothouse.dev~1color") ==
                           base::enum_name(color)
                       ? 100
                       : 0;
        int const mine = target::read_workload(object(color), "main")->replicas;
        int const all = mine + target::read_workload(object(other(color)), "main")->replicas;
        return all == 0 ? 0 : 100 * mine / all;
    }
    json::value const& object(Color color) {
        return objects_[fmt::format("Deployment web-{}", base::enum_name(color))];
    }

    /// As somebody with kubectl would.
    void edit(std::string const& object, std::string const& pointer, json::value value,
              std::string const& fields) {
        objects_.at(object).at_pointer(pointer) = std::move(value);
        objects_.at(object).at("metadata").as_object()["managedFields"] = json::parse(fmt::format(
            R"([{{"manager":"kubectl-edit","operation":"Update","time":"2026-11-24T10:42:07Z","fieldsV1":{}}}])",
            fields));
    }
    void add_rule(std::string const& rule) {
        objects_["VirtualService web"].at_pointer("/spec/http").as_array().push_back(json::parse(rule));
    }

    bool quota_ = false;      // no pods for green
    std::set<Color> gone_{};  // somebody has deleted its Deployment
    std::set<std::string> broken_{}, failing_{};
    std::vector<std::string> done_{};
    std::uint64_t lost_ = 0;

private:
    Split split_;
    std::map<std::string, json::value> objects_{};
    std::map<Color, Duration> idle_{};
    std::map<Color, model::Counts> counted_{};
};

/// Brings versions to the cluster, one after the other.
class Story {
public:
    explicit Story(Split split) : cluster(split) { bring("1.0.0", model::Strategy::canary); }

    model::Rollout begin(std::string const& version, model::Strategy strategy) {
        model::Rollout rollout{.component = "web", .strategy = strategy};
        rollout.settings.bake = 2s;
        rollout.settings.weights_percent = {25, 50, 100};
        rollout.from = stable_;
        rollout.to = {.number = ++last_, .version = version};
        rollout.to.workload.replicas = 4;
        rollout.to.workload.image = "r/web:{version}";
        rollout.plan = plan({strategy, rollout.settings, stable_.number == 0 ? 0 : 4, 4});
        return rollout;
    }

    void step(model::Rollout& rollout) {
        cluster.serve(stable_.number == 0 ? 0 : 400);
        auto seen = observation_of(cluster.look());
        ASSERT_TRUE(seen) << seen.error().message;
        seen->elapsed = tick;
        Decision decision = decide(rollout, *seen);
        rollout = decision.next;
        if (decision.promoted) stable_ = rollout.to;
        if (is_final(rollout.phase)) return;
        for (Effect const& effect : seen->sight->missing(wish_of(rollout, *seen))) cluster.perform(effect);
    }

    model::Rollout bring(std::string const& version, model::Strategy strategy, int abort_at_percent = -1) {
        model::Rollout rollout = begin(version, strategy);
        for (int i = 0; i < 400 && !is_final(rollout.phase); ++i) {
            step(rollout);
            if (rollout.weight_in_force == abort_at_percent) (void)abort(rollout, model::AbortCause::person);
        }
        return rollout;
    }

    Cluster cluster;
    model::Revision stable_{};
    int last_ = 0;
};

std::string told(std::vector<std::string> const& done, std::size_t from) {
    std::string text;
    for (std::size_t i = from; i < done.size(); ++i) text += done[i] + "\n";
    return text;
}

TEST(ClusterSight, ACanaryMovesTheWeightsAndChangesRoles) {
    Story story(Split::virtual_service);
    std::size_t const before = story.cluster.done_.size();
    model::Rollout rollout = story.bring("1.1.0", model::Strategy::canary);
    EXPECT_EQ(rollout.phase, Phase::completed) << rollout.reason;
    EXPECT_EQ(story.cluster.lost_, 0u);
    EXPECT_EQ(told(story.cluster.done_, before),
              "install 1.1.0 on web-green with 1 pod\n"
              "route VirtualService web: web-blue 75 %, web-green 25 %\n"
              "scale web-green to 2\n"
              "route VirtualService web: web-blue 50 %, web-green 50 %\n"
              "scale web-green to 4\n"
              "route VirtualService web: web-blue 0 %, web-green 100 %\n"
              "scale web-blue to 0\n")
        << "each object is written when something changes, and once";
}

TEST(ClusterSight, TheNextVersionTakesTheOtherColor) {
    Story story(Split::virtual_service);
    story.bring("1.1.0", model::Strategy::canary);
    std::size_t const before = story.cluster.done_.size();
    EXPECT_EQ(story.bring("1.2.0", model::Strategy::canary).phase, Phase::completed);
    EXPECT_EQ(story.cluster.done_[before], "install 1.2.0 on web-blue with 1 pod");
    EXPECT_EQ(story.cluster.share(Color::blue), 100);
    EXPECT_EQ(story.cluster.lost_, 0u);
}

TEST(ClusterSight, AnAbortIsOneWriteToTheRouteAndThenNothingUntilItHasSettled) {
    for (int percent : {25, 50, 100}) {
        Story story(Split::virtual_service);
        std::size_t const before = story.cluster.done_.size();
        model::Rollout rollout = story.bring("1.1.0", model::Strategy::canary, percent);
        EXPECT_EQ(rollout.phase, Phase::cancelled) << rollout.reason;
        auto const& done = story.cluster.done_;
        ASSERT_GE(done.size(), before + 2);
        EXPECT_EQ(done[done.size() - 2], "route VirtualService web: web-blue 100 %, web-green 0 %")
            << percent;
        EXPECT_EQ(done.back(), "scale web-green to 0") << percent;
        EXPECT_EQ(story.cluster.lost_, 0u);
    }
}

TEST(ClusterSight, ABadVersionGoesBackByItself) {
    Story story(Split::virtual_service);
    story.cluster.failing_.insert("1.1.0");
    model::Rollout rollout = story.bring("1.1.0", model::Strategy::canary);
    EXPECT_EQ(rollout.phase, Phase::rolled_back) << rollout.reason;
    EXPECT_EQ(story.cluster.share(Color::blue), 100);
    EXPECT_EQ(story.cluster.lost_, 0u);
}

TEST(ClusterSight, AVersionWhosePodsDoNotBecomeReadyGetsNothingAndIsToldWhy) {
    Story story(Split::virtual_service);
    story.cluster.broken_.insert("1.1.0");
    model::Rollout rollout = story.begin("1.1.0", model::Strategy::canary);
    for (int i = 0; i < 20; ++i) story.step(rollout);
    EXPECT_NE(rollout.reason.find("web-green-0: container main waits (ImagePullBackOff)"), std::string::npos)
        << rollout.reason;
    rollout.settings.progress_deadline = 15s;
    for (int i = 0; i < 60; ++i) story.step(rollout);
    EXPECT_EQ(rollout.phase, Phase::failed) << rollout.reason;
    EXPECT_EQ(story.cluster.lost_, 0u);
}

TEST(ClusterSight, TellsWhyThereAreNoPods) {
    Story story(Split::virtual_service);
    story.cluster.quota_ = true;
    model::Rollout rollout = story.begin("1.1.0", model::Strategy::canary);
    for (int i = 0; i < 10; ++i) story.step(rollout);
    EXPECT_NE(rollout.reason.find("web-green cannot make its pods: FailedCreate: exceeded quota"),
              std::string::npos)
        << rollout.reason;
    EXPECT_EQ(rollout.phase, Phase::preparing);
}

TEST(ClusterSight, WaitsAndSaysWhyWhenSomebodyAddsARuleThatDoesNotAgree) {
    Story story(Split::virtual_service);
    model::Rollout rollout = story.begin("1.1.0", model::Strategy::canary);
    for (int i = 0; i < 100 && rollout.weight_in_force < 25; ++i) story.step(rollout);
    story.cluster.add_rule(
        R"({"match":[{"uri":{"prefix":"/admin"}}],"route":[{"destination":{"host":"web-blue"}}]})");
    for (int i = 0; i < 100; ++i) story.step(rollout);
    EXPECT_FALSE(is_final(rollout.phase));
    EXPECT_NE(rollout.reason.find("rule 2 of VirtualService web names only one of web-blue and web-green"),
              std::string::npos)
        << rollout.reason;
    // Whatever becomes of it, the color that the rule names keeps its pods.
    for (auto const& done : story.cluster.done_)
        EXPECT_EQ(done.find("scale web-blue to 0"), std::string::npos);
    ASSERT_TRUE(abort(rollout, model::AbortCause::person));
    for (int i = 0; i < 100 && !is_final(rollout.phase); ++i) story.step(rollout);
    EXPECT_EQ(rollout.phase, Phase::cancelled) << "going back waits for nobody: " << rollout.reason;
    EXPECT_EQ(story.cluster.lost_, 0u);
}

constexpr char route_fields[] = R"({"f:spec":{"f:http":{}}})";
constexpr char replica_fields[] = R"({"f:spec":{"f:replicas":{}}})";
constexpr char image_fields[] = R"({"f:spec":{"f:template":{"f:spec":{"f:containers":{}}}}})";
constexpr char selector_fields[] = R"({"f:spec":{"f:selector":{}}})";

/// A canary to 1.1.0 that has come to a quarter of the requests, at web-green.
model::Rollout at_a_quarter(Story& story) {
    model::Rollout rollout = story.begin("1.1.0", model::Strategy::canary);
    for (int i = 0; i < 100 && rollout.weight_in_force < 25; ++i) story.step(rollout);
    return rollout;
}

void edit_the_route(Story& story) {
    story.cluster.edit("VirtualService web", "/spec/http/0/route/0/weight", 40, route_fields);
    story.cluster.edit("VirtualService web", "/spec/http/0/route/1/weight", 60, route_fields);
}

TEST(ClusterSight, HoldsWhenSomebodyElseMovesTheWeightsAndNamesThem) {
    Story story(Split::virtual_service);
    model::Rollout rollout = at_a_quarter(story);
    edit_the_route(story);
    std::size_t const before = story.cluster.done_.size();
    for (int i = 0; i < 40; ++i) story.step(rollout);
    EXPECT_EQ(rollout.phase, Phase::paused);
    EXPECT_EQ(rollout.reason,
              "held: VirtualService web's weights were changed from 75 % to 40 % for web-blue by "
              "kubectl-edit at 2026-11-24T10:42:07Z; put it back, resume to write it again, or abort");
    EXPECT_EQ(story.cluster.share(Color::green), 60) << "theirs stays";
    EXPECT_EQ(told(story.cluster.done_, before), "");
    ASSERT_TRUE(resume(rollout));
    EXPECT_FALSE(resume(rollout)) << "it is not held any more, although nobody has looked yet";
    for (int i = 0; i < 400 && !is_final(rollout.phase); ++i) story.step(rollout);
    EXPECT_EQ(rollout.phase, Phase::completed) << rollout.reason;
    EXPECT_EQ(story.cluster.done_[before], "route VirtualService web: web-blue 75 %, web-green 25 %");
    EXPECT_FALSE(rollout.insists) << "once said, it is over with";
    EXPECT_EQ(story.cluster.lost_, 0u);
}

TEST(ClusterSight, GoesOnByItselfWhenTheyPutItBack) {
    Story story(Split::virtual_service);
    model::Rollout rollout = at_a_quarter(story);
    edit_the_route(story);
    for (int i = 0; i < 10; ++i) story.step(rollout);
    ASSERT_EQ(rollout.phase, Phase::paused);
    story.cluster.edit("VirtualService web", "/spec/http/0/route/0/weight", 75, route_fields);
    story.cluster.edit("VirtualService web", "/spec/http/0/route/1/weight", 25, route_fields);
    for (int i = 0; i < 400 && !is_final(rollout.phase); ++i) story.step(rollout);
    EXPECT_EQ(rollout.phase, Phase::completed) << rollout.reason;
}

TEST(ClusterSight, WritesItAgainWithoutAskingWhereThatIsTheSetting) {
    Story story(Split::virtual_service);
    model::Rollout rollout = at_a_quarter(story);
    rollout.settings.on_drift = model::DriftPolicy::reassert;
    edit_the_route(story);
    story.step(rollout);
    EXPECT_EQ(story.cluster.share(Color::green), 25);
    EXPECT_NE(rollout.phase, Phase::paused);
}

TEST(ClusterSight, AnAbortWaitsForNoDrift) {
    Story story(Split::virtual_service);
    model::Rollout rollout = at_a_quarter(story);
    edit_the_route(story);
    story.cluster.edit("Deployment web-blue", "/spec/replicas", 1, replica_fields);
    for (int i = 0; i < 10; ++i) story.step(rollout);
    ASSERT_EQ(rollout.phase, Phase::paused);
    ASSERT_TRUE(abort(rollout, model::AbortCause::person));
    for (int i = 0; i < 100 && !is_final(rollout.phase); ++i) story.step(rollout);
    EXPECT_EQ(rollout.phase, Phase::cancelled) << rollout.reason;
    EXPECT_EQ(story.cluster.share(Color::blue), 100);
    EXPECT_EQ(base::number_at(story.cluster.object(Color::blue), "/spec/replicas"), 4)
        << "those that take the requests again are as many as before";
    EXPECT_EQ(story.cluster.lost_, 0u);
}

TEST(ClusterSight, TheVerdictIsReachedWhileItIsHeld) {
    Story story(Split::virtual_service);
    story.cluster.failing_.insert("1.1.0");
    model::Rollout rollout = at_a_quarter(story);
    edit_the_route(story);
    for (int i = 0; i < 200 && !is_final(rollout.phase); ++i) story.step(rollout);
    EXPECT_EQ(rollout.phase, Phase::rolled_back) << rollout.reason;
    EXPECT_EQ(story.cluster.share(Color::blue), 100);
}

TEST(ClusterSight, ADeletedDeploymentLosesItsShareAndNobodyMakesItAgain) {
    Story story(Split::virtual_service);
    model::Rollout rollout = at_a_quarter(story);
    story.cluster.gone_.insert(Color::green);
    std::size_t const before = story.cluster.done_.size();
    for (int i = 0; i < 10 && !is_final(rollout.phase); ++i) story.step(rollout);
    EXPECT_EQ(rollout.phase, Phase::rolled_back);
    EXPECT_EQ(rollout.reason,
              "no replica of 1.1.0 takes traffic any more: there is no Deployment web-green in "
              "namespace shop; a component needs two, one of each color");
    EXPECT_EQ(told(story.cluster.done_, before), "route VirtualService web: web-blue 100 %, web-green 0 %\n");
    EXPECT_EQ(story.cluster.lost_, 100u) << "those of one look";
}

TEST(ClusterSight, WithoutAShareADeletedDeploymentIsWaitedFor) {
    Story story(Split::virtual_service);
    story.cluster.quota_ = true;  // so that it stays without a share
    model::Rollout rollout = story.begin("1.1.0", model::Strategy::canary);
    for (int i = 0; i < 3; ++i) story.step(rollout);
    story.cluster.gone_.insert(Color::green);
    std::size_t const before = story.cluster.done_.size();
    for (int i = 0; i < 10; ++i) story.step(rollout);
    EXPECT_EQ(rollout.phase, Phase::paused);
    EXPECT_EQ(rollout.reason,
              "held: there is no Deployment web-green in namespace shop; a component needs two, one of each "
              "color; put it back, or abort");
    ASSERT_TRUE(resume(rollout)) << "nobody can write it again, so it stays held";
    for (int i = 0; i < 10; ++i) story.step(rollout);
    EXPECT_EQ(rollout.phase, Phase::paused);
    EXPECT_EQ(told(story.cluster.done_, before), "");
    story.cluster.gone_.clear();
    story.cluster.quota_ = false;
    for (int i = 0; i < 400 && !is_final(rollout.phase); ++i) story.step(rollout);
    EXPECT_EQ(rollout.phase, Phase::completed) << rollout.reason;
    EXPECT_EQ(story.cluster.lost_, 0u);
}

TEST(ClusterSight, AnAbortWithoutTheNewVersionsDeploymentGivesTheRequestsBack) {
    Story story(Split::virtual_service);
    model::Rollout rollout = at_a_quarter(story);
    ASSERT_TRUE(abort(rollout, model::AbortCause::person));
    story.cluster.gone_.insert(Color::green);
    for (int i = 0; i < 10 && !is_final(rollout.phase); ++i) story.step(rollout);
    EXPECT_EQ(rollout.phase, Phase::cancelled) << rollout.reason;
    EXPECT_EQ(story.cluster.share(Color::blue), 100);
}

TEST(ClusterSight, AVersionThatHasLostAllItsPodsGoesBackAtOnceAlsoWhenPaused) {
    for (bool const paused : {false, true}) {
        Story story(Split::virtual_service);
        model::Rollout rollout = at_a_quarter(story);
        rollout.paused = paused;
        story.cluster.broken_.insert("1.1.0");
        for (int i = 0; i < 100 && !is_final(rollout.phase); ++i) story.step(rollout);
        EXPECT_EQ(rollout.phase, Phase::rolled_back) << rollout.reason;
        EXPECT_EQ(rollout.reason,
                  "no replica of 1.1.0 takes traffic any more: web-green-0: container main waits "
                  "(ImagePullBackOff)");
        EXPECT_EQ(story.cluster.share(Color::blue), 100);
        EXPECT_EQ(story.cluster.lost_, 100u) << "those of one look";
    }
}

TEST(ClusterSight, WithoutTheStableVersionsDeploymentNothingIsTakenFromTheNewOne) {
    Story story(Split::virtual_service);
    model::Rollout rollout = at_a_quarter(story);
    story.cluster.gone_.insert(Color::blue);
    for (int i = 0; i < 10; ++i) story.step(rollout);
    EXPECT_EQ(rollout.phase, Phase::paused);
    EXPECT_NE(rollout.reason.find("there is no Deployment web-blue"), std::string::npos) << rollout.reason;
    EXPECT_EQ(story.cluster.share(Color::green), 25);
}

TEST(ClusterSight, NamesWhatWasChanged) {
    struct Case {
        Split split;
        char const *object, *pointer;
        json::value value;
        char const *fields, *told;
    };
    std::vector<Case> const cases{
        {Split::virtual_service, "Deployment web-green", "/spec/replicas", 3, replica_fields,
         "Deployment web-green was scaled from 1 to 3 by kubectl-edit at 2026-11-24T10:42:07Z"},
        {Split::virtual_service, "Deployment web-green", "/spec/template/spec/containers/0/image", "r/web:9",
         image_fields,
         "Deployment web-green's image was changed from r/web:1.1.0 to r/web:9 by kubectl-edit at "
         "2026-11-24T10:42:07Z"},
        {Split::selector, "Service web", "/spec/selector/pilothouse.dev~1color", "green", selector_fields,
         "Service web was pointed from blue to green by kubectl-edit at 2026-11-24T10:42:07Z"},
    };
    for (Case const& one : cases) {
        Story story(one.split);
        if (one.split != Split::selector) at_a_quarter(story);
        ASSERT_TRUE(drift_of(story.cluster.look()).empty());
        story.cluster.edit(one.object, one.pointer, one.value, one.fields);
        std::vector<Drift> const drift = drift_of(story.cluster.look());
        ASSERT_EQ(drift.size(), 1u) << one.told;
        EXPECT_EQ(drift[0].object, one.object);
        EXPECT_EQ(drift[0].text, one.told);
    }
}

TEST(ClusterSight, WhatAnAutoscalerDoesIsNoDrift) {
    Story story(Split::virtual_service);
    story.cluster.edit("Deployment web-blue", "/spec/replicas", 7, replica_fields);
    ClusterState state = story.cluster.look();
    EXPECT_EQ(drift_of(state).size(), 1u);
    state.blue.autoscaled = true;
    EXPECT_TRUE(drift_of(state).empty());
    json::value none = *state.blue.deployment;
    none.at_pointer("/spec/replicas") = 0;
    state.blue.deployment = std::move(none);
    EXPECT_EQ(drift_of(state).size(), 1u) << "that is not for an autoscaler to do";
}

TEST(ClusterSight, TellsWhoHasNotTakenTheRoute) {
    Story story(Split::virtual_service);
    ClusterState state = story.cluster.look();
    state.traffic.virtual_service.reset();
    state.traffic.http_route = "web";
    state.route = json::parse(R"({"metadata":{"name":"web","generation":2},"spec":{"rules":[{"backendRefs":[
        {"name":"web-blue","weight":100},{"name":"web-green","weight":0}]}]}})");
    Wish wish;
    wish.parts.push_back({story.stable_, 4, 100});
    auto seen = observation_of(state);
    EXPECT_FALSE(seen->sight->in_force(wish));
    EXPECT_EQ(seen->traffic.problem, "HTTPRoute web is not accepted by any gateway yet");
}

TEST(ClusterSight, BlueGreenSwitchesTheSelector) {
    Story story(Split::selector);
    std::size_t const before = story.cluster.done_.size();
    EXPECT_EQ(story.bring("1.1.0", model::Strategy::blue_green).phase, Phase::completed);
    EXPECT_EQ(told(story.cluster.done_, before),
              "install 1.1.0 on web-green with 4 pods\npoint Service web to green\nscale web-blue to 0\n");
    EXPECT_EQ(story.cluster.lost_, 0u);
}

TEST(ClusterSight, WithoutARouteTheNumbersOfPodsDecide) {
    Story story(Split::ratio);
    std::size_t const before = story.cluster.done_.size();
    EXPECT_EQ(story.bring("1.1.0", model::Strategy::rolling).phase, Phase::completed);
    EXPECT_EQ(story.cluster.share(Color::green), 100);
    EXPECT_EQ(story.cluster.done_[before], "install 1.1.0 on web-green with 1 pod");
    EXPECT_EQ(story.cluster.lost_, 0u);
}

TEST(ClusterSight, SaysWhichObjectIsMissing) {
    Cluster cluster(Split::virtual_service);
    ClusterState state = cluster.look();
    state.green.deployment = {};
    std::string const told =
        "there is no Deployment web-green in namespace shop; a component needs two, one of each color";
    EXPECT_EQ(check_deployments(state).error().message, told);
    EXPECT_EQ(observation_of(state)->gone, std::vector{told}) << "what is there can still be seen";
    state.blue.deployment = {};
    EXPECT_EQ(observation_of(state).error().code, base::Errc::unavailable);
    state = cluster.look();
    state.route = {};
    EXPECT_EQ(observation_of(state).error().message, "there is no VirtualService web in namespace shop");
}

TEST(ClusterSight, WhatAnAutoscalerRulesIsNotScaled) {
    Story story(Split::virtual_service);
    ClusterState state = story.cluster.look();
    Wish wish;
    wish.parts.push_back({story.stable_, 2, 100});
    auto missing = [&] {
        std::string text;
        auto const seen = observation_of(state);
        for (Effect const& effect : seen->sight->missing(wish)) text += effect.text + "\n";
        return text;
    };
    EXPECT_EQ(missing(), "scale web-blue to 2\n");
    state.blue.autoscaled = true;
    EXPECT_EQ(missing(), "");
}

// -- Played through before anything happens.

std::vector<std::string> foretold(Story& story, model::Rollout const& rollout) {
    std::vector<std::string> texts;
    auto const rehearsed = rehearse(rollout, story.cluster.look());
    if (!rehearsed) return {rehearsed.error().message};
    for (Rehearsed const& write : *rehearsed) texts.push_back(write.effect.text);
    return texts;
}

TEST(Rehearsal, ForetellsEachWriteOfEachStrategy) {
    struct Case {
        Split split;
        model::Strategy strategy;
    };
    for (Case const& one :
         {Case{Split::virtual_service, model::Strategy::canary},
          Case{Split::virtual_service, model::Strategy::blue_green},
          Case{Split::virtual_service, model::Strategy::rolling},
          Case{Split::selector, model::Strategy::blue_green}, Case{Split::ratio, model::Strategy::rolling},
          Case{Split::ratio, model::Strategy::canary}}) {
        Story story(one.split);
        std::string const expected = told(foretold(story, story.begin("1.1.0", one.strategy)), 0);
        --story.last_;
        std::size_t const before = story.cluster.done_.size();
        ASSERT_EQ(story.bring("1.1.0", one.strategy).phase, Phase::completed);
        EXPECT_EQ(expected, told(story.cluster.done_, before)) << base::enum_name(one.strategy);
        EXPECT_NE(expected, "");
    }
}

TEST(Rehearsal, OnePatchOfAllWritesToAnObjectFitsItAsItIsNow) {
    Story story(Split::virtual_service);
    auto const rehearsed = rehearse(story.begin("1.1.0", model::Strategy::canary), story.cluster.look());
    ASSERT_TRUE(rehearsed);
    std::map<std::string, json::value> first, last;
    std::map<std::string, json::array> whole;
    for (Rehearsed const& write : *rehearsed) {
        first.emplace(write.effect.object, write.before);
        last[write.effect.object] = write.after;
        json::array& patch = whole[write.effect.object];
        patch.insert(patch.end(), write.patch.begin(), write.patch.end());
    }
    EXPECT_EQ(whole.size(), 3u);
    for (auto const& [object, patch] : whole) {
        auto const after = base::apply_patch(first[object], patch);
        ASSERT_TRUE(after) << object << ": " << after.error().message;
        EXPECT_EQ(*after, last[object]);
    }
}

TEST(Rehearsal, SaysWhichFieldsChange) {
    Story story(Split::virtual_service);
    auto const rehearsed = rehearse(story.begin("1.1.0", model::Strategy::canary), story.cluster.look());
    ASSERT_TRUE(rehearsed);
    Rehearsed const& route = rehearsed->at(1);
    std::vector<model::FieldChange> const expected{{"/spec/http/0/route/0/weight", "100", "75"},
                                                   {"/spec/http/0/route/1/weight", "0", "25"}};
    EXPECT_EQ(field_changes(route.before, route.after), expected);
}

TEST(Rehearsal, ShowsThePatchAsItIsSent) {
    Story story(Split::virtual_service);
    model::Rollout rollout = story.begin("1.1.0", model::Strategy::canary);
    rollout.epoch = 7;
    auto const rehearsed = rehearse(rollout, story.cluster.look());
    ASSERT_TRUE(rehearsed);
    for (Rehearsed const& write : *rehearsed) {
        EXPECT_EQ(target::epoch_of(write.after), 7) << "of the portal that would write";
        EXPECT_EQ(*base::apply_patch(write.before, write.patch), write.after);
    }
}

TEST(Rehearsal, WhatOthersHaveChangedIsWrittenAgain) {
    Story story(Split::virtual_service);
    story.cluster.edit("Deployment web-blue", "/spec/replicas", 1, replica_fields);
    std::vector<std::string> const texts = foretold(story, story.begin("1.1.0", model::Strategy::canary));
    EXPECT_NE(std::find(texts.begin(), texts.end(), "scale web-blue to 4"), texts.end());
}

}  // namespace
}  // namespace rollout
