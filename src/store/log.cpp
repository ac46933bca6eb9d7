// What happened in a deployment, for people.
#include "store/impl/statements.hpp"
#include "store/impl/transaction.hpp"

namespace store {

Result<std::int64_t> append_log(Transaction& transaction, DeploymentId const& deployment,
                                std::vector<model::LogEntry> const& entries) {
    std::int64_t last = 0;
    for (model::LogEntry const& entry : entries)
        last = *impl::select_one<std::int64_t>(
            transaction,
            "INSERT INTO log_entry (deployment, \"time\", level, component, step, \"text\") "
            "VALUES ($1, $2, $3, $4, $5, $6) RETURNING seq",
            deployment, entry.time, entry.level, entry.component, entry.step, entry.text);
    return last;
}

Result<std::vector<model::LogEntry>> read_log(Transaction& transaction, DeploymentId const& deployment,
                                              std::int64_t after, int limit) {
    static std::string const sql = "SELECT " + impl::columns_of<model::LogEntry>() +
                                   " FROM log_entry WHERE deployment = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    return impl::select<model::LogEntry>(transaction, sql, deployment, after, limit);
}

}  // namespace store
