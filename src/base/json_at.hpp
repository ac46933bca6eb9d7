// Reading a document that somebody else wrote, by JSON pointers (RFC 6901): what is not there, or is of
// another type, reads as nothing.
#pragma once
#include "base/json.hpp"

namespace base {

/// Null when there is none.
json::value const* find_at(json::value const& document, std::string_view pointer);
std::string text_at(json::value const& document, std::string_view pointer);
/// A whole number.
std::optional<std::int64_t> number_at(json::value const& document, std::string_view pointer);
bool is_true_at(json::value const& document, std::string_view pointer);
/// An object's members that are texts, such as labels.
std::map<std::string, std::string> texts_at(json::value const& document, std::string_view pointer);
json::array const& list_at(json::value const& document, std::string_view pointer);

}  // namespace base
