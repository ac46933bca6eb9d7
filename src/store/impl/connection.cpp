#include "store/impl/connection.hpp"

namespace store::impl {

Result<void> run_work(Connection& connection, std::function<Result<void>(Transaction&)>& work) {
    try {
        return work(connection.transaction());
    } catch (base::ErrorException const& failed) {
        return failed.error;
    } catch (std::exception const& problem) {
        if (connection.damage(problem) != Damage::work) throw;
        return connection.explain(problem);
    }
}

}  // namespace store::impl
