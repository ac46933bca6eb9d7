// The head of an answer, with the fields that every answer of ours carries.
#pragma once
#include <optional>
#include <string>

#include "http/message.hpp"

namespace http::impl {

enum class Framing { length, chunked, until_close, none };

struct HeadOptions {
    Framing framing = Framing::length;
    std::size_t length = 0;
    bool close = false;
    bool upgrade = false;
    bool say_keep_alive = false;  // to a client that speaks HTTP/1.0
    std::string_view date{};      // "Tue, 24 Nov 2026 02:34:28 GMT"
};

/// Throws std::invalid_argument when a field would break out of its line.
void check_fields(Fields const& fields);

/// Replaces `out`. The fields are checked.
void write_head(std::string& out, Response const& response, HeadOptions const& options);

/// IMF-fixdate (RFC 9110, 5.6.7).
std::string format_http_date(WallTime time);

}  // namespace http::impl
