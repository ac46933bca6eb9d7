// The objects of one kind, kept up to date: a list, then a watch, for ever.
#pragma once
#include "k8s/client.hpp"

namespace k8s {

struct InformerSettings {
    Duration longest_silence = 100s;  // of a watch; API servers send a bookmark about every minute
    Duration watch_length = 5min;
    Duration list_anew_after = 30min;  // whatever the watch says: one that lost an event cannot know
    /// So many lists in a row that are older than what was seen already, and they are believed: the cluster
    /// has been restored from a backup.
    int stale_lists_to_believe = 5;
    /// Takes out of an object what nobody reads, before it is kept: there may be many.
    std::function<void(json::value&)> trim{};
};

/// What happened to an object. It is as it is now, or, when removed, as it was last.
struct Change {
    enum class Kind { added, modified, removed };
    Kind kind;
    json::value const& object;
};

/// A newer state is never replaced by an older one. Versions compare as numbers when they are numbers (see
/// compare_versions); an event that is not newer than what the watch began with or has told is old news.
/// Versions that are no numbers are believed in the order in which they come.
class Informer {
public:
    using OnChange = std::function<void(Change const&)>;

    Informer(Client client, Resource resource, Selection selection, OnChange on_change,
             InformerSettings settings = {});

    /// Until it is cancelled, and no longer than this lives. Whatever fails is tried again, later each time.
    awaitable<void> run();

    /// What a write of ours was answered with: its event may come later than the next look.
    void learn(json::value object);

    std::map<ObjectName, Object> const& objects() const { return objects_; }
    Object find(ObjectName const& name) const;

    /// Since when `objects` has been complete and changes have been told as they come; nothing while it is
    /// not so.
    std::optional<SteadyTime> in_sync_since() const { return in_sync_since_; }
    /// How long ago the cluster said something last, if only that nothing is new; nothing before it first
    /// did.
    std::optional<Duration> age() const;
    /// Why it is not in sync.
    std::optional<Failure> const& problem() const { return problem_; }

private:
    awaitable<std::optional<Failure>> list();
    awaitable<std::optional<Failure>> watch();
    std::optional<Failure> refuse_stale(List const& list);
    void replace_all(List list);
    void take(WatchEvent event);
    void put(json::value object);
    void drop(json::value const& object);
    void heard();
    SteadyTime now() const { return client_.surroundings().clock.now(); }

    Client client_;
    Resource resource_;
    Selection selection_;
    OnChange on_change_;
    InformerSettings settings_;

    std::map<ObjectName, Object> objects_{};
    std::string version_{};  // up to which everything has been told
    bool must_list_ = true;
    int stale_lists_ = 0;
    SteadyTime listed_at_{};
    std::optional<SteadyTime> heard_at_{};
    std::optional<SteadyTime> in_sync_since_{};
    std::optional<Failure> problem_{};
};

}  // namespace k8s
