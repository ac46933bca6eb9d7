// A client of the events: it speaks Socket.IO over WebSocket to any of the portals, is disconnected again and
// again, comes back with its cursors, and in the end must hold exactly what is stored.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "followed.hpp"
#include "http/websocket.hpp"
#include "sim/network.hpp"

namespace simulation {

/// All outlive the follower.
struct FollowerSurroundings {
    sim::Simulation& world;
    sim::Network& network;
    std::function<std::vector<std::string>()> hosts;  // where a portal is
    std::function<void(std::string const&)> tell;
    std::function<void(std::string)> violation;
};

class Follower {
public:
    struct Counts {
        int disconnects = 0;  // after it had joined
        int events = 0;       // applied
        int resets = 0;
        Duration longest_behind{};
    };

    Follower(FollowerSurroundings surroundings, std::uint64_t seed);
    ~Follower() { stop(); }

    /// As who has logged in. An event must come so long after it happened, at the latest.
    void start(std::string token, Duration farthest_behind);
    void follow(std::string topic);
    /// From now on it closes no connection by itself.
    void calm_down() { closes_by_itself_ = false; }
    /// Has it got everything that was stored until then?
    bool is_complete(SteadyTime until) const { return complete_until_ >= until; }
    /// Nothing of it runs any more.
    void stop();

    base::Result<void> check(store::Transaction& transaction);
    Counts const& counts() const { return counts_; }

private:
    struct Line;

    // -- Connections
    awaitable<void> live();
    awaitable<void> visit(std::shared_ptr<Line> line, std::string host);
    awaitable<void> shake_hands(Line& line, std::string host);
    awaitable<std::optional<std::string>> receive(Line& line, SteadyTime until);
    void send(std::string const& text);
    static awaitable<void> write_out(std::shared_ptr<Line> line);

    // -- Packets
    void take_packet(std::string_view packet);
    void take_answer(std::string_view text);
    void take_event(std::string_view text);
    void subscribe(std::vector<std::string> const& topics);
    void apply(Followed& followed, Envelope const& event);
    Followed* find(std::string_view topic);
    Duration time_since(WallTime then);

    FollowerSurroundings surroundings_;
    base::Random chance_;
    sim::Process process_;
    std::unique_ptr<base::Dialer> dialer_;
    std::string token_{};
    std::deque<Followed> topics_{};
    std::shared_ptr<Line> line_{};
    Counts counts_{};
    Duration farthest_behind_{};
    SteadyTime complete_until_{}, began_{};
    bool closes_by_itself_ = true;
};

}  // namespace simulation
