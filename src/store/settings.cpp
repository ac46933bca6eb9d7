// Small facts under a name.
#include "store/impl/statements.hpp"

namespace store {

Result<std::optional<std::string>> find_setting(Transaction& transaction, std::string const& name) {
    return impl::select_one<std::string>(transaction, "SELECT value FROM setting WHERE name = $1", name);
}

Result<void> save_setting(Transaction& transaction, std::string const& name, std::string const& value) {
    impl::execute(transaction,
                  "INSERT INTO setting (name, value) VALUES ($1, $2) "
                  "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                  name, value);
    return {};
}

Result<void> delete_setting(Transaction& transaction, std::string const& name) {
    impl::execute(transaction, "DELETE FROM setting WHERE name = $1", name);
    return {};
}

}  // namespace store
