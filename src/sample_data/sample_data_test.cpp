#include "sample_data/sample_data.hpp"

#include <gtest/gtest.h>

namespace sample_data {
namespace {

using store::SampleDataKind;

WallTime const now = *base::parse_time("2026-11-24T21:54:35Z");

model::Environments declared(int samples) {
    model::Environments all;
    for (int i = 0; i < samples; ++i)
        all.environments.push_back({.name = fmt::format("azure-{}", i),
                                    .provider = i % 2 ? model::Provider::aws : model::Provider::azure,
                                    .target = {.sample = model::SampleTarget{}},
                                    .components = {{.name = "rpc"}, {.name = "gateway"}}});
    all.environments.push_back({.name = "real", .target = {.host = model::HostTarget{}}});
    return all;
}

std::vector<store::SampleDocument> of_kind(std::vector<store::SampleDocument> const& all,
                                           SampleDataKind kind) {
    std::vector<store::SampleDocument> found;
    for (auto const& document : all)
        if (document.kind == kind) found.push_back(document);
    return found;
}

TEST(SampleData, IsMadeOnlyForEnvironmentsThatAreSamples) {
    base::Random random(7);
    auto documents = make(declared(2), now, random);
    for (auto const& document : documents) EXPECT_NE(document.name, "real");
    EXPECT_EQ(of_kind(documents, SampleDataKind::metrics).size(), 2U);
    EXPECT_EQ(of_kind(documents, SampleDataKind::costs).size(), 2U);
}

TEST(SampleData, HasADayOfMetricsThatEndsNow) {
    base::Random random(7);
    auto metrics = of_kind(make(declared(1), now, random), SampleDataKind::metrics);
    auto view = base::from_text<model::MetricsView>(metrics.at(0).body, base::Author::ourselves);
    ASSERT_TRUE(view);
    EXPECT_TRUE(view->sample_data);
    EXPECT_EQ(view->series.size(), 8U) << "four of each component";
    for (auto const& series : view->series) {
        ASSERT_EQ(series.points.size(), 1440U);
        for (std::size_t i = 1; i < series.points.size(); ++i)
            ASSERT_EQ(series.points[i][0] - series.points[i - 1][0], 60'000);
        auto last = static_cast<std::int64_t>(series.points.back()[0]);
        EXPECT_EQ(base::format_time(base::from_micros(last * 1000)), "2026-11-24T21:54:00.000Z");
        for (auto const& point : series.points) ASSERT_GE(point[1], 0);
    }
}

TEST(SampleData, HasAnAlertForThreeEnvironmentsInTen) {
    base::Random random(7);
    auto alerts = of_kind(make(declared(2000), now, random), SampleDataKind::alert);
    EXPECT_NEAR(static_cast<double>(alerts.size()), 600, 80);
    for (auto const& document : alerts) {
        auto alert = base::from_text<model::AlertView>(document.body, base::Author::ourselves);
        ASSERT_TRUE(alert);
        EXPECT_TRUE(alert->sample_data);
        EXPECT_LT(alert->started_at, now);
        EXPECT_GT(alert->started_at, now - std::chrono::hours(24));
    }
}

TEST(SampleData, SumsCostsToTheCent) {
    base::Random random(7);
    auto costs = of_kind(make(declared(3), now, random), SampleDataKind::costs);
    auto month = sum_up(costs, 30);
    ASSERT_TRUE(month);
    EXPECT_TRUE(month->sample_data);
    EXPECT_EQ(month->days.size(), 30U);
    EXPECT_EQ(month->days.back().date, "2026-11-24");
    auto cents = [](std::string amount) {
        std::erase(amount, '.');
        return std::stoll(amount);
    };
    std::int64_t by_day = 0, by_provider = 0, by_environment = 0;
    for (auto const& day : month->days) by_day += cents(day.amount);
    for (auto const& provider : month->by_provider) by_provider += cents(provider.amount);
    for (auto const& environment : month->by_environment) by_environment += cents(environment.amount);
    EXPECT_EQ(by_day, cents(month->total));
    EXPECT_EQ(by_provider, cents(month->total));
    EXPECT_EQ(by_environment, cents(month->total));
    EXPECT_EQ(sum_up(costs, 7)->days.size(), 7U);
}

TEST(SampleData, IsNotClaimedWhereThereIsNone) {
    auto nothing = sum_up({}, 30);
    ASSERT_TRUE(nothing);
    EXPECT_FALSE(nothing->sample_data);
    EXPECT_FALSE(nothing->as_of);
    EXPECT_EQ(nothing->total, "0.00");
}

TEST(SampleData, IsTheSameForTheSameSeed) {
    base::Random one(7), other(7);
    auto first = make(declared(3), now, one), second = make(declared(3), now, other);
    ASSERT_EQ(first.size(), second.size());
    for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i].body, second[i].body);
}

}  // namespace
}  // namespace sample_data
