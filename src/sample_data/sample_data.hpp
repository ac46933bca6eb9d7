// Invented numbers for environments with target `sample`, so that every page can be looked at before anything
// real is connected. In the shapes of the real ones; said to be sample data wherever they appear.
#pragma once
#include "base/random.hpp"
#include "model/views.hpp"
#include "store/store.hpp"

namespace sample_data {

/// 24 hours of metrics a minute apart, an alert with a probability of 30 %, and the costs of 30 days: for
/// each environment whose target is a sample. Times end at `now`.
std::vector<store::SampleDocument> make(model::Environments const& declared, WallTime now,
                                        base::Random& random);

/// What one environment costs, as it is stored.
struct EnvironmentCosts {
    model::Provider provider = model::Provider::on_premises;
    WallTime as_of{};
    std::vector<std::int64_t> cents{};  // a day each, the last one is that of `as_of`
};
BOOST_DESCRIBE_STRUCT(EnvironmentCosts, (), (provider, as_of, cents))

/// The last `days` of all environments.
base::Result<model::CostSummary> sum_up(std::vector<store::SampleDocument> const& costs, int days);

}  // namespace sample_data
