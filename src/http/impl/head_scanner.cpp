#include "http/impl/head_scanner.hpp"

#include <fmt/format.h>

#include "http/impl/refusal.hpp"

namespace http::impl {

namespace {

void check_first_byte(unsigned char first) {
    if (first == 0x16)
        throw Refusal{400, "tls_not_expected", "this port speaks plain HTTP; use http:// in the address"};
    bool letter = (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
    if (!letter) throw Refusal{400, "bad_request_line", "this is not HTTP: a request begins with its method"};
}

}  // namespace

std::optional<std::size_t> HeadScanner::scan(std::string_view bytes) {
    if (bytes.empty()) return {};
    check_first_byte(static_cast<unsigned char>(bytes[0]));
    for (;;) {
        std::size_t end = bytes.find('\n', seen_);
        if (end == std::string_view::npos) break;
        check_line(bytes, end);
        bool empty_line = end - line_ == 1;
        line_ = seen_ = end + 1;
        if (!empty_line) continue;
        check_size(bytes, line_);
        return line_;
    }
    seen_ = bytes.size();
    check_size(bytes, bytes.size());
    return {};
}

void HeadScanner::check_line(std::string_view bytes, std::size_t end) const {
    if (end == line_ || bytes[end - 1] != '\r')
        throw Refusal{400, "bare_line_feed", "a line of the head ends without a carriage return"};
    if (bytes[line_] == ' ' || bytes[line_] == '\t')
        throw Refusal{400, "folded_line",
                      "a header field goes on in a second line; that is not allowed any more"};
}

void HeadScanner::check_size(std::string_view bytes, std::size_t size) const {
    if (size <= limits_.header_bytes) return;
    std::size_t first_line = std::min(bytes.find("\r\n"), bytes.size());
    if (first_line > limits_.target_bytes)
        throw Refusal{414, "target_too_long",
                      fmt::format("the address is longer than {} bytes", limits_.target_bytes)};
    throw Refusal{431, "head_too_large",
                  fmt::format("the header fields are larger than {} bytes", limits_.header_bytes)};
}

}  // namespace http::impl
