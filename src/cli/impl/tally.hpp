// What the demo's traffic program has seen: totals, and the last ten seconds. Pure.
#pragma once
#include <array>
#include <deque>

#include "cli/ledger.hpp"

namespace cli {

/// How long answers took, in buckets that are at most a sixteenth of their value wide.
class Latencies {
public:
    void add(Duration took);
    void add(Latencies const& other);
    /// The value that `percent` of all answers kept to, in milliseconds; 0 without answers.
    double milliseconds_at(double percent) const;

private:
    static constexpr std::size_t per_doubling = 16;
    std::array<std::uint32_t, per_doubling * 32> buckets_{};
    std::uint64_t count_ = 0;
};

struct TrafficSummary {
    std::uint64_t sent = 0;
    std::uint64_t ok = 0;
    std::uint64_t errors = 0;
    std::uint64_t lost = 0;
    std::uint64_t open = 0;
    std::uint64_t closed_idle = 0;  // keep-alive connections found closed before a request was sent on them
    std::uint64_t skipped = 0;      // not sent: too many were open
    std::map<std::string, VersionCounts> by_version{};
    double p50_ms = 0;  // without the delay that was asked for
    double p99_ms = 0;
    std::vector<std::string> losses{};  // the first 20, as sentences
};
BOOST_DESCRIBE_STRUCT(TrafficSummary, (),
                      (sent, ok, errors, lost, open, closed_idle, skipped, by_version, p50_ms, p99_ms,
                       losses))

class Tally {
public:
    void sent() { ++total_.sent; }
    void skipped() { ++total_.skipped; }
    void closed_idle() { ++total_.closed_idle; }
    void done(Done const& outcome, Duration took);
    /// A second has passed.
    void tick();
    TrafficSummary summary() const;
    /// "sent 12,345  errors 0.2 %  lost 0  versions 1.0.0 90 % 1.1.0 10 %  p50 3 ms p99 12 ms": sent and lost
    /// since the beginning, the rest over the last ten seconds.
    std::string line() const;

private:
    struct Second {
        std::map<std::string, VersionCounts> by_version{};
        Latencies latencies{};
    };
    Second recent() const;
    TrafficSummary total_{};
    Latencies latencies_{};
    std::deque<Second> seconds_{Second{}};
};

/// 12345 as "12,345".
std::string grouped(std::uint64_t number);

}  // namespace cli
