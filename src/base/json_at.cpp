#include "base/json_at.hpp"

namespace base {

json::value const* find_at(json::value const& document, std::string_view pointer) {
    error_code failed;
    return document.find_pointer(pointer, failed);
}

std::string text_at(json::value const& document, std::string_view pointer) {
    json::value const* found = find_at(document, pointer);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::optional<std::int64_t> number_at(json::value const& document, std::string_view pointer) {
    json::value const* found = find_at(document, pointer);
    if (!found || !found->is_number()) return {};
    error_code failed;
    auto number = found->to_number<std::int64_t>(failed);
    return failed ? std::optional<std::int64_t>() : number;
}

bool is_true_at(json::value const& document, std::string_view pointer) {
    json::value const* found = find_at(document, pointer);
    return found && found->is_bool() && found->get_bool();
}

std::map<std::string, std::string> texts_at(json::value const& document, std::string_view pointer) {
    std::map<std::string, std::string> texts;
    json::value const* found = find_at(document, pointer);
    if (!found || !found->is_object()) return texts;
    for (auto const& [key, value] : found->get_object())
        if (value.is_string()) texts.emplace(std::string(key), std::string(value.get_string()));
    return texts;
}

json::array const& list_at(json::value const& document, std::string_view pointer) {
    static json::array const empty;
    json::value const* found = find_at(document, pointer);
    return found && found->is_array() ? found->get_array() : empty;
}

}  // namespace base
