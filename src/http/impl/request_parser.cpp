#include "http/impl/request_parser.hpp"

#include <fmt/format.h>

#include "http/impl/refusal.hpp"
#include "http/impl/target.hpp"
#include "http/impl/text.hpp"

namespace http::impl {

using beast_http::field;
using BeastError = beast_http::error;

namespace {

[[noreturn]] void refuse(std::string_view code, std::string detail) {
    throw Refusal{400, code, std::move(detail)};
}

[[noreturn]] void refuse_size(ServerLimits const& limits) {
    throw Refusal{413, "body_too_large", fmt::format("the body is larger than {} bytes", limits.body_bytes)};
}

[[noreturn]] void refuse_syntax(error_code problem, ServerLimits const& limits) {
    if (problem == BeastError::body_limit) refuse_size(limits);
    refuse("bad_syntax", fmt::format("the request is not proper HTTP/1.1: {}", problem.message()));
}

/// "PRI * HTTP/2.0"
bool names_a_version(std::string_view line) {
    constexpr std::size_t length = std::string_view(" HTTP/2.0").size();
    if (line.size() < length || std::count(line.begin(), line.end(), ' ') != 2) return false;
    std::string_view version = line.substr(line.size() - length);
    auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    return version.starts_with(" HTTP/") && is_digit(version[6]) && version[7] == '.' && is_digit(version[8]);
}

bool is_plain_number(std::string_view text) {
    return !text.empty() && text.size() <= 19 &&
           std::all_of(text.begin(), text.end(), [](char letter) { return letter >= '0' && letter <= '9'; });
}

}  // namespace

RequestParser::RequestParser(Request& into, ServerLimits const& limits) : request_(into), limits_(limits) {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // the scanner counts
    body_limit(limits.body_bytes);
}

void RequestParser::put_head(std::string_view head) {
    error_code problem;
    put(asio::buffer(head), problem);
    if (problem == BeastError::bad_version && names_a_version(head.substr(0, head.find("\r\n"))))
        throw Refusal{505, "version_not_supported", "this server speaks HTTP/1.1"};
    if (problem) refuse_syntax(problem, limits_);
}

std::size_t RequestParser::put_body(std::string_view bytes) {
    if (first_chunk_.needs_more_than(bytes)) return 0;
    eager(true);
    error_code problem;
    std::size_t used = put(asio::buffer(bytes), problem);
    if (problem && problem != BeastError::need_more) refuse_syntax(problem, limits_);
    return used;
}

void RequestParser::on_request_impl(beast_http::verb, View method, View target, int version, error_code&) {
    if (target.size() > limits_.target_bytes)
        throw Refusal{414, "target_too_long",
                      fmt::format("the address is longer than {} bytes", limits_.target_bytes)};
    request_.method.assign(method.data(), method.size());
    request_.raw_target.assign(target.data(), target.size());
    request_.fields.reserve(12);
    http_1_0_ = version == 10;
    decode_target(request_);
}

void RequestParser::on_field_impl(field name, View name_string, View value, error_code&) {
    if (++fields_ > limits_.header_fields)
        throw Refusal{431, "too_many_fields",
                      fmt::format("there are more than {} header fields", limits_.header_fields)};
    if (in_trailer_) refuse("trailer", "fields after the body are not understood here");
    check_framing(name, value);
    request_.fields.add(std::string(name_string), std::string(value));
}

void RequestParser::check_framing(field name, View value) {
    if (name == field::content_length) {
        if (std::exchange(has_length_, true)) refuse("repeated_length", "Content-Length stands there twice");
        if (!is_plain_number(value)) refuse("bad_length", "Content-Length must be a plain number");
    } else if (name == field::transfer_encoding) {
        if (std::exchange(has_coding_, true))
            refuse("repeated_coding", "Transfer-Encoding stands there twice");
        if (http_1_0_ || !same_word(value, "chunked"))
            refuse("bad_coding", "the only Transfer-Encoding understood here is \"chunked\", of HTTP/1.1");
    } else if (name == field::host) {
        ++hosts_;
    } else if (name == field::expect) {
        if (!same_word(value, "100-continue"))
            throw Refusal{417, "bad_expectation", "only \"100-continue\" can be expected"};
        expects_continue_ = !http_1_0_;
    }
    if (has_length_ && has_coding_)
        refuse("two_lengths", "Content-Length and Transfer-Encoding contradict each other; send one of them");
}

void RequestParser::on_header_impl(error_code&) {
    in_trailer_ = true;
    first_chunk_.head_has_come(chunked());
    if (hosts_ > 1 || (hosts_ == 0 && !http_1_0_)) refuse("bad_host", "a request names exactly one Host");
}

void RequestParser::on_body_init_impl(boost::optional<std::uint64_t> const& length, error_code&) {
    // Not more than a little ahead of what was really sent.
    if (length) request_.body.reserve(std::min<std::size_t>(*length, 64 * 1024));
}

std::size_t RequestParser::on_body_impl(View body, error_code&) {
    request_.body.append(body.data(), body.size());
    return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, View extensions, error_code&) {
    first_chunk_.chunk_has_come();
    if (!extensions.empty()) refuse("chunk_extension", "chunk extensions are not understood here");
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, View body, error_code&) {
    request_.body.append(body.data(), body.size());
    return body.size();
}

}  // namespace http::impl
