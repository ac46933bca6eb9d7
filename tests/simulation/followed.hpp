// What somebody holds who follows one topic by the rule of docs/events.md, and whether it is what is stored.
#pragma once
#include <string>
#include <vector>

#include "feed/subscribe.hpp"
#include "model/deployment.hpp"
#include "store/store.hpp"

namespace simulation {

/// An event as it comes over the wire; an unknown field is an error.
struct Envelope {
    std::string topic{};
    std::int64_t seq = 0;
    std::int64_t prev_seq = 0;
    std::string entity{};
    model::EventKind kind = model::EventKind::full;
    base::json::value payload{};
    std::string actor{};
    WallTime time{};
};
BOOST_DESCRIBE_STRUCT(Envelope, (), (topic, seq, prev_seq, entity, kind, payload, actor, time))

class Followed {
public:
    /// With `from_the_beginning`, it asks for every event; otherwise for a snapshot first.
    Followed(std::string topic, bool from_the_beginning);

    std::string const& topic() const { return wish_.topic; }
    /// What to subscribe to, now.
    feed::TopicWish const& wish() const { return wish_; }
    bool is_for(std::string_view name, Envelope const& event) const;

    /// Errors: what the answer says wrong.
    base::Result<void> begin(feed::Accepted const& accepted);
    enum class Taken { late, applied, gap };
    Taken take(Envelope const& event);

    /// Sentences on what differs from the store. Events later than `complete_until` may still be missing.
    base::Result<std::vector<std::string>> compare(store::Transaction& transaction,
                                                   WallTime complete_until) const;

private:
    void apply(Envelope const& event);
    base::Result<std::vector<model::Event>> stored_events(store::Transaction& transaction) const;
    base::Result<std::string> compare_deployment(store::Transaction& transaction) const;
    base::Result<std::string> compare_log(store::Transaction& transaction) const;

    feed::TopicWish wish_;          // `after` is the cursor
    std::int64_t began_after_ = 0;  // every later event was applied one by one
    std::vector<std::int64_t> applied_{};
    base::json::object deployment_{};
    std::vector<model::LogEntry> log_{};
};

}  // namespace simulation
