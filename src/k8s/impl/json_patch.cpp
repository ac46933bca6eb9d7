#include "k8s/impl/json_patch.hpp"

#include <fmt/format.h>

#include <charconv>

#include "k8s/object.hpp"

namespace k8s::impl {

namespace {

/// RFC 6901: "~1" is "/", "~0" is "~".
std::string unescape(std::string_view token) {
    std::string text;
    for (std::size_t i = 0; i < token.size(); ++i) {
        bool escaped = token[i] == '~' && i + 1 < token.size();
        text += !escaped ? token[i] : token[++i] == '1' ? '/' : '~';
    }
    return text;
}

std::vector<std::string> split(std::string_view pointer) {
    std::vector<std::string> tokens;
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        std::size_t end = std::min(pointer.find('/'), pointer.size());
        tokens.push_back(unescape(pointer.substr(0, end)));
        pointer.remove_prefix(end);
    }
    return tokens;
}

std::optional<std::size_t> index_of(std::string const& token) {
    std::size_t index = 0;
    auto [end, failed] = std::from_chars(token.data(), token.data() + token.size(), index);
    if (failed != std::errc() || end != token.data() + token.size()) return {};
    return index;
}

json::value* child(json::value& parent, std::string const& token) {
    if (json::object* object = parent.if_object()) return object->if_contains(token);
    json::array* array = parent.if_array();
    auto index = index_of(token);
    return array && index && *index < array->size() ? &(*array)[*index] : nullptr;
}

struct Place {
    json::value* parent = nullptr;
    std::string token{};  // in the parent
    json::value* value = nullptr;
};

Place find_place(json::value& root, std::vector<std::string> const& tokens) {
    Place place{.value = &root};
    for (std::string const& token : tokens) {
        if (!place.value) return {};
        place = {place.value, token, child(*place.value, token)};
    }
    return place;
}

base::Error not_there(std::string_view path) {
    return base::conflict(fmt::format("the path {} is not there", path));
}

base::Result<void> add(Place const& place, json::value value, std::string_view path) {
    if (!place.parent) return not_there(path);
    if (json::object* object = place.parent->if_object()) {
        (*object)[place.token] = std::move(value);
        return {};
    }
    json::array* array = place.parent->if_array();
    auto index = place.token == "-" && array ? array->size() : index_of(place.token);
    if (!array || !index || *index > array->size()) return not_there(path);
    array->insert(array->begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
    return {};
}

base::Result<void> remove(Place const& place, std::string_view path) {
    if (!place.parent || !place.value) return not_there(path);
    if (json::object* object = place.parent->if_object())
        object->erase(place.token);
    else
        place.parent->as_array().erase(place.parent->as_array().begin() +
                                       static_cast<std::ptrdiff_t>(*index_of(place.token)));
    return {};
}

base::Result<void> apply(json::value& root, json::value const& operation) {
    std::string kind = text_at(operation, {"op"}), path = text_at(operation, {"path"});
    json::value const* given = find(operation, {"value"});
    json::value value = given ? *given : json::value();
    Place place = find_place(root, split(path));
    if (kind == "add") return add(place, std::move(value), path);
    if (kind == "remove") return remove(place, path);
    if (kind != "replace" && kind != "test")
        return base::invalid(fmt::format("unknown operation \"{}\"", kind));
    if (!place.value) return not_there(path);
    if (kind == "replace")
        *place.value = std::move(value);
    else if (*place.value != value)
        return base::conflict(fmt::format("testing value {} failed", path));
    return {};
}

}  // namespace

base::Result<json::value> apply_json_patch(json::value target, json::value const& operations) {
    if (!operations.is_array()) return base::invalid("a JSON patch is a list");
    for (json::value const& operation : operations.get_array()) TRY_VOID(apply(target, operation));
    return target;
}

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
