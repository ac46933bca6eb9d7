#include "auth/cookie.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace auth {

std::string_view cookie_name(bool secure) { return secure ? "__Host-pilothouse" : "pilothouse"; }

std::string make_cookie(std::string_view token, std::int64_t seconds, bool secure) {
    return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", cookie_name(secure), token,
                       token.empty() ? 0 : seconds, secure ? "; Secure" : "");
}

std::string_view token_of_cookies(std::string_view cookies, bool secure) {
    std::string_view wanted = cookie_name(secure);
    while (!cookies.empty()) {
        std::string_view one = cookies.substr(0, cookies.find(';'));
        cookies.remove_prefix(std::min(one.size() + 1, cookies.size()));
        one.remove_prefix(std::min(one.find_first_not_of(" \t"), one.size()));
        one = one.substr(0, one.find_last_not_of(" \t") + 1);
        if (one.starts_with(wanted) && one.substr(wanted.size()).starts_with('='))
            return one.substr(wanted.size() + 1);
    }
    return {};
}

bool is_safe(std::string_view method) { return method == "GET" || method == "HEAD" || method == "OPTIONS"; }

bool origin_fits(std::string_view method, bool by_cookie, std::string_view origin, std::string_view ours) {
    return !by_cookie || is_safe(method) || (!origin.empty() && origin == ours);
}

}  // namespace auth
