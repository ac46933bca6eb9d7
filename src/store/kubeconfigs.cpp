// Kubeconfigs that were uploaded; what is secret in them is encrypted before it comes here.
#include "store/impl/statements.hpp"

namespace store {

Result<std::vector<Kubeconfig>> list_kubeconfigs(Transaction& transaction, std::string const& organisation) {
    static std::string const sql =
        "SELECT " + impl::columns_of<Kubeconfig>() + " FROM kubeconfig WHERE organisation = $1 ORDER BY name";
    return impl::select<Kubeconfig>(transaction, sql, organisation);
}

Result<std::optional<Kubeconfig>> find_kubeconfig(Transaction& transaction, std::string const& organisation,
                                                  std::string const& name) {
    static std::string const sql =
        "SELECT " + impl::columns_of<Kubeconfig>() + " FROM kubeconfig WHERE organisation = $1 AND name = $2";
    return impl::select_one<Kubeconfig>(transaction, sql, organisation, name);
}

Result<void> save_kubeconfig(Transaction& transaction, Kubeconfig const& kubeconfig) {
    static std::string const sql = impl::insert_into<Kubeconfig>("kubeconfig") +
                                   impl::or_replace<Kubeconfig>("organisation, name") +
                                   " WHERE kubeconfig.version = excluded.version - 1";
    if (transaction.execute(sql, impl::cells_of(kubeconfig)) == 0)
        return base::conflict(fmt::format(
            "somebody else has changed the kubeconfig \"{}\" at the same moment; look at it, and try again",
            kubeconfig.name));
    return {};
}

Result<void> rewrap_kubeconfig(Transaction& transaction, Kubeconfig const& kubeconfig) {
    impl::execute(transaction,
                  "UPDATE kubeconfig SET key_id = $1, wrapped_key = $2 "
                  "WHERE organisation = $3 AND name = $4 AND version = $5",
                  kubeconfig.key_id, kubeconfig.wrapped_key, kubeconfig.organisation, kubeconfig.name,
                  kubeconfig.version);
    return {};
}

Result<void> delete_kubeconfig(Transaction& transaction, std::string const& organisation,
                               std::string const& name) {
    if (impl::execute(transaction, "DELETE FROM kubeconfig WHERE organisation = $1 AND name = $2",
                      organisation, name) == 0)
        return base::not_found(fmt::format("there is no kubeconfig \"{}\"", name));
    return {};
}

Result<std::vector<KubeconfigMark>> kubeconfig_marks(Transaction& transaction,
                                                     std::string const& organisation) {
    static std::string const sql = "SELECT " + impl::columns_of<KubeconfigMark>() +
                                   " FROM kubeconfig WHERE organisation = $1 ORDER BY name";
    return impl::select<KubeconfigMark>(transaction, sql, organisation);
}

}  // namespace store
