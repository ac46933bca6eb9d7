#include "cli/impl/tally.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "cli/text.hpp"

namespace cli {

namespace {

constexpr std::size_t window_seconds = 10;
constexpr std::size_t listed = 20;

std::string say_milliseconds(double value) {
    return value < 10 ? fmt::format("{:.1f} ms", value) : fmt::format("{:.0f} ms", value);
}

void count(std::map<std::string, VersionCounts>& by_version, Done const& outcome) {
    VersionCounts& counts = by_version[outcome.version.empty() ? "-" : outcome.version];
    ++(outcome.outcome == Outcome::ok ? counts.ok : counts.error);
}

VersionCounts sum(std::map<std::string, VersionCounts> const& by_version) {
    VersionCounts all;
    for (auto const& [version, counts] : by_version) {
        all.ok += counts.ok;
        all.error += counts.error;
    }
    return all;
}

double percent(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

// Below 16 microseconds a bucket holds one value; above, the four bits after the highest one choose it.
void Latencies::add(Duration took) {
    auto micros = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    std::size_t bucket = micros;
    if (micros >= per_doubling) {
        auto doublings = static_cast<std::size_t>(std::bit_width(micros)) - 5;
        bucket = (doublings + 1) * per_doubling + ((micros >> doublings) & (per_doubling - 1));
    }
    ++buckets_[std::min(bucket, buckets_.size() - 1)];
    ++count_;
}

void Latencies::add(Latencies const& other) {
    for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
}

double Latencies::milliseconds_at(double percent_of_all) const {
    auto wanted = static_cast<std::uint64_t>(std::ceil(static_cast<double>(count_) * percent_of_all / 100));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size() && count_ > 0; ++i) {
        seen += buckets_[i];
        if (seen < wanted) continue;
        if (i < per_doubling) return static_cast<double>(i) / 1000;
        std::size_t doublings = i / per_doubling - 1;
        return static_cast<double>((per_doubling + i % per_doubling) << doublings) / 1000;
    }
    return 0;
}

void Tally::done(Done const& outcome, Duration took) {
    if (outcome.outcome == Outcome::lost) {
        ++total_.lost;
        if (total_.losses.size() < listed)
            total_.losses.push_back(fmt::format("request {} was lost after {} ms: {}", outcome.id,
                                                outcome.milliseconds, outcome.why));
        return;
    }
    ++(outcome.outcome == Outcome::ok ? total_.ok : total_.errors);
    count(total_.by_version, outcome);
    count(seconds_.back().by_version, outcome);
    latencies_.add(took);
    seconds_.back().latencies.add(took);
}

void Tally::tick() {
    seconds_.emplace_back();
    if (seconds_.size() > window_seconds) seconds_.pop_front();
}

TrafficSummary Tally::summary() const {
    TrafficSummary now = total_;
    now.open = now.sent - now.ok - now.errors - now.lost;
    now.p50_ms = latencies_.milliseconds_at(50);
    now.p99_ms = latencies_.milliseconds_at(99);
    return now;
}

Tally::Second Tally::recent() const {
    Second all;
    for (Second const& second : seconds_) {
        for (auto const& [version, counts] : second.by_version) {
            all.by_version[version].ok += counts.ok;
            all.by_version[version].error += counts.error;
        }
        all.latencies.add(second.latencies);
    }
    return all;
}

std::string Tally::line() const {
    Second const now = recent();
    VersionCounts const all = sum(now.by_version);
    std::string text = fmt::format("sent {}  errors {:.1f} %  lost {}", grouped(total_.sent),
                                   percent(all.error, all.answered()), grouped(total_.lost));
    if (!now.by_version.empty()) text += "  versions";
    for (auto const& [version, counts] : now.by_version)
        text += fmt::format(" {} {:.0f} %", printable(version), percent(counts.answered(), all.answered()));
    if (all.answered() > 0)
        text += fmt::format("  p50 {} p99 {}", say_milliseconds(now.latencies.milliseconds_at(50)),
                            say_milliseconds(now.latencies.milliseconds_at(99)));
    if (total_.skipped > 0) text += fmt::format("  skipped {}", grouped(total_.skipped));
    return text;
}

std::string grouped(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t place = text.size(); place > 3;) text.insert(place -= 3, ",");
    return text;
}

}  // namespace cli
