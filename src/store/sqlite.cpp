// The store in one file.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

#include "store/impl/file_lock.hpp"
#include "store/impl/queue.hpp"
#include "store/impl/schema.hpp"
#include "store/impl/sqlite_open.hpp"

namespace store {

namespace {

constexpr std::size_t most_readers = 4;

class SqliteStore : public Store {
public:
    SqliteStore(std::shared_ptr<impl::WriteQueue> writer, std::shared_ptr<impl::ReadPool> readers)
        : writer_(std::move(writer)), readers_(std::move(readers)) {}
    std::string describe() const override { return fmt::format("sqlite {}", ::sqlite3_libversion()); }
    std::string degraded() const override { return writer_->degraded(); }
    void on_commit(std::function<void()> listener) override { writer_->on_commit(std::move(listener)); }

protected:
    void submit(bool writes, Work work, Executor home, Done done) override {
        impl::Job job = impl::make_job(writes, std::move(work), home, std::move(done));
        if (writes || !readers_) return writer_->push(std::move(job));
        readers_->push(std::move(job));
    }

private:
    // Readers go first, so that the writer is the last to close and checkpoints.
    std::shared_ptr<impl::WriteQueue> writer_;
    std::shared_ptr<impl::ReadPool> readers_;
};

/// Only its owner may read it; SQLite gives its side files the same rights.
Result<void> make_private_file(std::string const& file) {
    std::error_code failed;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path(), failed);
    int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return base::unavailable(
            fmt::format("cannot open the database {}: {}; give the user that runs the portal the right to "
                        "write to the file and its folder, and check that the disk has space",
                        file, std::strerror(errno)));
    ::close(descriptor);
    return {};
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(SqliteSettings const& settings, Executor writer,
                                           Executor readers) {
    impl::FileLock lock;
    if (settings.vfs.empty()) {
        TRY_VOID(make_private_file(settings.file));
        TRY(lock, impl::FileLock::take(settings.file + ".lock"));
    }
    TRY(std::unique_ptr<impl::Connection> connection, impl::open_sqlite_writer(settings, std::move(lock)));
    auto queue = std::make_shared<impl::WriteQueue>(std::move(connection), std::move(writer));
    std::shared_ptr<impl::ReadPool> pool;
    if (settings.separate_readers)
        pool = std::make_shared<impl::ReadPool>([settings] { return impl::open_sqlite_reader(settings); },
                                                std::move(readers), most_readers);
    return std::unique_ptr<Store>(new SqliteStore(std::move(queue), std::move(pool)));
}

}  // namespace store
