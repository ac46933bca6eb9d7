#include "k8s/object.hpp"

#include <algorithm>

namespace k8s {

json::value const* find(json::value const& from, Path path) {
    json::value const* at = &from;
    for (std::string_view name : path) {
        json::object const* object = at->if_object();
        at = object ? object->if_contains(name) : nullptr;
        if (!at) return nullptr;
    }
    return at;
}

std::string text_at(json::value const& from, Path path) {
    json::value const* found = find(from, path);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::optional<std::int64_t> number_at(json::value const& from, Path path) {
    json::value const* found = find(from, path);
    if (found && found->is_int64()) return found->get_int64();
    return {};
}

std::map<std::string, std::string> texts_at(json::value const& from, Path path) {
    std::map<std::string, std::string> texts;
    json::value const* found = find(from, path);
    if (!found || !found->is_object()) return texts;
    for (auto const& [key, value] : found->get_object())
        if (value.is_string()) texts.emplace(std::string(key), std::string(value.get_string()));
    return texts;
}

Metadata metadata_of(json::value const& object) {
    return {.name = {text_at(object, {"metadata", "namespace"}), text_at(object, {"metadata", "name"})},
            .uid = text_at(object, {"metadata", "uid"}),
            .resource_version = text_at(object, {"metadata", "resourceVersion"}),
            .generation = number_at(object, {"metadata", "generation"}).value_or(0),
            .labels = texts_at(object, {"metadata", "labels"}),
            .annotations = texts_at(object, {"metadata", "annotations"}),
            .deletion_timestamp = text_at(object, {"metadata", "deletionTimestamp"})};
}

namespace {

/// fieldsV1 names each field "f:<name>"; one without content is owned as a whole.
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ (fieldsV1)
bool owns(json::value const& fields, Path path) {
    json::value const* at = &fields;
    for (std::string_view name : path) {
        json::object const* object = at->if_object();
        if (!object) return false;
        bool owned_whole = object->empty() && at != &fields;
        if (owned_whole) return true;
        at = object->if_contains("f:" + std::string(name));
        if (!at) return false;
    }
    return true;
}

bool is_number(std::string_view text) {
    bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return !text.empty() && digits && (text == "0" || text.front() != '0');
}

}  // namespace

std::vector<Manager> managers_of(json::value const& object, Path path) {
    std::vector<Manager> managers;
    json::value const* list = find(object, {"metadata", "managedFields"});
    if (!list || !list->is_array()) return managers;
    for (json::value const& entry : list->get_array()) {
        json::value const* fields = find(entry, {"fieldsV1"});
        if (fields && owns(*fields, path))
            managers.push_back({text_at(entry, {"manager"}), text_at(entry, {"operation"}),
                                text_at(entry, {"subresource"}), text_at(entry, {"time"})});
    }
    return managers;
}

Order compare_versions(std::string_view a, std::string_view b) {
    if (a == b) return Order::same;
    if (!is_number(a) || !is_number(b)) return Order::unknown;
    bool less = a.size() != b.size() ? a.size() < b.size() : a < b;
    return less ? Order::older : Order::newer;
}

}  // namespace k8s
