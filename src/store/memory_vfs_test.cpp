// The contract on a disk in memory, which then fails and dies at each of its operations.
#include "store/memory_vfs.hpp"

#include <gtest/gtest.h>

#include "store/store_contract.hpp"

namespace store {
namespace {

WallTime fixed_time() { return at(0); }

class MemoryBackend : public Backend {
public:
    Result<std::unique_ptr<Store>> open(Executor writer, Executor readers) override {
        return open_sqlite({.file = "/data/pilothouse.db", .vfs = disk_.name(), .separate_readers = false},
                           writer, readers);
    }
    void spoil_transaction(Transaction&) override {
        disk_.fail_at(disk_.operations() + 1, DiskFault::io_error);
    }

private:
    MemoryDisk disk_{"contract", 1, fixed_time};
};

INSTANTIATE_TEST_SUITE_P(SqliteInMemory, StoreContract,
                         testing::Values(BackendMaker{"memory",
                                                      [] { return std::make_unique<MemoryBackend>(); }}));

/// One life of a store on a disk: units of work of two rows each, some sharing a batch.
class Machine {
public:
    explicit Machine(std::uint64_t seed) : disk("machine", seed, fixed_time) { MemoryDisk::seed_sqlite(42); }

    Result<void> open() {
        auto opened =
            open_sqlite({.file = "/data/pilothouse.db", .vfs = disk.name(), .separate_readers = false},
                        context.get_executor(), context.get_executor());
        if (!opened) return opened.error();
        store = std::move(*opened);
        return {};
    }

    void work_for_a_while() {
        auto checkpoint_often = [](Transaction& transaction) -> Result<void> {
            transaction.query("PRAGMA wal_autocheckpoint = 8", {}, {impl::cell_for<int>()},
                              [](impl::Cells&) {});
            return {};
        };
        if (!base::run(context, store->write(checkpoint_often))) return;
        for (int batch = 0; batch < 8; ++batch) write_batch(batch);
    }

    void write_batch(int batch) {
        context.restart();
        for (int i = 0; i <= batch % 3; ++i) {
            std::string name = fmt::format("{}-{}", batch, i);
            std::string value(static_cast<std::size_t>(100 + 900 * i), static_cast<char>('a' + batch));
            auto unit = [=](Transaction& transaction) -> Result<void> {
                TRY_VOID(save_setting(transaction, name + "-left", value));
                return save_setting(transaction, name + "-right", value);
            };
            started.insert(name);
            auto keep = [this, name](std::exception_ptr failure, Result<void> result) {
                if (failure) std::rethrow_exception(failure);
                if (result) acknowledged.insert(name);
            };
            asio::co_spawn(context, store->write(unit), keep);
        }
        context.run();
    }

    void crash(std::uint64_t seed) {
        disk.die();
        store.reset();
        base::Random random(seed);
        disk.crash(random);
    }

    void check() {
        auto integrity = [](Transaction& transaction) -> Result<std::string> {
            return impl::select_one<std::string>(transaction, "PRAGMA integrity_check").value_or("");
        };
        EXPECT_EQ(expect_value(base::run(context, store->read(integrity))), "ok");
        for (std::string const& name : started) {
            auto sides = [&](Transaction& transaction) -> Result<std::pair<bool, bool>> {
                TRY(auto left, find_setting(transaction, name + "-left"));
                TRY(auto right, find_setting(transaction, name + "-right"));
                return std::pair(left.has_value(), right.has_value());
            };
            auto [left, right] = expect_value(base::run(context, store->read(sides)));
            EXPECT_EQ(left, right) << name << " is there by half";
            if (acknowledged.contains(name)) {
                EXPECT_TRUE(left) << name << " was acknowledged and is gone";
            }
        }
    }

    MemoryDisk disk;
    asio::io_context context{1};
    std::unique_ptr<Store> store;
    std::set<std::string> started;
    std::set<std::string> acknowledged;
};

std::uint64_t operations_of_a_whole_run() {
    Machine machine(1);
    expect_value(machine.open());
    machine.work_for_a_while();
    machine.check();
    EXPECT_EQ(machine.acknowledged, machine.started);
    machine.store.reset();
    return machine.disk.operations();
}

TEST(MemoryDisk, ADeathAtEachOperationLosesNothingThatWasAcknowledged) {
    std::uint64_t count = operations_of_a_whole_run();
    RecordProperty("points", static_cast<int>(count));
    std::size_t acknowledged = 0;
    for (std::uint64_t point = 1; point <= count; ++point) {
        SCOPED_TRACE(point);
        Machine machine(1);
        machine.disk.die_at(point);
        if (machine.open()) machine.work_for_a_while();
        machine.crash(point);
        expect_value(machine.open());
        machine.check();
        acknowledged += machine.acknowledged.size();
    }
    EXPECT_GT(acknowledged, count);
    std::cout << "died at " << count << " points of " << count << ", " << acknowledged
              << " acknowledged units kept\n";
}

TEST(MemoryDisk, ADeathDuringRecoveryLosesNothingEither) {
    std::uint64_t count = operations_of_a_whole_run();
    for (std::uint64_t point = count / 2; point <= count; point += 7)
        for (std::uint64_t again = 1; again <= 12; ++again) {
            SCOPED_TRACE(fmt::format("{} then {}", point, again));
            Machine machine(1);
            machine.disk.die_at(point);
            if (machine.open()) machine.work_for_a_while();
            machine.crash(point);
            machine.disk.die_at(machine.disk.operations() + again);
            if (machine.open()) machine.write_batch(9);
            machine.crash(point + again);
            expect_value(machine.open());
            machine.check();
        }
}

/// Each operation fails once, also syncs, whose pages then count as written and are not; later the power
/// fails.
void fail_everywhere(DiskFault fault) {
    std::uint64_t count = operations_of_a_whole_run();
    for (std::uint64_t point = 1; point <= count; ++point) {
        SCOPED_TRACE(point);
        Machine machine(1);
        machine.disk.fail_at(point, fault);
        if (!machine.open()) expect_value(machine.open());
        machine.work_for_a_while();
        EXPECT_EQ(machine.acknowledged, machine.started) << "a failure that passes is not seen";
        EXPECT_EQ(machine.store->degraded(), "");
        machine.check();
        machine.crash(point);
        expect_value(machine.open());
        machine.check();
    }
}

TEST(MemoryDisk, AnErrorAtEachOperationLosesNothing) { fail_everywhere(DiskFault::io_error); }
TEST(MemoryDisk, AFullDiskAtEachOperationLosesNothing) { fail_everywhere(DiskFault::full); }

TEST(MemoryDisk, WhileItIsFullReadsWorkAndLaterWritesToo) {
    Machine machine(1);
    expect_value(machine.open());
    machine.write_batch(1);
    machine.disk.set_full(true);
    machine.write_batch(2);
    EXPECT_EQ(machine.acknowledged.size(), 2U);
    EXPECT_EQ(machine.store->degraded(),
              "the disk is full (/data): nothing can be stored until there is space again");
    machine.check();
    machine.disk.set_full(false);
    machine.write_batch(3);
    EXPECT_EQ(machine.store->degraded(), "");
    machine.check();
}

TEST(MemoryDisk, ForgetsWhatWasNotSynced) {
    // A store that does not sync loses acknowledged units: the disk is no friendlier than real ones.
    int lost = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Machine machine(seed);
        expect_value(machine.open());
        machine.write_batch(0);
        auto careless = [](Transaction& transaction) -> Result<void> {
            transaction.execute("RELEASE work", {});
            transaction.execute("COMMIT", {});
            transaction.execute("PRAGMA synchronous = OFF", {});
            transaction.execute("BEGIN IMMEDIATE", {});
            transaction.execute("SAVEPOINT work", {});
            return {};
        };
        expect_value(base::run(machine.context, machine.store->write(careless)));
        machine.write_batch(1);
        machine.crash(seed);
        expect_value(machine.open());
        auto find = [](Transaction& transaction) { return find_setting(transaction, "1-1-left"); };
        lost += !expect_value(base::run(machine.context, machine.store->read(find)));
    }
    EXPECT_GT(lost, 0);
}

TEST(MemoryDisk, TheSameSeedGivesTheSameBytes) {
    auto run = [] {
        Machine machine(7);
        machine.disk.die_at(120);
        if (machine.open()) machine.work_for_a_while();
        machine.crash(9);
        expect_value(machine.open());
        machine.work_for_a_while();
        return *machine.disk.find("/data/pilothouse.db") + *machine.disk.find("/data/pilothouse.db-wal");
    };
    EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace store
