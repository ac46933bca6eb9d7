#include "realtime/impl/recovery.hpp"

#include <algorithm>
#include <charconv>

namespace realtime::impl {

namespace {

constexpr std::size_t most_sessions = 20'000;

std::optional<std::uint64_t> parse_offset(std::string_view text) {
    std::uint64_t number = 0;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size()) return {};
    return number;
}

bool meet(std::vector<std::string> const& rooms, SavedSession const& session) {
    return std::any_of(rooms.begin(), rooms.end(), [&](std::string const& room) {
        return room == session.id || session.rooms.contains(room);
    });
}

bool is_for(Target const& target, SavedSession const& session) {
    return (target.rooms.empty() || meet(target.rooms, session)) && !meet(target.except, session);
}

}  // namespace

void RecoveryLog::add(std::vector<SharedPacket> packets, Target target, SteadyTime now) {
    std::size_t bytes = 0;
    for (SharedPacket const& packet : packets) bytes += packet->frame().size();
    bytes_ += bytes;
    events_.push_back({std::move(packets), std::move(target), bytes, now});
    ++next_offset_;
    forget(now);
}

void RecoveryLog::save(std::string pid, SavedSession session, SteadyTime now) {
    by_age_.emplace_back(now, pid);
    sessions_.insert_or_assign(std::move(pid), Saved{std::move(session), now});
    forget(now);
}

std::optional<RecoveryLog::Restored> RecoveryLog::restore(std::string const& pid, std::string_view offset,
                                                          SteadyTime now) {
    forget(now);
    auto saved = sessions_.extract(pid);
    auto after = parse_offset(offset);
    if (saved.empty() || !after || *after == 0 || *after >= next_offset_) return {};
    // All that came after it must still be here; it itself need not.
    std::uint64_t missed = next_offset_ - 1 - *after;
    if (missed > events_.size()) return {};
    Restored restored{std::move(saved.mapped().session)};
    for (auto event = events_.end() - static_cast<std::ptrdiff_t>(missed); event != events_.end(); ++event)
        if (is_for(event->target, restored.session))
            restored.missed.insert(restored.missed.end(), event->packets.begin(), event->packets.end());
    return restored;
}

void RecoveryLog::forget(SteadyTime now) {
    while (!events_.empty() && (events_.front().at + keep_ < now || bytes_ > limit_bytes_)) {
        bytes_ -= events_.front().bytes;
        events_.pop_front();
    }
    while (!by_age_.empty() && (by_age_.front().first + keep_ < now || by_age_.size() > most_sessions)) {
        sessions_.erase(by_age_.front().second);
        by_age_.pop_front();
    }
}

}  // namespace realtime::impl
