// Whole rollouts against a model API server, which holds the portal's account to its Role.
#include "rollout/cluster_driver.hpp"

#include "rollout/rights.hpp"
#include "rollout/testing.hpp"

namespace rollout {
namespace {

using model::CheckName;
using model::CheckResult;
using model::Strategy;
using testing::ClusterWorld;

struct Way {
    Split split{};
    Strategy strategy{};
};
Way const ways[] = {{Split::virtual_service, Strategy::canary},
                    {Split::virtual_service, Strategy::blue_green},
                    {Split::http_route, Strategy::canary},
                    {Split::selector, Strategy::blue_green},
                    {Split::ratio, Strategy::rolling}};

std::string name_of(Way const& way) {
    return fmt::format("{} by {}", base::enum_name(way.strategy), base::enum_name(way.split));
}

k8s::Rule rule_of(model::RoleRule const& rule) {
    return {{rule.api_group}, rule.resources, rule.resource_names, rule.verbs};
}

std::vector<k8s::Rule> role_of(Way const& way) {
    auto const role = role_for(testing::shop(way.split), way.strategy);
    std::vector<k8s::Rule> rules;
    for (model::RoleRule const& rule : role->rules) rules.push_back(rule_of(rule));
    return rules;
}

/// Each rule taken apart: one verb for one kind, and for one name if it names any.
std::vector<k8s::Rule> grains(std::vector<k8s::Rule> const& rules) {
    std::vector<k8s::Rule> all;
    for (k8s::Rule const& rule : rules)
        for (std::string const& resource : rule.resources)
            for (std::string const& verb : rule.verbs) {
                if (rule.names.empty()) all.push_back({rule.groups, {resource}, {}, {verb}});
                for (std::string const& name : rule.names)
                    all.push_back({rule.groups, {resource}, {name}, {verb}});
            }
    return all;
}

/// Only a closer look needs it, and a plan says nothing of it.
bool is_for_closer_look(k8s::Rule const& grain, Way const& way) {
    auto const rights = rights_for(testing::shop(way.split).components[0], way.strategy, "");
    auto right = std::find_if(rights.begin(), rights.end(),
                              [&](Right const& each) { return grain.allows(each.action); });
    return right != rights.end() && right->use == Use::closer_look;
}

std::string say(k8s::Rule const& grain) {
    std::string const name = grain.names.empty() ? "" : " " + grain.names[0];
    return fmt::format("{} {}{}", grain.verbs[0], grain.resources[0], name);
}

std::vector<std::string> texts(std::vector<model::PlanCheck> const& checks, CheckResult result) {
    std::vector<std::string> found;
    for (model::PlanCheck const& check : checks)
        if (check.result == result) found.push_back(check.text);
    return found;
}

TEST(ClusterRole, EachStrategyRunsWithExactlyItsRole) {
    for (Way const& way : ways) {
        SCOPED_TRACE(name_of(way));
        ClusterWorld shop(way.split, way.strategy);
        std::vector<k8s::Rule> const role = role_of(way);
        shop.api().permit(role);
        shop.begin();
        for (char const* version : {"1.0.0", "1.1.0", "1.2.0"}) {
            auto const rehearsal = shop.rehearse(shop.draft(version));
            ASSERT_TRUE(rehearsal) << rehearsal.error().message;
            EXPECT_EQ(texts(rehearsal->checks, CheckResult::blocker), std::vector<std::string>{});
            EXPECT_EQ(texts(rehearsal->checks, CheckResult::unknown), std::vector<std::string>{});
            model::Rollout const rollout = shop.bring(version);
            EXPECT_EQ(rollout.phase, model::Phase::completed) << rollout.reason;
        }
        shop.look_closely();

        std::vector<k8s::Action> const used = shop.api().used();
        for (k8s::Rule const& grain : grains(role))
            EXPECT_TRUE(
                std::any_of(used.begin(), used.end(), [&](auto const& each) { return grain.allows(each); }))
                << "nobody needs the right to " << say(grain);
    }
}

TEST(ClusterRole, OneVerbLessIsNamedByThePlan) {
    for (Way const& way : ways) {
        ClusterWorld shop(way.split, way.strategy);
        shop.begin();
        ASSERT_EQ(shop.bring("1.0.0").phase, model::Phase::completed);
        std::vector<k8s::Rule> const all = grains(role_of(way));
        for (k8s::Rule const& missing : all) {
            if (is_for_closer_look(missing, way)) continue;
            SCOPED_TRACE(name_of(way) + " without " + say(missing));
            std::vector<k8s::Rule> rest;
            for (k8s::Rule const& each : all)
                if (say(each) != say(missing)) rest.push_back(each);
            shop.api().permit(rest);
            auto const rehearsal = shop.rehearse(shop.draft("1.1.0"));
            ASSERT_TRUE(rehearsal) << rehearsal.error().message;
            std::vector<std::string> sentences = texts(rehearsal->checks, CheckResult::blocker);
            for (std::string& each : texts(rehearsal->checks, CheckResult::unknown))
                sentences.push_back(each);
            ASSERT_EQ(sentences.size(), 1u) << fmt::format("{}", fmt::join(sentences, "\n"));
            EXPECT_NE(sentences[0].find(missing.verbs[0] + " " + missing.resources[0]), std::string::npos)
                << sentences[0];
            shop.world.pass(5s);  // for the requests that a cluster is spared
        }
    }
}

TEST(ClusterRole, WhatIsNotInTheListOfRulesIsAskedFor) {
    ClusterWorld shop(Split::virtual_service, Strategy::canary);
    shop.begin();  // without rules, as with an authorizer that cannot list them
    shop.api().forbid("patch", "virtualservices");
    auto const rehearsal = shop.rehearse(shop.draft("1.0.0"));
    ASSERT_TRUE(rehearsal);
    EXPECT_EQ(
        texts(rehearsal->checks, CheckResult::blocker),
        std::vector<std::string>{
            "the portal's account may not patch virtualservices.networking.istio.io web in demo: give it "
            "the Role that `pilothouse env role shop` prints"});
}

TEST(ClusterDriver, TellsWhoseObjectsHaveChanged) {
    ClusterWorld shop(Split::virtual_service, Strategy::canary);
    std::set<std::string> told;
    shop.driver.on_change(
        [&](ComponentKey const& key) { told.insert(key.environment + "/" + key.component); });
    shop.begin();
    auto is_told_of = [&](k8s::Resource const& resource, base::json::value object) {
        told.clear();
        shop.api().put(resource, std::move(object), "test");
        shop.world.pass(1s);
        return told == std::set<std::string>{"shop/web"};
    };
    auto object = [](char const* name, char const* labels, char const* more) {
        return base::json::parse(fmt::format(
            R"({{"metadata":{{"name":"{}","namespace":"demo","labels":{}{}}})", name, labels, more));
    };
    EXPECT_TRUE(is_told_of(k8s::deployments, k8s::testing::deployment("web-green", 1)));
    EXPECT_FALSE(is_told_of(k8s::deployments, k8s::testing::deployment("api-green", 1)));
    EXPECT_TRUE(is_told_of(k8s::services, object("web", "{}", "}")));
    EXPECT_TRUE(is_told_of(k8s::services, object("web-blue", "{}", "}")));
    EXPECT_FALSE(is_told_of(k8s::services, object("api", "{}", "}")));
    EXPECT_TRUE(is_told_of(k8s::virtual_services, object("web", "{}", "}")));
    for (char const* component : {"web", "api"})
        EXPECT_EQ(
            is_told_of(
                k8s::pods,
                object(fmt::format("{}-blue-1-a", component).c_str(), R"({"pod-template-hash":"1"})",
                       fmt::format(R"(,"ownerReferences":[{{"kind":"ReplicaSet","name":"{}-blue-1"}}]}})",
                                   component)
                           .c_str())),
            component == std::string_view("web"))
            << component;
    EXPECT_TRUE(
        is_told_of(k8s::endpoint_slices,
                   object("any", R"({"kubernetes.io/service-name":"web-green"})", R"(},"endpoints":[])")));
    EXPECT_TRUE(is_told_of(
        k8s::autoscalers,
        object("any", "{}", R"(},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web-blue"}})")));

    shop.driver.stop();
    EXPECT_FALSE(is_told_of(k8s::virtual_services, object("web", "{}", "}")));
}

TEST(ClusterDriver, FollowsTheNamesThatWereDeclaredLast) {
    ClusterWorld shop(Split::virtual_service, Strategy::canary);
    std::set<std::string> told;
    shop.driver.on_change([&](ComponentKey const& key) { told.insert(key.component); });
    shop.begin();
    model::Environment renamed = shop.environment;
    renamed.components[0].name = "shop-front";
    shop.driver.declare({{renamed}});
    told.clear();
    shop.api().put(k8s::deployments, k8s::testing::deployment("web-green", 1), "test");
    shop.world.pass(1s);
    EXPECT_EQ(told, std::set<std::string>{"shop-front"});
}

TEST(ClusterPreflight, SecretsAreLookedAtOnlyWithTheRightToIt) {
    ClusterWorld shop(Split::ratio, Strategy::rolling);
    shop.api().put(k8s::service_accounts,
                   base::json::parse(R"({"metadata":{"name":"default","namespace":"demo"},
        "imagePullSecrets":[{"name":"registry"}]})"),
                   "test");
    shop.begin();
    auto ask = [&] { return shop.rehearse(shop.draft("1.0.0"))->checks; };
    shop.api().forbid("get", "secrets");
    EXPECT_EQ(
        texts(ask(), CheckResult::unknown),
        std::vector<std::string>{
            "Secret registry, which ServiceAccount default names in imagePullSecrets, could not be looked "
            "at: the portal's account may not get secrets registry in demo"});
    EXPECT_EQ(shop.api().find(k8s::secrets, {"demo", "registry"}), nullptr);
}

TEST(ClusterPreflight, ManyComponentsShareWhatIsReadOfTheirNamespace) {
    ClusterWorld shop(Split::virtual_service, Strategy::canary);
    shop.api().permit(role_of({Split::virtual_service, Strategy::canary}));
    shop.begin();
    ASSERT_EQ(shop.bring("1.0.0").phase, model::Phase::completed);
    auto asked = [&](std::size_t components, std::size_t most_dry_runs) {
        std::vector<model::Rollout> drafts(components, shop.draft("1.1.0"));
        std::map<std::string, int> before, after;
        for (char const* verb : {"get", "list", "create", "patch"}) before[verb] = shop.api().requests(verb);
        auto const answers = shop.world.run(shop.driver.rehearse(std::move(drafts), most_dry_runs));
        EXPECT_EQ(answers.size(), components);
        for (auto const& answer : answers) {
            EXPECT_EQ(
                answer ? texts(answer->checks, CheckResult::blocker) : std::vector{answer.error().message},
                std::vector<std::string>{});
        }
        for (auto& [verb, count] : before) after[verb] = shop.api().requests(verb) - count;
        return std::pair(after, answers.empty() ? std::vector<model::PlanCheck>{} : answers.front()->checks);
    };
    auto const one = asked(1, 100).first;
    auto const many = asked(10, 100).first;
    for (auto const& [verb, count] : one)
        EXPECT_EQ(many.at(verb), verb == "patch" ? 10 * count : count) << verb;

    auto const [none, checks] = asked(30, 10);
    EXPECT_EQ(none.at("patch"), 0);
    std::string const told = fmt::format(
        "no write was tried: there are {}, and a deployment that is to begin tries 10 at most; its plan "
        "tries "
        "them all",
        30 * one.at("patch"));
    auto const unknown = texts(checks, CheckResult::unknown);
    EXPECT_EQ(unknown, std::vector{told});
    EXPECT_TRUE(asked(0, 10).second.empty());
}

TEST(ClusterPreflight, AMissingSecretIsNamed) {
    ClusterWorld shop(Split::ratio, Strategy::rolling);
    shop.api().put(k8s::service_accounts,
                   base::json::parse(R"({"metadata":{"name":"default","namespace":"demo"},
        "imagePullSecrets":[{"name":"registry"}]})"),
                   "test");
    shop.begin();
    auto pull_secret = [&] {
        shop.world.pass(5s);
        auto const rehearsal = shop.rehearse(shop.draft("1.0.0"));
        for (model::PlanCheck const& check : rehearsal->checks)
            if (check.name == CheckName::pull_secret) return check.result;
        return CheckResult::unknown;
    };
    EXPECT_EQ(pull_secret(), CheckResult::warning);
    shop.api().put(
        k8s::secrets,
        base::json::parse(R"({"metadata":{"name":"registry","namespace":"demo"},"type":"Opaque"})"), "test");
    EXPECT_EQ(pull_secret(), CheckResult::warning);
    shop.api().put(
        k8s::secrets,
        base::json::parse(
            R"({"metadata":{"name":"registry","namespace":"demo"},"type":"kubernetes.io/dockerconfigjson"})"),
        "test");
    EXPECT_EQ(pull_secret(), CheckResult::passed);
}

TEST(ClusterPreflight, WhatHangsIsUnknownAndBlocksNothing) {
    ClusterWorld shop(Split::virtual_service, Strategy::canary);
    shop.begin();
    shop.api().inject(
        {.kind = k8s::Fault::Kind::hang, .verb = "list", .plural = "resourcequotas", .times = 9});
    shop.api().inject(
        {.kind = k8s::Fault::Kind::hang, .verb = "list", .plural = "poddisruptionbudgets", .times = 9});
    SteadyTime const began = shop.world.simulation.now();
    auto const rehearsal = shop.rehearse(shop.draft("1.0.0"));
    ASSERT_TRUE(rehearsal);
    EXPECT_EQ(texts(rehearsal->checks, CheckResult::blocker), std::vector<std::string>{});
    EXPECT_EQ(texts(rehearsal->checks, CheckResult::unknown).size(), 2u);
    EXPECT_LT(shop.world.simulation.now() - began, 8s) << "both at once";
}

TEST(ClusterPreflight, APlanAndItsDeploymentFitIntoTheBurstThatAClusterAllows) {
    ClusterWorld shop(Split::virtual_service, Strategy::canary);
    shop.api().permit(role_of({Split::virtual_service, Strategy::canary}));
    shop.begin();
    ASSERT_EQ(shop.bring("1.0.0").phase, model::Phase::completed);
    shop.world.pass(10s);
    SteadyTime const began = shop.world.simulation.now();
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(shop.rehearse(shop.draft("1.1.0")));
    EXPECT_LT(shop.world.simulation.now() - began, 200ms);
}

}  // namespace
}  // namespace rollout
