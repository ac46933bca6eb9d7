// "127.0.0.1:8080" and "[::1]:8080".
#pragma once
#include <boost/asio/ip/tcp.hpp>

#include "base/asio.hpp"
#include "base/error.hpp"

namespace config {

/// Errors: invalid; says how an address is written.
base::Result<asio::ip::tcp::endpoint> parse_listen(std::string_view text);

/// Both cannot be listened on at once: the same port, and the same address or one that means all.
bool overlap(asio::ip::tcp::endpoint const& a, asio::ip::tcp::endpoint const& b);

}  // namespace config
