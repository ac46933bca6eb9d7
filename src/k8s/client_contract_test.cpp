#include "k8s/client_contract.hpp"

#include <boost/asio/thread_pool.hpp>
#include <cstdlib>

#include "base/real.hpp"
#include "base/testing.hpp"
#include "k8s/kubeconfig.hpp"
#include "k8s/real_plugin.hpp"

namespace k8s {
namespace {

/// The model, in the simulation.
class Model : public ::testing::Test {
protected:
    void run(awaitable<void> (ClientContract::*story)()) { world.run((contract.*story)()); }

    testing::World world;
    ClientContract contract{world.client(world.cluster), "demo"};
};

/// The API server that PILOTHOUSE_TEST_KUBECONFIG leads to, as its operator; in a namespace of its own.
class RealServer : public ::testing::Test {
protected:
    static char const* path() { return std::getenv("PILOTHOUSE_TEST_KUBECONFIG"); }

    void run(awaitable<void> (ClientContract::*story)()) {
        if (!path()) GTEST_SKIP() << "PILOTHOUSE_TEST_KUBECONFIG names no kubeconfig";
        auto access = read_own_kubeconfig({.path = path()}, files);
        ASSERT_TRUE(access) << access.error().message;
        auto credential =
            make_credential(*access, {files, plugins, context.get_executor(), workers.get_executor(), clock});
        Surroundings surroundings{context.get_executor(), *dialer, clock, random};
        auto client = Client::make(surroundings, access->cluster, credential);
        ASSERT_TRUE(client) << client.error().message;
        base::run(context, tell(*client, story));
    }
    static awaitable<void> tell(Client client, awaitable<void> (ClientContract::*story)()) {
        std::string const place = "pilothouse-contract";
        json::value wanted = json::object{{"metadata", json::object{{"name", place}}}};
        auto made = co_await client.apply(namespaces, wanted);
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        ClientContract contract(client, place);
        co_await (contract.*story)();
    }

    asio::io_context context{1};
    asio::thread_pool workers{1};
    base::RealClock clock{context.get_executor()};
    base::Random random{1};
    base::RealFiles files{};
    RealPlugins plugins{clock};
    std::unique_ptr<base::Dialer> dialer = base::make_dialer(context.get_executor());
};

#define CONTRACT(name, story)                            \
    TEST_F(Model, name) { run(&ClientContract::story); } \
    TEST_F(RealServer, name) { run(&ClientContract::story); }

CONTRACT(CreatesReadsAndRemoves, creates_reads_and_removes)
CONTRACT(Rehearses, rehearses)
CONTRACT(TellsAFailedTestFromAnInvalidObject, tells_a_failed_test_from_an_invalid_object)
CONTRACT(CountsGenerationsAndVersions, counts_generations_and_versions)
CONTRACT(AppliesAsOneOfSeveralManagers, applies_as_one_of_several_managers)
CONTRACT(GivesUpWhatItAppliesNoMore, gives_up_what_it_applies_no_more)
CONTRACT(NamesWhoPatchedWhatItApplied, names_who_patched_what_it_applied)
CONTRACT(SeesWhatLeavesASelectionAsRemoved, sees_what_leaves_a_selection_as_removed)
CONTRACT(IsInformed, is_informed)
CONTRACT(SelectsByLabel, selects_by_label)
CONTRACT(WatchesFromWhereAListEnded, watches_from_where_a_list_ended)
CONTRACT(SaysWhatItMayAndKnows, says_what_it_may_and_knows)
CONTRACT(TellsTheTypeOfASecret, tells_the_type_of_a_secret)
CONTRACT(ListsItsRules, lists_its_rules)

}  // namespace
}  // namespace k8s
