// What each component runs outside of any rollout.
#include "store/impl/statements.hpp"

namespace store {

using model::Placement;

Result<std::vector<Placement>> placements(Transaction& transaction) {
    static std::string const sql =
        "SELECT " + impl::columns_of<Placement>() + " FROM placement ORDER BY environment, component";
    return impl::select<Placement>(transaction, sql);
}

Result<std::optional<Placement>> find_placement(Transaction& transaction, std::string const& environment,
                                                std::string const& component) {
    static std::string const sql = "SELECT " + impl::columns_of<Placement>() +
                                   " FROM placement WHERE environment = $1 AND component = $2";
    return impl::select_one<Placement>(transaction, sql, environment, component);
}

Result<void> save_placement(Transaction& transaction, Placement const& placement) {
    static std::string const sql =
        impl::insert_into<Placement>("placement") + impl::or_replace<Placement>("environment, component");
    transaction.execute(sql, impl::cells_of(placement));
    return {};
}

}  // namespace store
