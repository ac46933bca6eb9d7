#include "api/input.hpp"

#include "base/utf8.hpp"

namespace api {

namespace {

constexpr std::size_t most_keys = 10'000;
constexpr std::size_t longest_text = 256 * 1024;

Error too_long() {
    return base::invalid(fmt::format("the body: a text is longer than {} bytes", longest_text));
}

/// Counts down what is left of the allowed keys.
Result<void> check_size(base::json::value const& value, std::size_t& keys_left) {
    if (auto const* text = value.if_string(); text && text->size() > longest_text) return too_long();
    if (auto const* list = value.if_array())
        for (auto const& item : *list) TRY_VOID(check_size(item, keys_left));
    if (auto const* object = value.if_object())
        for (auto const& [key, item] : *object) {
            if (key.size() > longest_text) return too_long();
            if (keys_left-- == 0) return base::invalid(fmt::format("the body: more than {} keys", most_keys));
            TRY_VOID(check_size(item, keys_left));
        }
    return {};
}

}  // namespace

Result<base::json::value> parse_body(http::Request const& request) {
    if (request.body.empty()) return base::json::value(base::json::object());
    auto parsed = base::parse_json(request.body);
    if (!parsed) return base::invalid("the body: " + parsed.error().message);
    std::size_t keys_left = most_keys;
    TRY_VOID(check_size(*parsed, keys_left));
    return std::move(parsed).value();
}

Result<void> check_parameters(http::Request const& request, std::span<std::string_view const> known) {
    for (auto place = request.query.begin(); place != request.query.end(); ++place) {
        std::string const& name = place->first;
        if (std::find(known.begin(), known.end(), name) == known.end())
            return base::invalid(
                fmt::format("query parameter {}: unknown{}", name,
                            known.empty() ? "; this path takes none" : base::suggestion(name, known)));
        if (std::any_of(request.query.begin(), place,
                        [&](auto const& before) { return before.first == name; }))
            return base::invalid(fmt::format("query parameter {}: stands there twice", name));
    }
    return {};
}

Result<void> check_length(std::string const& text, std::string_view name, base::FieldRule const* rule) {
    std::size_t longest = rule ? rule->longest : 4096;
    if (base::is_at_most(text, longest)) return {};
    return base::invalid(fmt::format("query parameter {}: longer than {} characters", name, longest));
}

base::json::value to_number_or_bool(std::string const& text) {
    auto parsed = base::parse_json(text);
    bool plain = parsed && (parsed->is_number() || parsed->is_bool()) &&
                 text.find_first_of(" \t\r\n") == std::string::npos;
    if (plain) return std::move(parsed).value();
    return base::json::value(base::json::string(text));
}

}  // namespace api
