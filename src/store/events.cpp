// Facts in one order, which all followers see without gaps. On PostgreSQL the order holds because
// transactions that write follow each other (impl/postgresql.cpp).
#include "store/impl/statements.hpp"

namespace store {

namespace {

struct Last {
    std::string topic{};
    std::int64_t seq = 0;
};
BOOST_DESCRIBE_STRUCT(Last, (), (topic, seq))

}  // namespace

Result<std::int64_t> append_event(Transaction& transaction, model::Event const& event) {
    auto seq = impl::select_one<std::int64_t>(
        transaction,
        "INSERT INTO event (topic, prev_seq, organisation, name, kind, entity, actor, \"time\", payload) "
        "VALUES "
        "($1, (SELECT coalesce(max(seq), 0) FROM event WHERE topic = $1), $2, $3, $4, $5, $6, $7, $8) "
        "RETURNING seq",
        event.topic, event.organisation, event.name, event.kind, event.entity, event.actor, event.time,
        event.payload);
    return *seq;
}

Result<std::vector<model::Event>> read_events(Transaction& transaction, std::int64_t after, int limit) {
    static std::string const sql =
        "SELECT " + impl::columns_of<model::Event>() + " FROM event WHERE seq > $1 ORDER BY seq LIMIT $2";
    return impl::select<model::Event>(transaction, sql, after, limit);
}

Result<std::vector<model::Event>> read_events(Transaction& transaction, std::string const& topic,
                                              std::int64_t after, int limit) {
    static std::string const sql = "SELECT " + impl::columns_of<model::Event>() +
                                   " FROM event WHERE topic = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    return impl::select<model::Event>(transaction, sql, topic, after, limit);
}

Result<std::optional<model::Event>> newest_event(Transaction& transaction, std::string const& topic,
                                                 std::string const& entity, std::string const& name) {
    static std::string const sql = "SELECT " + impl::columns_of<model::Event>() +
                                   " FROM event WHERE topic = $1 AND entity = $2 AND name = $3 "
                                   "ORDER BY seq DESC LIMIT 1";
    return impl::select_one<model::Event>(transaction, sql, topic, entity, name);
}

Result<std::int64_t> last_event(Transaction& transaction) {
    return *impl::select_one<std::int64_t>(transaction, "SELECT coalesce(max(seq), 0) FROM event");
}

Result<std::map<std::string, std::int64_t>> last_events(Transaction& transaction, std::string const& kind) {
    std::map<std::string, std::int64_t> last;
    std::string const from = kind + "/", below = kind + "0";  // the sign after the slash
    for (auto& [topic, seq] : impl::select<Last>(
             transaction,
             "SELECT topic, max(seq) AS seq FROM event WHERE topic > $1 AND topic < $2 GROUP BY topic", from,
             below))
        last.emplace(std::move(topic), seq);
    return last;
}

}  // namespace store
