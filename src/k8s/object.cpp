#include "k8s/object.hpp"

#include <algorithm>

#include "base/json_at.hpp"

namespace k8s {

Metadata metadata_of(json::value const& object) {
    return {.name = {base::text_at(object, "/metadata/namespace"), base::text_at(object, "/metadata/name")},
            .uid = base::text_at(object, "/metadata/uid"),
            .resource_version = base::text_at(object, "/metadata/resourceVersion"),
            .generation = base::number_at(object, "/metadata/generation").value_or(0),
            .labels = base::texts_at(object, "/metadata/labels"),
            .annotations = base::texts_at(object, "/metadata/annotations"),
            .deletion_timestamp = base::text_at(object, "/metadata/deletionTimestamp")};
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
    json::value const* list = base::find_at(object, "/metadata/managedFields");
    if (!list || !list->is_array()) return managers;
    for (json::value const& entry : list->get_array()) {
        json::value const* fields = base::find_at(entry, "/fieldsV1");
        if (fields && owns(*fields, path))
            managers.push_back({base::text_at(entry, "/manager"), base::text_at(entry, "/operation"),
                                base::text_at(entry, "/subresource"), base::text_at(entry, "/time")});
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
