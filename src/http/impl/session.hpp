// One connection, from its first byte to its last.
#pragma once
#include "http/impl/refusal.hpp"
#include "http/impl/shared.hpp"

namespace http::impl {

class RequestParser;
class HeadScanner;
struct StreamEnd;

/// Lives in the coroutine `run`. Its one deadline is watched by the server's watchdog, so its reads and
/// writes need no timers of their own.
class Session {
public:
    Session(std::shared_ptr<Shared> shared, base::Stream stream);
    ~Session();
    Session(Session const&) = delete;

    /// Until the client leaves, a limit is hit, or the server stops. Throws nothing.
    awaitable<void> run();
    /// Says that there is no room, and closes.
    awaitable<void> turn_away();

    SteadyTime deadline() const { return deadline_; }
    void expire() { cut(Cut::deadline); }
    /// Ends at once what no request is in, and streams; lets the rest finish its answer.
    void stop_softly();
    void stop_now() { cut(Cut::stopped); }

    /// `co_spawn` with this slot.
    asio::cancellation_slot slot() { return signal_.slot(); }

private:
    enum class Phase { idle, head, body, handler, late, stream, answer };
    enum class Cut { none, deadline, stopped };
    struct Exchange {
        Request request{};
        bool keep_alive = false;
        bool http_1_0 = false;
        bool head_only = false;
    };

    awaitable<bool> serve_one();
    bool take_head(HeadScanner& scanner, RequestParser& parser);
    awaitable<void> read_body(RequestParser& parser);
    awaitable<Response> answer(Request request);
    awaitable<bool> send(Exchange const& exchange, Response response);
    Response broken(std::string_view why);
    awaitable<Response> answer_late(Response early);
    void hand_over();
    awaitable<void> send_stream(Exchange const& exchange, Response const& response);
    void check_end(StreamEnd const& end);
    awaitable<void> watch_for_the_end();
    awaitable<void> write(std::string_view head, std::string_view body);
    awaitable<void> write_rest(std::size_t sent, std::string_view body);
    awaitable<void> refuse(Refusal refusal);
    awaitable<void> linger();

    std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }
    void take(std::size_t bytes) { begin_ += bytes; }
    asio::mutable_buffer make_room();
    void begin(Phase phase, Duration limit);
    Duration time_to_send(std::size_t bytes) const;
    void cut(Cut cut);
    std::string make_trace_id();
    void remember(Request const& request);
    Request remembered() const;
    std::optional<Refusal> what_ended() const;

    friend class ChunkWriter;

    std::shared_ptr<Shared> shared_;
    std::uint64_t number_;
    base::Stream stream_;
    std::string peer_;
    asio::cancellation_signal signal_;

    Phase phase_ = Phase::head;
    Cut cut_ = Cut::none;
    SteadyTime deadline_ = Watchdog::never;
    bool closing_ = false;  // after this answer

    std::vector<char> buffer_;
    std::size_t begin_ = 0, end_ = 0;
    std::string head_;                     // of the answer
    decltype(Response::upgrade) upgrade_;  // what takes over

    std::string target_, trace_id_;  // of the request under way, for the problem that it may end in
};

}  // namespace http::impl
