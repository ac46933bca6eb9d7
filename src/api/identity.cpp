#include "api/identity.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include "auth/cookie.hpp"

namespace api {

namespace {

using base::Errc;
using base::Error;
using base::Result;

struct Credentials {
    std::string_view token{};
    bool by_cookie = false;
};

bool is_secure(Call const& call) { return call.services().public_origin.starts_with("https://"); }
/// Browsers say where a request comes from; programs do not.
bool is_browser(Call const& call) { return call.request.fields.has("Sec-Fetch-Site"); }

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

std::string_view bearer_token(std::string_view authorization) {
    std::string_view text = trimmed(authorization);
    std::string_view scheme = text.substr(0, text.find(' '));
    if (!boost::algorithm::iequals(scheme, "Bearer")) return {};
    return trimmed(text.substr(scheme.size()));
}

Credentials credentials_of(Call const& call) {
    http::Fields const& fields = call.request.fields;
    if (fields.has("Authorization")) return {.token = bearer_token(fields.get("Authorization"))};
    return {.token = auth::token_of_cookies(fields.get("Cookie"), is_secure(call)), .by_cookie = true};
}

/// Our own pages name our origin; a page of another site names that site's, or none.
Result<void> check_origin(Call const& call) {
    std::string const& declared = call.services().public_origin;
    std::string ours =
        declared.empty() ? fmt::format("http://{}", call.request.fields.get("Host")) : declared;
    if (auth::origin_fits(call.request.method, true, call.request.fields.get("Origin"), ours)) return {};
    return Error{Errc::forbidden,
                 fmt::format("a browser may ask for this only from a page of {}; programs send the token as "
                             "Authorization: Bearer ...",
                             ours)};
}

constexpr std::int64_t session_seconds = 24 * 3600;

}  // namespace

Result<void> admit(Call& call, Access access) {
    if (access.is_open()) return {};
    Credentials credentials = credentials_of(call);
    if (credentials.token.empty())
        return Error{Errc::unauthenticated,
                     "log in first (POST /api/admin/login) and send the token: Authorization: Bearer ..."};
    call.principal = call.services().accounts.authenticate(credentials.token);
    if (!call.principal)
        return Error{Errc::unauthenticated, "this session is unknown or has ended; log in again"};
    if (credentials.by_cookie) TRY_VOID(check_origin(call));
    if (!access.decide(&*call.principal, {.environment = call.environment()}))
        return Error{Errc::forbidden, fmt::format("{} may not do this; ask an administrator", call.actor())};
    call.token = credentials.token;
    return {};
}

void identify(Call& call) {
    Credentials credentials = credentials_of(call);
    call.principal = call.services().accounts.authenticate(credentials.token);
    if (call.principal) call.token = credentials.token;
}

Result<void> check_origin_of_login(Call const& call) {
    if (!is_browser(call)) return {};
    return check_origin(call);
}

void set_cookie(Call& call, std::string const& token) {
    if (is_browser(call))
        call.fields.set("Set-Cookie", auth::make_cookie(token, session_seconds, is_secure(call)));
}

void drop_cookie(Call& call) { set_cookie(call, ""); }

}  // namespace api
