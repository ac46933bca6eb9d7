// The newest events, for who was away for a moment.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "model/deployment.hpp"

namespace feed {

inline constexpr std::string_view log_line = "log-line";
inline constexpr std::string_view admin_room = "admin";

/// An event as it goes out: the envelope is written once, for all.
struct Told {
    std::int64_t seq = 0;
    std::string topic{};
    std::string name{};
    std::string envelope{};  // JSON

    /// Does who follows this room get it?
    bool is_for(std::string_view room) const { return room == admin_room ? name != log_line : room == topic; }
};

Told tell(model::Event const& event);
/// Of a tick: an event that is not stored.
std::string envelope_of(model::Event const& event);

/// Without gaps: every event after the one that `floor` names.
class Tail {
public:
    Tail(std::size_t events, std::size_t bytes) : most_events_(events), most_bytes_(bytes) {}

    /// The next one: they come in the order of their seq.
    void add(Told told);
    /// Begins anew after this event.
    void restart(std::int64_t seq);

    std::int64_t newest() const { return newest_; }
    /// Is everything after this one here?
    bool reaches(std::int64_t seq) const { return seq >= floor_; }
    /// Those of a room after an event, oldest first; valid until the next `add`.
    std::vector<Told const*> after(std::int64_t seq, std::string_view room) const;

private:
    std::size_t most_events_, most_bytes_;
    std::size_t bytes_ = 0;
    std::int64_t floor_ = 0, newest_ = 0;
    std::deque<Told> kept_{};
};

}  // namespace feed
