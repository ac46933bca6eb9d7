// What HAProxy's runtime API does: one random sequence of commands, the answers, and what is seen of it when
// it has settled.
#pragma once
#include "base/random.hpp"
#include "traffic/impl/haproxy_stats.hpp"

namespace traffic {

/// A HAProxy under test, with replicas r0 to r3 (r3 is not there) behind it.
struct HaproxyWorld {
    std::function<std::string(std::string const& command)> ask{};
    std::function<bool(std::function<bool()>)> eventually{};
    std::function<void(int replica, bool sick)> make_sick{};
    std::function<void()> restart{};  // HAProxy, from its file; returns when it answers again
    std::vector<std::string> addresses{};
};

class HaproxyStory {
public:
    HaproxyStory(HaproxyWorld world, std::uint64_t seed) : world_(std::move(world)), random_(seed) {}

    std::vector<std::string> tell(int operations) {
        for (int i = 0; i < operations; ++i) step();
        return lines_;
    }

private:
    void step() {
        auto replica = static_cast<int>(random_.below(world_.addresses.size()));
        auto weight = static_cast<int>(random_.below(300)) - 20;
        std::string place = fmt::format("{}/r{}", backend_name, replica);
        switch (random_.below(12)) {
            case 0:
            case 1:
            case 2:
                return add(place, replica);
            case 3:
            case 4:
                return say(fmt::format("set weight {} {}", place, weight));
            case 5:
                return say(fmt::format("set server {} state drain", place));
            case 6:
                return say(fmt::format("set server {} state ready", place));
            case 7:
                return say(fmt::format("set server {} state maint", place));
            case 8:
                return say(fmt::format("del server {}", place));
            case 9:
                return odd(replica);
            case 10:
                return fall_ill(replica);
            case 11:
                return restart();
        }
    }

    /// Adding, and beginning to check, is one thing here, as it is in the driver.
    void add(std::string const& place, int replica) {
        std::string command =
            fmt::format("add server {} {} {} weight 0", place,
                        world_.addresses[static_cast<std::size_t>(replica)], server_settings());
        std::string answer = world_.ask(command);
        if (answer.starts_with("New"))
            answer += world_.ask(fmt::format("enable health {0};enable server {0}", place));
        note("add " + place, answer);
    }
    void say(std::string const& command) { note(command, world_.ask(command)); }
    void odd(int replica) {
        std::string const commands[] = {"set weight nobody-knows/r0 1",
                                        fmt::format("set weight {}/r{} many", backend_name, replica),
                                        "set server nobody-knows/r0 state drain",
                                        fmt::format("set server {}/r{} state gone", backend_name, replica),
                                        "del server nobody-knows/r0",
                                        "add server nobody-knows/r0 127.0.0.1:1",
                                        fmt::format("enable health {}/none", backend_name),
                                        fmt::format("shutdown sessions server {}/r{}", backend_name, replica),
                                        fmt::format("get var {}", health_variable)};
        say(commands[random_.below(std::size(commands))]);
    }
    void fall_ill(int replica) {
        bool& sick = sick_[static_cast<std::size_t>(replica)];
        sick = !sick;
        world_.make_sick(replica, sick);
        note(fmt::format("r{} is {}", replica, sick ? "sick" : "well"), "");
    }
    void restart() {
        world_.restart();
        note("restart", "");
    }

    void note(std::string const& what, std::string const& answer) {
        std::string line = fmt::format("{}: [{}] ->", what, answer);
        (void)world_.eventually([this] { return settled(); });
        auto live = parse_live(world_.ask(live_command()));
        if (!live) return lines_.push_back(line + " " + live.error().message);
        for (LiveServer const& server : live->servers)
            line += fmt::format(" {}={}{}{} {} {}", server.name, server.weight,
                                server.draining ? " draining" : "", server.maintenance ? " maintenance" : "",
                                server.up ? "up" : "not up", server.maintenance ? "" : word_of(server.check));
        lines_.push_back(line);
    }

    /// Without the status code, which HAProxy leaves out while the next check is under way.
    static std::string word_of(std::string const& check) { return check.substr(0, check.find(' ')); }

    /// Every check has said what is true now, twice where twice is needed.
    bool settled() {
        auto live = parse_live(world_.ask(live_command()));
        if (!live) return false;
        return std::all_of(live->servers.begin(), live->servers.end(), [&](LiveServer const& server) {
            if (server.maintenance) return true;
            auto replica = static_cast<std::size_t>(server.name.back() - '0');
            bool well = replica < 3 && !sick_[replica];
            return server.checked && server.up == well && (server.check == "L7OK") == well;
        });
    }

    HaproxyWorld world_;
    base::Random random_;
    std::array<bool, 4> sick_{};
    std::vector<std::string> lines_{};
};

}  // namespace traffic
