// Numbers from any server with Prometheus's HTTP API.
#pragma once
#include <map>

#include "http/client.hpp"

namespace metric {

/// One series with its raw samples, oldest first.
struct Series {
    std::map<std::string, std::string> labels{};
    struct Sample {
        WallTime at{};
        double value = 0;
    };
    std::vector<Sample> samples{};
};

/// What an answer of /api/v1/query says: a matrix or a vector. A sample that is no number (NaN, infinite) is
/// left out. Errors: invalid (not such an answer), unavailable (the server says why it failed).
/// https://prometheus.io/docs/prometheus/latest/querying/api/
base::Result<std::vector<Series>> read_answer(std::string_view body);

class Prometheus {
public:
    /// Dialer and clock outlive it. `address` is "http://prometheus.monitoring:9090", a path may follow.
    /// Errors: invalid.
    static base::Result<Prometheus> make(base::Dialer& dialer, base::Clock& clock, std::string_view address);

    /// Errors: unavailable, timed_out, invalid: each names the server.
    awaitable<base::Result<std::vector<Series>>> query(std::string expression, Duration limit) const;

    std::string const& address() const { return address_; }

private:
    Prometheus(base::Dialer& dialer, base::Clock& clock, std::string address, http::Url url)
        : dialer_(&dialer), clock_(&clock), address_(std::move(address)), url_(std::move(url)) {}

    base::Dialer* dialer_;
    base::Clock* clock_;
    std::string address_;
    http::Url url_;
};

}  // namespace metric
