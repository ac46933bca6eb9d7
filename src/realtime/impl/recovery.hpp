// What is kept so that a connection that broke can be taken up again without a loss: the sessions that ended,
// and the events since.
#pragma once
#include <boost/json.hpp>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/asio.hpp"
#include "realtime/engine_packet.hpp"
#include "realtime/impl/rooms.hpp"

namespace realtime::impl {

struct SavedSession {
    std::string id{};
    std::set<std::string, std::less<>> rooms{};
    boost::json::value data{};
};

class RecoveryLog {
public:
    /// `keep` zero: keeps nothing.
    RecoveryLog(Duration keep, std::size_t limit_bytes) : keep_(keep), limit_bytes_(limit_bytes) {}
    bool is_on() const { return keep_ > Duration::zero(); }

    /// The number that the next event carries to the clients.
    std::uint64_t next_offset() const { return next_offset_; }
    /// Keeps the event of that number.
    void add(std::vector<SharedPacket> packets, Target target, SteadyTime now);

    /// `pid` is the secret name of the session.
    void save(std::string pid, SavedSession session, SteadyTime now);
    struct Restored {
        SavedSession session{};
        std::vector<SharedPacket> missed{};
    };
    /// The session and what came for it after `offset`; once. Nothing when either is not known any more.
    std::optional<Restored> restore(std::string const& pid, std::string_view offset, SteadyTime now);

private:
    struct Stored {
        std::vector<SharedPacket> packets{};
        Target target{};
        std::size_t bytes = 0;
        SteadyTime at{};
    };
    struct Saved {
        SavedSession session{};
        SteadyTime at{};
    };
    void forget(SteadyTime now);

    Duration keep_;
    std::size_t limit_bytes_;
    std::uint64_t next_offset_ = 1;
    std::deque<Stored> events_{};  // the last has the number before `next_offset_`
    std::size_t bytes_ = 0;
    std::map<std::string, Saved> sessions_{};
    std::deque<std::pair<SteadyTime, std::string>> by_age_{};
};

}  // namespace realtime::impl
