// What happened in a deployment, for people: events of the topic "log/<deployment>".
#include "store/impl/statements.hpp"
#include "store/impl/transaction.hpp"

namespace store {

namespace {

std::string topic_of(DeploymentId const& deployment) { return "log/" + deployment.value; }

/// What an entry says beside its number and its time, which the event has.
struct Line {
    model::LogLevel level = model::LogLevel::info;
    std::string component{};
    std::string step{};
    std::string text{};
};
BOOST_DESCRIBE_STRUCT(Line, (), (level, component, step, text))

struct Row {
    std::int64_t seq = 0;
    WallTime time{};
    Line payload{};
};
BOOST_DESCRIBE_STRUCT(Row, (), (seq, time, payload))

}  // namespace

Result<std::int64_t> append_log(Transaction& transaction, DeploymentId const& deployment,
                                std::vector<model::LogEntry> const& entries) {
    std::int64_t last = 0;
    for (model::LogEntry const& entry : entries) {
        Line line{entry.level, entry.component, entry.step, entry.text};
        TRY(last, append_event(transaction, {.topic = topic_of(deployment),
                                             .name = "log-line",
                                             .entity = deployment.value,
                                             .actor = "pilothouse",
                                             .time = entry.time,
                                             .payload = base::to_json(line)}));
    }
    return last;
}

Result<std::vector<model::LogEntry>> read_log(Transaction& transaction, DeploymentId const& deployment,
                                              std::int64_t after, int limit) {
    static std::string const sql = "SELECT " + impl::columns_of<Row>() +
                                   " FROM event WHERE topic = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    std::vector<model::LogEntry> entries;
    for (Row& row : impl::select<Row>(transaction, sql, topic_of(deployment), after, limit))
        entries.push_back({row.seq, row.time, row.payload.level, std::move(row.payload.component),
                           std::move(row.payload.step), std::move(row.payload.text)});
    return entries;
}

Result<std::vector<model::LogEntry>> newest_log(Transaction& transaction, DeploymentId const& deployment,
                                                int limit) {
    auto first = impl::select_one<std::int64_t>(transaction,
                                                "SELECT coalesce(min(seq), 1) FROM (SELECT seq FROM event "
                                                "WHERE topic = $1 ORDER BY seq DESC LIMIT $2) AS newest",
                                                topic_of(deployment), limit);
    return read_log(transaction, deployment, *first - 1, limit);
}

}  // namespace store
