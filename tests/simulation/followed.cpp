#include "followed.hpp"

#include "feed/tail.hpp"
#include "rollout/engine.hpp"

namespace simulation {

namespace {

constexpr std::string_view deployment_kind = "deployment/", log_kind = "log/";

template <class T>
base::Result<T> read(base::json::value const& from) {
    T into{};
    TRY_VOID(base::read_json(from, into, "", nullptr, base::Author::ourselves));
    return into;
}

struct LogSnapshot {
    std::vector<model::LogEntry> items{};
    bool truncated = false;
};
BOOST_DESCRIBE_STRUCT(LogSnapshot, (), (items, truncated))

/// As it is after it went over the wire: 1.0 has become 1.
base::Result<base::json::value> as_read(model::DeploymentView const& view) {
    return base::parse_json(base::to_text(view));
}

/// Fields replace fields; of the components only those that changed are there.
void merge(base::json::object& into, base::json::object const& patch) {
    for (auto const& [name, value] : patch) {
        if (name != "components" || !into.contains(name)) {
            into[name] = value;
            continue;
        }
        for (base::json::value const& changed : value.as_array())
            for (base::json::value& component : into[name].as_array())
                if (component.at("name") == changed.at("name"))
                    for (auto const& [field, news] : changed.as_object()) component.as_object()[field] = news;
    }
}

}  // namespace

Followed::Followed(std::string topic, bool from_the_beginning) : wish_{.topic = std::move(topic)} {
    if (from_the_beginning) wish_.after = 0;
}

bool Followed::is_for(std::string_view name, Envelope const& event) const {
    return feed::Told{.topic = event.topic, .name = std::string(name)}.is_for(topic());
}

base::Result<void> Followed::begin(feed::Accepted const& accepted) {
    bool expects_snapshot = !wish_.after || accepted.reset;
    if (!expects_snapshot) {
        if (accepted.seq == *wish_.after && accepted.snapshot.is_null()) return {};
        return base::invalid(fmt::format("{} after {} begins at {}", topic(), *wish_.after, accepted.seq));
    }
    wish_.after = began_after_ = accepted.seq;
    applied_.clear();
    if (topic().starts_with(deployment_kind)) {
        if (!accepted.snapshot.is_object()) return base::invalid(topic() + " has no snapshot");
        deployment_ = accepted.snapshot.as_object();
    } else if (topic().starts_with(log_kind)) {
        TRY(LogSnapshot snapshot, read<LogSnapshot>(accepted.snapshot));
        log_ = std::move(snapshot.items);
    }
    return {};
}

Followed::Taken Followed::take(Envelope const& event) {
    std::int64_t at = wish_.after.value_or(0);
    if (event.seq <= at) return Taken::late;
    if (event.prev_seq > at) return Taken::gap;
    wish_.after = event.seq;
    applied_.push_back(event.seq);
    apply(event);
    return Taken::applied;
}

void Followed::apply(Envelope const& event) {
    if (topic().starts_with(deployment_kind)) {
        if (event.kind == model::EventKind::full) deployment_.clear();
        merge(deployment_, event.payload.as_object());
        deployment_["seq"] = event.seq;
    } else if (topic().starts_with(log_kind)) {
        base::json::object entry = event.payload.as_object();
        entry["seq"] = event.seq;
        entry["time"] = base::to_json(event.time);
        auto line = read<model::LogEntry>(entry);
        if (line) log_.push_back(std::move(*line));
    }
}

// -- In the end.

base::Result<std::vector<model::Event>> Followed::stored_events(store::Transaction& transaction) const {
    constexpr int all = 1'000'000;
    if (topic() != feed::admin_room) return store::read_events(transaction, topic(), began_after_, all);
    TRY(std::vector<model::Event> events, store::read_events(transaction, began_after_, all));
    std::erase_if(events, [](model::Event const& event) { return event.name == feed::log_line; });
    return events;
}

base::Result<std::vector<std::string>> Followed::compare(store::Transaction& transaction,
                                                         WallTime complete_until) const {
    std::vector<std::string> differences;
    TRY(std::vector<model::Event> stored, stored_events(transaction));
    std::size_t same = 0;
    while (same < std::min(stored.size(), applied_.size()) && stored[same].seq == applied_[same]) ++same;
    if (same < applied_.size())
        differences.push_back(fmt::format("{}: event {} was applied, {} was next", topic(), applied_[same],
                                          same < stored.size() ? stored[same].seq : 0));
    for (std::size_t i = same; i < stored.size() && differences.empty(); ++i)
        if (stored[i].time <= complete_until)
            differences.push_back(fmt::format("{}: event {} never came", topic(), stored[i].seq));
    if (!differences.empty() || same < stored.size()) return differences;

    std::string difference;
    if (topic().starts_with(deployment_kind)) {
        TRY(difference, compare_deployment(transaction));
    } else if (topic().starts_with(log_kind)) {
        TRY(difference, compare_log(transaction));
    }
    if (!difference.empty()) differences.push_back(topic() + ": " + difference);
    return differences;
}

base::Result<std::string> Followed::compare_deployment(store::Transaction& transaction) const {
    model::DeploymentId id{topic().substr(deployment_kind.size())};
    TRY(model::Deployment deployment, store::find_deployment(transaction, id));
    // Until then its numbers are stored more often than told.
    if (!model::is_final(deployment.phase)) return std::string();
    TRY(std::vector<model::Rollout> rollouts, store::rollouts_of(transaction, id));
    TRY(base::json::value stored, as_read(rollout::view_of(deployment, rollouts)));
    base::json::value held = deployment_;
    stored.as_object().erase("observed_at");
    held.as_object().erase("observed_at");
    if (stored == held) return std::string();
    return fmt::format("what was put together is {}, what is stored {}", base::to_text(held),
                       base::to_text(stored));
}

base::Result<std::string> Followed::compare_log(store::Transaction& transaction) const {
    std::int64_t before = log_.empty() ? 0 : log_.front().seq - 1;
    TRY(std::vector<model::LogEntry> stored,
        store::read_log(transaction, {topic().substr(log_kind.size())}, before, 1'000'000));
    if (base::to_text(stored) == base::to_text(log_)) return std::string();
    return fmt::format("{} lines were put together, {} are stored", log_.size(), stored.size());
}

}  // namespace simulation
