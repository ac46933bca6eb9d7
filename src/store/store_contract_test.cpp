#include "store/store_contract.hpp"

#include "store/impl/schema.hpp"

namespace store {

// -- Deployments and rollouts
// -----------------------------------------------------------------------------------------

TEST_P(StoreContract, KeepsADeploymentAsItWas) {
    model::Deployment deployment = sample_deployment(1);
    deployment.strategy = model::Strategy::blue_green;
    deployment.trigger = model::Trigger::scheduled;
    deployment.started_at = at(2);
    deployment.retry_of = DeploymentId{"d00000"};
    deployment.options.replicas = 4;
    deployment.options.when_busy = model::WhenBusy::supersede;
    add_deployment(deployment);

    auto find = [&](Transaction& transaction) { return find_deployment(transaction, deployment.id); };
    EXPECT_EQ(expect_value(read(find)), deployment);

    deployment.phase = model::Phase::rolled_back;
    deployment.completed_at = at(9);
    auto update = [&](Transaction& transaction) { return update_deployment(transaction, deployment); };
    expect_value(write(update));
    EXPECT_EQ(expect_value(read(find)), deployment);
}

TEST_P(StoreContract, RefusesTheSameDeploymentTwiceAndAnUnknownOne) {
    model::Deployment deployment = sample_deployment(1);
    add_deployment(deployment);
    auto again = [&](Transaction& transaction) { return insert_deployment(transaction, deployment, {}); };
    EXPECT_EQ(write(again).error().code, base::Errc::conflict);
    auto unknown = [](Transaction& transaction) { return find_deployment(transaction, {"x"}); };
    EXPECT_EQ(read(unknown).error().code, base::Errc::not_found);
    auto change_unknown = [](Transaction& transaction) {
        return update_deployment(transaction, sample_deployment(7));
    };
    EXPECT_EQ(write(change_unknown).error().code, base::Errc::not_found);
}

TEST_P(StoreContract, ListsDeploymentsNewestFirstWithoutGapsOrDoublesWhileNewOnesCome) {
    for (int i = 0; i < 25; ++i) {
        model::Deployment deployment = sample_deployment(i);
        deployment.created_at = at(i / 3);  // Several share a time.
        add_deployment(deployment);
    }
    std::vector<std::string> seen;
    DeploymentFilter filter{.limit = 4};
    int added = 100;
    do {
        auto list = [&](Transaction& transaction) { return list_deployments(transaction, filter); };
        Page<model::Deployment> page = expect_value(read(list));
        EXPECT_LE(page.items.size(), 4U);
        for (auto const& item : page.items) seen.push_back(item.id.value);
        filter.after = page.next;
        add_deployment(sample_deployment(added++));
    } while (!filter.after.empty());

    std::vector<std::string> expected;
    for (int i = 24; i >= 0; --i) expected.push_back(sample_deployment(i).id.value);
    EXPECT_EQ(seen, expected);
}

TEST_P(StoreContract, FiltersDeployments) {
    for (int i = 0; i < 12; ++i) {
        model::Deployment deployment = sample_deployment(i);
        deployment.version = i < 6 ? "1.0.0" : "2.0.0";
        deployment.strategy = i % 3 ? model::Strategy::canary : model::Strategy::rolling;
        deployment.trigger = i % 4 ? model::Trigger::api : model::Trigger::manual;
        deployment.phase = i % 2 ? model::Phase::superseded : model::Phase::paused;
        add_deployment(deployment);
    }
    auto count = [&](DeploymentFilter filter) {
        auto list = [&](Transaction& transaction) { return list_deployments(transaction, filter); };
        return expect_value(read(list)).items.size();
    };
    EXPECT_EQ(count({}), 12U);
    EXPECT_EQ(count({.environment = "demo"}), 6U);
    EXPECT_EQ(count({.status = model::Status::failed}), 6U);
    EXPECT_EQ(count({.status = model::Status::completed}), 0U);
    EXPECT_EQ(count({.strategy = model::Strategy::rolling}), 4U);
    EXPECT_EQ(count({.version = "2.0.0"}), 6U);
    EXPECT_EQ(count({.trigger = model::Trigger::manual}), 3U);
    EXPECT_EQ(count({.created_from = at(3), .created_before = at(5)}), 2U);
    EXPECT_EQ(count({.environment = "demo", .status = model::Status::failed, .version = "2.0.0"}), 3U);
    EXPECT_EQ(count({.environment = "' OR 1=1 --"}), 0U);
    DeploymentFilter damaged{.after = "nonsense"};
    auto list = [&](Transaction& transaction) { return list_deployments(transaction, damaged); };
    EXPECT_EQ(read(list).error().code, base::Errc::invalid);
}

TEST_P(StoreContract, FindsWhatIsStillOpen) {
    model::Deployment done = sample_deployment(1);
    done.phase = model::Phase::completed;
    model::Deployment late = sample_deployment(3);
    model::Deployment early = sample_deployment(2);
    early.phase = model::Phase::aborting;
    add_deployment(done, {sample_rollout(done, "web")});
    add_deployment(late, {sample_rollout(late, "web"), sample_rollout(late, "api")});
    add_deployment(early, {sample_rollout(early, "web")});

    auto deployments = [](Transaction& transaction) { return open_deployments(transaction); };
    EXPECT_EQ(expect_value(read(deployments)), (std::vector{early, late}));
    auto rollouts = [](Transaction& transaction) { return open_rollouts(transaction); };
    EXPECT_EQ(expect_value(read(rollouts)),
              (std::vector{sample_rollout(early, "web"), sample_rollout(late, "web"),
                           sample_rollout(late, "api")}));

    late.phase = model::Phase::failed;
    auto end = [&](Transaction& transaction) { return update_deployment(transaction, late); };
    expect_value(write(end));
    EXPECT_EQ(expect_value(read(deployments)), (std::vector{early}));
}

TEST_P(StoreContract, KeepsRolloutsInTheOrderOfTheirComponents) {
    model::Deployment one = sample_deployment(1);
    model::Deployment two = sample_deployment(2);
    std::vector<model::Rollout> rollouts{sample_rollout(one, "web"), sample_rollout(one, "api")};
    add_deployment(one, rollouts);
    add_deployment(two, {sample_rollout(two, "web")});

    auto of_one = [&](Transaction& transaction) { return rollouts_of(transaction, one.id); };
    EXPECT_EQ(expect_value(read(of_one)), rollouts);
    auto of_both = [&](Transaction& transaction) {
        return rollouts_of(transaction, std::vector{two.id, one.id});
    };
    EXPECT_EQ(expect_value(read(of_both)),
              (std::vector{sample_rollout(two, "web"), rollouts[0], rollouts[1]}));
    auto of_none = [](Transaction& transaction) {
        return rollouts_of(transaction, std::vector<DeploymentId>{});
    };
    EXPECT_TRUE(expect_value(read(of_none)).empty());
    auto found = [&](Transaction& transaction) { return find_rollout(transaction, one.id, "api"); };
    EXPECT_EQ(expect_value(read(found)), rollouts[1]);
    auto unknown = [&](Transaction& transaction) { return find_rollout(transaction, one.id, "db"); };
    EXPECT_EQ(read(unknown).error().code, base::Errc::not_found);
}

TEST_P(StoreContract, FencesWhoeverHasALowerEpoch) {
    model::Deployment deployment = sample_deployment(1);
    model::Rollout rollout = sample_rollout(deployment, "web");
    add_deployment(deployment, {rollout});
    auto save = [&](model::Rollout changed) {
        auto work = [&](Transaction& transaction) { return save_rollout(transaction, changed); };
        return write(work);
    };

    rollout.epoch = 2;
    rollout.reason = "new owner";
    EXPECT_TRUE(save(rollout));
    model::Rollout stale = rollout;
    stale.epoch = 1;
    stale.reason = "old owner";
    EXPECT_EQ(save(stale).error().code, base::Errc::conflict);
    rollout.version_number = 8;
    EXPECT_TRUE(save(rollout)) << "the same owner goes on";

    auto found = [&](Transaction& transaction) { return find_rollout(transaction, deployment.id, "web"); };
    EXPECT_EQ(expect_value(read(found)), rollout);
    model::Rollout unknown = sample_rollout(deployment, "db");
    EXPECT_EQ(save(unknown).error().code, base::Errc::not_found);
}

TEST_P(StoreContract, FencesByTheLeaseBeforeItsNewOwnerHasWritten) {
    model::Deployment deployment = sample_deployment(1);
    model::Rollout rollout = sample_rollout(deployment, "web");
    add_deployment(deployment, {rollout});
    auto take_twice = [&](Transaction& transaction) -> Result<Lease> {
        TRY(Lease first, claim_lease(transaction, "demo/web", "a", at(0), 10s));
        TRY_VOID(release_lease(transaction, first));
        return claim_lease(transaction, "demo/web", "b", at(0), 10s);
    };
    EXPECT_EQ(expect_value(write(take_twice)).epoch, 2);
    auto save = [&](Transaction& transaction) { return save_rollout(transaction, rollout); };
    EXPECT_EQ(write(save).error().code, base::Errc::conflict);
    rollout.epoch = 2;
    EXPECT_TRUE(write(save));
}

TEST_P(StoreContract, KeepsPlacements) {
    model::Placement placement{
        .environment = "demo", .component = "web", .previous_version = "0.9", .last_revision = 3};
    placement.stable = {3, "1.0.0", {.command = {"./svc"}}, {.listen = "127.0.0.1:1"}};
    auto find = [](Transaction& transaction) { return find_placement(transaction, "demo", "web"); };
    EXPECT_EQ(expect_value(read(find)), std::nullopt);
    auto save = [&](Transaction& transaction) { return save_placement(transaction, placement); };
    expect_value(write(save));
    placement.last_revision = 4;
    expect_value(write(save));
    EXPECT_EQ(expect_value(read(find)), placement);
    auto all = [](Transaction& transaction) { return placements(transaction); };
    EXPECT_EQ(expect_value(read(all)), std::vector{placement});
}

// -- Effects and leases
// -----------------------------------------------------------------------------------------------

TEST_P(StoreContract, KeepsIntentsAndTheirOutcome) {
    Effect effect{.deployment = {"d1"},
                  .component = "web",
                  .purpose = "start",
                  .object = "web-r4-1",
                  .body = "{\"a\":1}",
                  .epoch = 2,
                  .intended_at = at(1)};
    Effect other = effect;
    other.object = "web-r4-2";
    auto insert = [&](Transaction& transaction) { return insert_intents(transaction, {effect, other}); };
    auto ids = expect_value(write(insert));
    ASSERT_EQ(ids.size(), 2U);
    EXPECT_LT(ids[0], ids[1]);

    auto finish = [&](Transaction& transaction) {
        return finish_effect(transaction, ids[0], EffectStatus::failed, "no port is free");
    };
    expect_value(write(finish));
    effect.id = ids[0];
    effect.status = EffectStatus::failed;
    effect.outcome = "no port is free";
    other.id = ids[1];
    auto all = [](Transaction& transaction) { return effects_of(transaction, {"d1"}, "web"); };
    EXPECT_EQ(expect_value(read(all)), (std::vector{effect, other}));
    auto unknown = [](Transaction& transaction) {
        return finish_effect(transaction, 999, EffectStatus::confirmed, "");
    };
    EXPECT_EQ(write(unknown).error().code, base::Errc::not_found);
}

TEST_P(StoreContract, GivesALeaseToOneOwnerAtATime) {
    auto claim = [&](std::string const& owner, WallTime now, Duration length) {
        auto work = [&](Transaction& transaction) {
            return claim_lease(transaction, "demo/web", owner, now, length);
        };
        return write(work);
    };
    Lease mine = expect_value(claim("a", at(0), 1h));
    EXPECT_EQ(mine.epoch, 1);
    auto refused = claim("b", at(1), 1h);
    ASSERT_EQ(refused.error().code, base::Errc::conflict);
    EXPECT_NE(refused.error().message.find("driven by a until"), std::string::npos)
        << refused.error().message;
    EXPECT_EQ(expect_value(claim("a", at(2), 1h)).epoch, 1) << "it was ours";

    auto renew = [&](Lease const& lease) {
        auto work = [&](Transaction& transaction) { return renew_lease(transaction, lease, at(3), 1h); };
        return write(work);
    };
    EXPECT_EQ(expect_value(renew(mine)).epoch, 1);
    auto release = [&](Transaction& transaction) { return release_lease(transaction, mine); };
    expect_value(write(release));
    EXPECT_EQ(renew(mine).error().code, base::Errc::conflict);
    EXPECT_EQ(expect_value(claim("b", at(4), 1h)).epoch, 2) << "epochs never go back";
    EXPECT_EQ(renew(mine).error().code, base::Errc::conflict);
    expect_value(write(release));  // The loser's release changes nothing.
    EXPECT_EQ(claim("c", at(5), 1h).error().code, base::Errc::conflict);
}

TEST_P(StoreContract, LetsAnotherOwnerTakeAnExpiredLease) {
    auto work = [](Transaction& transaction) -> Result<Lease> {
        // Already over when it begins, by whatever clock.
        TRY(Lease expired, claim_lease(transaction, "demo/web", "a", at(0), -10s));
        TRY(Lease taken, claim_lease(transaction, "demo/web", "b", at(0), 10s));
        EXPECT_EQ(renew_lease(transaction, expired, at(0), 10s).error().code, base::Errc::conflict);
        return taken;
    };
    Lease taken = expect_value(write(work));
    EXPECT_EQ(taken.owner, "b");
    EXPECT_EQ(taken.epoch, 2);
}

TEST_P(StoreContract, TakesAllLeasesAtOnce) {
    auto work = [](Transaction& transaction) -> Result<std::vector<std::int64_t>> {
        TRY_VOID(claim_lease(transaction, "demo/web", "old", at(0), 1h));
        TRY_VOID(claim_lease(transaction, "demo/api", "old", at(0), 1h));
        TRY_VOID(take_all_leases(transaction, "new"));
        TRY(Lease web, claim_lease(transaction, "demo/web", "new", at(1), 1h));
        TRY(Lease api, claim_lease(transaction, "demo/api", "new", at(1), 1h));
        return std::vector{web.epoch, api.epoch};
    };
    EXPECT_EQ(expect_value(write(work)), (std::vector<std::int64_t>{2, 2}));
}

// -- Log, events, audit
// -----------------------------------------------------------------------------------------------

TEST_P(StoreContract, ReadsALogOnFromAnyPlace) {
    std::vector<model::LogEntry> entries;
    for (int i = 0; i < 5; ++i)
        entries.push_back({0, at(i), model::LogLevel::warning, "web", "bake", fmt::format("entry {}", i)});
    auto append = [&](Transaction& transaction) -> Result<std::int64_t> {
        TRY_VOID(append_log(transaction, {"other"}, entries));
        return append_log(transaction, {"d1"}, entries);
    };
    std::int64_t last = expect_value(write(append));
    auto page = [](std::int64_t after, int limit) {
        return [=](Transaction& transaction) { return read_log(transaction, {"d1"}, after, limit); };
    };
    auto first = expect_value(read(page(0, 2)));
    ASSERT_EQ(first.size(), 2U);
    auto rest = expect_value(read(page(first.back().seq, 100)));
    ASSERT_EQ(rest.size(), 3U);
    EXPECT_EQ(rest.back().seq, last);
    model::LogEntry expected = entries[4];
    expected.seq = last;
    EXPECT_EQ(rest.back(), expected);
}

TEST_P(StoreContract, ReadsTheEndOfALog) {
    std::vector<model::LogEntry> entries;
    for (int i = 0; i < 5; ++i) entries.push_back({.time = at(i), .text = fmt::format("entry {}", i)});
    auto append = [&](Transaction& transaction) -> Result<std::int64_t> {
        TRY_VOID(append_log(transaction, {"d1"}, entries));
        return append_log(transaction, {"other"}, entries);
    };
    expect_value(write(append));
    auto newest = [](std::string id, int limit) {
        return [=](Transaction& transaction) { return newest_log(transaction, {id}, limit); };
    };
    auto last = expect_value(read(newest("d1", 2)));
    ASSERT_EQ(last.size(), 2U);
    EXPECT_EQ(last[0].text, "entry 3");
    EXPECT_EQ(last[1].text, "entry 4");
    EXPECT_EQ(expect_value(read(newest("d1", 100))).size(), 5U);
    EXPECT_EQ(expect_value(read(newest("nobody", 100))).size(), 0U);
}

/// One order for all facts: who follows by a cursor misses none, and sees the gap when it does.
TEST_P(StoreContract, NumbersLogLinesAsEvents) {
    auto append = [](Transaction& transaction) -> Result<std::int64_t> {
        TRY_VOID(append_log(transaction, {"d1"}, {{.time = at(1), .text = "one"}}));
        model::Event between{
            .topic = "deployment/d1", .name = "deployment-updated", .entity = "d1", .time = at(2)};
        TRY_VOID(append_event(transaction, between));
        return append_log(transaction, {"d1"}, {{.time = at(3), .component = "web", .text = "two"}});
    };
    expect_value(write(append));
    auto all = [](Transaction& transaction) { return read_events(transaction, 0, 100); };
    auto events = expect_value(read(all));
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[2].topic, "log/d1");
    EXPECT_EQ(events[2].name, "log-line");
    EXPECT_EQ(events[2].prev_seq, events[0].seq);
    EXPECT_EQ(events[2].payload.at("component"), "web");
    auto of_topic = [](Transaction& transaction) { return read_events(transaction, "log/d1", 0, 100); };
    EXPECT_EQ(expect_value(read(of_topic)).size(), 2U);
    auto newest = [](Transaction& transaction) {
        return newest_event(transaction, "log/d1", "d1", "log-line");
    };
    auto last = expect_value(read(newest));
    ASSERT_TRUE(last);
    EXPECT_EQ(last->seq, events[2].seq);
    auto ends = [](Transaction& transaction) { return last_events(transaction, "log"); };
    EXPECT_EQ(expect_value(read(ends)), (std::map<std::string, std::int64_t>{{"log/d1", events[2].seq}}));
}

/// Makes of an empty database one as the first version of the schema had it.
Result<void> go_back_to_the_first_version(Transaction& transaction) {
    bool sqlite = transaction.dialect() == impl::Dialect::sqlite;
    for (std::string table :
         {"rollout", "deployment", "placement", "effect", "lease", "event", "sample", "sample_data", "audit",
          "answer", "users", "session", "guesses", "setting", "kubeconfig"})
        transaction.execute("DROP TABLE " + table, {});
    if (!sqlite) transaction.execute("DROP FUNCTION audit_is_append_only()", {});
    auto const migrations = impl::migrations(transaction.dialect());
    for (std::string const& sql : migrations.front().statements) transaction.execute(sql, {});
    transaction.execute(sqlite ? "PRAGMA user_version = 1" : "DELETE FROM schema_version WHERE version > 1",
                        {});
    return {};
}

TEST_P(StoreContract, TakesAlongTheLogOfAnOlderVersion) {
    auto go_back = [](Transaction& transaction) -> Result<void> {
        TRY_VOID(go_back_to_the_first_version(transaction));
        for (std::string deployment : {"d1", "d2", "d1"})
            impl::execute(transaction,
                          "INSERT INTO log_entry (deployment, \"time\", level, component, step, \"text\") "
                          "VALUES ($1, $2, 'warning', 'web', 'bake', $3)",
                          deployment, at(7), "it \"says\" " + deployment);
        return {};
    };
    expect_value(write(go_back));
    store.reset();
    store = expect_value(backend->open(context.get_executor(), context.get_executor()));

    auto log = [](Transaction& transaction) { return read_log(transaction, {"d1"}, 0, 10); };
    auto lines = expect_value(read(log));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].time, at(7));
    EXPECT_EQ(lines[0].level, model::LogLevel::warning);
    EXPECT_EQ(lines[0].step, "bake");
    EXPECT_EQ(lines[0].text, "it \"says\" d1");
    auto all = [](Transaction& transaction) { return read_events(transaction, 0, 10); };
    auto events = expect_value(read(all));
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[2].prev_seq, events[0].seq);
    EXPECT_EQ(events[1].prev_seq, 0);
    auto more = [](Transaction& transaction) { return append_log(transaction, {"d1"}, {{.text = "more"}}); };
    EXPECT_GT(expect_value(write(more)), events[2].seq);
}

TEST_P(StoreContract, SortsDeploymentsByWhatIsAskedAndPagesThroughThem) {
    for (int number = 1; number <= 7; ++number) {
        model::Deployment deployment = sample_deployment(number);
        deployment.version = fmt::format("1.{}.0", number % 3);
        add_deployment(deployment);
    }
    auto ids = [&](DeploymentSort sort, Order order) {
        std::string found;
        DeploymentFilter filter{.sort = sort, .order = order, .limit = 2};
        do {
            auto page = [&](Transaction& transaction) { return list_deployments(transaction, filter); };
            auto items = expect_value(read(page));
            for (auto const& deployment : items.items) found += deployment.id.value.back();
            filter.after = items.next;
        } while (!filter.after.empty());
        return found;
    };
    EXPECT_EQ(ids(DeploymentSort::created_at, Order::desc), "7654321");
    EXPECT_EQ(ids(DeploymentSort::created_at, Order::asc), "1234567");
    EXPECT_EQ(ids(DeploymentSort::environment, Order::asc), "1357246");
    EXPECT_EQ(ids(DeploymentSort::environment, Order::desc), "6427531");
    EXPECT_EQ(ids(DeploymentSort::version, Order::asc), "3614725");
    EXPECT_EQ(ids(DeploymentSort::status, Order::desc), "7654321");

    auto other_sort = [](Transaction& transaction) {
        return list_deployments(transaction,
                                {.sort = DeploymentSort::version, .after = "1800000001000000.d00001"});
    };
    EXPECT_EQ(expect_value(read(other_sort)).items.size(), 0U) << "nothing stands before an empty version";
}

TEST_P(StoreContract, TellsOfACommitOnlyWhenSomethingMayHaveChanged) {
    int told = 0;
    store->on_commit([&] { ++told; });
    auto nothing = [](Transaction& transaction) { return last_event(transaction); };
    expect_value(read(nothing));
    EXPECT_EQ(told, 0);
    auto save = [](Transaction& transaction) { return save_setting(transaction, "a", "b"); };
    expect_value(write(save));
    EXPECT_EQ(told, 1);
    auto fail = [](Transaction&) -> Result<void> { return base::conflict("no"); };
    EXPECT_FALSE(write(fail));
    EXPECT_EQ(told, 1);
    store->on_commit({});
    expect_value(write(save));
    EXPECT_EQ(told, 1);
}

TEST_P(StoreContract, KeepsSampleDataApart) {
    auto empty = [](Transaction& transaction) { return is_empty(transaction); };
    EXPECT_TRUE(expect_value(read(empty)));
    auto save = [](Transaction& transaction) {
        return save_sample_data(transaction, {{SampleDataKind::alert, "b", "{}"},
                                              {SampleDataKind::alert, "a", "[1]"},
                                              {SampleDataKind::costs, "demo", "{}"}});
    };
    expect_value(write(save));
    auto alerts = [](Transaction& transaction) {
        return read_sample_data(transaction, SampleDataKind::alert);
    };
    auto found = expect_value(read(alerts));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].name, "a");
    EXPECT_EQ(found[0].body, "[1]");
    auto count = [](Transaction& transaction) { return count_sample_data(transaction); };
    EXPECT_EQ(expect_value(read(count)), 3);
    EXPECT_TRUE(expect_value(read(empty))) << "it is nobody's use of the database";
    auto remove = [](Transaction& transaction) { return remove_sample_data(transaction); };
    expect_value(write(remove));
    EXPECT_EQ(expect_value(read(count)), 0);
    auto use = [](Transaction& transaction) { return append_log(transaction, {"d1"}, {{.text = "used"}}); };
    expect_value(write(use));
    EXPECT_FALSE(expect_value(read(empty)));
}

TEST_P(StoreContract, KeepsThePointsOfAChart) {
    auto save = [](Transaction& transaction) -> Result<void> {
        for (int i = 5; i > 0; --i)
            for (std::string component : {"web", "api"})
                TRY_VOID(save_sample(transaction, {"d1"},
                                     {.time = at(i),
                                      .component = component,
                                      .step = i,
                                      .seconds = 2.5,
                                      .canary = model::VersionSample{.requests = 7, .latency_ms = 3.5}}));
        return save_sample(transaction, {"d1"}, {.time = at(5), .component = "web", .step = 6});
    };
    expect_value(write(save));
    auto points = [](std::string component, WallTime after, int limit) {
        return [=](Transaction& transaction) {
            return read_samples(transaction, {"d1"}, component, after, limit);
        };
    };
    auto all = expect_value(read(points("", WallTime{}, 100)));
    ASSERT_EQ(all.size(), 10U);
    EXPECT_EQ(all[0].component, "api");
    EXPECT_EQ(all[0].canary->latency_ms, 3.5);
    auto web = expect_value(read(points("web", at(3), 100)));
    ASSERT_EQ(web.size(), 2U);
    EXPECT_EQ(web[1].step, 6) << "the later one of the same moment";
    EXPECT_EQ(expect_value(read(points("web", WallTime{}, 3))).size(), 3U);
}

TEST_P(StoreContract, StoresOutputThatIsNotText) {
    model::LogEntry entry{.text = std::string("caf\xc3\xa9 \xff\xfe nul\0end", 16)};
    auto append = [&](Transaction& transaction) { return append_log(transaction, {"d1"}, {entry}); };
    expect_value(write(append));
    auto all = [](Transaction& transaction) { return read_log(transaction, {"d1"}, 0, 10); };
    EXPECT_EQ(expect_value(read(all)).at(0).text,
              std::string("caf\xc3\xa9 \xef\xbf\xbd\xef\xbf\xbd nul\0end", 20));
}

TEST_P(StoreContract, ChainsTheEventsOfATopic) {
    auto append = [](Transaction& transaction) -> Result<std::int64_t> {
        std::int64_t last = 0;
        for (std::string topic : {"a", "b", "a", "a", "b"}) {
            model::Event event{.topic = topic,
                               .name = "deployment-updated",
                               .entity = "d1",
                               .actor = "alice",
                               .time = at(1),
                               .payload = {{"version", 7}, {"text", "\"ü\""}}};
            TRY(last, append_event(transaction, event));
        }
        return last;
    };
    std::int64_t last = expect_value(write(append));
    auto all = [](Transaction& transaction) { return read_events(transaction, 0, 100); };
    auto events = expect_value(read(all));
    ASSERT_EQ(events.size(), 5U);
    std::map<std::string, std::int64_t> previous;
    std::int64_t before = 0;
    for (auto const& event : events) {
        EXPECT_GT(event.seq, before);
        EXPECT_EQ(event.prev_seq, previous[event.topic]);
        before = previous[event.topic] = event.seq;
    }
    EXPECT_EQ(events[0].payload, (base::json::value{{"version", 7}, {"text", "\"ü\""}}));
    EXPECT_EQ(events[0].organisation, "default");
    auto newest = [](Transaction& transaction) { return last_event(transaction); };
    EXPECT_EQ(expect_value(read(newest)), last);
    auto later = [&](Transaction& transaction) { return read_events(transaction, events[2].seq, 1); };
    EXPECT_EQ(expect_value(read(later)).at(0).seq, events[3].seq);
}

TEST_P(StoreContract, OnlyAddsToTheAuditLog) {
    for (int i = 0; i < 5; ++i) {
        model::AuditEntry entry{.time = at(i),
                                .actor = "alice",
                                .address = "10.0.0.1",
                                .action = "deployment.start",
                                .target = "environment/demo",
                                .result = "accepted",
                                .details = {{"n", i}}};
        auto append = [&](Transaction& transaction) { return append_audit(transaction, entry); };
        expect_value(write(append));
    }
    for (char const* sql : {"DELETE FROM audit", "UPDATE audit SET actor = 'mallory'"}) {
        auto tamper = [&](Transaction& transaction) -> Result<void> {
            transaction.execute(sql, {});
            return {};
        };
        auto refused = write(tamper);
        ASSERT_FALSE(refused) << sql;
        EXPECT_NE(refused.error().detail.find("append-only"), std::string::npos) << refused.error().detail;
    }
    std::vector<int> seen;
    std::string after;
    do {
        auto list = [&](Transaction& transaction) { return list_audit(transaction, after, 2); };
        auto page = expect_value(read(list));
        for (auto const& entry : page.items)
            seen.push_back(static_cast<int>(entry.details.at("n").as_int64()));
        after = page.next;
    } while (!after.empty());
    EXPECT_EQ(seen, (std::vector{4, 3, 2, 1, 0}));
    auto damaged = [](Transaction& transaction) { return list_audit(transaction, "x", 2); };
    EXPECT_EQ(read(damaged).error().code, base::Errc::invalid);
}

// -- Requests, users, settings
// ----------------------------------------------------------------------------------------

TEST_P(StoreContract, RemembersAnswersForADay) {
    auto save = [](Transaction& transaction) {
        return save_answer(transaction, "alice", "k1", {"hash", 202, "{}"}, at(0));
    };
    expect_value(write(save));
    auto find = [&](std::string const& user, WallTime now) {
        auto work = [&](Transaction& transaction) { return find_answer(transaction, user, "k1", now); };
        return expect_value(read(work));
    };
    auto known = find("alice", at(86'399));
    ASSERT_TRUE(known);
    EXPECT_EQ(known->request_hash, "hash");
    EXPECT_EQ(known->status, 202);
    EXPECT_EQ(known->body, "{}");
    EXPECT_FALSE(find("bob", at(1)));
    EXPECT_FALSE(find("alice", at(86'400)));
    EXPECT_EQ(write(save).error().code, base::Errc::conflict);
    auto reuse = [](Transaction& transaction) {
        return save_answer(transaction, "alice", "k1", {"other", 200, ""}, at(86'400));
    };
    EXPECT_TRUE(write(reuse));
}

TEST_P(StoreContract, KeepsUsers) {
    auto insert = [](Transaction& transaction) {
        return insert_user(transaction,
                           {.name = "alice", .password_hash = "$argon2id$1", .created_at = at(1)});
    };
    expect_value(write(insert));
    EXPECT_EQ(write(insert).error().code, base::Errc::conflict);
    auto change = [](Transaction& transaction) {
        return update_password(transaction, "alice", "$argon2id$2");
    };
    expect_value(write(change));
    auto find = [](Transaction& transaction) { return find_user(transaction, "alice"); };
    auto alice = expect_value(read(find));
    ASSERT_TRUE(alice);
    EXPECT_EQ(alice->password_hash, "$argon2id$2");
    EXPECT_EQ(alice->role, "admin");
    EXPECT_EQ(alice->created_at, at(1));
    auto count = [](Transaction& transaction) { return count_users(transaction); };
    EXPECT_EQ(expect_value(read(count)), 1);
    auto unknown = [](Transaction& transaction) { return update_password(transaction, "bob", ""); };
    EXPECT_EQ(write(unknown).error().code, base::Errc::not_found);
}

TEST_P(StoreContract, KeepsSessionsUntilTheyEnd) {
    for (int i = 1; i <= 3; ++i) {
        Session session{fmt::format("hash{}", i), "alice", at(0), at(i * 10), "10.0.0.1"};
        auto insert = [&](Transaction& transaction) { return insert_session(transaction, session); };
        expect_value(write(insert));
    }
    auto live = [](WallTime now) {
        return [now](Transaction& transaction) { return live_sessions(transaction, now); };
    };
    EXPECT_EQ(expect_value(read(live(at(10)))).size(), 2U);
    auto end_one = [](Transaction& transaction) { return delete_session(transaction, "hash3"); };
    expect_value(write(end_one));
    auto clean = [](Transaction& transaction) { return delete_expired_sessions(transaction, at(10)); };
    expect_value(write(clean));
    auto left = expect_value(read(live(at(0))));
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].token_hash, "hash2");
    auto find = [](Transaction& transaction) { return find_session(transaction, "hash2"); };
    EXPECT_EQ(expect_value(read(find))->address, "10.0.0.1");
    auto gone = [](Transaction& transaction) { return find_session(transaction, "hash1"); };
    EXPECT_FALSE(expect_value(read(gone)));
}

TEST_P(StoreContract, CountsGuesses) {
    auto find = [](Transaction& transaction) { return find_guesses(transaction, "name:alice"); };
    EXPECT_EQ(expect_value(read(find)).failures, 0);
    for (int i = 1; i <= 2; ++i) {
        auto save = [&](Transaction& transaction) {
            return save_guesses(transaction, "name:alice", {i, at(1), i + 5, at(2)});
        };
        expect_value(write(save));
    }
    Guesses guesses = expect_value(read(find));
    EXPECT_EQ(guesses.failures, 2);
    EXPECT_EQ(guesses.in_window, 7);
    EXPECT_EQ(guesses.wait_until, at(2));
    auto forget = [](Transaction& transaction) { return forget_guesses(transaction, "name:alice"); };
    expect_value(write(forget));
    EXPECT_EQ(expect_value(read(find)).failures, 0);
}

TEST_P(StoreContract, KeepsSettings) {
    auto save = [](Transaction& transaction) -> Result<void> {
        TRY_VOID(save_setting(transaction, "a", std::string(100'000, 'x')));
        TRY_VOID(save_setting(transaction, "a", "1"));
        return save_setting(transaction, "b", "2");
    };
    expect_value(write(save));
    auto forget = [](Transaction& transaction) { return delete_setting(transaction, "b"); };
    expect_value(write(forget));
    EXPECT_EQ(setting("a"), "1");
    EXPECT_EQ(setting("b"), "(none)");
}

// -- Units of work
// ----------------------------------------------------------------------------------------------------

TEST_P(StoreContract, KeepsKubeconfigsByOrganisationAndVersion) {
    Kubeconfig shop{.name = "shop",
                    .server = "https://k8s.example.org:6443",
                    .namespace_ = "shop",
                    .credential = model::KubeconfigCredential::client_certificate,
                    .created_at = at(1),
                    .created_by = "alice",
                    .updated_at = at(2),
                    .key_id = "k1",
                    .wrapped_key = "w",
                    .ciphertext = "c"};
    Kubeconfig bank = shop, others = shop;
    bank.name = "bank";
    others.organisation = "other";
    auto save = [](Kubeconfig const& row) {
        return [row](Transaction& transaction) { return save_kubeconfig(transaction, row); };
    };
    for (Kubeconfig const& row : {shop, bank, others}) expect_value(write(save(row)));
    auto list = [](Transaction& transaction) { return list_kubeconfigs(transaction, "default"); };
    EXPECT_EQ(expect_value(read(list)), (std::vector{bank, shop}));

    EXPECT_EQ(write(save(shop)).error().code, base::Errc::conflict) << "there is one already";
    Kubeconfig next = shop;
    next.version = 2;
    next.updated_at = at(3);
    next.ciphertext = "d";
    expect_value(write(save(next)));
    EXPECT_EQ(write(save(next)).error().code, base::Errc::conflict) << "somebody was faster";
    auto find = [](Transaction& transaction) { return find_kubeconfig(transaction, "default", "shop"); };
    EXPECT_EQ(expect_value(read(find)), next);
    auto find_other = [](Transaction& transaction) { return find_kubeconfig(transaction, "other", "shop"); };
    EXPECT_EQ(expect_value(read(find_other)), others);
    auto marks = [](Transaction& transaction) { return kubeconfig_marks(transaction, "default"); };
    EXPECT_EQ(expect_value(read(marks)),
              (std::vector<KubeconfigMark>{{"bank", 1, at(2)}, {"shop", 2, at(3)}}));

    Kubeconfig rewrapped = next, outdated = shop;
    rewrapped.key_id = outdated.key_id = "another";
    rewrapped.wrapped_key = outdated.wrapped_key = "wrapped anew";
    auto rewrap = [](Kubeconfig const& row) {
        return [row](Transaction& transaction) { return rewrap_kubeconfig(transaction, row); };
    };
    for (Kubeconfig const& row : {outdated, rewrapped, outdated}) expect_value(write(rewrap(row)));
    EXPECT_EQ(expect_value(read(find)), rewrapped);
    EXPECT_EQ(expect_value(read(find_other)), others);

    auto remove = [](Transaction& transaction) { return delete_kubeconfig(transaction, "default", "shop"); };
    expect_value(write(remove));
    EXPECT_EQ(write(remove).error().code, base::Errc::not_found);
    EXPECT_EQ(expect_value(read(find)), std::nullopt);
    EXPECT_EQ(expect_value(read(find_other)), others);
}

TEST_P(StoreContract, AFailedWorkChangesNothingAndItsNeighboursStay) {
    std::vector<std::function<Result<int>(Transaction&)>> works;
    for (int i = 0; i < 10; ++i)
        works.push_back([i](Transaction& transaction) -> Result<int> {
            TRY_VOID(save_setting(transaction, fmt::format("k{}", i), "there"));
            if (i == 3) return base::conflict("no");
            if (i == 5) transaction.execute("INSERT INTO setting (name, value) VALUES ('k1', 'twice')", {});
            if (i == 7) throw std::logic_error("a bug");
            return i;
        });
    auto results = write_together(works);
    for (int i = 0; i < 10; ++i) {
        bool fails = i == 3 || i == 5 || i == 7;
        EXPECT_EQ(results[static_cast<std::size_t>(i)].has_error(), fails) << i;
        EXPECT_EQ(setting(fmt::format("k{}", i)), fails ? "(none)" : "there");
    }
    EXPECT_EQ(results[3].error().code, base::Errc::conflict);
    EXPECT_EQ(results[5].error().code, base::Errc::internal);
    EXPECT_EQ(results[7].error().code, base::Errc::internal);
}

TEST_P(StoreContract, AWorkThatRunsAgainEndsOnce) {
    int spoilt = 0;
    std::vector<std::function<Result<std::int64_t>(Transaction&)>> works;
    for (int i = 0; i < 5; ++i)
        works.push_back([&, i](Transaction& transaction) -> Result<std::int64_t> {
            TRY(std::int64_t seq, append_event(transaction, {.topic = fmt::format("t{}", i)}));
            if (i == 2 && spoilt++ == 0) backend->spoil_transaction(transaction);
            return seq;
        });
    auto results = write_together(works);
    EXPECT_EQ(spoilt, 2);
    auto all = [](Transaction& transaction) { return read_events(transaction, 0, 100); };
    auto events = expect_value(read(all));
    ASSERT_EQ(events.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        ASSERT_TRUE(results[i]) << results[i].error().message;
        EXPECT_EQ(events[i].seq, *results[i]);
        EXPECT_EQ(events[i].topic, fmt::format("t{}", i));
    }
    EXPECT_EQ(store->degraded(), "");
}

TEST_P(StoreContract, ManyWorksShareBatchesAndAllAreAnswered) {
    std::vector<std::function<Result<int>(Transaction&)>> works;
    for (int i = 0; i < 700; ++i)
        works.push_back([i](Transaction& transaction) -> Result<int> {
            TRY_VOID(append_event(transaction, {.topic = "t"}));
            return i;
        });
    auto results = write_together(works);
    for (int i = 0; i < 700; ++i) EXPECT_EQ(*results[static_cast<std::size_t>(i)], i);
    auto all = [](Transaction& transaction) { return read_events(transaction, 0, 1000); };
    EXPECT_EQ(expect_value(read(all)).size(), 700U);
}

TEST_P(StoreContract, AReadSeesOneStateAndChangesNothing) {
    auto save = [](Transaction& transaction) { return save_setting(transaction, "a", "1"); };
    expect_value(write(save));
    auto meddle = [](Transaction& transaction) -> Result<void> {
        return save_setting(transaction, "a", "2");
    };
    (void)read(meddle);  // Refused, or without effect.
    EXPECT_EQ(setting("a"), "1");
}

TEST_P(StoreContract, FindsEverythingAgainWhenOpenedAgain) {
    model::Deployment deployment = sample_deployment(1);
    add_deployment(deployment, {sample_rollout(deployment, "web")});
    store.reset();
    store = expect_value(backend->open(context.get_executor(), context.get_executor()));
    auto find = [&](Transaction& transaction) { return find_deployment(transaction, deployment.id); };
    EXPECT_EQ(expect_value(read(find)), deployment);
    EXPECT_FALSE(store->describe().empty());
}

}  // namespace store
