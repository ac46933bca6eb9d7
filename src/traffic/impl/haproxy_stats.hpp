// What HAProxy says of itself over its runtime API.
#pragma once
#include "traffic/impl/haproxy_config.hpp"

namespace traffic {

struct LiveServer {
    std::string name{};
    std::string address{};
    int weight = 0;
    bool draining = false;
    bool maintenance = false;
    bool up = false;       // HAProxy would send requests to it, were its weight not 0
    bool checked = false;  // a check since it was added, or since HAProxy was started, has said something
    std::string check{};   // "L7OK", "L7STS 503", "INI"
    std::int64_t sessions = 0;
    std::int64_t response_ms = 0;
    Losses losses{};
    model::Counts counts{};

    /// An added server is up before its first check (2.6.12: "UP 1/2" with INI), and down as soon as the
    /// first one fails; so one that is up and has been checked has passed a check.
    bool routable() const { return up && checked && !maintenance; }
};

struct Live {
    std::string version{};
    std::string health{};      // the path that is checked
    std::string generation{};  // of this HAProxy: pid and start time
    std::uint64_t requests = 0;
    std::uint64_t failures = 0;  // 5xx answers that clients got, whoever made them
    std::uint64_t retries = 0;
    std::vector<LiveServer> servers{};  // sorted by name
};

/// The command whose answer `parse_live` reads.
std::string live_command();
/// Errors: unavailable (the answer is not complete).
base::Result<Live> parse_live(std::string const& answer);

}  // namespace traffic
