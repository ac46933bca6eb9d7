// Deployments: what was asked for, and how it ended.
#include <charconv>

#include "store/impl/statements.hpp"

namespace store {

using impl::Cells;
using model::Deployment;

namespace {

std::int64_t is_open(Deployment const& deployment) { return model::is_final(deployment.phase) ? 0 : 1; }

/// A place in the list: the last item's time and id, and what it was sorted by before these; only this file
/// takes it apart. One from a list with another sort is a place as well, if a strange one.
struct Place {
    base::Micros created_at = 0;
    std::string id{};
    std::string value{};
};

std::string to_text(Place const& place) {
    return fmt::format("{}.{}{}{}", place.created_at, place.id, place.value.empty() ? "" : ".", place.value);
}

Result<Place> parse_place(std::string const& text) {
    Place place;
    char const* end = text.data() + text.size();
    auto [rest, failure] = std::from_chars(text.data(), end, place.created_at);
    if (failure != std::errc() || rest == end || *rest != '.')
        return base::invalid("after: this is not a place in the list; take it from an answer's \"next\"");
    place.id.assign(rest + 1, end);
    if (auto dot = place.id.find('.'); dot != std::string::npos) {
        place.value = place.id.substr(dot + 1);
        place.id.resize(dot);
    }
    return place;
}

std::string value_of(Deployment const& deployment, DeploymentSort sort) {
    switch (sort) {
        case DeploymentSort::created_at:
            return {};
        case DeploymentSort::environment:
            return deployment.environment;
        case DeploymentSort::version:
            return deployment.version;
        case DeploymentSort::status:
            return std::string(base::enum_name(deployment.status()));
    }
    return {};
}

/// Collects conditions and their values.
struct Where {
    std::string sql{};
    Cells given{};

    template <class T>
    std::string place(T const& value) {
        given.push_back(impl::to_cell(value));
        return fmt::format("${}", given.size());
    }
    void add(std::string const& condition) { sql += (sql.empty() ? " WHERE " : " AND ") + condition; }
};

std::string columns(DeploymentFilter const& filter) {
    return filter.sort == DeploymentSort::created_at
               ? "created_at, id"
               : fmt::format("{}, created_at, id", base::enum_name(filter.sort));
}

Result<Where> where(DeploymentFilter const& filter) {
    Where all;
    if (!filter.environment.empty()) all.add("environment = " + all.place(filter.environment));
    if (filter.status) all.add("status = " + all.place(*filter.status));
    if (filter.strategy) all.add("strategy = " + all.place(*filter.strategy));
    if (!filter.version.empty()) all.add("version = " + all.place(filter.version));
    if (filter.trigger) all.add("\"trigger\" = " + all.place(*filter.trigger));
    if (filter.created_from) all.add("created_at >= " + all.place(*filter.created_from));
    if (filter.created_before) all.add("created_at < " + all.place(*filter.created_before));
    if (!filter.after.empty()) {
        TRY(Place after, parse_place(filter.after));
        bool by_time = filter.sort == DeploymentSort::created_at;
        std::string of_value = by_time ? "" : all.place(after.value) + ", ";
        std::string time = all.place(after.created_at);
        all.add(fmt::format("({}) {} ({}{}, {})", columns(filter), filter.order == Order::desc ? "<" : ">",
                            of_value, time, all.place(after.id)));
    }
    return all;
}

std::string order_by(DeploymentFilter const& filter) {
    std::string_view direction = filter.order == Order::desc ? "DESC" : "ASC";
    std::string by = filter.sort == DeploymentSort::created_at
                         ? ""
                         : fmt::format("{} {}, ", base::enum_name(filter.sort), direction);
    return fmt::format(" ORDER BY {}created_at {}, id {}", by, direction, direction);
}

}  // namespace

Result<void> insert_deployment(Transaction& transaction, Deployment const& deployment,
                               std::vector<model::Rollout> const& rollouts) {
    static std::string const sql =
        impl::insert_into<Deployment>("deployment", {"status", "is_open"}) + " ON CONFLICT (id) DO NOTHING";
    auto added = transaction.execute(
        sql, impl::join(impl::cells_of(deployment), deployment.status(), is_open(deployment)));
    if (added == 0)
        return base::conflict(fmt::format("deployment {} is stored already", deployment.id.value));
    std::int64_t position = 0;
    for (model::Rollout const& rollout : rollouts)
        impl::execute(
            transaction,
            "INSERT INTO rollout (deployment, component, environment, phase, epoch, body, position) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7)",
            deployment.id, rollout.component, rollout.environment, rollout.phase, rollout.epoch,
            base::to_text(rollout), position++);
    return {};
}

Result<void> update_deployment(Transaction& transaction, Deployment const& deployment) {
    static std::string const sql = impl::insert_into<Deployment>("deployment", {"status", "is_open"}) +
                                   impl::or_replace<Deployment>("id") +
                                   ", status = excluded.status, is_open = excluded.is_open";
    if (!impl::select_one<std::int64_t>(transaction, "SELECT 1 FROM deployment WHERE id = $1", deployment.id))
        return base::not_found(fmt::format("there is no deployment {}", deployment.id.value));
    transaction.execute(sql,
                        impl::join(impl::cells_of(deployment), deployment.status(), is_open(deployment)));
    return {};
}

Result<Deployment> find_deployment(Transaction& transaction, DeploymentId const& id) {
    static std::string const sql =
        "SELECT " + impl::columns_of<Deployment>() + " FROM deployment WHERE id = $1";
    auto found = impl::select_one<Deployment>(transaction, sql, id);
    if (!found) return base::not_found(fmt::format("there is no deployment {}", id.value));
    return std::move(*found);
}

Result<Page<Deployment>> list_deployments(Transaction& transaction, DeploymentFilter const& filter) {
    static std::string const select = "SELECT " + impl::columns_of<Deployment>() + " FROM deployment";
    TRY(Where all, where(filter));
    std::size_t limit = static_cast<std::size_t>(std::max(filter.limit, 1));
    // One more than asked for tells whether there is a next page.
    std::string last = all.place(static_cast<std::int64_t>(limit) + 1);
    std::string sql = select + all.sql + order_by(filter) + " LIMIT " + last;
    Page<Deployment> page{impl::select_with<Deployment>(transaction, sql, std::move(all.given))};
    if (page.items.size() > limit) {
        page.items.pop_back();
        Deployment const& end = page.items.back();
        page.next = to_text({base::to_micros(end.created_at), end.id.value, value_of(end, filter.sort)});
    }
    return page;
}

Result<std::vector<Deployment>> open_deployments(Transaction& transaction) {
    static std::string const sql = "SELECT " + impl::columns_of<Deployment>() +
                                   " FROM deployment WHERE is_open = 1 ORDER BY created_at, id";
    return impl::select<Deployment>(transaction, sql);
}

Result<std::vector<Deployment>> open_deployments(Transaction& transaction, std::string const& environment) {
    static std::string const sql = "SELECT " + impl::columns_of<Deployment>() +
                                   " FROM deployment WHERE is_open = 1 AND environment = $1 "
                                   "ORDER BY created_at, id";
    return impl::select<Deployment>(transaction, sql, environment);
}

}  // namespace store
