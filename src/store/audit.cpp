// Who did what. Rows are added, never changed: triggers see to it.
#include <charconv>

#include "store/impl/statements.hpp"

namespace store {

using model::AuditEntry;

Result<void> append_audit(Transaction& transaction, AuditEntry const& entry) {
    impl::execute(transaction,
                  "INSERT INTO audit (\"time\", actor, address, action, target, result, details) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                  entry.time, entry.actor, entry.address, entry.action, entry.target, entry.result,
                  entry.details);
    return {};
}

Result<Page<AuditEntry>> list_audit(Transaction& transaction, std::string const& after, int limit) {
    static std::string const sql =
        "SELECT " + impl::columns_of<AuditEntry>() + " FROM audit WHERE seq < $1 ORDER BY seq DESC LIMIT $2";
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
    if (!after.empty()) {
        auto [rest, failure] = std::from_chars(after.data(), after.data() + after.size(), before);
        if (failure != std::errc() || rest != after.data() + after.size())
            return base::invalid("after: this is not a place in the list; take it from an answer's \"next\"");
    }
    std::size_t wanted = static_cast<std::size_t>(std::max(limit, 1));
    Page<AuditEntry> page{
        impl::select<AuditEntry>(transaction, sql, before, static_cast<std::int64_t>(wanted) + 1)};
    if (page.items.size() > wanted) {
        page.items.pop_back();
        page.next = std::to_string(page.items.back().seq);
    }
    return page;
}

}  // namespace store
