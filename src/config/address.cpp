#include "config/address.hpp"

#include <fmt/format.h>

#include <charconv>

namespace config {

base::Result<asio::ip::tcp::endpoint> parse_listen(std::string_view text) {
    auto bad = [&] {
        return base::invalid(
            fmt::format("\"{}\" is not address:port; write it like 127.0.0.1:8080 or [::1]:8080", text));
    };
    std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return bad();
    std::string_view host = text.substr(0, colon), digits = text.substr(colon + 1);
    bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) host = host.substr(1, host.size() - 2);
    error_code failed;
    auto address = asio::ip::make_address(std::string(host), failed);
    if (failed || address.is_v6() != bracketed) return bad();
    std::uint16_t port = 0;
    auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (failure != std::errc() || end != digits.data() + digits.size() || port == 0) return bad();
    return asio::ip::tcp::endpoint(address, port);
}

bool overlap(asio::ip::tcp::endpoint const& a, asio::ip::tcp::endpoint const& b) {
    return a.port() == b.port() &&
           (a.address() == b.address() || a.address().is_unspecified() || b.address().is_unspecified());
}

}  // namespace config
