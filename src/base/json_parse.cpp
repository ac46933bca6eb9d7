// Text to values. Boost.JSON's own parser rounds fractions in the last digits; here each number is the
// nearest one.
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>

#include "base/json.hpp"

namespace base {

namespace {

constexpr std::size_t deepest = 32;  // R32

/// Puts together what the parser sees.
struct Builder {
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);
    using Text = json::string_view;
    using Failure = json::error_code;

    json::value_stack stack{};
    std::string number{};  // the parts of one that was cut

    bool on_document_begin(Failure&) {
        stack.reset();
        return true;
    }
    bool on_document_end(Failure&) { return true; }
    bool on_object_begin(Failure&) { return true; }
    bool on_object_end(std::size_t members, Failure&) { return stack.push_object(members), true; }
    bool on_array_begin(Failure&) { return true; }
    bool on_array_end(std::size_t items, Failure&) { return stack.push_array(items), true; }
    bool on_key_part(Text part, std::size_t, Failure&) { return stack.push_chars(part), true; }
    bool on_key(Text rest, std::size_t, Failure&) { return stack.push_key(rest), true; }
    bool on_string_part(Text part, std::size_t, Failure&) { return stack.push_chars(part), true; }
    bool on_string(Text rest, std::size_t, Failure&) { return stack.push_string(rest), true; }
    bool on_number_part(Text part, Failure&) { return number.append(part), true; }
    bool on_int64(std::int64_t value, Text rest, Failure&) {
        bool negative_zero = value == 0 && (number.starts_with('-') || rest.starts_with('-'));
        number.clear();
        if (negative_zero)
            stack.push_double(-0.0);
        else
            stack.push_int64(value);
        return true;
    }
    bool on_uint64(std::uint64_t value, Text, Failure&) {
        number.clear();
        return stack.push_uint64(value), true;
    }
    bool on_double(double about, Text rest, Failure&) {
        number.append(rest);
        double value = about;
        auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), value);
        stack.push_double(failed == std::errc() ? value : about);
        number.clear();
        return true;
    }
    bool on_bool(bool value, Failure&) { return stack.push_bool(value), true; }
    bool on_null(Failure&) { return stack.push_null(), true; }
    bool on_comment_part(Text, Failure&) { return true; }
    bool on_comment(Text, Failure&) { return true; }
};

}  // namespace

Result<json::value> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = deepest;
    json::basic_parser<Builder> parser(options);
    json::error_code failed;
    std::size_t used = parser.write_some(false, text.data(), text.size(), failed);
    if (!failed && used < text.size())
        return invalid(fmt::format("not JSON: something follows the end of the value at byte {}", used + 1));
    if (failed) return invalid(fmt::format("not JSON: {} at byte {}", failed.message(), used + 1));
    return parser.handler().stack.release();
}

}  // namespace base
