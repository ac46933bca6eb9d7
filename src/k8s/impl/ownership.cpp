#include "k8s/impl/ownership.hpp"

namespace k8s::impl {

namespace {

bool can_be_owned(FieldPath const& path) {
    if (path.empty()) return true;
    if (path[0] == "apiVersion" || path[0] == "kind" || path[0] == "status") return false;
    if (path[0] != "metadata" || path.size() == 1) return true;
    return path[1] == "labels" || path[1] == "annotations";
}

void collect(json::value const& value, FieldPath& path, std::map<FieldPath, json::value>& into) {
    if (!can_be_owned(path)) return;
    json::object const* object = value.if_object();
    bool is_leaf = !object || (object->empty() && path.size() > 1);
    if (is_leaf) {
        into.emplace(path, value);
        return;
    }
    for (auto const& [key, member] : *object) {
        path.emplace_back(key);
        collect(member, path, into);
        path.pop_back();
    }
}

void erase_at(json::value& object, FieldPath const& path) {
    json::value* at = &object;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        json::object* map = at->if_object();
        at = map ? map->if_contains(path[i]) : nullptr;
        if (!at) return;
    }
    if (json::object* map = at->if_object()) map->erase(path.back());
}

void set_at(json::value& object, FieldPath const& path, json::value const& value) {
    json::value* at = &object;
    for (std::string const& name : path) {
        if (!at->is_object()) *at = json::object();
        at = &at->get_object()[name];
    }
    *at = value;
}

bool is_owned(Owners const& owners, FieldPath const& path) {
    return std::any_of(owners.begin(), owners.end(),
                       [&](auto const& each) { return each.second.fields.contains(path); });
}

void take_from_all(Owners& owners, FieldPath const& path) {
    for (auto& [name, owner] : owners) owner.fields.erase(path);
}

void drop_who_owns_nothing(Owners& owners) {
    std::erase_if(owners, [](auto const& each) { return each.second.fields.empty(); });
}

json::object to_fields(std::set<FieldPath> const& paths) {
    json::value fields = json::object();
    for (FieldPath const& path : paths) {
        FieldPath prefixed;
        for (std::string const& name : path) prefixed.push_back("f:" + name);
        set_at(fields, prefixed, json::object());
    }
    return fields.get_object();
}

}  // namespace

std::map<FieldPath, json::value> leaves_of(json::value const& object) {
    std::map<FieldPath, json::value> leaves;
    FieldPath path;
    collect(object, path, leaves);
    return leaves;
}

std::vector<Clash> clashes(json::value const& now, Owners const& owners, std::string const& manager,
                           json::value const& wanted) {
    std::vector<Clash> found;
    auto present = leaves_of(now), leaves = leaves_of(wanted);
    for (auto const& [path, value] : leaves) {
        auto had = present.find(path);
        if (had != present.end() && had->second == value) continue;
        for (auto const& [name, owner] : owners) {
            bool is_mine = name.manager == manager && name.operation == "Apply";
            if (!is_mine && owner.fields.contains(path)) found.push_back({name.manager, path});
        }
    }
    return found;
}

json::value apply(json::value now, Owners& owners, std::string const& manager, json::value const& wanted,
                  std::string const& time) {
    OwnerName const me{manager, "Apply"};
    auto present = leaves_of(now), leaves = leaves_of(wanted);
    std::set<FieldPath> earlier = owners[me].fields;
    owners.erase(me);
    for (FieldPath const& path : earlier)
        if (!leaves.contains(path) && !is_owned(owners, path)) erase_at(now, path);
    std::set<FieldPath> mine;
    for (auto const& [path, value] : leaves) {
        auto had = present.find(path);
        if (had == present.end() || had->second != value) take_from_all(owners, path);
        set_at(now, path, value);
        mine.insert(path);
    }
    owners[me] = {std::move(mine), time};
    drop_who_owns_nothing(owners);
    return now;
}

void note_update(json::value const& before, json::value const& after, Owners& owners,
                 std::string const& manager, std::string const& time) {
    auto old_leaves = leaves_of(before), new_leaves = leaves_of(after);
    for (auto const& [path, value] : old_leaves)
        if (!new_leaves.contains(path)) take_from_all(owners, path);
    std::set<FieldPath> changed;
    for (auto const& [path, value] : new_leaves) {
        auto had = old_leaves.find(path);
        if (had != old_leaves.end() && had->second == value) continue;
        take_from_all(owners, path);
        changed.insert(path);
    }
    if (!changed.empty()) {
        Owner& mine = owners[{manager, "Update"}];
        mine.fields.merge(changed);
        mine.time = time;
    }
    drop_who_owns_nothing(owners);
}

json::array managed_fields(Owners const& owners, std::string const& api_version) {
    json::array entries;
    for (auto const& [name, owner] : owners)
        entries.push_back(json::object{{"manager", name.manager},
                                       {"operation", name.operation},
                                       {"apiVersion", api_version},
                                       {"time", owner.time},
                                       {"fieldsType", "FieldsV1"},
                                       {"fieldsV1", to_fields(owner.fields)}});
    return entries;
}

std::string say(FieldPath const& path) {
    std::string text;
    for (std::string const& name : path) text += "." + name;
    return text;
}

}  // namespace k8s::impl
