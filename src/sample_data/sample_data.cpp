#include "sample_data/sample_data.hpp"

#include <cmath>
#include <numbers>

namespace sample_data {

namespace {

using model::AlertSeverity;
using store::SampleDataKind;

constexpr int minutes_of_metrics = 24 * 60;
constexpr int days_of_costs = 30;
constexpr std::uint64_t alert_percent = 30;

struct Curve {
    std::string_view name, unit;
    double level, swing, noise;  // swing: over a day
};
constexpr Curve curves[] = {
    {"cpu_percent", "%", 38, 14, 5},
    {"memory_percent", "%", 61, 4, 1},
    {"requests_per_second", "1/s", 120, 70, 12},
    {"latency_ms", "ms", 42, 9, 6},
};

struct Story {
    AlertSeverity severity;
    std::string_view title, text;
};
constexpr Story stories[] = {
    {AlertSeverity::error, "Block height stands still",
     "{} has seen no new block for 4 minutes; its peers have."},
    {AlertSeverity::warning, "Certificate ends soon", "The certificate of {} ends in 12 days."},
    {AlertSeverity::warning, "Memory is nearly used up", "{} has used 91 % of its memory for 20 minutes."},
    {AlertSeverity::info, "A newer version is there", "{} runs a version from before the last release."},
};

/// From -1 to 1.
double chance(base::Random& random) { return static_cast<double>(random.below(20'001)) / 10'000 - 1; }

double rounded(double value) { return std::round(value * 100) / 100; }

model::MetricSeries series_of(Curve const& curve, std::string const& component, WallTime now,
                              base::Random& random) {
    model::MetricSeries series{
        .name = std::string(curve.name), .unit = std::string(curve.unit), .component = component};
    double phase = chance(random) * std::numbers::pi;
    double level = curve.level * (1 + 0.2 * chance(random));
    WallTime first =
        std::chrono::floor<std::chrono::minutes>(now) - std::chrono::minutes(minutes_of_metrics - 1);
    for (int minute = 0; minute < minutes_of_metrics; ++minute) {
        double turn = phase + 2 * std::numbers::pi * minute / minutes_of_metrics;
        double value = level + curve.swing * std::sin(turn) + curve.noise * chance(random);
        auto at = std::chrono::duration_cast<std::chrono::milliseconds>(
            (first + std::chrono::minutes(minute)).time_since_epoch());
        series.points.push_back({static_cast<double>(at.count()), rounded(std::max(value, 0.0))});
    }
    return series;
}

store::SampleDocument metrics_of(model::Environment const& environment, WallTime now, base::Random& random) {
    model::MetricsView view{.sample_data = true};
    for (model::Component const& component : environment.components)
        for (Curve const& curve : curves)
            view.series.push_back(series_of(curve, component.name, now, random));
    return {SampleDataKind::metrics, environment.name, base::to_text(view)};
}

store::SampleDocument alert_of(model::Environment const& environment, WallTime now, base::Random& random) {
    Story const& story = stories[random.below(std::size(stories))];
    std::string about =
        environment.components.empty() ? environment.name : environment.components.front().name;
    model::AlertView alert{.id = "sample-" + environment.name,
                           .severity = story.severity,
                           .title = std::string(story.title),
                           .text = fmt::format(fmt::runtime(story.text), about),
                           .environment = environment.name,
                           .started_at = now - std::chrono::minutes(5 + random.below(24 * 60 - 5)),
                           .sample_data = true};
    if (!environment.components.empty()) alert.component = about;
    return {SampleDataKind::alert, alert.id, base::to_text(alert)};
}

store::SampleDocument costs_of(model::Environment const& environment, WallTime now, base::Random& random) {
    EnvironmentCosts costs{.provider = environment.provider, .as_of = now};
    auto a_day = static_cast<double>(2'000 + random.below(18'000));
    for (int day = 0; day < days_of_costs; ++day) {
        std::chrono::weekday weekday(std::chrono::floor<std::chrono::days>(now) -
                                     std::chrono::days(days_of_costs - 1 - day));
        bool weekend = weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
        costs.cents.push_back(std::llround(a_day * (weekend ? 0.8 : 1) * (1 + 0.1 * chance(random))));
    }
    return {SampleDataKind::costs, environment.name, base::to_text(costs)};
}

std::string amount(std::int64_t cents) { return fmt::format("{}.{:02}", cents / 100, cents % 100); }

}  // namespace

std::vector<store::SampleDocument> make(model::Environments const& declared, WallTime now,
                                        base::Random& random) {
    std::vector<store::SampleDocument> documents;
    for (model::Environment const& environment : declared.environments) {
        if (!environment.target.sample) continue;
        documents.push_back(metrics_of(environment, now, random));
        documents.push_back(costs_of(environment, now, random));
        if (random.below(100) < alert_percent) documents.push_back(alert_of(environment, now, random));
    }
    return documents;
}

base::Result<model::CostSummary> sum_up(std::vector<store::SampleDocument> const& costs, int days) {
    model::CostSummary summary{.total = amount(0), .sample_data = !costs.empty()};
    std::map<model::Provider, std::int64_t> by_provider;
    std::map<std::chrono::sys_days, std::int64_t> by_day;
    std::int64_t total = 0;
    for (store::SampleDocument const& document : costs) {
        TRY(auto one, base::from_text<EnvironmentCosts>(document.body, base::Author::ourselves));
        auto last_day = std::chrono::floor<std::chrono::days>(one.as_of);
        auto counted = std::min<std::size_t>(one.cents.size(), static_cast<std::size_t>(days));
        std::int64_t sum = 0;
        for (std::size_t ago = 0; ago < counted; ++ago) {
            std::int64_t cents = one.cents[one.cents.size() - 1 - ago];
            by_day[last_day - std::chrono::days(ago)] += cents;
            sum += cents;
        }
        summary.by_environment.push_back({document.name, amount(sum)});
        by_provider[one.provider] += sum;
        total += sum;
        if (!summary.as_of || one.as_of < *summary.as_of) summary.as_of = one.as_of;
    }
    if (summary.as_of) summary.currency = "EUR";
    summary.total = amount(total);
    for (auto const& [provider, cents] : by_provider)
        summary.by_provider.push_back({provider, amount(cents)});
    for (auto const& [day, cents] : by_day)
        summary.days.push_back({base::format_time(day).substr(0, 10), amount(cents)});
    return summary;
}

}  // namespace sample_data
