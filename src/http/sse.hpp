// Server-sent events: the text of a stream of events, written and read.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace http {

struct SseEvent {
    std::string id{};     // empty: the one before goes on
    std::string event{};  // empty: "message"
    std::string data{};   // may have several lines
    bool operator==(SseEvent const&) const = default;
};

/// Line breaks in id and event are dropped; those in data become several data lines.
std::string format_event(SseEvent const& event);
/// A line without a meaning, so that both sides see that the other is there.
inline constexpr std::string_view sse_heartbeat = ": still here\n\n";
inline constexpr std::string_view sse_content_type = "text/event-stream";

/// Reads a stream however it was cut into pieces.
class SseParser {
public:
    using Take = std::function<bool(SseEvent const&)>;

    /// `take` gets each event as it is complete; false ends the reading. An event without data is none.
    /// Returns false once `take` did, or when one event grows beyond `limit_bytes`.
    bool put(std::string_view piece, Take const& take);
    /// For Last-Event-ID, when the connection is made anew.
    std::string const& last_id() const { return last_id_; }

    std::size_t limit_bytes = 1024 * 1024;

private:
    bool put_line(std::string_view line, Take const& take);

    std::string line_{};
    SseEvent event_{};
    bool has_data_ = false;
    bool after_return_ = false;
    bool first_line_ = true;
    std::string last_id_{};
};

}  // namespace http
