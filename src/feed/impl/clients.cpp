// Who is let in, what they ask for, and when they must go.
#include "base/log.hpp"
#include "feed/impl/feed_impl.hpp"

namespace feed {

namespace {

constexpr Duration session_interval = 500ms;

realtime::Admission log_in_first() {
    std::string message =
        "log in first: connect with auth {token} of POST /api/admin/login, or {ticket} of POST "
        "/api/realtime/ticket";
    base::json::object data{{"code", "unauthenticated"}, {"message", message}};
    return realtime::Admission::refuse(message, std::move(data));
}

std::string text_of(base::json::value const& auth, char const* name) {
    base::json::object const* fields = auth.if_object();
    base::json::value const* value = fields ? fields->if_contains(name) : nullptr;
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

template <class T>
Result<T> read_argument(realtime::Event const& event) {
    if (event.args.size() != 1 || !event.args.front().is_object())
        return base::invalid(event.name + " takes one object: {\"topics\": [...]}");
    return base::from_json<T>(event.args.front());
}

SubscribeAnswer refuse_all(base::Error const& why) {
    return {.refused = {{.code = std::string(base::name(why.code)), .message = why.message}}};
}

template <class T>
void answer(realtime::Event& event, T const& said) {
    event.reply({.json = base::to_text(said)});
}

auth::Principal principal_of(realtime::Socket const& socket) {
    return {.user = text_of(socket.data, "user"),
            .role = text_of(socket.data, "role"),
            .session = text_of(socket.data, "session")};
}

}  // namespace

awaitable<realtime::Admission> Feed::Impl::admit(realtime::Handshake handshake) {
    std::string ticket = text_of(handshake.auth, "ticket"), token = text_of(handshake.auth, "token");
    auto who = ticket.empty() ? world.accounts.authenticate(token) : world.accounts.redeem_ticket(ticket);
    if (stopped || !who || !auth::decide(&*who, auth::Permission::event_read, {})) co_return log_in_first();
    co_return realtime::Admission::admit(
        base::json::object{{"user", who->user}, {"role", who->role}, {"session", who->session}});
}

/// As long as somebody is there: who has logged out, or whose session has expired, goes.
awaitable<void> Feed::Impl::watch_sessions() {
    auto self = shared_from_this();
    while (!stopped && clients.size() > 0) {
        co_await world.clock.sleep_for(session_interval);
        for (std::shared_ptr<realtime::Socket> const& socket : clients.everyone().sockets()) {
            if (world.accounts.is_live(text_of(socket->data, "session"))) continue;
            socket->emit("session-ended",
                         {.json = R"({"reason":"the session has ended or expired; log in again"})"});
            socket->disconnect(true);
        }
    }
    watching = false;
}

std::shared_ptr<base::Mutex> Feed::Impl::turn_of(realtime::Socket const& socket) {
    std::shared_ptr<base::Mutex>& turn = turns[socket.id()];
    if (!turn) turn = std::make_shared<base::Mutex>(world.executor);
    return turn;
}

awaitable<void> Feed::Impl::subscribe(std::shared_ptr<realtime::Socket> socket, realtime::Event event) {
    auto self = shared_from_this();
    auto request = read_argument<SubscribeRequest>(event);
    if (!request) {
        answer(event, refuse_all(request.error()));
        co_return;
    }
    std::shared_ptr<base::Mutex> turn = turn_of(*socket);
    base::Mutex::Guard guard = co_await turn->lock();
    if (!socket->is_connected()) co_return;
    auth::Principal principal = principal_of(*socket);
    std::vector<Prepared> all;
    for (TopicWish const& wish : request->topics) {
        if (parse_topic(wish.topic)) socket->leave(wish.topic);  // it begins anew
        Prepared prepared = co_await prepare(principal, wish);
        all.push_back(std::move(prepared));
    }
    // While one is read, the tail may move on beyond what another one still needs.
    auto is_left_behind = [this](Prepared const& each) { return !each.refused && !tail.reaches(each.from); };
    auto behind = std::find_if(all.begin(), all.end(), is_left_behind);
    while (behind != all.end()) {
        Prepared again = co_await prepare(principal, behind->wish);
        *behind = std::move(again);
        behind = std::find_if(all.begin(), all.end(), is_left_behind);
    }
    if (!socket->is_connected()) co_return;

    // From here on nothing else happens in between: what follows is complete, and in order.
    SubscribeAnswer said;
    for (Prepared& each : all) {
        if (each.refused)
            said.refused.push_back(std::move(*each.refused));
        else
            said.accepted.push_back(std::move(each.accepted));
    }
    answer(event, said);
    // In one order and each once: to who follows `admin`, an event of another topic is one of its own, too.
    std::map<std::int64_t, Told const*> missed;
    for (Prepared const& each : all) {
        if (each.refused) continue;
        for (Told const& told : each.missed) missed.emplace(told.seq, &told);
        for (Told const* told : tail.after(each.from, each.wish.topic)) missed.emplace(told->seq, told);
        socket->join(each.wish.topic);
    }
    for (auto const& [seq, told] : missed) socket->emit(told->name, {.json = told->envelope});
}

awaitable<void> Feed::Impl::unsubscribe(std::shared_ptr<realtime::Socket> socket, realtime::Event event) {
    auto self = shared_from_this();
    auto request = read_argument<UnsubscribeRequest>(event);
    if (!request) {
        answer(event, refuse_all(request.error()));
        co_return;
    }
    std::shared_ptr<base::Mutex> turn = turn_of(*socket);
    base::Mutex::Guard guard = co_await turn->lock();
    UnsubscribeAnswer said;
    for (std::string const& topic : request->topics) {
        if (!socket->rooms().contains(topic) || topic == socket->id()) continue;
        socket->leave(topic);
        said.left.push_back(topic);
    }
    answer(event, said);
}

}  // namespace feed
