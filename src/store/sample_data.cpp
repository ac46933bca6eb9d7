// Invented numbers, apart from everything real.
#include "store/impl/statements.hpp"

namespace store {

Result<bool> is_empty(Transaction& transaction) {
    for (std::string table : {"event", "audit", "users", "deployment", "setting"})
        if (impl::select_one<std::int64_t>(transaction, "SELECT 1 FROM " + table + " LIMIT 1")) return false;
    return true;
}

Result<void> save_sample_data(Transaction& transaction, std::vector<SampleDocument> const& documents) {
    static std::string const sql =
        impl::insert_into<SampleDocument>("sample_data") + impl::or_replace<SampleDocument>("kind, name");
    for (SampleDocument const& document : documents) transaction.execute(sql, impl::cells_of(document));
    return {};
}

Result<std::vector<SampleDocument>> read_sample_data(Transaction& transaction, SampleDataKind kind) {
    static std::string const sql =
        "SELECT " + impl::columns_of<SampleDocument>() + " FROM sample_data WHERE kind = $1 ORDER BY name";
    return impl::select<SampleDocument>(transaction, sql, kind);
}

Result<std::int64_t> count_sample_data(Transaction& transaction) {
    return *impl::select_one<std::int64_t>(transaction, "SELECT count(*) FROM sample_data");
}

Result<void> remove_sample_data(Transaction& transaction) {
    transaction.execute("DELETE FROM sample_data", {});
    return {};
}

}  // namespace store
