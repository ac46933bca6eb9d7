// What a client and an API server do together: one suite, run against the model and, where there is one,
// against a real API server.
#pragma once
#include <gtest/gtest.h>

#include "base/json_at.hpp"
#include "k8s/client.hpp"
#include "k8s/informer.hpp"
#include "k8s/testing.hpp"

namespace k8s {

/// Works in a namespace that exists, and leaves it as it was.
class ClientContract {
public:
    ClientContract(Client client, std::string in_namespace)
        : client_(std::move(client)), namespace_(std::move(in_namespace)) {}

    awaitable<void> creates_reads_and_removes() {
        json::value wanted = plan("contract-crud", 0);
        auto created = co_await client_.create(deployments, wanted);
        EXPECT_TRUE(created) << said(created);
        if (!created) co_return;
        Metadata const made = metadata_of(*created);
        EXPECT_FALSE(made.uid.empty());
        EXPECT_FALSE(made.resource_version.empty());
        EXPECT_EQ(made.generation, 1);

        auto again = co_await client_.create(deployments, wanted);
        EXPECT_EQ(reason(again), Reason::already_exists);

        auto read = co_await client_.get(deployments, made.name);
        EXPECT_EQ(base::text_at(*read, "/kind"), "Deployment");
        EXPECT_EQ(metadata_of(*read).uid, made.uid);

        Removal other{.uid = "00000000-0000-4000-8000-ffffffffffff"};
        auto refused = co_await client_.remove(deployments, made.name, other);
        EXPECT_EQ(reason(refused), Reason::conflict);

        Removal dry{.uid = made.uid, .dry_run = true};
        auto rehearsed = co_await client_.remove(deployments, made.name, dry);
        EXPECT_TRUE(rehearsed) << said(rehearsed);
        Removal mine{.uid = made.uid};
        auto removed = co_await client_.remove(deployments, made.name, mine);
        EXPECT_TRUE(removed) << said(removed);
        auto gone = co_await client_.get(deployments, made.name);
        EXPECT_EQ(reason(gone), Reason::not_found);
        auto gone_already = co_await client_.remove(deployments, made.name);
        EXPECT_EQ(reason(gone_already), Reason::not_found);
    }

    awaitable<void> rehearses() {
        json::value wanted = plan("contract-dry", 0);
        Write dry{.dry_run = true};
        auto created = co_await client_.create(deployments, wanted, dry);
        EXPECT_TRUE(created) << said(created);
        auto applied = co_await client_.apply(deployments, wanted, dry);
        EXPECT_TRUE(applied) << said(applied);
        ObjectName name = metadata_of(wanted).name;
        auto read = co_await client_.get(deployments, name);
        EXPECT_EQ(reason(read), Reason::not_found);
    }

    awaitable<void> tells_a_failed_test_from_an_invalid_object() {
        json::value wanted = plan("contract-patch", 0);
        ObjectName name = metadata_of(wanted).name;
        auto created = co_await client_.create(deployments, wanted);
        EXPECT_TRUE(created) << said(created);

        auto patched = co_await client_.patch_json(deployments, name, replicas_patch(0, 0));
        EXPECT_TRUE(patched) << said(patched);
        auto late = co_await client_.patch_json(deployments, name, replicas_patch(7, 1));
        EXPECT_EQ(reason(late), Reason::patch_refused);
        auto broken = co_await client_.patch_json(deployments, name, replicas_patch(0, -1));
        EXPECT_EQ(reason(broken), Reason::invalid);
        if (!broken) {
            EXPECT_EQ(broken.error().causes.at(0).field, "spec.replicas");
        }
        auto cleaned = co_await client_.remove(deployments, name);
        EXPECT_TRUE(cleaned) << said(cleaned);
    }

    awaitable<void> counts_generations_and_versions() {
        json::value wanted = plan("contract-generation", 0);
        ObjectName name = metadata_of(wanted).name;
        auto created = co_await client_.create(deployments, wanted);
        EXPECT_TRUE(created) << said(created);
        json::value label = json::parse(R"({"metadata":{"labels":{"track":"stable"}}})");
        auto labelled = co_await client_.merge_patch(deployments, name, label);
        EXPECT_EQ(metadata_of(*labelled).generation, 1);
        EXPECT_EQ(metadata_of(*labelled).labels.at("track"), "stable");
        json::value wish = json::parse(R"({"spec":{"minReadySeconds":7}})");
        auto changed = co_await client_.merge_patch(deployments, name, wish);
        EXPECT_EQ(metadata_of(*changed).generation, 2);
        Order order =
            compare_versions(metadata_of(*changed).resource_version, metadata_of(*labelled).resource_version);
        EXPECT_EQ(order, Order::newer);

        json::value stale = json::parse(R"({"metadata":{},"spec":{"minReadySeconds":8}})");
        stale.at("metadata").as_object()["resourceVersion"] = metadata_of(*labelled).resource_version;
        auto refused = co_await client_.merge_patch(deployments, name, stale);
        EXPECT_EQ(reason(refused), Reason::conflict);
        auto cleaned = co_await client_.remove(deployments, name);
        EXPECT_TRUE(cleaned) << said(cleaned);
    }

    awaitable<void> applies_as_one_of_several_managers() {
        json::value wanted = plan("contract-apply", 0);
        ObjectName name = metadata_of(wanted).name;
        Write as_git{.manager = "gitops"};
        auto first = co_await client_.apply(deployments, wanted, as_git);
        EXPECT_TRUE(first) << said(first);

        json::value scale = part(name, 1);
        Write as_us{.manager = "pilothouse-scale"};
        auto refused = co_await client_.apply(deployments, scale, as_us);
        EXPECT_EQ(reason(refused), Reason::conflict);
        if (!refused) {
            EXPECT_EQ(managers_in_the_way(refused.error()), std::vector<std::string>{"gitops"});
            EXPECT_EQ(refused.error().causes.at(0).field, ".spec.replicas");
        }
        as_us.force = true;
        auto forced = co_await client_.apply(deployments, part(name, 0), as_us);
        EXPECT_TRUE(forced) << said(forced);
        if (forced) {
            std::set<std::string> owners;
            auto managers = managers_of(*forced, {"spec", "replicas"});
            for (Manager const& each : managers) owners.insert(each.name);
            EXPECT_TRUE(owners.contains("pilothouse-scale"));
        }
        auto cleaned = co_await client_.remove(deployments, name);
        EXPECT_TRUE(cleaned) << said(cleaned);
    }

    awaitable<void> gives_up_what_it_applies_no_more() {
        json::value wanted = plan("contract-release", 0);
        ObjectName name = metadata_of(wanted).name;
        auto created = co_await client_.create(deployments, wanted);
        EXPECT_TRUE(created) << said(created);
        json::value mark = json::parse(R"({"metadata":{"annotations":{"a":"1","b":"2"}}})");
        json::value less = json::parse(R"({"metadata":{"annotations":{"a":"1"}}})");
        for (json::value* each : std::vector<json::value*>{&mark, &less}) {
            each->at("metadata").as_object()["name"] = name.name;
            each->at("metadata").as_object()["namespace"] = name.namespace_;
        }
        Write as_us{.manager = "pilothouse-marks"};
        auto marked = co_await client_.apply(deployments, mark, as_us);
        EXPECT_TRUE(marked) << said(marked);
        auto released = co_await client_.apply(deployments, less, as_us);
        EXPECT_TRUE(released) << said(released);
        if (released) {
            EXPECT_EQ(metadata_of(*released).annotations.count("a"), 1U);
            EXPECT_EQ(metadata_of(*released).annotations.count("b"), 0U);
        }
        auto cleaned = co_await client_.remove(deployments, name);
        EXPECT_TRUE(cleaned) << said(cleaned);
    }

    /// Whoever patches a field takes it over, and stands in the way of who applied it.
    awaitable<void> names_who_patched_what_it_applied() {
        json::value wanted = plan("contract-takeover", 0);
        ObjectName name = metadata_of(wanted).name;
        Write as_git{.manager = "gitops"};
        auto first = co_await client_.apply(deployments, wanted, as_git);
        EXPECT_TRUE(first) << said(first);
        Write as_admin{.manager = "admin"};
        auto patched = co_await client_.patch_json(deployments, name, replicas_patch(0, 1), as_admin);
        EXPECT_TRUE(patched) << said(patched);
        auto refused = co_await client_.apply(deployments, wanted, as_git);
        EXPECT_EQ(reason(refused), Reason::conflict);
        if (!refused) {
            EXPECT_EQ(managers_in_the_way(refused.error()), std::vector<std::string>{"admin"});
        }
        auto cleaned = co_await client_.remove(deployments, name);
        EXPECT_TRUE(cleaned) << said(cleaned);
    }

    awaitable<void> sees_what_leaves_a_selection_as_removed() {
        json::value wanted = plan("contract-leave", 0);
        ObjectName name = metadata_of(wanted).name;
        auto created = co_await client_.create(deployments, wanted);
        EXPECT_TRUE(created) << said(created);
        Selection selection{.namespace_ = namespace_, .labels = "app=contract-leave"};
        auto before = co_await client_.list(deployments, selection);
        EXPECT_TRUE(before) << said(before);
        json::value other = json::parse(R"({"metadata":{"labels":{"app":"other"}}})");
        auto moved = co_await client_.merge_patch(deployments, name, other);
        EXPECT_TRUE(moved) << said(moved);
        std::vector<WatchEvent::Kind> kinds;
        auto take = [&](WatchEvent event) {
            if (event.kind != WatchEvent::Kind::bookmark) kinds.push_back(event.kind);
        };
        WatchOptions options{.resource_version = before->resource_version, .length = 2s};
        auto ended = co_await client_.watch(deployments, selection, options, take);
        EXPECT_TRUE(ended) << said(ended);
        using Kind = WatchEvent::Kind;
        EXPECT_EQ(kinds, (std::vector<Kind>{Kind::opened, Kind::removed}));
        auto cleaned = co_await client_.remove(deployments, name);
        EXPECT_TRUE(cleaned) << said(cleaned);
    }

    awaitable<void> is_informed() {
        std::string told;
        auto tell = [&](Change const& change) { told += "+~-"[static_cast<int>(change.kind)]; };
        Selection selection{.namespace_ = namespace_, .labels = "app=contract-informer"};
        Informer informer(client_, deployments, selection, tell);
        Surroundings const around = client_.surroundings();
        asio::co_spawn(around.executor, come_and_go(client_, plan("contract-informer", 0)), must_not_throw);
        try {
            auto running = informer.run();
            co_await base::within(around.clock, 4s, std::move(running));
        } catch (system_error const& problem) {
            EXPECT_EQ(problem.code(), asio::error::timed_out);
        }
        EXPECT_TRUE(told.starts_with("+~") && told.ends_with("-")) << told;
        EXPECT_TRUE(informer.objects().empty());
        EXPECT_TRUE(informer.in_sync_since().has_value());
    }

    awaitable<void> selects_by_label() {
        std::vector<std::string> const names{"contract-list-a", "contract-list-b"};
        for (std::string const& name : names) {
            json::value wanted = plan(name, 0);
            auto created = co_await client_.create(deployments, wanted);
            EXPECT_TRUE(created) << said(created);
        }
        Selection both{.namespace_ = namespace_, .labels = "app,app!=other"};
        auto all = co_await client_.list(deployments, both);
        EXPECT_EQ(all->items.size(), 2U);
        Selection one{.namespace_ = namespace_, .labels = "app=contract-list-b"};
        auto listed = co_await client_.list(deployments, one);
        EXPECT_EQ(listed->items.size(), 1U);
        EXPECT_FALSE(listed->resource_version.empty());
        for (std::string const& name : names) {
            ObjectName object{namespace_, name};
            auto cleaned = co_await client_.remove(deployments, object);
            EXPECT_TRUE(cleaned) << said(cleaned);
        }
    }

    awaitable<void> watches_from_where_a_list_ended() {
        Selection selection{.namespace_ = namespace_, .labels = "app=contract-watch"};
        auto before = co_await client_.list(deployments, selection);
        EXPECT_TRUE(before) << said(before);
        json::value wanted = plan("contract-watch", 0);
        ObjectName name = metadata_of(wanted).name;
        auto created = co_await client_.create(deployments, wanted);
        json::value label = json::parse(R"({"metadata":{"labels":{"track":"stable"}}})");
        auto labelled = co_await client_.merge_patch(deployments, name, label);
        auto cleaned = co_await client_.remove(deployments, name);
        EXPECT_TRUE(created && labelled && cleaned);

        std::vector<WatchEvent::Kind> kinds;
        auto take = [&](WatchEvent event) {
            if (event.kind != WatchEvent::Kind::bookmark) kinds.push_back(event.kind);
        };
        WatchOptions options{.resource_version = before->resource_version, .length = 3s};
        auto ended = co_await client_.watch(deployments, selection, options, take);
        EXPECT_TRUE(ended) << said(ended);
        using Kind = WatchEvent::Kind;
        EXPECT_EQ(
            kinds.size() < 4 ? std::vector<Kind>{} : std::vector<Kind>(kinds.begin(), kinds.begin() + 3),
            (std::vector<Kind>{Kind::opened, Kind::added, Kind::modified}));
        EXPECT_EQ(kinds.empty() ? Kind::opened : kinds.back(), Kind::removed);
    }

    awaitable<void> says_what_it_may_and_knows() {
        Action action{.verb = "patch", .resource = deployments, .name = {namespace_, ""}};
        auto may = co_await client_.can_i(action);
        EXPECT_TRUE(may && may->allowed) << said(may);
        auto known = co_await client_.knows(deployments);
        EXPECT_TRUE(known && *known) << said(known);
        Resource nowhere{"pilothouse.example", "v1", "nothings", "Nothing"};
        auto unknown = co_await client_.knows(nowhere);
        EXPECT_TRUE(unknown && !*unknown) << said(unknown);
        auto version = co_await client_.version();
        EXPECT_TRUE(version && version->starts_with("v1.")) << said(version);
        ObjectName none{namespace_, "none"};
        auto missing = co_await client_.get(nowhere, none);
        EXPECT_EQ(reason(missing), Reason::not_found);
    }

    /// What stands in a Secret never comes with its type.
    awaitable<void> tells_the_type_of_a_secret() {
        ObjectName name{namespace_, "contract-secret"};
        json::value wanted =
            json::parse(R"({"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"e30="}})");
        wanted.as_object()["metadata"] = json::object{{"name", name.name}, {"namespace", name.namespace_}};
        auto created = co_await client_.create(secrets, wanted);
        EXPECT_TRUE(created) << said(created);
        auto type = co_await client_.secret_type(name);
        EXPECT_TRUE(type && *type == "kubernetes.io/dockerconfigjson") << said(type);
        auto cleaned = co_await client_.remove(secrets, name);
        EXPECT_TRUE(cleaned) << said(cleaned);
        auto gone = co_await client_.secret_type(name);
        EXPECT_EQ(reason(gone), Reason::not_found);
    }

    /// Whatever stands in the list of rules is allowed.
    awaitable<void> lists_its_rules() {
        auto rules = co_await client_.my_rules(namespace_);
        EXPECT_TRUE(rules) << said(rules);
        Action action{.verb = "patch", .resource = deployments, .name = {namespace_, "web"}};
        bool listed = rules && std::any_of(rules->begin(), rules->end(),
                                           [&](Rule const& rule) { return rule.allows(action); });
        auto may = co_await client_.can_i(action);
        EXPECT_TRUE(!listed || (may && may->allowed)) << said(may);
    }

private:
    static awaitable<void> come_and_go(Client client, json::value wanted) {
        base::Clock& clock = client.surroundings().clock;
        ObjectName name = metadata_of(wanted).name;
        co_await clock.sleep_for(1s);
        auto created = co_await client.create(deployments, wanted);
        json::value label = json::parse(R"({"metadata":{"labels":{"track":"stable"}}})");
        auto labelled = co_await client.merge_patch(deployments, name, label);
        auto removed = co_await client.remove(deployments, name);
        EXPECT_TRUE(created && labelled && removed);
    }
    json::value plan(std::string name, int replicas) const {
        return testing::deployment(std::move(name), replicas, namespace_);
    }
    /// What is applied by somebody who cares for the number of replicas alone.
    static json::value part(ObjectName const& name, int replicas) {
        return json::object{{"metadata", json::object{{"name", name.name}, {"namespace", name.namespace_}}},
                            {"spec", json::object{{"replicas", replicas}}}};
    }
    static json::array replicas_patch(int expected, int wanted) {
        return {json::object{{"op", "test"}, {"path", "/spec/replicas"}, {"value", expected}},
                json::object{{"op", "replace"}, {"path", "/spec/replicas"}, {"value", wanted}}};
    }
    template <class T>
    static std::optional<Reason> reason(Result<T> const& result) {
        if (result) return {};
        return result.error().reason;
    }
    template <class T>
    static std::string said(Result<T> const& result) {
        return result ? "" : result.error().message;
    }

    Client client_;
    std::string namespace_;
};

}  // namespace k8s
