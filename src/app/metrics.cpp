#include "app/metrics.hpp"

#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <fstream>

namespace app {

namespace {

prometheus::Counter& counter(prometheus::Registry& registry, char const* name, char const* help,
                             std::map<std::string, std::string> const& labels = {}) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Gauge& gauge(prometheus::Registry& registry, char const* name, char const* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    long pages = 0;
    long resident = 0;
    file >> pages >> resident;
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void raise_to(prometheus::Counter& counter, std::uint64_t total) {
    counter.Increment(static_cast<double>(total) - counter.Value());
}

awaitable<http::Response> answer_counted(http::Handler const& handler,
                                         std::array<prometheus::Counter*, 6> const& answers,
                                         http::Request request) {
    http::Response response = co_await handler(std::move(request));
    answers[static_cast<std::size_t>(std::clamp(response.status / 100, 1, 5))]->Increment();
    co_return response;
}

}  // namespace

Metrics::Metrics(rollout::Engine const& engine, realtime::Server const& clients, std::string const& version,
                 std::string const& store)
    : engine_(engine),
      clients_(clients),
      open_rollouts_(gauge(registry_, "pilothouse_open_rollouts", "Rollouts that have not ended.")),
      resident_bytes_(gauge(registry_, "process_resident_memory_bytes", "Resident memory size in bytes.")),
      declaration_accepted_(
          gauge(registry_, "pilothouse_declaration_accepted",
                "1: environments.yaml is in force as it stands; 0: it has mistakes, and what was "
                "accepted last is in force.")),
      event_clients_(gauge(registry_, "pilothouse_event_clients", "Connections that follow events.")),
      events_sent_(
          counter(registry_, "pilothouse_event_packets_total", "Packets sent to those who follow events.")),
      slow_clients_(counter(registry_, "pilothouse_slow_event_clients_total",
                            "Connections given up because they did not take what was sent.")),
      looks_(counter(registry_, "pilothouse_looks_total", "Looks at components.")),
      effects_(counter(registry_, "pilothouse_effects_total", "Things done to targets.")),
      completed_(counter(registry_, "pilothouse_deployments_total", "Deployments that ended since the start.",
                         {{"status", "completed"}})),
      failed_(counter(registry_, "pilothouse_deployments_total", "Deployments that ended since the start.",
                      {{"status", "failed"}})) {
    tell_declaration(true);  // a portal does not start with another
    prometheus::BuildGauge()
        .Name("pilothouse_info")
        .Help("Version of the program and of its store.")
        .Register(registry_)
        .Add({{"version", version}, {"store", store}})
        .Set(1);
    for (std::size_t digit = 1; digit < answers_.size(); ++digit)
        answers_[digit] = &counter(registry_, "pilothouse_http_answers_total", "Answers to requests.",
                                   {{"class", fmt::format("{}xx", digit)}});
    answers_[0] = answers_[1];
}

http::Handler Metrics::counted(http::Handler handler) {
    return [this, handler = std::move(handler)](http::Request request) {
        return answer_counted(handler, answers_, std::move(request));
    };
}

std::string Metrics::text() {
    rollout::Engine::Totals totals = engine_.totals();
    open_rollouts_.Set(static_cast<double>(totals.open_rollouts));
    resident_bytes_.Set(resident_bytes());
    realtime::Counts const& counts = clients_.counts();
    event_clients_.Set(static_cast<double>(counts.clients));
    raise_to(events_sent_, counts.packets_sent);
    raise_to(slow_clients_, counts.slow_clients_dropped);
    raise_to(looks_, totals.looks);
    raise_to(effects_, totals.effects);
    raise_to(completed_, totals.completed);
    raise_to(failed_, totals.failed);
    return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace app
