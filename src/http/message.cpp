#include "http/message.hpp"

#include "http/impl/text.hpp"

namespace http {

using impl::same_word;

std::string_view Fields::get(std::string_view name) const {
    for (auto const& [key, value] : list_)
        if (same_word(key, name)) return value;
    return {};
}

bool Fields::has(std::string_view name) const {
    return std::any_of(list_.begin(), list_.end(),
                       [&](auto const& field) { return same_word(field.first, name); });
}

void Fields::set(std::string name, std::string value) {
    remove(name);
    add(std::move(name), std::move(value));
}

void Fields::add(std::string name, std::string value) {
    list_.emplace_back(std::move(name), std::move(value));
}

void Fields::remove(std::string_view name) {
    std::erase_if(list_, [&](auto const& field) { return same_word(field.first, name); });
}

std::optional<std::string> Request::query_value(std::string_view name) const {
    for (auto const& [key, value] : query)
        if (key == name) return value;
    return {};
}

}  // namespace http
