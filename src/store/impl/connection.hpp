// One connection to a database, as the queue of writers and the pool of readers use it.
#pragma once
#include <memory>
#include <stdexcept>

#include "store/impl/transaction.hpp"

namespace store::impl {

/// What an exception means for the work that met it.
enum class Damage {
    work,   // this unit of work only: roll back to its savepoint
    batch,  // the whole transaction: nothing of it can be kept
    again,  // the same, and trying again may well help: a serialization failure
    gone,   // the connection is lost: what waits will fail in the same way
};

/// From `commit`: nobody can tell whether it happened, so nothing may run again.
struct OutcomeUnknown : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Used by one thread at a time. Everything may throw what `damage` and `explain` understand.
class Connection {
public:
    virtual ~Connection() = default;
    virtual Transaction& transaction() = 0;
    virtual void begin_write() = 0;
    /// A consistent view until `rollback`.
    virtual void begin_read() = 0;
    /// Returns only when what was written is on disk.
    virtual void commit() = 0;
    /// Harmless when there is no transaction; never throws.
    virtual void rollback() = 0;
    virtual void savepoint() = 0;
    virtual void release() = 0;
    virtual void rollback_to_savepoint() = 0;

    virtual Damage damage(std::exception const& problem) = 0;
    /// As the caller of Store::write gets it.
    virtual Error explain(std::exception const& problem) = 0;
};

/// Runs `work`; what it throws becomes its error, unless the exception spoils the whole transaction: then it
/// flies on.
Result<void> run_work(Connection& connection, std::function<Result<void>(Transaction&)>& work);

}  // namespace store::impl
