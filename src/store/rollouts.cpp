// Rollouts, one writer each: whoever holds the highest epoch.
#include "store/impl/statements.hpp"

namespace store {

using model::Rollout;

namespace {

Result<std::vector<Rollout>> parse(std::vector<std::string> const& bodies) {
    std::vector<Rollout> rollouts;
    rollouts.reserve(bodies.size());
    for (std::string const& body : bodies) {
        auto rollout = base::from_text<Rollout>(body, base::Author::ourselves);
        if (!rollout) impl::throw_unreadable(body, rollout.error());
        rollouts.push_back(std::move(*rollout));
    }
    return rollouts;
}

Error no_rollout(DeploymentId const& deployment, std::string const& component) {
    return base::not_found(
        fmt::format("there is no rollout of component {} in deployment {}", component, deployment.value));
}

/// The lease is the authority: its row is locked, so that nobody raises the epoch between this look and the
/// commit.
bool lease_was_taken(Transaction& transaction, Rollout const& rollout) {
    static std::string const look = "SELECT epoch FROM lease WHERE name = $1";
    static std::string const look_and_hold = look + " FOR SHARE";
    std::string const& sql = transaction.dialect() == impl::Dialect::postgresql ? look_and_hold : look;
    auto epoch =
        impl::select_one<std::int64_t>(transaction, sql, rollout.environment + "/" + rollout.component);
    return epoch && *epoch > rollout.epoch;
}

}  // namespace

Result<void> save_rollout(Transaction& transaction, Rollout const& rollout) {
    bool fenced = lease_was_taken(transaction, rollout);
    if (!fenced) {
        auto saved = impl::execute(transaction,
                                   "UPDATE rollout SET phase = $1, epoch = $2, body = $3 "
                                   "WHERE deployment = $4 AND component = $5 AND epoch <= $6",
                                   rollout.phase, rollout.epoch, base::to_text(rollout), rollout.deployment,
                                   rollout.component, rollout.epoch);
        if (saved == 1) return {};
        auto known = impl::select_one<std::int64_t>(
            transaction, "SELECT epoch FROM rollout WHERE deployment = $1 AND component = $2",
            rollout.deployment, rollout.component);
        if (!known) return no_rollout(rollout.deployment, rollout.component);
    }
    return base::conflict(fmt::format("another portal drives the rollout of {}/{} now", rollout.environment,
                                      rollout.component));
}

Result<Rollout> find_rollout(Transaction& transaction, DeploymentId const& deployment,
                             std::string const& component) {
    auto bodies = impl::select<std::string>(
        transaction, "SELECT body FROM rollout WHERE deployment = $1 AND component = $2", deployment,
        component);
    if (bodies.empty()) return no_rollout(deployment, component);
    TRY(auto rollouts, parse(bodies));
    return std::move(rollouts.front());
}

Result<std::vector<Rollout>> rollouts_of(Transaction& transaction, DeploymentId const& deployment) {
    return parse(impl::select<std::string>(
        transaction, "SELECT body FROM rollout WHERE deployment = $1 ORDER BY position", deployment));
}

Result<std::vector<Rollout>> open_rollouts(Transaction& transaction) {
    return parse(impl::select<std::string>(
        transaction,
        "SELECT rollout.body FROM deployment JOIN rollout ON rollout.deployment = deployment.id "
        "WHERE deployment.is_open = 1 ORDER BY deployment.created_at, deployment.id, rollout.position"));
}

Result<std::vector<Rollout>> rollouts_of(Transaction& transaction,
                                         std::vector<DeploymentId> const& deployments) {
    // One text with all ids: the same statement for every length of the list.
    static std::string const sqlite =
        "SELECT body FROM json_each($1) AS wanted JOIN rollout ON rollout.deployment = wanted.value "
        "ORDER BY wanted.key, rollout.position";
    static std::string const postgresql =
        "SELECT body FROM json_array_elements_text(CAST($1 AS json)) WITH ORDINALITY AS wanted (id, place) "
        "JOIN rollout ON rollout.deployment = wanted.id ORDER BY wanted.place, rollout.position";
    return parse(impl::select<std::string>(
        transaction, transaction.dialect() == impl::Dialect::sqlite ? sqlite : postgresql,
        base::to_text(deployments)));
}

}  // namespace store
