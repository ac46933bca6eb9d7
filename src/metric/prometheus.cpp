#include "metric/prometheus.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <charconv>
#include <cmath>

#include "base/json_at.hpp"

namespace metric {

namespace {

namespace json = base::json;

constexpr std::size_t longest_answer = 16 * 1024 * 1024;

/// [1764032400.123, "17.5"]
std::optional<Series::Sample> read_sample(json::value const& pair) {
    json::array const* both = pair.if_array();
    if (!both || both->size() != 2 || !(*both)[0].is_number() || !(*both)[1].is_string()) return {};
    json::string const& text = (*both)[1].get_string();
    Series::Sample sample;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), sample.value);
    if (failed != std::errc() || end != text.data() + text.size() || !std::isfinite(sample.value)) return {};
    auto const seconds = (*both)[0].to_number<double>();
    sample.at =
        WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(seconds)));
    return sample;
}

Series read_series(json::value const& item) {
    Series series;
    if (json::value const* labels = base::find_at(item, "/metric"); labels && labels->is_object())
        for (auto const& [name, value] : labels->get_object())
            if (value.is_string()) series.labels.emplace(name, value.get_string());
    if (json::value const* one = base::find_at(item, "/value"))
        if (auto sample = read_sample(*one)) series.samples.push_back(*sample);
    for (json::value const& each : base::list_at(item, "/values"))
        if (auto sample = read_sample(each)) series.samples.push_back(*sample);
    return series;
}

}  // namespace

base::Result<std::vector<Series>> read_answer(std::string_view body) {
    error_code failed;
    json::value const answer = json::parse(body, failed);
    if (failed || !answer.is_object()) return base::invalid("the answer is not that of a Prometheus server");
    if (base::text_at(answer, "/status") != "success") {
        std::string const error = base::text_at(answer, "/error");
        return base::unavailable(error.empty() ? "the query failed" : "the query failed: " + error);
    }
    std::string const type = base::text_at(answer, "/data/resultType");
    if (type != "matrix" && type != "vector")
        return base::invalid(fmt::format("the query answers with \"{}\", not with series", type));
    std::vector<Series> list;
    for (json::value const& item : base::list_at(answer, "/data/result")) list.push_back(read_series(item));
    return list;
}

base::Result<Prometheus> Prometheus::make(base::Dialer& dialer, base::Clock& clock,
                                          std::string_view address) {
    TRY(http::Url url, http::parse_url(address));
    return Prometheus(dialer, clock, std::string(address), std::move(url));
}

awaitable<base::Result<std::vector<Series>>> Prometheus::query(std::string expression, Duration limit) const {
    http::Url url = url_;
    while (url.target.ends_with('/')) url.target.pop_back();
    http::Request request;
    request.raw_target =
        url.target + "/api/v1/query?query=" + boost::urls::encode(expression, boost::urls::unreserved_chars);
    url.target = request.raw_target;
    auto response =
        co_await http::send(*dialer_, *clock_, std::move(url), std::move(request), limit, longest_answer);
    std::string problem;
    if (!response)
        problem = response.error().message;
    else if (auto series = read_answer(response->body))
        co_return series;
    else
        problem = response->status == 200
                      ? series.error().message
                      : fmt::format("status {}: {}", response->status, series.error().message);
    co_return base::unavailable(fmt::format("Prometheus at {} does not answer: {}", address_, problem));
}

}  // namespace metric
