// What the model API server keeps: objects, their history, and how they looked at any version of it.
#pragma once
#include <deque>

#include "k8s/impl/ownership.hpp"

namespace k8s::impl {

struct Key {
    std::string group{}, plural{};
    ObjectName name{};
    auto operator<=>(Key const&) const = default;
};

struct Stored {
    json::value object{};
    Owners owners{};
};

/// One write. `before` is null for a new object, `after` for one that was removed.
struct Written {
    std::uint64_t version = 0;
    Key key{};
    json::value before{};
    json::value after{};
};

class ModelStore {
public:
    Stored const* find(Key const& key) const;
    std::map<Key, Stored> const& all() const { return objects_; }
    std::uint64_t version() const { return version_; }

    /// How the object will be once it is kept: with uid, generation, version and managed fields.
    Stored prepare(Key const& key, Stored next, std::string const& time) const;
    /// Keeps what was prepared. The same as is there already makes no new version.
    bool keep(Key const& key, Stored prepared);
    /// True when it was there.
    bool remove(Key const& key);

    /// Every write after `version`, oldest first; they are kept until `compact`.
    std::vector<Written const*> since(std::uint64_t version) const;
    /// All objects as they were then.
    std::map<Key, json::value> at(std::uint64_t version) const;
    /// Forgets the history: who wants to go on from an older version must list again.
    void compact() { compacted_ = version_; }
    std::uint64_t compacted() const { return compacted_; }

private:
    std::map<Key, Stored> objects_{};
    std::deque<Written> history_{};
    std::uint64_t version_ = 1;
    std::uint64_t compacted_ = 0;
    std::uint64_t next_uid_ = 1;
};

}  // namespace k8s::impl
