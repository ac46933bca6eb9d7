// Metrics, alerts and costs. Nothing collects them yet, so what there is is sample data, and says so.
#include "api/handlers.hpp"
#include "sample_data/sample_data.hpp"

namespace api {

namespace {

using store::SampleDataKind;
using Documents = std::vector<store::SampleDocument>;

awaitable<Result<Documents>> read(Call& call, SampleDataKind kind) {
    auto work = [kind](store::Transaction& transaction) {
        return store::read_sample_data(transaction, kind);
    };
    co_return co_await call.store().read(std::move(work));
}

bool fits(model::AlertView const& alert, AlertsQuery const& query) {
    return (!query.status || alert.status == *query.status) &&
           (!query.severity || alert.severity == *query.severity) &&
           (!query.environment || alert.environment == *query.environment);
}

/// Who looks at it is told that it is gone.
Result<void> tell_removal(store::Transaction& transaction, SampleDataKind kind, model::Event event) {
    TRY(Documents documents, store::read_sample_data(transaction, kind));
    event.kind = model::EventKind::removed;
    for (store::SampleDocument const& document : documents) {
        event.entity = document.name;
        TRY_VOID(store::append_event(transaction, event));
    }
    return {};
}

}  // namespace

Answer<model::MetricsView> environment_metrics(Call& call, Query<MetricsQuery> query) {
    CO_TRY(model::EnvironmentView environment, call.engine().environment(call.name));
    CO_TRY(Documents documents, co_await read(call, SampleDataKind::metrics));
    model::MetricsView view;
    for (store::SampleDocument const& document : documents) {
        if (document.name != environment.name) continue;
        CO_TRY(view, base::from_text<model::MetricsView>(document.body, base::Author::ourselves));
    }
    // The last ones that there are: they do not grow.
    std::ptrdiff_t wanted = query->hours * 60;
    for (model::MetricSeries& series : view.series)
        if (std::ssize(series.points) > wanted)
            series.points.erase(series.points.begin(), series.points.end() - wanted);
    co_return view;
}

Answer<model::AlertList> list_alerts(Call& call, Query<AlertsQuery> query) {
    CO_TRY(Documents documents, co_await read(call, SampleDataKind::alert));
    model::AlertList list;
    for (store::SampleDocument const& document : documents) {
        CO_TRY(auto alert, base::from_text<model::AlertView>(document.body, base::Author::ourselves));
        if (fits(alert, query.value)) list.items.push_back(std::move(alert));
    }
    auto is_newer = [](model::AlertView const& a, model::AlertView const& b) {
        return std::tie(b.started_at, a.id) < std::tie(a.started_at, b.id);
    };
    std::sort(list.items.begin(), list.items.end(), is_newer);
    co_return list;
}

Answer<model::CostSummary> cost_summary(Call& call, Query<CostsQuery> query) {
    CO_TRY(Documents documents, co_await read(call, SampleDataKind::costs));
    co_return sample_data::sum_up(documents, query->days);
}

Answer<Nothing> remove_sample_data(Call& call, Body<NoFields>) {
    auto work = [actor = call.actor(), address = call.request.address,
                 now = call.services().clock.wall_now()](store::Transaction& transaction) -> Result<void> {
        model::Event event{.topic = "alerts", .name = "alert-updated", .actor = actor, .time = now};
        TRY_VOID(tell_removal(transaction, SampleDataKind::alert, event));
        event.topic = "costs";
        event.name = "cost-updated";
        TRY_VOID(tell_removal(transaction, SampleDataKind::costs, event));
        TRY_VOID(store::remove_sample_data(transaction));
        return store::append_audit(transaction, {.time = now,
                                                 .actor = actor,
                                                 .address = address,
                                                 .action = "sample_data.remove",
                                                 .target = "sample-data",
                                                 .result = "done",
                                                 .details = base::json::object{}});
    };
    CO_TRY_VOID(co_await call.store().write(std::move(work)));
    co_return Nothing{};
}

}  // namespace api
