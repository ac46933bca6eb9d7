// Who drives what. Epochs only rise, also over releases and restarts.
#include "store/impl/statements.hpp"

namespace store {

namespace {

/// Far enough for a portal that owns its folder alone.
constexpr base::Micros far_future = 4'102'444'800'000'000;  // 2100-01-01

base::Micros micros(Duration length) {
    return std::chrono::duration_cast<std::chrono::microseconds>(length).count();
}

/// Nodes' clocks differ: where several share a database, its clock decides.
base::Micros database_now(Transaction& transaction, WallTime now) {
    if (transaction.dialect() == impl::Dialect::sqlite) return base::to_micros(now);
    return *impl::select_one<std::int64_t>(
        transaction, "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)");
}

struct Held {
    std::int64_t epoch = 0;
    WallTime until{};
};
BOOST_DESCRIBE_STRUCT(Held, (), (epoch, until))

struct Holder {
    std::string owner{};
    WallTime until{};
};
BOOST_DESCRIBE_STRUCT(Holder, (), (owner, until))

Error held_by_another(Transaction& transaction, std::string const& name) {
    auto holder =
        impl::select_one<Holder>(transaction, "SELECT owner, until FROM lease WHERE name = $1", name);
    if (!holder || holder->owner.empty())
        return base::conflict(fmt::format("the lease {} was given up", name));
    return base::conflict(
        fmt::format("{} is driven by {} until {}", name, holder->owner, base::format_time(holder->until)));
}

}  // namespace

Result<Lease> claim_lease(Transaction& transaction, std::string const& name, std::string const& owner,
                          WallTime now, Duration length) {
    base::Micros time = database_now(transaction, now);
    auto held = impl::select_one<Held>(
        transaction,
        "INSERT INTO lease (name, owner, epoch, until) VALUES ($1, $2, 1, $3) ON CONFLICT (name) DO UPDATE "
        "SET "
        "epoch = lease.epoch + CASE WHEN lease.owner = excluded.owner THEN 0 ELSE 1 END, "
        "owner = excluded.owner, until = excluded.until "
        "WHERE lease.owner = excluded.owner OR lease.until <= $4 RETURNING epoch, until",
        name, owner, time + micros(length), time);
    if (!held) return held_by_another(transaction, name);
    return Lease{name, owner, held->epoch, held->until};
}

Result<Lease> renew_lease(Transaction& transaction, Lease const& lease, WallTime now, Duration length) {
    base::Micros until = database_now(transaction, now) + micros(length);
    auto renewed = impl::execute(transaction,
                                 "UPDATE lease SET until = $1 WHERE name = $2 AND owner = $3 AND epoch = $4",
                                 until, lease.name, lease.owner, lease.epoch);
    if (renewed == 0) return held_by_another(transaction, lease.name);
    Lease longer = lease;
    longer.until = base::from_micros(until);
    return longer;
}

Result<void> release_lease(Transaction& transaction, Lease const& lease) {
    impl::execute(transaction,
                  "UPDATE lease SET owner = '', until = 0 WHERE name = $1 AND owner = $2 AND epoch = $3",
                  lease.name, lease.owner, lease.epoch);
    return {};
}

Result<void> take_all_leases(Transaction& transaction, std::string const& owner) {
    impl::execute(transaction, "UPDATE lease SET owner = $1, epoch = epoch + 1, until = $2", owner,
                  far_future);
    return {};
}

}  // namespace store
