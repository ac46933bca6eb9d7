// Points of a rollout's chart.
#include "store/impl/statements.hpp"

namespace store {

Result<void> save_sample(Transaction& transaction, DeploymentId const& deployment,
                         model::Sample const& sample) {
    impl::execute(transaction,
                  "INSERT INTO sample (deployment, component, \"time\", body) VALUES ($1, $2, $3, $4) "
                  "ON CONFLICT (deployment, \"time\", component) DO UPDATE SET body = excluded.body",
                  deployment, sample.component, sample.time, sample);
    return {};
}

Result<std::vector<model::Sample>> read_samples(Transaction& transaction, DeploymentId const& deployment,
                                                std::string const& component, WallTime after, int limit) {
    std::vector<model::Sample> samples;
    for (std::string const& body :
         impl::select<std::string>(transaction,
                                   "SELECT body FROM sample WHERE deployment = $1 AND \"time\" > $2 AND ($3 "
                                   "= '' OR component = $3) "
                                   "ORDER BY \"time\", component LIMIT $4",
                                   deployment, after, component, limit)) {
        auto sample = base::from_text<model::Sample>(body, base::Author::ourselves);
        if (!sample) impl::throw_unreadable(body, sample.error());
        samples.push_back(std::move(*sample));
    }
    return samples;
}

}  // namespace store
