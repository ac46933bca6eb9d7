#include "realtime/engine.hpp"

#include "http/websocket.hpp"
#include "realtime/impl/engine_session.hpp"
#include "realtime/impl/polling.hpp"

namespace realtime {

using impl::EngineSession;
using impl::Refusal;
using impl::refuse;
using impl::WebSocketLink;

namespace websocket = http::websocket;

namespace {
constexpr int gather_times_at_most = 5;
}

EngineCore::EngineCore(Executor on, base::Clock& clock, FillWithSecrets with_secrets, Settings with,
                       Engine::OnOpen opened)
    : executor(std::move(on)),
      ids(std::move(with_secrets)),
      settings(std::move(with)),
      on_open(std::move(opened)),
      timers(std::make_shared<impl::Timers>(executor, clock)),
      gather_timer_(timers, [this] { flush_gathered(); }) {}

std::shared_ptr<EngineSession> EngineCore::find(std::string const& sid) const {
    auto found = sessions.find(sid);
    return found == sessions.end() ? nullptr : found->second;
}

void EngineCore::flush_soon(std::shared_ptr<EngineSession> session) {
    to_flush_.push_back(std::move(session));
    if (to_flush_.size() == 1)
        asio::post(executor, [self = shared_from_this()] { self->flush(self->to_flush_); });
}

void EngineCore::flush_with_others(std::shared_ptr<EngineSession> session) {
    gathering_.push_back(std::move(session));
    if (gathering_.size() > 1) return;
    SteadyTime now = timers->now();
    if (now >= gather_until_)
        asio::post(executor, [self = shared_from_this()] { self->flush_gathered(); });
    else
        gather_timer_.set(gather_until_ - now);
}

/// What sending took is the measure of how long to wait now: it shall not take more than a part of the time.
void EngineCore::flush_gathered() {
    SteadyTime began = timers->now();
    flush(gathering_);
    Duration took = timers->now() - began;
    gather_until_ = began + took +
                    std::clamp(3 * took, settings.gather_time, gather_times_at_most * settings.gather_time);
}

void EngineCore::flush(Sessions& list) {
    auto now = std::exchange(list, {});
    for (auto const& session : now) session->flush();
}

void EngineCore::stop() {
    stopping = true;
    auto all = sessions;
    for (auto const& [sid, session] : all) session->close(reason::shutting_down);
    sessions.clear();
    counts.clients = 0;
    timers->stop();
}

void EngineCore::abandon() {
    stopping = true;
    for (auto const& [sid, session] : std::exchange(sessions, {})) session->abandon();
    to_flush_.clear();
    gathering_.clear();
    timers->stop();
}

bool is_same_origin(http::Request const& request, std::string_view origin) {
    for (std::string_view scheme : {"https://", "http://"})
        if (origin.starts_with(scheme)) return origin.substr(scheme.size()) == request.fields.get("Host");
    return false;
}

namespace {

bool is_listed(Settings const& settings, std::string_view origin) {
    for (std::string const& one : settings.origins)
        if (one == "*" || one == origin) return true;
    return false;
}

bool is_origin_allowed(Settings const& settings, http::Request const& request) {
    if (!request.fields.has("Origin")) return true;
    auto origin = request.fields.get("Origin");
    return is_listed(settings, origin) || (settings.is_own_origin && settings.is_own_origin(request, origin));
}

bool has_bad_letters(std::string_view origin) {
    return std::any_of(origin.begin(), origin.end(), [](char letter) {
        auto code = static_cast<unsigned char>(letter);
        return (code < 0x20 && code != '\t') || code >= 0x7f;
    });
}

void add_cors(Settings const& settings, http::Request const& request, http::Response& response) {
    if (settings.origins.empty()) return;
    auto origin = request.fields.get("Origin");
    bool all = std::find(settings.origins.begin(), settings.origins.end(), "*") != settings.origins.end();
    response.fields.set("Vary", "Origin");
    if (origin.empty() || !is_listed(settings, origin)) return;
    response.fields.set("Access-Control-Allow-Origin", all ? "*" : std::string(origin));
    if (!all) response.fields.set("Access-Control-Allow-Credentials", "true");  // never together with "*"
}

http::Response answer_preflight(Settings const& settings, http::Request const& request) {
    http::Response response{.status = 204};
    if (!is_listed(settings, request.fields.get("Origin"))) return response;
    response.fields.add("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
    if (auto wanted = request.fields.get("Access-Control-Request-Headers"); !wanted.empty())
        response.fields.add("Access-Control-Allow-Headers", std::string(wanted));
    return response;
}

struct Question {
    std::string transport{};
    std::string sid{};
    bool wants_upgrade = false;
};

/// The checks in the order of the reference, of which clients see the first that fails.
std::optional<Refusal> check(EngineCore const& core, http::Request const& request, Question const& question) {
    if (question.transport != "polling" && question.transport != "websocket")
        return Refusal::transport_unknown;
    if (has_bad_letters(request.fields.get("Origin"))) return Refusal::bad_request;
    bool is_websocket = question.transport == "websocket";
    if (!question.sid.empty()) {
        auto session = core.find(question.sid);
        if (!session) return Refusal::session_unknown;
        bool same_transport = session->is_polling() != is_websocket;
        if (!question.wants_upgrade && !same_transport) return Refusal::bad_request;
    } else {
        if (request.method != "GET") return Refusal::bad_handshake_method;
        if (is_websocket && !question.wants_upgrade) return Refusal::bad_request;
    }
    if (question.wants_upgrade && !is_websocket) return Refusal::bad_request;
    if (!is_origin_allowed(core.settings, request)) return Refusal::forbidden;
    if (question.sid.empty() && request.query_value("EIO") != "4") return Refusal::unsupported_version;
    return {};
}

void set_cookie(Settings const& settings, std::string const& sid, http::Response& response) {
    if (!settings.cookie.empty())
        response.fields.add("Set-Cookie", settings.cookie + "=" + sid + "; Path=/; HttpOnly; SameSite=Lax");
}

/// Where a WebSocket belongs, once the connection is ours.
struct Place {
    std::string sid{};
    bool is_new = false;
    std::string address{};
    bool deflate = false;
};

void begin_link(std::shared_ptr<EngineCore> const& core, Place const& place, base::Stream stream,
                std::string const& already_read, std::unique_ptr<http::Upgraded> upgraded) {
    impl::LinkOptions options{.deflate = place.deflate,
                              .deflate_from_bytes = core->settings.deflate_from_bytes,
                              .message_limit_bytes = core->settings.max_payload_bytes};
    auto link =
        std::make_shared<WebSocketLink>(core->timers, std::move(stream), std::move(upgraded), options);
    if (core->stopping)
        link->close(websocket::going_away);
    else if (place.is_new)
        std::make_shared<EngineSession>(core, place.sid, place.address)->open_over(link);
    else if (auto session = core->find(place.sid))
        session->offer_upgrade(link);
    else
        link->close(websocket::no_code);
    link->start(already_read);
}

http::Response answer_upgrade(std::shared_ptr<EngineCore> core, http::Request const& request,
                              std::string sid) {
    auto accepted = websocket::accept(request, core->settings.deflate);
    if (!accepted) return impl::refuse_upgrade(Refusal::bad_request);
    Place place{std::move(sid), false, request.address, accepted->deflate};
    http::Response response = std::move(accepted->response);
    if (place.sid.empty()) {
        if (core->sessions.size() >= core->settings.clients)
            return impl::plain_answer(503, "too many clients are connected; try again in a moment");
        place.sid = core->ids.make();
        place.is_new = true;
        set_cookie(core->settings, place.sid, response);
    }
    response.upgrade = [core, place](base::Stream stream, std::string const& already_read,
                                     std::unique_ptr<http::Upgraded> upgraded) {
        begin_link(core, place, std::move(stream), already_read, std::move(upgraded));
    };
    return response;
}

http::Response answer_polling(std::shared_ptr<EngineCore> const& core, http::Request const& request,
                              std::string const& sid) {
    if (request.body.size() > core->settings.max_payload_bytes)
        return impl::plain_answer(413, "the body is longer than this server takes");
    if (sid.empty()) {
        if (core->sessions.size() >= core->settings.clients)
            return impl::plain_answer(503, "too many clients are connected; try again in a moment");
        auto session = std::make_shared<EngineSession>(core, core->ids.make(), request.address);
        http::Response response = session->open_polling();
        set_cookie(core->settings, session->sid(), response);
        return response;
    }
    auto session = core->find(sid);
    if (request.method == "GET") return session->get(request.fields.get("Accept-Encoding"));
    if (request.method == "POST") return session->post(request);
    return refuse(Refusal::bad_request);
}

http::Response answer(std::shared_ptr<EngineCore> const& core, http::Request const& request) {
    if (core->stopping) return impl::plain_answer(503, "the server is shutting down");
    if (request.method == "OPTIONS") return answer_preflight(core->settings, request);
    Question question{request.query_value("transport").value_or(""), request.query_value("sid").value_or(""),
                      websocket::asks_for_upgrade(request)};
    if (auto refusal = check(*core, request, question))
        return question.wants_upgrade ? impl::refuse_upgrade(*refusal) : refuse(*refusal);
    if (question.wants_upgrade) return answer_upgrade(core, request, question.sid);
    return answer_polling(core, request, question.sid);
}

/// The headers of CORS belong to the answer that comes later, too.
awaitable<http::Response> finish_later(std::shared_ptr<EngineCore> core, http::Request request,
                                       std::function<awaitable<http::Response>()> later) {
    http::Response response = co_await later();
    add_cors(core->settings, request, response);
    co_return response;
}

}  // namespace

Engine::Engine(Executor executor, base::Clock& clock, FillWithSecrets fill, Settings settings, OnOpen on_open)
    : core_(std::make_shared<EngineCore>(std::move(executor), clock, std::move(fill), std::move(settings),
                                         std::move(on_open))) {}

Engine::~Engine() { core_->abandon(); }

awaitable<http::Response> Engine::handle(http::Request request) {
    http::Response response = answer(core_, request);
    add_cors(core_->settings, request, response);
    if (response.later && !core_->settings.origins.empty()) {
        http::Request origin_only;
        if (request.fields.has("Origin"))
            origin_only.fields.add("Origin", std::string(request.fields.get("Origin")));
        response.later = [core = core_, origin_only, later = std::move(response.later)] {
            return finish_later(core, origin_only, later);
        };
    }
    co_return response;
}

void Engine::stop() { core_->stop(); }
std::shared_ptr<impl::Timers> Engine::timers() { return core_->timers; }
std::shared_ptr<Counts> Engine::counts() { return {core_, &core_->counts}; }
Settings const& Engine::settings() const { return core_->settings; }

}  // namespace realtime
