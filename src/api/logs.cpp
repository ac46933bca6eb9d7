// A deployment's log: a page of it, or all of it followed live as server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
#include <charconv>

#include "api/handlers.hpp"
#include "base/log.hpp"
#include "http/sse.hpp"

namespace api {

namespace {

using model::DeploymentId;
using model::LogEntry;

constexpr int entries_at_once = 500;
constexpr Duration heartbeat = 15s;
/// An entry that is committed between reading the log and waiting for a change wakes nobody; it is seen after
/// this.
constexpr Duration longest_wait = 1s;

awaitable<Result<std::vector<LogEntry>>> read_entries(store::Store& store, DeploymentId id,
                                                      std::int64_t after, int limit) {
    auto read = [id, after, limit](store::Transaction& transaction) {
        return store::read_log(transaction, id, after, limit);
    };
    co_return co_await store.read(std::move(read));
}

std::string text_of(LogEntry const& entry) {
    return http::format_event(
        {.id = std::to_string(entry.seq), .event = "log", .data = base::to_text(entry)});
}

std::string end_text(model::DeploymentView const& view) {
    base::json::object data{{"id", view.id.value},
                            {"status", base::enum_name(view.status)},
                            {"phase", base::enum_name(view.phase)},
                            {"reason", view.reason}};
    return http::format_event({.event = "end", .data = base::to_text(data)});
}

/// Writes what is there after `seen`, and moves it on.
awaitable<Result<void>> write_entries(store::Store& store, DeploymentId id, std::int64_t& seen,
                                      http::Writer& writer) {
    while (true) {
        CO_TRY(std::vector<LogEntry> entries, co_await read_entries(store, id, seen, entries_at_once));
        std::string text;
        for (LogEntry const& entry : entries) text += text_of(entry);
        if (!text.empty()) co_await writer.write(text);
        if (!entries.empty()) seen = entries.back().seq;
        if (entries.size() < entries_at_once) co_return Result<void>{};
    }
}

/// Ends when the deployment has ended and its whole log is written, or the session is no longer valid.
awaitable<Result<void>> follow(Services const& services, std::string token, DeploymentId id,
                               std::int64_t seen, http::Writer& writer) {
    co_await writer.write("retry: 1000\n\n");
    SteadyTime beat = services.clock.now() + heartbeat;
    while (services.accounts.authenticate(token)) {
        // The state first: what is logged before a deployment ends is then read after it.
        CO_TRY(model::DeploymentView view, co_await find_deployment(services, id));
        std::int64_t before = seen;
        CO_TRY_VOID(co_await write_entries(services.store, id, seen, writer));
        if (is_final(view.phase)) {
            co_await writer.write(end_text(view));
            break;
        }
        SteadyTime now = services.clock.now();
        if (seen != before) beat = now + heartbeat;
        if (now >= beat) {
            co_await writer.write(http::sse_heartbeat);
            beat = now + heartbeat;
        }
        Duration wait = std::min(longest_wait, beat - now);
        // A deployment that another portal drives is not in this engine's memory.
        if (services.engine.open_deployment(id))
            co_await services.engine.changed(id, wait);
        else
            co_await services.clock.sleep_for(wait);
    }
    co_return Result<void>{};
}

awaitable<void> follow_to_end(Services const& services, std::string token, DeploymentId id, std::int64_t seen,
                              http::Writer& writer) {
    Result<void> result = co_await follow(services, std::move(token), std::move(id), seen, writer);
    // The client reconnects by itself and goes on after the last event it saw.
    if (!result)
        base::log(base::LogLevel::warning, "a log can no longer be followed",
                  {{"problem", result.error().message}});
}

bool wants_events(http::Request const& request) {
    return request.fields.get("Accept").find(http::sse_content_type) != std::string_view::npos;
}

Result<std::int64_t> last_seen(http::Request const& request, LogsQuery const& query) {
    if (!request.fields.has("Last-Event-ID")) return query.after;
    std::string_view text = request.fields.get("Last-Event-ID");
    std::int64_t seen = 0;
    auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seen);
    if (failure != std::errc() || end != text.data() + text.size() || seen < 0 || text.size() > 15)
        return base::invalid("Last-Event-ID: must be the id of an event of this stream, a whole number");
    return seen;
}

}  // namespace

Answer<Ready<model::LogList>> logs(Call& call, Query<LogsQuery> query) {
    Services const& services = call.services();
    CO_TRY(std::int64_t seen, last_seen(call.request, query.value));
    CO_TRY(model::DeploymentView view, co_await find_deployment(services, call.deployment()));
    if (wants_events(call.request)) {
        http::Response response;
        response.fields.set("Content-Type", std::string(http::sse_content_type));
        response.fields.set("Vary", "Accept");
        response.fields.set("X-Accel-Buffering", "no");
        if (call.request.method != "HEAD")
            response.stream = [&services, token = call.token, id = view.id, seen](http::Writer& writer) {
                return follow_to_end(services, token, id, seen, writer);
            };
        co_return Ready<model::LogList>{std::move(response)};
    }
    CO_TRY(std::vector<LogEntry> entries,
           co_await read_entries(services.store, view.id, seen, query->limit + 1));
    model::LogList list{.items = std::move(entries)};
    if (std::ssize(list.items) > query->limit) {
        list.items.pop_back();
        list.next = std::to_string(list.items.back().seq);
    }
    call.fields.set("Vary", "Accept");
    co_return Ready<model::LogList>{json_answer(call, 200, base::to_text(list))};
}

}  // namespace api
