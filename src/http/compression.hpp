// Compressed bodies and messages. Each stands for itself, so that clients keep no state between two.
#pragma once
#include <boost/system/result.hpp>
#include <string>
#include <string_view>

namespace http {

enum class Coding { identity, gzip, deflate };

/// The best of ours that an Accept-Encoding allows (RFC 9110, 12.5.3).
Coding preferred_coding(std::string_view accept_encoding);
std::string compress(std::string_view text, Coding coding);

/// A message of permessage-deflate without context takeover (RFC 7692, 7.2).
std::string deflate_message(std::string_view message);

enum class InflateProblem { malformed, too_big };
/// Grows to no more than `limit_bytes`, whatever the message would become.
boost::system::result<std::string, InflateProblem> inflate_message(std::string_view message,
                                                                   std::size_t limit_bytes);

[[noreturn]] void throw_exception_from_error(InflateProblem problem, boost::source_location const&);

}  // namespace http
