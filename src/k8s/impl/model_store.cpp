#include "k8s/impl/model_store.hpp"

#include <fmt/format.h>

#include "base/json_at.hpp"

namespace k8s::impl {

namespace {

/// What a change of raises the generation: all but metadata and status.
json::object wish_of(json::value const& object) {
    json::object wish = object.as_object();
    wish.erase("metadata");
    wish.erase("status");
    return wish;
}

/// Without what every write changes.
json::value substance(json::value object) {
    json::object& metadata = object.as_object()["metadata"].as_object();
    metadata.erase("resourceVersion");
    for (json::value& entry : metadata["managedFields"].as_array()) entry.as_object().erase("time");
    return object;
}

}  // namespace

Stored const* ModelStore::find(Key const& key) const {
    auto found = objects_.find(key);
    return found == objects_.end() ? nullptr : &found->second;
}

Stored ModelStore::prepare(Key const& key, Stored next, std::string const& time) const {
    Stored const* before = find(key);
    json::object& object = next.object.as_object();
    json::object& metadata = object["metadata"].as_object();
    Metadata old = before ? metadata_of(before->object) : Metadata{};
    bool wish_changed = before && wish_of(before->object) != wish_of(next.object);
    metadata["uid"] = before ? old.uid : fmt::format("00000000-0000-4000-8000-{:012}", next_uid_);
    metadata["generation"] = before ? old.generation + (wish_changed ? 1 : 0) : 1;
    metadata["creationTimestamp"] =
        before ? base::text_at(before->object, "/metadata/creationTimestamp") : time;
    metadata["managedFields"] = managed_fields(next.owners, base::text_at(next.object, "/apiVersion"));
    metadata["resourceVersion"] = std::to_string(version_ + 1);
    if (before && substance(before->object) == substance(next.object)) return *before;
    return next;
}

bool ModelStore::keep(Key const& key, Stored prepared) {
    Stored const* before = find(key);
    if (before && before->object == prepared.object) return false;
    ++version_;
    if (!before) ++next_uid_;
    history_.push_back({version_, key, before ? before->object : json::value(), prepared.object});
    objects_[key] = std::move(prepared);
    return true;
}

bool ModelStore::remove(Key const& key) {
    auto found = objects_.find(key);
    if (found == objects_.end()) return false;
    ++version_;
    json::value last = std::move(found->second.object);
    last.as_object()["metadata"].as_object()["resourceVersion"] = std::to_string(version_);
    history_.push_back({version_, key, std::move(last), json::value()});
    objects_.erase(found);
    return true;
}

std::vector<Written const*> ModelStore::since(std::uint64_t version) const {
    std::vector<Written const*> writes;
    for (Written const& each : history_)
        if (each.version > version) writes.push_back(&each);
    return writes;
}

std::map<Key, json::value> ModelStore::at(std::uint64_t version) const {
    std::map<Key, json::value> objects;
    for (Written const& each : history_) {
        if (each.version > version) break;
        if (each.after.is_null())
            objects.erase(each.key);
        else
            objects[each.key] = each.after;
    }
    return objects;
}

}  // namespace k8s::impl
