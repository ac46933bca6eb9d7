// A disk in memory for SQLite: it can die at any operation and then forgets, as real ones do, some of what
// was not synced.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/random.hpp"

struct sqlite3_vfs;

namespace store {

namespace impl {
struct MemoryFile;
}

enum class DiskFault { io_error, full };

/// One machine's disk, registered with SQLite under its name for as long as it lives. It has no shared
/// memory, so WAL needs `separate_readers = false`. Deterministic: time and chance come from what is passed
/// in. For one thread.
///
/// A crash in a test or in the simulation: `die`, destroy the store (what it still does has no effect),
/// `crash`, open again.
class MemoryDisk {
public:
    MemoryDisk(std::string name, std::uint64_t seed, std::function<WallTime()> now);
    ~MemoryDisk();
    MemoryDisk(MemoryDisk const&) = delete;
    MemoryDisk& operator=(MemoryDisk const&) = delete;

    std::string const& name() const { return name_; }

    /// Writes, truncations, syncs and deletions so far.
    std::uint64_t operations() const { return operations_; }
    /// From now on every operation fails and changes nothing.
    void die() { dead_ = true; }
    /// The operation with this number is the last, begun but not answered; all after it do not happen.
    void die_at(std::uint64_t operation) { die_at_ = operation; }
    /// The power comes back. What was synced is there; of each later write all, nothing, or some of its
    /// sectors of 512 bytes.
    void crash(base::Random& random);

    /// The operation with this number fails, once. What a failed sync should have made safe never is, unless
    /// it is written again.
    void fail_at(std::uint64_t operation, DiskFault fault);
    /// While set, files cannot grow.
    void set_full(bool full) { full_ = full; }

    /// The bytes of a file, to look at or to damage; null when there is none.
    std::string* find(std::string const& path);

    /// SQLite's own chance (the salts of its WAL) is global to the process. Call it at the begin of a run
    /// that must be repeatable to the byte.
    static void seed_sqlite(std::uint32_t seed);

private:
    friend struct MemoryVfs;
    /// A name may stand for one file now and for another after a crash.
    struct Entry {
        std::shared_ptr<impl::MemoryFile> live{};
        std::shared_ptr<impl::MemoryFile> durable{};
    };
    /// SQLITE_OK, or how this operation fails.
    int next_operation(int io_error);

    std::string name_;
    base::Random random_;
    std::function<WallTime()> now_;
    std::unique_ptr<sqlite3_vfs> vfs_;
    std::map<std::string, Entry> entries_;
    std::uint64_t operations_ = 0;
    std::uint64_t die_at_ = 0;
    std::map<std::uint64_t, DiskFault> faults_;
    bool dead_ = false;
    bool full_ = false;
};

}  // namespace store
