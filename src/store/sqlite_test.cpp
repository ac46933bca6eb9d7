// The contract on a real file, and what concerns files: damage, locks, a full disk.
#include <gtest/gtest.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <stdlib.h>
#include <sys/mount.h>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fstream>
#include <future>

#include "store/store_contract.hpp"

namespace store {
namespace {

class TemporaryFolder {
public:
    TemporaryFolder() {
        char name[] = "/tmp/pilothouse-store-XXXXXX";
        path_ = ::mkdtemp(name);
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string operator/(std::string const& name) const { return path_ + "/" + name; }
    std::string const& path() const { return path_; }

private:
    std::string path_;
};

class FileBackend : public Backend {
public:
    Result<std::unique_ptr<Store>> open(Executor writer, Executor readers) override {
        return open_sqlite({.file = folder_ / "pilothouse.db"}, writer, readers);
    }
    void spoil_transaction(Transaction&) override {
        throw soci::sqlite3_soci_error("disk I/O error", SQLITE_IOERR);
    }

private:
    TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(SqliteFile, StoreContract,
                         testing::Values(BackendMaker{"file",
                                                      [] { return std::make_unique<FileBackend>(); }}));

class Sqlite : public testing::Test {
protected:
    Result<std::unique_ptr<Store>> open() { return open_in(folder.path()); }
    Result<std::unique_ptr<Store>> open_in(std::string const& path) {
        return open_sqlite({.file = path + "/pilothouse.db"}, context.get_executor(), context.get_executor());
    }
    Result<void> save(Store& store, std::string const& name, std::string const& value) {
        auto work = [=](Transaction& transaction) { return save_setting(transaction, name, value); };
        return base::run(context, store.write(work));
    }
    std::string load(Store& store, std::string const& name) {
        auto work = [=](Transaction& transaction) { return find_setting(transaction, name); };
        return expect_value(base::run(context, store.read(work))).value_or("(none)");
    }

    TemporaryFolder folder;
    asio::io_context context{1};
};

TEST_F(Sqlite, RefusesASecondPortal) {
    auto first = expect_value(open());
    auto second = open();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, base::Errc::conflict);
    EXPECT_EQ(second.error().message,
              fmt::format("another portal (pid {}) uses the data folder {}; stop it first", ::getpid(),
                          folder.path()));
    first.reset();
    EXPECT_TRUE(open());
}

TEST_F(Sqlite, RefusesADatabaseOfANewerProgram) {
    {
        auto store = expect_value(open());
        auto work = [](Transaction& transaction) -> Result<void> {
            transaction.execute("PRAGMA user_version = 4711", {});
            return {};
        };
        expect_value(base::run(context, store->write(work)));
    }
    auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Errc::conflict);
    EXPECT_NE(refused.error().message.find(fmt::format(
                  "has schema version 4711, this program understands up to {}", schema_version())),
              std::string::npos)
        << refused.error().message;
}

TEST_F(Sqlite, SaysWhichFileIsDamagedAndWhatToDo) {
    std::ofstream(folder / "pilothouse.db") << std::string(5000, 'x');
    auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Errc::unavailable);
    EXPECT_NE(refused.error().message.find("pilothouse.db is damaged: restore a backup"), std::string::npos);
}

TEST_F(Sqlite, FindsDamageInTheMiddleOfASmallDatabase) {
    {
        expect_value(save(*expect_value(open()), "a", std::string(50'000, 'x')));
    }
    auto size = std::filesystem::file_size(folder / "pilothouse.db");
    for (std::uintmax_t page = 2; page < size / 4096; page += 3) {
        std::fstream file(folder / "pilothouse.db", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(page * 4096));
        file << std::string(300, '\xee');
    }
    auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("is damaged"), std::string::npos) << refused.error().message;
}

TEST_F(Sqlite, SaysThatItMayNotWrite) {
    auto refused = open_in("/proc/nowhere");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Errc::unavailable);
    EXPECT_NE(refused.error().message.find("/proc/nowhere/pilothouse.db"), std::string::npos);
}

TEST_F(Sqlite, KeepsTheFileToItself) {
    auto store = expect_value(open());
    expect_value(save(*store, "a", "1"));
    for (char const* name : {"pilothouse.db", "pilothouse.db-wal", "pilothouse.db-shm", "pilothouse.db.lock"})
        EXPECT_EQ(std::filesystem::status(folder / name).permissions(),
                  std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
            << name;
}

TEST_F(Sqlite, WorksWithARealDiskThatIsFullAndRecovers) {
    std::string disk = folder / "disk";
    std::filesystem::create_directory(disk);
    if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=1m,mode=0700") != 0)
        GTEST_SKIP()
            << "a tiny disk cannot be mounted here (needs root); the same is tested on the disk in memory";
    {
        auto store = expect_value(open_in(disk));
        expect_value(save(*store, "before", "1"));
        Result<void> full;
        for (int i = 0; i < 200 && full; ++i)
            full = save(*store, fmt::format("k{}", i), std::string(20'000, 'x'));
        ASSERT_FALSE(full);
        EXPECT_EQ(full.error().code, base::Errc::unavailable);
        EXPECT_EQ(
            full.error().message,
            fmt::format("the disk is full ({}): nothing can be stored until there is space again", disk));
        EXPECT_EQ(store->degraded(), full.error().message);
        EXPECT_EQ(load(*store, "before"), "1");

        ASSERT_EQ(::mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT, "size=4m"), 0);
        expect_value(save(*store, "after", "2"));
        EXPECT_EQ(store->degraded(), "");
        EXPECT_EQ(load(*store, "after"), "2");
    }
    EXPECT_EQ(::umount(disk.c_str()), 0);
}

TEST_F(Sqlite, ServesManyThreadsAtOnce) {
    asio::thread_pool writer(1);
    asio::thread_pool readers(4);
    asio::thread_pool callers(4);
    {
        auto store = expect_value(
            open_sqlite({.file = folder / "pilothouse.db"}, writer.get_executor(), readers.get_executor()));
        std::atomic<int> stored = 0;
        auto caller = [&](int number) -> awaitable<void> {
            for (int i = 0; i < 50; ++i) {
                std::string name = fmt::format("{}-{}", number, i);
                auto save = [name](Transaction& transaction) { return save_setting(transaction, name, "x"); };
                auto saved = co_await store->write(save);
                auto find = [name](Transaction& transaction) { return find_setting(transaction, name); };
                auto found = co_await store->read(find);
                if (saved && found && *found) ++stored;
            }
        };
        std::vector<std::future<void>> all;
        for (int i = 0; i < 16; ++i) all.push_back(asio::co_spawn(callers, caller(i), asio::use_future));
        for (auto& one : all) one.get();
        EXPECT_EQ(stored, 800);
    }
    writer.join();
    readers.join();
    callers.join();
}

TEST_F(Sqlite, FindsOpenDeploymentsByAnIndexOfTheOpenOnes) {
    auto store = expect_value(open());
    auto explain = [](Transaction& transaction) -> Result<std::string> {
        std::string plan;
        impl::Cells row{impl::cell_for<int>(), impl::cell_for<int>(), impl::cell_for<int>(),
                        impl::cell_for<std::string>()};
        transaction.query(
            "EXPLAIN QUERY PLAN SELECT id FROM deployment WHERE is_open = 1 ORDER BY created_at, id", {}, row,
            [&](impl::Cells& cells) { plan += cells[3].text + "; "; });
        return plan;
    };
    std::string plan = expect_value(base::run(context, store->read(explain)));
    EXPECT_NE(plan.find("deployment_open"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
}

}  // namespace
}  // namespace store
