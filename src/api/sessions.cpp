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

/// For pages, which ask before anybody has logged in: it tells only what its asker may know.
Answer<model::SessionView> show_session(Call& call) {
    Services const& services = call.services();
    identify(call);
    auto read = [hash = call.principal ? call.principal->session : std::string()](
                    store::Transaction& transaction) -> Result<model::SessionView> {
        model::SessionView view;
        TRY(std::int64_t users, store::count_users(transaction));
        view.setup_required = users == 0;
        TRY(std::int64_t samples, store::count_sample_data(transaction));
        view.sample_data = samples > 0;
        if (hash.empty()) return view;
        TRY(std::optional<store::Session> session, store::find_session(transaction, hash));
        if (session) view.expires_at = session->expires_at;
        return view;
    };
    CO_TRY(model::SessionView view, co_await services.store.read(std::move(read)));
    view.version = services.version;
    view.time = services.clock.wall_now();
    if (!call.principal) co_return view;
    view.user = call.principal->user;
    view.role = call.principal->role;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<auth::Permission>>([&](auto permission) {
        if (auth::decide(&*call.principal, permission.value, {})) view.permissions.push_back(permission.name);
    });
    co_return view;
}

Answer<model::TicketAnswer> make_ticket(Call& call, Body<NoFields>) {
    auth::Ticket made = call.services().accounts.make_ticket(*call.principal);
    co_return model::TicketAnswer{std::move(made.ticket), made.expires_at};
}

}  // namespace api
