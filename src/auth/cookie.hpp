// The session of a browser: a cookie that no script reads and no other site sends.
#pragma once
#include <string>
#include <string_view>

namespace auth {

/// "__Host-pilothouse" over TLS (browsers then insist on Secure, Path=/ and no Domain); "pilothouse" on plain
/// loopback.
std::string_view cookie_name(bool secure);
/// The value of Set-Cookie. An empty token deletes the cookie.
std::string make_cookie(std::string_view token, std::int64_t seconds, bool secure);
/// Our token in a Cookie field; empty when it is not there.
std::string_view token_of_cookies(std::string_view cookies, bool secure);

/// GET, HEAD and OPTIONS change nothing.
bool is_safe(std::string_view method);
/// A request that changes something on behalf of a cookie must say exactly our own origin
/// ("https://host:port").
bool origin_fits(std::string_view method, bool by_cookie, std::string_view origin, std::string_view ours);

}  // namespace auth
