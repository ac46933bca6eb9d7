// Logging in and out. Programs keep the token; browsers get it as a cookie that no script can read.
#include "api/handlers.hpp"
#include "api/identity.hpp"

namespace api {

Answer<model::LoginAnswer> setup(Call& call, Body<model::SetupRequest> body) {
    CO_TRY_VOID(check_origin_of_login(call));
    auto& accounts = call.services().accounts;
    CO_TRY(auto session,
           co_await accounts.setup(body->token, body->username, body->password, call.request.address));
    set_cookie(call, session.token);
    co_return model::LoginAnswer{std::move(session.token), session.expires_at};
}

Answer<model::LoginAnswer> login(Call& call, Body<model::LoginRequest> body) {
    CO_TRY_VOID(check_origin_of_login(call));
    auto& accounts = call.services().accounts;
    CO_TRY(auto session, co_await accounts.login(body->username, body->password, call.request.address));
    set_cookie(call, session.token);
    co_return model::LoginAnswer{std::move(session.token), session.expires_at};
}

Answer<Nothing> logout(Call& call, Body<NoFields>) {
    CO_TRY_VOID(co_await call.services().accounts.logout(call.token, call.request.address));
    drop_cookie(call);
    co_return Nothing{};
}

}  // namespace api
