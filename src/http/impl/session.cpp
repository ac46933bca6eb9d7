#include "http/impl/session.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstring>

#include "base/log.hpp"
#include "http/impl/chunk_writer.hpp"
#include "http/impl/head.hpp"
#include "http/impl/head_scanner.hpp"
#include "http/impl/request_parser.hpp"

namespace http::impl {

namespace {

constexpr std::size_t small_buffer_bytes = 4 * 1024, large_buffer_bytes = 64 * 1024;

}  // namespace

Session::Session(std::shared_ptr<Shared> shared, base::Stream stream)
    : shared_(std::move(shared)),
      number_(shared_->next_session++),
      stream_(std::move(stream)),
      peer_(stream_.peer()),
      buffer_(small_buffer_bytes) {
    shared_->sessions.emplace(number_, this);
}

Session::~Session() {
    shared_->sessions.erase(number_);
    shared_->session_ended.try_send(error_code{});
}

awaitable<void> Session::run() {
    std::optional<Refusal> refusal;
    try {
        begin(Phase::head, shared_->limits.header_time);
        while (co_await serve_one()) begin(Phase::idle, shared_->limits.idle_time);
        if (upgrade_ && !closing_) hand_over();
    } catch (Refusal& refused) {
        refusal = std::move(refused);
    } catch (system_error const&) {
        refusal = what_ended();
    } catch (std::exception const& problem) {
        base::log(base::LogLevel::error, "a connection was given up",
                  {{"problem", problem.what()}, {"address", peer_}});
    }
    try {
        // Here and not in `refuse`: a coroutine that was cancelled enters no other.
        co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
        if (refusal) co_await refuse(std::move(*refusal));
    } catch (std::exception const&) {
        // It did not want to hear it.
    }
}

awaitable<void> Session::turn_away() {
    try {
        Refusal refusal{503, "too_many_connections", "too many connections are open; try again in a moment"};
        co_await refuse(std::move(refusal));
    } catch (std::exception const&) {
        // Then without a word.
    }
}

/// What a client is told whose request was cut short; nothing when there is no request, or nobody to tell.
std::optional<Refusal> Session::what_ended() const {
    if (cut_ != Cut::deadline) return {};
    bool said_something = begin_ < end_;
    if (phase_ == Phase::head && said_something)
        return Refusal{408, "head_timed_out", "the head of the request did not arrive in time"};
    if (phase_ == Phase::body)
        return Refusal{408, "body_timed_out", "the body of the request arrived too slowly"};
    if (phase_ == Phase::handler)
        return Refusal{503, "handler_timed_out",
                       "this took too long and was given up; look at what happened before you try again"};
    return {};
}

void Session::begin(Phase phase, Duration limit) {
    phase_ = phase;
    if (limit == Duration::max()) {
        deadline_ = Watchdog::never;
        return;
    }
    deadline_ = shared_->clock.now() + limit;
    shared_->watchdog->expect(deadline_);
}

/// Longer for large pieces: a slow client is served as long as it takes a kilobyte a second.
Duration Session::time_to_send(std::size_t bytes) const {
    ServerLimits const& limits = shared_->limits;
    return limits.body_time + std::chrono::seconds(bytes / limits.body_bytes_per_second);
}

void Session::cut(Cut why) {
    if (cut_ != Cut::none) return;
    cut_ = why;
    deadline_ = Watchdog::never;
    signal_.emit(asio::cancellation_type::terminal);
}

void Session::stop_softly() {
    closing_ = true;
    bool in_no_request = phase_ == Phase::idle || (phase_ == Phase::head && begin_ == end_);
    bool has_no_end = phase_ == Phase::stream || phase_ == Phase::late;
    if (in_no_request || has_no_end) cut(Cut::stopped);
}

// -- Reading.

// The way of an ordinary request enters as few coroutines as it can: each costs an allocation.
awaitable<bool> Session::serve_one() {
    Exchange exchange;
    {
        RequestParser parser(exchange.request, shared_->limits);
        HeadScanner scanner(shared_->limits);
        target_.clear();
        trace_id_ = exchange.request.trace_id = make_trace_id();
        while (!take_head(scanner, parser)) {
            std::size_t more = co_await stream_.async_read_some(make_room(), use_awaitable);
            end_ += more;  // apart from the wait, which changes end_
        }
        if (!parser.is_done()) co_await read_body(parser);
        exchange.keep_alive = parser.keep_alive();
        exchange.http_1_0 = parser.is_http_1_0();
    }
    exchange.head_only = exchange.request.method == "HEAD";
    exchange.request.address = peer_;
    target_ = exchange.request.raw_target;
    begin(Phase::handler, shared_->limits.handler_time);
    Response response = co_await answer(std::move(exchange.request));
    if (response.later) response = co_await answer_late(std::move(response));
    co_return co_await send(exchange, std::move(response));
}

/// False: more must be read.
bool Session::take_head(HeadScanner& scanner, RequestParser& parser) {
    while (scanner.is_fresh() && unread().starts_with("\r\n"))
        take(2);  // some send one too many (RFC 9112, 2.2)
    std::optional<std::size_t> size;
    if (unread() != "\r") size = scanner.scan(unread());
    if (!size) {
        if (phase_ == Phase::idle && !unread().empty()) begin(Phase::head, shared_->limits.header_time);
        return false;
    }
    parser.put_head(unread().substr(0, *size));
    take(*size);
    return true;
}

awaitable<void> Session::read_body(RequestParser& parser) {
    ServerLimits const& limits = shared_->limits;
    SteadyTime began = shared_->clock.now();
    take(parser.put_body(unread()));
    if (!parser.is_done() && parser.expects_continue()) {
        begin(Phase::body, limits.body_time);
        co_await write("HTTP/1.1 100 Continue\r\n\r\n", {});
    }
    for (std::size_t received = 0; !parser.is_done();) {
        auto earned =
            limits.body_grace + std::chrono::milliseconds(received * 1000 / limits.body_bytes_per_second);
        begin(Phase::body, began + std::min<Duration>(limits.body_time, earned) - shared_->clock.now());
        std::size_t more = co_await stream_.async_read_some(make_room(), use_awaitable);
        end_ += more;
        received += more;
        take(parser.put_body(unread()));
    }
}

/// Where the next bytes go.
asio::mutable_buffer Session::make_room() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        // Ten thousand idle connections must not each keep the room of their largest request.
        if (phase_ == Phase::idle && buffer_.size() > small_buffer_bytes)
            buffer_ = std::vector<char>(small_buffer_bytes);
    }
    if (end_ == buffer_.size()) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= std::exchange(begin_, 0);
        bool full = end_ >= buffer_.size() / 2;
        if (full && buffer_.size() >= large_buffer_bytes)
            throw Refusal{400, "bad_syntax", "a line between the parts of the body is too long"};
        if (full) buffer_.resize(std::min(buffer_.size() * 4, large_buffer_bytes));
    }
    return asio::buffer(buffer_.data() + end_, buffer_.size() - end_);
}

std::string Session::make_trace_id() {
    constexpr char digits[] = "0123456789abcdef";
    std::string text(32, '0');
    for (std::size_t half : {0U, 16U}) {
        std::uint64_t number = shared_->random.next();
        for (std::size_t i = 0; i < 16; ++i, number >>= 4U) text[half + i] = digits[number & 15U];
    }
    return text;
}

// -- Answering.

Request Session::remembered() const {
    Request request;
    request.raw_target = target_.empty() ? "/" : target_;
    request.trace_id = trace_id_;
    return request;
}

awaitable<Response> Session::answer(Request request) {
    if (request.method == "TRACE" || request.method == "CONNECT") {
        Response response =
            problem(request, 405, "method_not_allowed", request.method + " is not offered here");
        response.fields.set("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE");
        co_return response;
    }
    std::string failure = "an exception of unknown kind";
    try {
        Response response = co_await shared_->handler(std::move(request));
        check_fields(response.fields);
        co_return response;
    } catch (std::exception const& problem) {
        if (cut_ != Cut::none) throw;
        failure = problem.what();
    } catch (...) {
    }
    co_return broken(failure);
}

/// Watches the connection meanwhile: who waits long may leave.
awaitable<Response> Session::answer_late(Response early) {
    begin(Phase::late, Duration::max());
    LateAnswer late = co_await run_late(early, watch_for_the_end());
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    if (late.client_left || cut_ != Cut::none) throw system_error(asio::error::operation_aborted);
    if (late.failure) co_return broken(late.what);
    check_fields(late.response.fields);
    co_return std::move(late.response);
}

namespace {

class Counted : public Upgraded {
public:
    Counted(std::shared_ptr<Shared> shared, std::uint64_t number)
        : shared_(std::move(shared)), number_(number) {
        shared_->upgraded.emplace(number_, this);
    }
    ~Counted() override {
        shared_->upgraded.erase(number_);
        shared_->session_ended.try_send(error_code{});
    }

private:
    std::shared_ptr<Shared> shared_;
    std::uint64_t number_;
};

}  // namespace

/// The session ends with this: upgraded connections are many, and stay long.
void Session::hand_over() {
    upgrade_(std::move(stream_), std::string(unread()), std::make_unique<Counted>(shared_, number_));
}

Response Session::broken(std::string_view why) {
    base::log(base::LogLevel::error, "a request failed",
              {{"problem", why}, {"target", target_}, {"trace_id", trace_id_}});
    return problem(remembered(), 500, "internal",
                   "something went wrong here; the log says more under this trace id");
}

namespace {

HeadOptions how_to_send(Response const& response, bool http_1_0) {
    if (response.status == 204 || response.status == 304 || response.status < 200)
        return {.framing = Framing::none};
    if (response.stream) return {.framing = http_1_0 ? Framing::until_close : Framing::chunked};
    return {.length = response.shared_body ? response.shared_body->size() : response.body.size()};
}

std::string_view body_of(Response const& response) {
    return response.shared_body ? std::string_view(*response.shared_body) : std::string_view(response.body);
}

}  // namespace

awaitable<bool> Session::send(Exchange const& exchange, Response response) {
    if (cut_ == Cut::deadline) throw system_error(asio::error::operation_aborted);
    HeadOptions how = how_to_send(response, exchange.http_1_0);
    how.upgrade = response.status == 101 && response.upgrade;
    how.close = closing_ || !exchange.keep_alive || how.framing == Framing::until_close;
    how.say_keep_alive = exchange.http_1_0;
    how.date = shared_->date();
    write_head(head_, response, how);
    begin(Phase::answer, time_to_send(how.length));
    std::string_view body = body_of(response);
    if (how.upgrade) {
        co_await write(head_, {});
        upgrade_ = std::move(response.upgrade);
        co_return false;
    }
    if (exchange.head_only || how.framing == Framing::none) {
        co_await write(head_, {});
    } else if (response.stream) {
        co_await send_stream(exchange, response);
    } else {
        std::array<asio::const_buffer, 2> both{asio::buffer(head_), asio::buffer(body)};
        std::size_t sent = co_await stream_.async_write_some(both, use_awaitable);
        if (sent < head_.size() + body.size()) co_await write_rest(sent, body);
    }
    bool close = how.close || closing_;
    if (close) stream_.shutdown_send();
    co_return !close;
}

/// The whole of both, in as few calls as the other side allows.
awaitable<void> Session::write(std::string_view head, std::string_view body) {
    while (!head.empty() || !body.empty()) {
        std::array<asio::const_buffer, 2> both{asio::buffer(head), asio::buffer(body)};
        std::size_t sent = co_await stream_.async_write_some(both, use_awaitable);
        std::size_t of_head = std::min(sent, head.size());
        head.remove_prefix(of_head);
        body.remove_prefix(sent - of_head);
    }
}

awaitable<void> Session::write_rest(std::size_t sent, std::string_view body) {
    std::size_t of_head = std::min(sent, head_.size());
    co_await write(std::string_view(head_).substr(of_head), body.substr(sent - of_head));
}

awaitable<void> Session::send_stream(Exchange const& exchange, Response const& response) {
    co_await write(head_, {});
    begin(Phase::stream, Duration::max());
    ChunkWriter writer(*this, !exchange.http_1_0);
    StreamEnd end = co_await run_stream(response, writer, watch_for_the_end());
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    if (cut_ != Cut::stopped) check_end(end);
    begin(Phase::answer, 5s);
    if (!exchange.http_1_0) co_await write("0\r\n\r\n", {});
}

/// Throws when the answer must be seen to be incomplete: it then gets no last chunk.
void Session::check_end(StreamEnd const& end) {
    if (end.failure && cut_ == Cut::none && !end.client_left)
        base::log(base::LogLevel::error, "a stream failed",
                  {{"problem", end.what}, {"target", target_}, {"trace_id", trace_id_}});
    if (end.failure || end.client_left || cut_ == Cut::deadline)
        throw system_error(asio::error::operation_aborted);
}

/// Reads, so that the end of the connection is noticed; keeps what a hasty client sends meanwhile.
awaitable<void> Session::watch_for_the_end() {
    for (;;) {
        std::size_t more = co_await stream_.async_read_some(make_room(), use_awaitable);
        end_ += more;
    }
}

awaitable<void> Session::refuse(Refusal refusal) {
    cut_ = Cut::none;
    begin(Phase::answer, shared_->limits.header_time);
    Response response = problem(remembered(), refusal.status, refusal.code, refusal.detail);
    if (refusal.status == 503) response.fields.set("Retry-After", "1");
    write_head(head_, response, {.length = response.body.size(), .close = true, .date = shared_->date()});
    co_await write(head_, response.body);
    co_await linger();
}

/// Closing while bytes are unread makes TCP throw away the answer. So: say that we are done, and read on for
/// a moment.
awaitable<void> Session::linger() {
    constexpr std::size_t most_bytes = 4 * 1024 * 1024;
    stream_.shutdown_send();
    begin(Phase::answer, 2s);
    begin_ = end_ = 0;
    for (std::size_t thrown_away = 0; thrown_away < most_bytes;)
        thrown_away += co_await stream_.async_read_some(asio::buffer(buffer_), use_awaitable);
}

std::string_view Shared::date() {
    auto now = std::chrono::floor<std::chrono::seconds>(clock.wall_now());
    if (now != date_second_ || date_.empty()) {
        date_second_ = now;
        date_ = format_http_date(now);
    }
    return date_;
}

}  // namespace http::impl
