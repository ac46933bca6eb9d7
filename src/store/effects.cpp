// What is to be done outside, recorded before it is tried.
#include "store/impl/statements.hpp"

namespace store {

Result<std::vector<std::int64_t>> insert_intents(Transaction& transaction,
                                                 std::vector<Effect> const& effects) {
    std::vector<std::int64_t> ids;
    for (Effect const& effect : effects) {
        auto id = impl::select_one<std::int64_t>(transaction,
                                                 "INSERT INTO effect (deployment, component, purpose, "
                                                 "object, body, epoch, status, outcome, intended_at) "
                                                 "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
                                                 effect.deployment, effect.component, effect.purpose,
                                                 effect.object, effect.body, effect.epoch, effect.status,
                                                 effect.outcome, effect.intended_at);
        ids.push_back(*id);
    }
    return ids;
}

Result<void> finish_effect(Transaction& transaction, std::int64_t id, EffectStatus status,
                           std::string const& outcome) {
    auto changed = impl::execute(transaction, "UPDATE effect SET status = $1, outcome = $2 WHERE id = $3",
                                 status, outcome, id);
    if (changed == 0) return base::not_found(fmt::format("there is no effect {}", id));
    return {};
}

Result<std::vector<Effect>> effects_of(Transaction& transaction, DeploymentId const& deployment,
                                       std::string const& component) {
    static std::string const sql = "SELECT " + impl::columns_of<Effect>() +
                                   " FROM effect WHERE deployment = $1 AND component = $2 ORDER BY id";
    return impl::select<Effect>(transaction, sql, deployment, component);
}

}  // namespace store
