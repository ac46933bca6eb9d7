#include "base/json_patch.hpp"

#include <charconv>

namespace base {

namespace {

std::string text_of(json::value const* value) {
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

Error no_place(std::string const& path) {
    return conflict(fmt::format("there is no {} in the document", path));
}

std::string unescape(std::string_view token) {
    std::string text;
    for (std::size_t i = 0; i < token.size(); ++i) {
        bool const escaped = token[i] == '~' && i + 1 < token.size();
        text += !escaped ? token[i] : token[i + 1] == '1' ? '/' : '~';
        if (escaped) ++i;
    }
    return text;
}

std::optional<std::size_t> index_of(std::string_view token) {
    std::size_t index = 0;
    auto [end, failed] = std::from_chars(token.data(), token.data() + token.size(), index);
    if (failed != std::errc() || end != token.data() + token.size()) return {};
    return index;
}

Result<void> add(json::value& parent, std::string const& token, json::value value, std::string const& path) {
    if (json::object* object = parent.if_object()) {
        (*object)[unescape(token)] = std::move(value);
        return {};
    }
    json::array* list = parent.if_array();
    auto index = !list ? std::nullopt : token == "-" ? std::optional(list->size()) : index_of(token);
    if (!index || *index > list->size()) return no_place(path);
    list->insert(list->begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
    return {};
}

Result<void> remove(json::value& parent, std::string const& token, std::string const& path) {
    if (json::object* object = parent.if_object()) {
        if (object->erase(unescape(token)) == 0) return no_place(path);
        return {};
    }
    json::array* list = parent.if_array();
    auto index = list ? index_of(token) : std::nullopt;
    if (!index || *index >= list->size()) return no_place(path);
    list->erase(list->begin() + static_cast<std::ptrdiff_t>(*index));
    return {};
}

Result<void> perform(json::value& document, json::object const& operation) {
    std::string const what = text_of(operation.if_contains("op"));
    std::string const path = text_of(operation.if_contains("path"));
    json::value const* value = operation.if_contains("value");
    auto const last = path.rfind('/');
    if (last == std::string::npos || (what != "remove" && !value))
        return invalid(fmt::format("operation \"{}\" at \"{}\" is not one", what, path));
    error_code failed;
    json::value* parent = document.find_pointer(path.substr(0, last), failed);
    json::value* place = document.find_pointer(path, failed);
    if (what == "add") {
        if (!parent) return no_place(path);
        return add(*parent, path.substr(last + 1), *value, path);
    }
    if (!place) return what == "test" ? conflict(fmt::format("the test at {} failed", path)) : no_place(path);
    if (what == "remove") return remove(*parent, path.substr(last + 1), path);
    if (what == "replace") {
        *place = *value;
        return {};
    }
    if (what != "test") return invalid(fmt::format("unknown operation \"{}\"", what));
    if (*place != *value) return conflict(fmt::format("the test at {} failed", path));
    return {};
}

}  // namespace

Result<json::value> apply_patch(json::value document, json::array const& patch) {
    for (json::value const& operation : patch) {
        json::object const* object = operation.if_object();
        if (!object) return invalid("an operation of a JSON patch is an object");
        TRY_VOID(perform(document, *object));
    }
    return document;
}

std::string pointer_token(std::string_view text) {
    std::string token;
    for (char c : text) {
        if (c == '~')
            token += "~0";
        else if (c == '/')
            token += "~1";
        else
            token += c;
    }
    return token;
}

}  // namespace base
