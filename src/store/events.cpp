// Facts in one order, which all followers see without gaps. On PostgreSQL the order holds because
// transactions that write follow each other (impl/postgresql.cpp).
#include "store/impl/statements.hpp"

namespace store {

Result<std::int64_t> append_event(Transaction& transaction, model::Event const& event) {
    auto seq = impl::select_one<std::int64_t>(
        transaction,
        "INSERT INTO event (topic, prev_seq, organisation, kind, entity, actor, \"time\", payload) VALUES "
        "($1, (SELECT coalesce(max(seq), 0) FROM event WHERE topic = $1), $2, $3, $4, $5, $6, $7) RETURNING "
        "seq",
        event.topic, event.organisation, event.kind, event.entity, event.actor, event.time, event.payload);
    return *seq;
}

Result<std::vector<model::Event>> read_events(Transaction& transaction, std::int64_t after, int limit) {
    static std::string const sql =
        "SELECT " + impl::columns_of<model::Event>() + " FROM event WHERE seq > $1 ORDER BY seq LIMIT $2";
    return impl::select<model::Event>(transaction, sql, after, limit);
}

Result<std::int64_t> last_event(Transaction& transaction) {
    return *impl::select_one<std::int64_t>(transaction, "SELECT coalesce(max(seq), 0) FROM event");
}

}  // namespace store
