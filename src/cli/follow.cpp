#include "cli/follow.hpp"

#include <charconv>

#include "cli/impl/alongside.hpp"
#include "cli/impl/live_block.hpp"
#include "cli/progress.hpp"
#include "cli/text.hpp"

namespace cli {

namespace {

using base::Errc;
using base::Result;
using model::DeploymentView;
using model::LogEntry;
using model::Phase;

constexpr std::size_t page = 1000;
constexpr std::size_t kept_log = 100;

/// The server may only be restarting.
bool may_pass(base::Error const& error) {
    return error.code == Errc::unavailable || error.code == Errc::timed_out || error.code == Errc::internal;
}

std::string path_of(std::string const& id) { return "/api/deployments/" + encoded(id); }

awaitable<Result<std::string>> read_page(Portal& portal, std::string const& id, std::int64_t after) {
    Call call{.path = fmt::format("{}/logs?after={}&limit={}", path_of(id), after, page)};
    co_return co_await portal.call(std::move(call));
}

/// Calls `take` for every entry after `last_seq`, which it moves on, until the log is complete or the stream
/// breaks off. True: complete.
awaitable<Result<bool>> read_live(Portal& portal, std::string const& id, std::int64_t& last_seq,
                                  std::function<void(LogEntry, std::string const&)> const& take) {
    bool complete = false;
    std::function<bool(http::SseEvent const&)> on_event = [&](http::SseEvent const& event) {
        if (event.event == "end") complete = true;
        if (event.event != "log") return !complete;
        if (auto entry = read_answer<LogEntry>(event.data); entry && entry->seq > last_seq) {
            last_seq = entry->seq;
            take(std::move(*entry), event.data);
        }
        return true;
    };
    Result<void> ended = co_await portal.events(path_of(id) + "/logs", last_seq, on_event);
    if (!ended) co_return ended.error();
    co_return complete;
}

class Follower {
public:
    Follower(Session& session, std::string id, FollowSettings settings)
        : session_(session),
          id_(std::move(id)),
          settings_(std::move(settings)),
          block_(session.terminal),
          redraws_(!session.json() && session.terminal.can_redraw()),
          begin_(clock().now()),
          last_contact_(begin_) {}

    awaitable<int> run() {
        if (session_.json()) co_return co_await watch();
        co_return co_await alongside(watch(), read_log());
    }

private:
    base::Clock& clock() { return session_.portal.clock(); }

    awaitable<int> watch() {
        while (true) {
            Call look{.path = path_of(id_), .limit = 5s};
            Result<std::string> answer = co_await session_.portal.call(std::move(look));
            if (!answer && !may_pass(answer.error())) co_return session_.fail(answer.error());
            if (!answer && no_contact_for_too_long()) co_return lost_contact(answer.error());
            if (!answer) tell_no_contact(answer.error());
            if (answer) {
                auto view = read_answer<DeploymentView>(*answer);
                if (!view) co_return session_.fail(view.error());
                seen(std::move(*view), std::move(*answer));
                if (std::optional<ExitCode> end = end_of(view_)) co_return co_await finish(*end);
            }
            if (settings_.timeout > Duration::zero() && clock().now() - begin_ >= settings_.timeout)
                co_return time_is_up();
            co_await clock().sleep_for(settings_.interval);
        }
    }

    /// Runs on until it is cancelled.
    awaitable<void> read_log() {
        std::function<void(LogEntry, std::string const&)> take = [this](LogEntry entry, std::string const&) {
            add(std::move(entry));
        };
        while (true) {
            co_await read_live(session_.portal, id_, last_seq_, take);
            co_await clock().sleep_for(1s);
        }
    }

    void add(LogEntry entry) {
        if (!redraws_) session_.terminal.out(log_line(entry) + "\n");
        log_.push_back(std::move(entry));
        if (log_.size() > kept_log) log_.erase(log_.begin());
    }

    void seen(DeploymentView view, std::string text) {
        view_ = std::move(view);
        text_ = std::move(text);
        last_contact_ = clock().now();
        if (std::exchange(told_no_contact_, false) && !redraws_)
            session_.terminal.err("pilothouse: the server answers again\n");
        draw();
    }

    void draw(std::string const& note = {}) {
        if (!redraws_) return;
        ProgressStyle const style{.columns = static_cast<std::size_t>(session_.terminal.columns()) - 1,
                                  .unicode = session_.terminal.unicode()};
        std::vector<std::string> lines = render_progress(view_, log_, now(), style);
        if (!note.empty()) lines.push_back(cut(note, style.columns, style.unicode));
        block_.draw(lines);
    }

    WallTime now() { return view_.observed_at.value_or(clock().wall_now()); }

    std::optional<ExitCode> end_of(DeploymentView const& view) const {
        if (settings_.cancelled_is_success && view.phase == Phase::cancelled) return ExitCode::done;
        if (model::is_final(view.phase)) return exit_code_of(view.phase);
        bool const gate =
            view.phase == Phase::waiting_for_approval && gates_of(view) != settings_.passed_gates;
        if (gate) return ExitCode::gate;
        return {};
    }

    awaitable<int> finish(ExitCode end) {
        if (session_.json()) {
            session_.terminal.out(text_ + "\n");
            co_return code(end);
        }
        co_await read_rest_of_log();
        draw();
        session_.terminal.out(outcome_sentence(view_, now()) + "\n");
        if (end == ExitCode::gate)
            session_.terminal.out(fmt::format("promote it with: pilothouse promote {}\n", printable(id_)));
        co_return code(end);
    }

    awaitable<void> read_rest_of_log() {
        Result<std::string> text = co_await read_page(session_.portal, id_, last_seq_);
        if (!text) co_return;
        auto list = read_answer<model::LogList>(*text);
        if (!list) co_return;
        for (LogEntry& entry : list->items) {
            last_seq_ = entry.seq;
            add(std::move(entry));
        }
    }

    bool no_contact_for_too_long() { return clock().now() - last_contact_ >= settings_.contact_limit; }

    void tell_no_contact(base::Error const& error) {
        std::string const note = fmt::format("{}; trying again", printable(error.message));
        draw(note);
        if (!std::exchange(told_no_contact_, true) && !redraws_)
            session_.terminal.err("pilothouse: " + note + "\n");
    }

    int lost_contact(base::Error const& error) {
        session_.terminal.err(fmt::format(
            "pilothouse: no contact for {}: {}; the deployment goes on as far as the server does; {}\n",
            base::say_duration(settings_.contact_limit), printable(error.message), how_to_follow()));
        return code(ExitCode::unreachable);
    }

    int time_is_up() {
        if (session_.json() && !text_.empty()) session_.terminal.out(text_ + "\n");
        session_.terminal.err(fmt::format("pilothouse: not at its end after {}; the deployment goes on; {}\n",
                                          base::say_duration(settings_.timeout), how_to_follow()));
        return code(ExitCode::time_limit);
    }

    std::string how_to_follow() const {
        return fmt::format("follow it with: pilothouse follow {}", printable(id_));
    }

    Session& session_;
    std::string id_;
    FollowSettings settings_;
    LiveBlock block_;
    bool redraws_;
    SteadyTime begin_;
    SteadyTime last_contact_;
    bool told_no_contact_ = false;
    DeploymentView view_{};
    std::string text_{};  // of the last answer
    std::vector<LogEntry> log_{};
    std::int64_t last_seq_ = 0;
};

awaitable<int> print_stored_log(Session& session, std::string const& id) {
    for (std::int64_t after = 0;;) {
        Result<std::string> text = co_await read_page(session.portal, id, after);
        if (!text) co_return session.fail(text.error());
        auto list = read_answer<model::LogList>(*text);
        if (!list) co_return session.fail(list.error());
        if (session.json()) session.terminal.out(*text + "\n");
        for (LogEntry const& entry : list->items) session.say(log_line(entry) + "\n");
        if (!list->next || list->items.empty()) co_return code(ExitCode::done);
        after = list->items.back().seq;
    }
}

awaitable<int> print_live_log(Session& session, std::string const& id) {
    base::Clock& clock = session.portal.clock();
    std::function<void(LogEntry, std::string const&)> take = [&](LogEntry const& entry,
                                                                 std::string const& text) {
        session.terminal.out((session.json() ? text : log_line(entry)) + "\n");
    };
    std::int64_t last_seq = 0;
    SteadyTime last_contact = clock.now();
    while (true) {
        Result<bool> complete = co_await read_live(session.portal, id, last_seq, take);
        if (complete && *complete) co_return code(ExitCode::done);
        if (!complete && !may_pass(complete.error())) co_return session.fail(complete.error());
        if (complete) last_contact = clock.now();
        if (clock.now() - last_contact >= FollowSettings().contact_limit)
            co_return session.fail(complete.error());
        co_await clock.sleep_for(1s);
    }
}

}  // namespace

awaitable<int> follow(Session& session, std::string id, FollowSettings settings) {
    session.following = id;
    Follower follower(session, std::move(id), std::move(settings));
    co_return co_await follower.run();
}

awaitable<int> print_log(Session& session, std::string id, bool live) {
    if (live) co_return co_await print_live_log(session, id);
    co_return co_await print_stored_log(session, id);
}

std::map<std::string, int> gates_of(DeploymentView const& deployment) {
    std::map<std::string, int> gates;
    for (auto const& rollout : deployment.components)
        if (rollout.phase == Phase::waiting_for_approval) gates[rollout.name] = rollout.step;
    return gates;
}

}  // namespace cli
