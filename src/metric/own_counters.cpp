#include "metric/own_counters.hpp"

#include <fmt/format.h>

namespace metric {

namespace {

std::string instance_of(Series const& series) {
    std::string instance;
    for (char const* name : {"job", "instance", "pod"}) {
        auto label = series.labels.find(name);
        if (label == series.labels.end()) continue;
        instance += fmt::format("{}{}", instance.empty() ? "" : " ", label->second);
    }
    return instance;
}

bool says_failure(Series const& series) {
    for (char const* name :
         {"code", "status", "status_code", "response_code", "http_status_code", "http_response_status_code"})
        if (auto label = series.labels.find(name); label != series.labels.end())
            return label->second.starts_with('5');
    return false;
}

std::uint64_t count_of(Series::Sample const& sample) {
    return static_cast<std::uint64_t>(std::max(0.0, sample.value));
}

}  // namespace

std::string newest_samples(std::string_view selector) { return fmt::format("{}[2m]", selector); }

std::vector<OwnCounter> own_counters(std::vector<Series> const& requests,
                                     std::optional<std::vector<Series>> const& failures) {
    std::map<std::string, OwnCounter> counters;
    for (Series const& each : requests) {
        if (each.samples.empty()) continue;
        OwnCounter& counter = counters[instance_of(each)];
        std::uint64_t const count = count_of(each.samples.back());
        counter.counts.requests += count;
        if (!failures && says_failure(each)) counter.counts.failures += count;
        counter.at = std::max(counter.at, each.samples.back().at);
    }
    for (Series const& each : failures.value_or(std::vector<Series>{})) {
        auto counter = counters.find(instance_of(each));
        if (counter == counters.end()) continue;
        // They were asked for after the requests, and must not be of a later scrape.
        auto last =
            std::find_if(each.samples.rbegin(), each.samples.rend(),
                         [&](Series::Sample const& sample) { return sample.at <= counter->second.at; });
        if (last != each.samples.rend()) counter->second.counts.failures += count_of(*last);
    }
    std::vector<OwnCounter> list;
    for (auto& [instance, counter] : counters) {
        counter.instance = instance;
        list.push_back(std::move(counter));
    }
    return list;
}

}  // namespace metric
