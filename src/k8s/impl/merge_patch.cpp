#include "k8s/impl/merge_patch.hpp"

namespace k8s::impl {

void apply_merge_patch(json::value& target, json::value const& patch) {
    json::object const* changes = patch.if_object();
    if (!changes) {
        target = patch;
        return;
    }
    if (!target.is_object()) target = json::object();
    for (auto const& [key, value] : *changes) {
        if (value.is_null())
            target.get_object().erase(key);
        else
            apply_merge_patch(target.get_object()[key], value);
    }
}

}  // namespace k8s::impl
