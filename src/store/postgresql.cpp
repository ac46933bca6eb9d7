// The store in a PostgreSQL database, which several portals may share.
#include "store/impl/postgresql.hpp"

#include "store/impl/queue.hpp"
#include "store/impl/schema.hpp"
#include "store/impl/statements.hpp"

namespace store {

namespace {

using impl::PostgresqlConnection;

class PostgresqlStore : public Store {
public:
    PostgresqlStore(std::string description, std::shared_ptr<impl::WriteQueue> writer,
                    std::shared_ptr<impl::ReadPool> readers)
        : description_(std::move(description)), writer_(std::move(writer)), readers_(std::move(readers)) {}
    std::string describe() const override { return description_; }
    std::string degraded() const override { return writer_->degraded(); }
    void on_commit(std::function<void()> listener) override { writer_->on_commit(std::move(listener)); }

protected:
    void submit(bool writes, Work work, Executor home, Done done) override {
        impl::Job job = impl::make_job(writes, std::move(work), home, std::move(done));
        if (writes)
            writer_->push(std::move(job));
        else
            readers_->push(std::move(job));
    }

private:
    std::string description_;
    std::shared_ptr<impl::WriteQueue> writer_;
    std::shared_ptr<impl::ReadPool> readers_;
};

/// All in one transaction, under the write lock: several portals may start at once.
Result<void> migrate(PostgresqlConnection& connection) {
    connection.begin_write();
    connection.run("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)");
    auto found = impl::select_one<std::int64_t>(connection.transaction(),
                                                "SELECT coalesce(max(version), 0) FROM schema_version");
    Result<void> checked = impl::check_version(static_cast<int>(*found), "in PostgreSQL");
    if (!checked) {
        connection.rollback();
        return checked;
    }
    for (impl::Migration const& migration : impl::migrations(impl::Dialect::postgresql)) {
        if (migration.number <= *found) continue;
        for (std::string const& sql : migration.statements) connection.run(sql);
        impl::execute(connection.transaction(), "INSERT INTO schema_version VALUES ($1)", migration.number);
    }
    connection.commit();
    return {};
}

/// "15.18" of "15.18 (Debian 15.18-0+deb12u1)".
std::string version_of(PostgresqlConnection& connection) {
    std::string text =
        *impl::select_one<std::string>(connection.transaction(), "SELECT current_setting('server_version')");
    return "postgresql " + text.substr(0, text.find(' '));
}

Error cannot_connect(std::exception const& problem) {
    return base::unavailable(fmt::format(
        "cannot use PostgreSQL: {}; check that it runs, and the connection in the settings", problem.what()));
}

}  // namespace

Result<std::unique_ptr<Store>> open_postgresql(PostgresqlSettings const& settings, Executor writer,
                                               Executor readers) {
    try {
        auto connection =
            std::make_unique<PostgresqlConnection>(settings.connection, impl::PostgresqlRole::writer);
        TRY_VOID(migrate(*connection));
        std::string description = version_of(*connection);
        auto queue = std::make_shared<impl::WriteQueue>(std::move(connection), std::move(writer));
        auto open_reader = [text = settings.connection] {
            return std::make_unique<PostgresqlConnection>(text, impl::PostgresqlRole::reader);
        };
        auto pool = std::make_shared<impl::ReadPool>(open_reader, std::move(readers),
                                                     static_cast<std::size_t>(std::max(settings.readers, 1)));
        return std::unique_ptr<Store>(
            new PostgresqlStore(std::move(description), std::move(queue), std::move(pool)));
    } catch (std::exception const& problem) {
        return cannot_connect(problem);
    }
}

}  // namespace store
