// Answers kept for requests that are made twice.
#include "store/impl/statements.hpp"

namespace store {

namespace {

constexpr auto kept_for = std::chrono::hours(24);

}  // namespace

Result<std::optional<IdempotentAnswer>> find_answer(Transaction& transaction, std::string const& user,
                                                    std::string const& key, WallTime now) {
    return impl::select_one<IdempotentAnswer>(
        transaction,
        "SELECT request_hash, status, body FROM answer WHERE username = $1 AND \"key\" = $2 AND made_at > $3",
        user, key, now - kept_for);
}

Result<void> save_answer(Transaction& transaction, std::string const& user, std::string const& key,
                         IdempotentAnswer const& answer, WallTime now) {
    impl::execute(transaction, "DELETE FROM answer WHERE made_at <= $1", now - kept_for);
    auto added = impl::execute(transaction,
                               "INSERT INTO answer (username, \"key\", request_hash, status, body, made_at) "
                               "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (username, \"key\") DO NOTHING",
                               user, key, answer.request_hash, answer.status, answer.body, now);
    if (added == 0) return base::conflict(fmt::format("the Idempotency-Key {} was answered already", key));
    return {};
}

}  // namespace store
