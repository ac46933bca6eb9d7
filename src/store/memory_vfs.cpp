#include "store/memory_vfs.hpp"

#include <sqlite3.h>

#include <cstring>
#include <vector>

namespace store {

namespace impl {

constexpr std::size_t sector = 512;

/// Since the last sync. A truncation has no bytes.
struct Change {
    bool truncates = false;
    std::size_t offset = 0;
    std::string bytes{};
};

struct MemoryFile {
    std::string content{};
    std::string synced{};
    std::vector<Change> changes{};
    std::vector<int*> locks{};  // of everyone who has it open
    bool is_journal = false;
    bool is_temporary =
        false;  // without a name: after a crash nobody finds it, so nothing of it is kept for one

    static void apply(Change const& change, std::string& bytes) {
        if (change.truncates) return bytes.resize(change.offset);
        std::size_t end = change.offset + change.bytes.size();
        if (bytes.size() < end) bytes.resize(end);
        bytes.replace(change.offset, change.bytes.size(), change.bytes);
    }
    void record(Change change) {
        apply(change, content);
        if (!is_temporary) changes.push_back(std::move(change));
    }
    void sync() {
        for (Change const& change : changes) apply(change, synced);
        changes.clear();
    }
    /// What a failed sync should have written counts as written from then on, though it is not: as Linux does
    /// it.
    void fail_sync() { changes.clear(); }
};

namespace {

/// Parts of a write, cut where sectors of the file begin.
std::vector<Change> sectors_of(Change const& change) {
    std::vector<Change> parts;
    std::size_t done = 0;
    while (done < change.bytes.size()) {
        std::size_t offset = change.offset + done;
        std::size_t length = std::min(sector - offset % sector, change.bytes.size() - done);
        parts.push_back({false, offset, change.bytes.substr(done, length)});
        done += length;
    }
    return parts;
}

std::shared_ptr<MemoryFile> after_crash(MemoryFile const& before, base::Random& random) {
    auto file = std::make_shared<MemoryFile>();
    file->content = before.synced;
    for (Change const& change : before.changes) {
        std::uint64_t fate = random.below(3);
        if (fate == 0) continue;
        if (fate == 1 || change.truncates) {
            MemoryFile::apply(change, file->content);
            continue;
        }
        for (Change const& part : sectors_of(change))
            if (random.below(2) == 0) MemoryFile::apply(part, file->content);
    }
    file->synced = file->content;
    return file;
}

}  // namespace

}  // namespace impl

using impl::MemoryFile;

namespace {

/// What SQLite keeps for an open file.
struct Handle {
    sqlite3_file base;
    MemoryDisk* disk;
    std::shared_ptr<MemoryFile>* file;
    int* lock;
};

Handle& handle(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

}  // namespace

/// The table of functions that SQLite calls.
struct MemoryVfs {
    static MemoryDisk& disk(sqlite3_vfs* vfs) { return *static_cast<MemoryDisk*>(vfs->pAppData); }

    // -- Files.

    static int close(sqlite3_file* opened) {
        Handle& it = handle(opened);
        std::erase((*it.file)->locks, it.lock);
        delete it.lock;
        delete it.file;
        return SQLITE_OK;
    }

    static int read(sqlite3_file* opened, void* into, int length, sqlite3_int64 from) {
        Handle& it = handle(opened);
        if (it.disk->dead_) return SQLITE_IOERR_READ;
        std::string const& content = (*it.file)->content;
        auto wanted = static_cast<std::size_t>(length);
        auto offset = std::min(static_cast<std::size_t>(from), content.size());
        std::size_t there = std::min(wanted, content.size() - offset);
        std::memcpy(into, content.data() + offset, there);
        if (there == wanted) return SQLITE_OK;
        std::memset(static_cast<char*>(into) + there, 0, wanted - there);
        return SQLITE_IOERR_SHORT_READ;
    }

    static int write(sqlite3_file* opened, void const* bytes, int length, sqlite3_int64 to) {
        Handle& it = handle(opened);
        auto offset = static_cast<std::size_t>(to);
        auto size = static_cast<std::size_t>(length);
        bool was_dead = it.disk->dead_;
        if (int failed = it.disk->next_operation(SQLITE_IOERR_WRITE)) {
            bool half_done = it.disk->dead_ && !was_dead;
            if (half_done)
                (*it.file)->record({false, offset, std::string(static_cast<char const*>(bytes), size)});
            return failed;
        }
        if (it.disk->full_ && offset + size > (*it.file)->content.size()) return SQLITE_FULL;
        (*it.file)->record({false, offset, std::string(static_cast<char const*>(bytes), size)});
        return SQLITE_OK;
    }

    static int truncate(sqlite3_file* opened, sqlite3_int64 size) {
        Handle& it = handle(opened);
        if (int failed = it.disk->next_operation(SQLITE_IOERR_TRUNCATE)) return failed;
        (*it.file)->record({true, static_cast<std::size_t>(size)});
        return SQLITE_OK;
    }

    static int sync(sqlite3_file* opened, int) {
        Handle& it = handle(opened);
        if (int failed = it.disk->next_operation(SQLITE_IOERR_FSYNC)) {
            if (!it.disk->dead_) (*it.file)->fail_sync();
            return failed;
        }
        (*it.file)->sync();
        sync_names(*it.disk, *it.file);
        return SQLITE_OK;
    }

    /// As SQLite does it on Linux: with a new journal or WAL its folder is synced, too.
    static void sync_names(MemoryDisk& disk, std::shared_ptr<MemoryFile> const& file) {
        auto is_new = [&](auto const& named) {
            return named.second.live == file && named.second.durable != file;
        };
        if (std::none_of(disk.entries_.begin(), disk.entries_.end(), is_new)) return;
        for (auto& [path, entry] : disk.entries_)
            if (file->is_journal || entry.live == file) entry.durable = entry.live;
    }

    static int file_size(sqlite3_file* opened, sqlite3_int64* size) {
        *size = static_cast<sqlite3_int64>((*handle(opened).file)->content.size());
        return SQLITE_OK;
    }

    static bool others_hold(Handle& it, int at_least) {
        for (int* other : (*it.file)->locks)
            if (other != it.lock && *other >= at_least) return true;
        return false;
    }

    static int lock(sqlite3_file* opened, int wanted) {
        Handle& it = handle(opened);
        if (*it.lock >= wanted) return SQLITE_OK;
        int in_the_way = wanted == SQLITE_LOCK_SHARED     ? SQLITE_LOCK_PENDING
                         : wanted == SQLITE_LOCK_RESERVED ? SQLITE_LOCK_RESERVED
                                                          : SQLITE_LOCK_SHARED;
        if (others_hold(it, in_the_way)) return SQLITE_BUSY;
        *it.lock = wanted;
        return SQLITE_OK;
    }

    static int unlock(sqlite3_file* opened, int wanted) {
        Handle& it = handle(opened);
        *it.lock = std::min(*it.lock, wanted);
        return SQLITE_OK;
    }

    static int check_reserved_lock(sqlite3_file* opened, int* held) {
        Handle& it = handle(opened);
        *held = *it.lock >= SQLITE_LOCK_RESERVED || others_hold(it, SQLITE_LOCK_RESERVED);
        return SQLITE_OK;
    }

    static int file_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
    static int sector_size(sqlite3_file*) { return impl::sector; }
    // As on Linux: a write changes no byte outside of it.
    static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    // -- The disk.

    static int open(sqlite3_vfs* vfs, char const* path, sqlite3_file* into, int flags, int* out_flags) {
        Handle& it = handle(into);
        it.base.pMethods = nullptr;
        MemoryDisk& on = disk(vfs);
        if (on.dead_) return SQLITE_CANTOPEN;
        auto file = std::make_shared<MemoryFile>();
        file->is_temporary = !path;
        if (path) {
            auto known = on.entries_.find(path);
            if (known != on.entries_.end() && known->second.live)
                file = known->second.live;
            else if (flags & SQLITE_OPEN_CREATE)
                on.entries_[path].live = file;
            else
                return SQLITE_CANTOPEN;
        }
        file->is_journal = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
        it.disk = &on;
        it.lock = new int(SQLITE_LOCK_NONE);
        file->locks.push_back(it.lock);
        it.file = new std::shared_ptr<MemoryFile>(std::move(file));
        it.base.pMethods = &methods;
        if (out_flags) *out_flags = flags;
        return SQLITE_OK;
    }

    static int remove(sqlite3_vfs* vfs, char const* path, int sync_folder) {
        MemoryDisk& on = disk(vfs);
        if (int failed = on.next_operation(SQLITE_IOERR_DELETE)) return failed;
        auto known = on.entries_.find(path);
        if (known == on.entries_.end() || !known->second.live) return SQLITE_IOERR_DELETE_NOENT;
        known->second.live = nullptr;
        if (sync_folder) known->second.durable = nullptr;
        return SQLITE_OK;
    }

    static int access(sqlite3_vfs* vfs, char const* path, int, int* there) {
        *there = disk(vfs).find(path) != nullptr;
        return SQLITE_OK;
    }

    static int full_path(sqlite3_vfs*, char const* path, int size, char* into) {
        sqlite3_snprintf(size, into, "%s", path);
        return SQLITE_OK;
    }

    static int randomness(sqlite3_vfs* vfs, int length, char* into) {
        for (int i = 0; i < length; ++i) into[i] = static_cast<char>(disk(vfs).random_.below(256));
        return length;
    }

    static int sleep(sqlite3_vfs*, int micros) { return micros; }

    static int current_time_ms(sqlite3_vfs* vfs, sqlite3_int64* now) {
        constexpr sqlite3_int64 julian_1970_ms = 210'866'760'000'000;
        auto since = disk(vfs).now_().time_since_epoch();
        *now = julian_1970_ms + std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
        return SQLITE_OK;
    }

    static int current_time(sqlite3_vfs* vfs, double* days) {
        sqlite3_int64 ms = 0;
        current_time_ms(vfs, &ms);
        *days = static_cast<double>(ms) / 86'400'000.0;
        return SQLITE_OK;
    }

    static int last_error(sqlite3_vfs*, int, char*) { return 0; }

    static constexpr sqlite3_io_methods make_methods() {
        sqlite3_io_methods table{};
        table.iVersion = 1;  // neither shared memory nor memory mapping
        table.xClose = close;
        table.xRead = read;
        table.xWrite = write;
        table.xTruncate = truncate;
        table.xSync = sync;
        table.xFileSize = file_size;
        table.xLock = lock;
        table.xUnlock = unlock;
        table.xCheckReservedLock = check_reserved_lock;
        table.xFileControl = file_control;
        table.xSectorSize = sector_size;
        table.xDeviceCharacteristics = characteristics;
        return table;
    }
    static sqlite3_io_methods const methods;

    static std::unique_ptr<sqlite3_vfs> make(MemoryDisk& disk) {
        auto vfs = std::make_unique<sqlite3_vfs>();
        vfs->iVersion = 2;
        vfs->szOsFile = sizeof(Handle);
        vfs->mxPathname = 1024;
        vfs->zName = disk.name_.c_str();
        vfs->pAppData = &disk;
        vfs->xOpen = open;
        vfs->xDelete = remove;
        vfs->xAccess = access;
        vfs->xFullPathname = full_path;
        vfs->xRandomness = randomness;
        vfs->xSleep = sleep;
        vfs->xCurrentTime = current_time;
        vfs->xGetLastError = last_error;
        vfs->xCurrentTimeInt64 = current_time_ms;
        return vfs;
    }
};

sqlite3_io_methods const MemoryVfs::methods = MemoryVfs::make_methods();

MemoryDisk::MemoryDisk(std::string name, std::uint64_t seed, std::function<WallTime()> now)
    : name_(std::move(name)), random_(seed), now_(std::move(now)), vfs_(MemoryVfs::make(*this)) {
    sqlite3_vfs_register(vfs_.get(), 0);
}

MemoryDisk::~MemoryDisk() { sqlite3_vfs_unregister(vfs_.get()); }

int MemoryDisk::next_operation(int io_error) {
    ++operations_;
    if (operations_ == die_at_) dead_ = true;
    if (dead_) return io_error;
    auto fault = faults_.find(operations_);
    if (fault == faults_.end()) return SQLITE_OK;
    return fault->second == DiskFault::full && io_error == SQLITE_IOERR_WRITE ? SQLITE_FULL : io_error;
}

void MemoryDisk::fail_at(std::uint64_t operation, DiskFault fault) { faults_[operation] = fault; }

void MemoryDisk::crash(base::Random& random) {
    std::map<std::string, Entry> before = std::move(entries_);
    entries_.clear();
    for (auto const& [path, entry] : before) {
        auto const& chosen = entry.live == entry.durable || random.below(2) == 0 ? entry.durable : entry.live;
        if (!chosen) continue;
        auto file = impl::after_crash(*chosen, random);
        entries_[path] = {file, file};
    }
    dead_ = false;
    die_at_ = 0;
}

std::string* MemoryDisk::find(std::string const& path) {
    auto known = entries_.find(path);
    return known != entries_.end() && known->second.live ? &known->second.live->content : nullptr;
}

void MemoryDisk::seed_sqlite(std::uint32_t seed) {
    sqlite3_initialize();
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(seed == 0 ? 1 : seed), nullptr);
}

}  // namespace store
