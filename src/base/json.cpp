#include "base/json.hpp"

namespace base {

std::string_view kind_name(json::value const& value) {
    switch (value.kind()) {
        case json::kind::null:
            return "null";
        case json::kind::bool_:
            return "true or false";
        case json::kind::int64:
        case json::kind::uint64:
        case json::kind::double_:
            return "a number";
        case json::kind::string:
            return "text";
        case json::kind::array:
            return "a list";
        case json::kind::object:
            return "an object";
    }
    return "?";
}

Error wrong_type(std::string_view path, std::string_view expected, json::value const& got) {
    return invalid(
        fmt::format("{}: expected {}, got {}", path.empty() ? "the body" : path, expected, kind_name(got)));
}

std::string member_path(std::string_view path, std::string_view key) {
    return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

Error out_of_limits(std::string_view path, FieldRule const& rule, std::string_view unit) {
    if (rule.maximum == std::numeric_limits<double>::max())
        return invalid(fmt::format("{}: must be at least {}{}", path, rule.minimum, unit));
    if (rule.minimum == std::numeric_limits<double>::lowest())
        return invalid(fmt::format("{}: must be at most {}{}", path, rule.maximum, unit));
    return invalid(fmt::format("{}: must be from {} to {}{}", path, rule.minimum, rule.maximum, unit));
}

Result<json::value> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = 32;
    json::stream_parser parser({}, options);
    json::error_code failed;
    std::size_t used = parser.write_some(text.data(), text.size(), failed);
    if (!failed && used < text.size())
        return invalid(fmt::format("not JSON: something follows the end of the value at byte {}", used + 1));
    if (!failed) parser.finish(failed);
    if (failed) return invalid(fmt::format("not JSON: {} at byte {}", failed.message(), used + 1));
    return parser.release();
}

}  // namespace base
