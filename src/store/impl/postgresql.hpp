// One PostgreSQL connection, made anew when it was lost.
#pragma once
#include "store/impl/connection.hpp"
#include "store/impl/session.hpp"

namespace store::impl {

enum class PostgresqlRole { writer, reader };

/// Transactions that write follow each other, on all nodes together, as on SQLite: each takes one advisory
/// lock first and holds it to its commit. So every unit of work sees all that was committed before it and
/// needs no other care, the numbers of events become visible in their order, and deadlocks are rare; a shared
/// commit makes up for the waiting.
class PostgresqlConnection : public Connection {
public:
    PostgresqlConnection(std::string connection, PostgresqlRole role);
    Transaction& transaction() override { return session_; }
    void begin_write() override;
    void begin_read() override;
    /// When the connection breaks meanwhile, asks the server afterwards what became of the transaction.
    void commit() override;
    void rollback() override;
    void savepoint() override { session_.run("SAVEPOINT work"); }
    void release() override { session_.run("RELEASE SAVEPOINT work"); }
    void rollback_to_savepoint() override { session_.run("ROLLBACK TO SAVEPOINT work"); }
    Damage damage(std::exception const& problem) override;
    Error explain(std::exception const& problem) override;

    void run(std::string const& sql) { session_.run(sql); }

private:
    void connect();
    bool connected();
    void take_write_lock();
    bool was_committed(std::string const& transaction_id);

    std::string connection_;
    PostgresqlRole role_;
    Session session_;
    std::string transaction_id_{};
};

}  // namespace store::impl
