// Counters of requests that services keep themselves, in whatever words: selectors say where they are.
#pragma once
#include "metric/prometheus.hpp"
#include "model/deployment.hpp"

namespace metric {

/// What one process has answered since it started.
struct OwnCounter {
    std::string instance{};  // which process: its labels job, instance and pod
    model::Counts counts{};
    WallTime at{};  // when it was scraped
};

/// The newest raw samples of a selector's series, with the times: `selector[2m]`, long enough for those that
/// are scraped once a minute.
std::string newest_samples(std::string_view selector);

/// One for each process: all of its series start again with it. Without `failures` those of `requests` are
/// failures whose label says so: `code`, `status`, `status_code`, `response_code`, `http_status_code` or
/// `http_response_status_code` that begins with 5.
std::vector<OwnCounter> own_counters(std::vector<Series> const& requests,
                                     std::optional<std::vector<Series>> const& failures);

}  // namespace metric
