// Who asks, and may they: from a request to a principal.
#pragma once
#include "api/call.hpp"
#include "api/route.hpp"

namespace api {

/// Fills in the principal and the token. Errors: unauthenticated; forbidden (the role; or a browser's request
/// that another site has made).
base::Result<void> admit(Call& call, Access access);

/// Fills them in when there is a session; when not, the asker is anonymous.
void identify(Call& call);

/// A browser that logs in gets a cookie, so another site must not log it in. Errors: forbidden.
base::Result<void> check_origin_of_login(Call const& call);
/// For browsers; programs get none.
void set_cookie(Call& call, std::string const& token);
void drop_cookie(Call& call);

}  // namespace api
