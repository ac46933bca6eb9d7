// On a real SQLite file, with time that moves by hand and cheap hashes.
#include "auth/accounts.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "auth/throttle.hpp"
#include "base/testing.hpp"

namespace auth {
namespace {

using base::Errc;
using base::Result;
using std::chrono::hours;
using std::chrono::minutes;

constexpr PasswordCost cheap{.memory_bytes = 8192, .passes = 1};
std::string const good = "four words that do not belong";
std::string const here = "10.0.0.7";

class AccountsTest : public testing::Test {
protected:
    AccountsTest() {
        char name[] = "/tmp/pilothouse-auth-XXXXXX";
        folder = ::mkdtemp(name);
        restart();
    }
    ~AccountsTest() override {
        accounts.reset();
        store.reset();
        context.restart();
        context.poll();
        std::filesystem::remove_all(folder);
    }

    /// The program ends and begins again; time goes on.
    void restart(PasswordCost cost = cheap) {
        accounts.reset();
        store.reset();
        context.restart();
        context.poll();
        auto opened = store::open_sqlite({.file = folder + "/db", .separate_readers = false},
                                         context.get_executor(), context.get_executor());
        if (!opened) throw std::runtime_error(opened.error().message);
        store = std::move(*opened);
        accounts = std::make_unique<Accounts>(*store, clock, secrets, context.get_executor(),
                                              AccountSettings{.cost = cost});
        if (auto loaded = base::run(context, accounts->load()); !loaded)
            throw std::runtime_error(loaded.error().message);
    }

    std::optional<std::string> setup_token() {
        return base::run(context, accounts->ensure_setup_token()).value();
    }
    Result<NewSession> setup(std::string token, std::string name = "alice", std::string password = good) {
        return base::run(context,
                         accounts->setup(std::move(token), std::move(name), std::move(password), here));
    }
    Result<NewSession> login(std::string name, std::string password, std::string address = here) {
        return base::run(context, accounts->login(std::move(name), std::move(password), std::move(address)));
    }
    void make_alice() { ASSERT_TRUE(setup(setup_token().value())); }
    /// "ok", or the error's name.
    std::string try_login(std::string const& name, std::string const& password,
                          std::string const& address = here) {
        auto result = login(name, password, address);
        return result ? "ok" : std::string(base::name(result.error().code));
    }
    std::vector<std::string> audit() {
        auto read = [](store::Transaction& transaction) { return store::list_audit(transaction, "", 1000); };
        auto page = base::run(context, store->read(read)).value();
        std::vector<std::string> lines;
        for (auto const& entry : page.items)
            lines.insert(lines.begin(),
                         entry.actor + " " + entry.action + " " + entry.result + " from " + entry.address);
        return lines;
    }
    std::string user_hash(std::string const& name) {
        auto find = [name](store::Transaction& transaction) { return store::find_user(transaction, name); };
        return base::run(context, store->read(find)).value().value().password_hash;
    }

    asio::io_context context{1};
    base::FakeClock clock{context.get_executor()};
    SeededSecrets secrets{7};
    std::string folder;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<Accounts> accounts;
};

using FirstStart = AccountsTest;

TEST_F(FirstStart, MakesTheFirstAdministratorAndLogsItIn) {
    auto token = setup_token();
    ASSERT_TRUE(token);
    EXPECT_EQ(token->size(), 26U + 6U);
    auto session = setup(*token, " Alice ");
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_EQ(session->expires_at, clock.wall_now() + hours(24));
    auto who = accounts->authenticate(session->token);
    ASSERT_TRUE(who);
    EXPECT_EQ(who->user, "alice");
    EXPECT_EQ(who->role, "admin");
    EXPECT_EQ(try_login("alice", good), "ok");
    EXPECT_EQ(audit(), (std::vector<std::string>{"alice setup accepted from 10.0.0.7",
                                                 "alice session.login accepted from 10.0.0.7"}));
}

TEST_F(FirstStart, TakesATokenOnceAsPeopleTypeIt) {
    std::string token = setup_token().value();
    std::string typed = " " + token + "\n";
    for (char& letter : typed) letter = static_cast<char>(std::toupper(letter));
    std::erase(typed, '-');
    EXPECT_TRUE(setup(typed));
    auto again = setup(token, "bob");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::conflict);
    EXPECT_FALSE(setup_token()) << "there is a user: no token";
}

TEST_F(FirstStart, RefusesAWrongAnOldAndAReplacedToken) {
    std::string first = setup_token().value();
    auto wrong = setup("aaaa-bbbb");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, Errc::unauthenticated);
    restart();
    std::string second = setup_token().value();
    EXPECT_NE(first, second);
    EXPECT_FALSE(setup(first)) << "a restart makes a new one";
    clock.advance(minutes(30));
    EXPECT_FALSE(setup(second)) << "30 minutes are over";
    std::string third = setup_token().value();
    clock.advance(minutes(30) - 1s);
    EXPECT_TRUE(setup(third));
    EXPECT_EQ(audit().front(), " setup refused from 10.0.0.7");
}

TEST_F(FirstStart, AMistakeInTheFormDoesNotUseUpTheToken) {
    std::string token = setup_token().value();
    for (auto const& [name, password] : {std::pair<std::string, std::string>{"alice", "too short"},
                                         {"", good},
                                         {"al ice", good},
                                         {"alice", "alice and three words"}}) {
        auto refused = setup(token, name, password);
        ASSERT_FALSE(refused) << name << " " << password;
        EXPECT_EQ(refused.error().code, Errc::invalid);
    }
    EXPECT_TRUE(setup(token));
}

TEST_F(FirstStart, GuessingTokensIsSlowedDown) {
    std::string token = setup_token().value();
    for (int i = 0; i < 20; ++i) EXPECT_EQ(setup("guess").error().code, Errc::unauthenticated);
    EXPECT_EQ(setup(token).error().code, Errc::unavailable);
    clock.advance(minutes(1));
    EXPECT_TRUE(setup(token));
}

using Login = AccountsTest;

TEST_F(Login, SaysTheSameForAWrongNameAndAWrongPassword) {
    make_alice();
    auto name = login("mallory", good), password = login("alice", "not " + good),
         odd = login(std::string("\0\xff", 2), good);
    ASSERT_FALSE(name || password || odd);
    EXPECT_EQ(name.error(), password.error());
    EXPECT_EQ(odd.error(), password.error());
    EXPECT_EQ(name.error().code, Errc::unauthenticated);
    auto lines = audit();
    EXPECT_EQ(lines[1], "unknown session.login refused from 10.0.0.7");
    EXPECT_EQ(lines[2], "alice session.login refused from 10.0.0.7");
}

TEST_F(Login, EveryCharacterOfThePasswordCounts) {
    std::string password =
        "\xc3\xa4 long one, " + std::string(1, '\0') + " with a zero and " + std::string(200, 'x') + "y";
    ASSERT_TRUE(setup(setup_token().value(), "alice", password));
    EXPECT_EQ(try_login("alice", password), "ok");
    EXPECT_EQ(try_login("alice", password.substr(0, password.size() - 1)), "unauthenticated");
    EXPECT_EQ(try_login("alice", password.substr(0, password.find('\0'))), "unauthenticated");
    EXPECT_EQ(try_login("alice", password + " "), "unauthenticated");
}

TEST_F(Login, RaisesTheCostOfAnOldHash) {
    make_alice();
    std::string old = user_hash("alice");
    restart({.memory_bytes = 16384, .passes = 2});
    EXPECT_EQ(user_hash("alice"), old);
    EXPECT_EQ(try_login("alice", good), "ok");
    EXPECT_TRUE(user_hash("alice").starts_with("$argon2id$v=19$m=16,t=2,p=1$")) << user_hash("alice");
    EXPECT_EQ(try_login("alice", good), "ok");
}

TEST_F(Login, WaitsAfterFiveFailuresAndLongerAfterEachFurtherOne) {
    make_alice();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(try_login("alice", "wrong"), "unauthenticated") << i;
    auto refused = login("alice", good);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unavailable);
    EXPECT_NE(refused.error().message.find("30 s"), std::string::npos) << refused.error().message;
    for (Duration wait : {Duration(30s), Duration(60s), Duration(120s), Duration(240s), Duration(480s),
                          Duration(900s), Duration(900s)}) {
        clock.advance(wait - 1s);
        EXPECT_EQ(try_login("alice", good), "unavailable");
        clock.advance(1s);
        EXPECT_EQ(try_login("alice", "wrong"), "unauthenticated");
    }
    clock.advance(minutes(15));
    EXPECT_EQ(try_login("alice", good), "ok");
    for (int i = 0; i < 4; ++i) EXPECT_EQ(try_login("alice", "wrong"), "unauthenticated");
    EXPECT_EQ(try_login("alice", good), "ok") << "a success forgives";
}

TEST_F(Login, ARestartForgivesNothingAndSpellingsOfANameCountTogether) {
    make_alice();
    for (std::string name : {"alice", "ALICE", " alice", "Alice ", "aLiCe\t"})
        EXPECT_EQ(try_login(name, "wrong"), "unauthenticated");
    restart();
    EXPECT_EQ(try_login("alice", good), "unavailable");
    EXPECT_EQ(try_login("mallory", good), "unauthenticated");
}

TEST_F(Login, UnknownNamesWaitLikeKnownOnes) {
    make_alice();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(try_login("mallory", "wrong"), "unauthenticated");
    EXPECT_EQ(try_login("mallory", "wrong"), "unavailable");
}

TEST_F(Login, StopsAfterAHundredFailuresInARowUntilUnlocked) {
    make_alice();
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(try_login("alice", "wrong"), "unauthenticated") << i;
        clock.advance(hours(2));
    }
    EXPECT_EQ(try_login("alice", good), "unavailable");
    clock.advance(hours(24 * 365));
    EXPECT_EQ(try_login("alice", good), "unavailable");
    ASSERT_TRUE(base::run(context, accounts->unlock("Alice")));
    EXPECT_EQ(try_login("alice", good), "ok");
}

TEST_F(Login, AnAddressHasTwentyFailuresAMinute) {
    make_alice();
    for (int i = 0; i < 19; ++i) EXPECT_EQ(try_login("name" + std::to_string(i), "wrong"), "unauthenticated");
    for (int i = 0; i < 5; ++i) EXPECT_EQ(try_login("alice", good), "ok") << "what succeeds is not counted";
    EXPECT_EQ(try_login("name20", "wrong"), "unauthenticated");
    EXPECT_EQ(try_login("alice", good), "unavailable");
    EXPECT_EQ(try_login("alice", good, "10.0.0.8"), "ok");
    clock.advance(minutes(1));
    EXPECT_EQ(try_login("alice", good), "ok");
}

TEST_F(Login, ManyAtOnceGainNothing) {
    make_alice();
    int right = 0, wrong = 0, waits = 0;
    auto keep = [&](std::exception_ptr, Result<NewSession> result) {
        if (result)
            ++right;
        else if (result.error().code == Errc::unauthenticated)
            ++wrong;
        else
            ++waits;
    };
    context.restart();
    for (int i = 0; i < 16; ++i)
        asio::co_spawn(context, accounts->login("alice", "wrong " + std::to_string(i), here), keep);
    context.run();
    EXPECT_EQ(right, 0);
    EXPECT_EQ(wrong, 5);
    EXPECT_EQ(waits, 11);
}

TEST_F(Login, TheQueueOfHashesIsBounded) {
    make_alice();
    int full = 0;
    auto keep = [&](std::exception_ptr, Result<NewSession> result) {
        if (!result && result.error().message.starts_with("too many people")) ++full;
    };
    context.restart();
    for (int i = 0; i < 30; ++i)
        asio::co_spawn(context,
                       accounts->login("user" + std::to_string(i), "wrong", "10.0.1." + std::to_string(i)),
                       keep);
    context.run();
    EXPECT_EQ(full, 14);
    EXPECT_EQ(try_login("alice", good), "ok");
}

using Sessions = AccountsTest;

TEST_F(Sessions, EndAfterTwentyFourHoursWhateverTheWallClockDoes) {
    make_alice();
    std::string token = login("alice", good)->token;
    EXPECT_TRUE(token.starts_with("ph_"));
    EXPECT_EQ(token.size(), 46U);
    clock.advance(hours(23));
    clock.jump_wall(hours(48));
    EXPECT_TRUE(accounts->authenticate(token));
    clock.jump_wall(-hours(48));
    clock.advance(hours(1) - 1s);
    EXPECT_TRUE(accounts->authenticate(token));
    clock.advance(1s);
    EXPECT_FALSE(accounts->authenticate(token));
}

TEST_F(Sessions, SurviveARestartButNotALogout) {
    make_alice();
    std::string first = login("alice", good)->token, second = login("alice", good)->token;
    restart();
    ASSERT_TRUE(accounts->authenticate(first));
    EXPECT_EQ(accounts->authenticate(first)->user, "alice");
    EXPECT_TRUE(base::run(context, accounts->logout(first, here)));
    EXPECT_FALSE(accounts->authenticate(first));
    EXPECT_TRUE(accounts->authenticate(second));
    restart();
    EXPECT_FALSE(accounts->authenticate(first));
    EXPECT_TRUE(accounts->authenticate(second));
    EXPECT_TRUE(base::run(context, accounts->logout(first, here))) << "harmless";
    EXPECT_EQ(audit().back(), "alice session.logout accepted from 10.0.0.7");
    clock.advance(hours(24));
    restart();
    EXPECT_FALSE(accounts->authenticate(second));
}

TEST_F(Sessions, TheStoreKnowsNoToken) {
    make_alice();
    std::string token = login("alice", good)->token;
    accounts.reset();
    store.reset();
    context.restart();
    context.poll();
    std::string everything;
    for (auto const& file : std::filesystem::directory_iterator(folder)) {
        auto opened = std::unique_ptr<std::FILE, int (*)(std::FILE*)>(std::fopen(file.path().c_str(), "rb"),
                                                                      &std::fclose);
        char block[4096];
        for (std::size_t count; opened && (count = std::fread(block, 1, sizeof block, opened.get())) > 0;)
            everything.append(block, count);
    }
    EXPECT_NE(everything.find("alice"), std::string::npos);
    EXPECT_EQ(everything.find(token), std::string::npos);
    EXPECT_EQ(everything.find(token.substr(3)), std::string::npos);
    EXPECT_EQ(everything.find(good), std::string::npos);
    restart();
}

TEST_F(Sessions, OddTokensAreNobodys) {
    make_alice();
    for (std::string token : {"", "ph_", "ph_x", "alice", "Bearer"})
        EXPECT_FALSE(accounts->authenticate(token));
}

TEST(Throttle, GroupsAddressesAsTheyAreOwned) {
    EXPECT_EQ(key_of_address("10.0.0.7"), "address:10.0.0.7");
    EXPECT_EQ(key_of_address("::ffff:10.0.0.7"), "address:10.0.0.7");
    EXPECT_EQ(key_of_address("2001:db8:1:2:3:4:5:6"), "address:2001:db8:1:2::/64");
    EXPECT_EQ(key_of_address("2001:db8:1:2::1"), key_of_address("2001:db8:1:2:ffff::9"));
    EXPECT_EQ(key_of_address("portal"), "address:portal");
}

TEST(Throttle, AClockThatWasSetBackLocksNobodyOutForLonger) {
    WallTime now = WallTime() + hours(1000);
    store::Guesses guesses;
    for (int i = 0; i < 5; ++i) guesses = count_failure(account_rule, guesses, now);
    EXPECT_EQ(must_wait(account_rule, guesses, now)->time, Duration(30s));
    EXPECT_EQ(must_wait(account_rule, guesses, now - hours(9))->time, Duration(minutes(15)));
    guesses = count_failure(account_rule, guesses, now - hours(9));
    EXPECT_FALSE(must_wait(account_rule, guesses, now - hours(9))) << "a window of the future is none";
    EXPECT_EQ(guesses.failures, 6);
}

}  // namespace
}  // namespace auth
