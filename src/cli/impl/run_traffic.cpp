// The traffic program around DemoTraffic: signals, lines, files.
#include <fmt/format.h>
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "base/files.hpp"
#include "base/real.hpp"
#include "cli/demo_traffic.hpp"
#include "cli/impl/alongside.hpp"
#include "cli/impl/plain_file.hpp"
#include "cli/impl/tally.hpp"
#include "cli/text.hpp"

namespace cli {

namespace {

using base::Result;

/// What one process tells others about its traffic.
struct TrafficStatus {
    WallTime at{};
    bool running = true;
    std::string line{};
    TrafficSummary summary{};
};
BOOST_DESCRIBE_STRUCT(TrafficStatus, (), (at, running, line, summary))

class Reporter {
public:
    Reporter(DemoTrafficSettings const& settings, base::Clock& clock, Tally const& tally, Terminal& terminal)
        : settings_(settings), clock_(clock), tally_(tally), terminal_(terminal) {}
    void second() {
        ++seconds_;
        write_status(true);
        if (settings_.json) return;
        if (terminal_.can_redraw())
            terminal_.out("\r\x1b[2K" +
                          cut(tally_.line(), static_cast<std::size_t>(terminal_.columns() - 1)));
        else if (seconds_ % 5 == 0)
            terminal_.out(tally_.line() + "\n");
    }
    void end() {
        write_status(false);
        TrafficSummary const summary = tally_.summary();
        if (settings_.json) return terminal_.out(base::to_text(summary) + "\n");
        terminal_.out((terminal_.can_redraw() ? "\r\x1b[2K" : "") + tally_.line() + "\n");
        for (std::string const& loss : summary.losses) terminal_.out("  " + printable(loss) + "\n");
    }

private:
    void write_status(bool running) {
        if (settings_.status.empty()) return;
        TrafficStatus status{clock_.wall_now(), running, tally_.line(), tally_.summary()};
        replace_file(settings_.status, base::to_text(status) + "\n");
    }
    DemoTrafficSettings const& settings_;
    base::Clock& clock_;
    Tally const& tally_;
    Terminal& terminal_;
    int seconds_ = 0;
};

void allow_many_connections() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

awaitable<void> stop_on_signal(DemoTraffic& traffic) {
    asio::signal_set signals(co_await asio::this_coro::executor, SIGTERM, SIGINT);
    while (true) {
        co_await signals.async_wait(use_awaitable);
        traffic.stop();
    }
}

std::string line_of(std::string const& status_file, base::Clock& clock) {
    base::RealFiles files;
    Result<std::string> text = files.read(status_file);
    if (!text) return fmt::format("no traffic: {} is not there", status_file);
    Result<TrafficStatus> status = base::from_text<TrafficStatus>(*text);
    if (!status) return fmt::format("no traffic: {} is not a status of demo-traffic", status_file);
    if (!status->running) return "traffic has ended: " + printable(status->line);
    Duration const age = clock.wall_now() - status->at;
    if (age > 3s)
        return fmt::format("no traffic for {}: {}", base::say_duration(age), printable(status->line));
    return printable(status->line);
}

awaitable<void> show(std::string const& status_file, base::Clock& clock, Terminal& terminal) {
    while (true) {
        std::string line = line_of(status_file, clock);
        if (terminal.can_redraw())
            terminal.out("\r\x1b[2K" + cut(line, static_cast<std::size_t>(terminal.columns() - 1)));
        else
            terminal.out(line + "\n");
        co_await clock.sleep_for(terminal.can_redraw() ? 1s : 5s);
    }
}

awaitable<void> wait_for_signal() {
    asio::signal_set signals(co_await asio::this_coro::executor, SIGTERM, SIGINT);
    co_await signals.async_wait(use_awaitable);
}

}  // namespace

int run_demo_traffic(DemoTrafficSettings const& settings, Terminal& terminal) {
    std::signal(SIGPIPE, SIG_IGN);
    allow_many_connections();
    asio::io_context context(1);
    base::RealClock clock(context.get_executor());
    DemoTraffic traffic(context.get_executor(), clock, settings);
    Reporter reporter(settings, clock, traffic.tally(), terminal);
    traffic.every_second = [&] { reporter.second(); };

    Result<void> result;
    auto work = [&]() -> awaitable<void> {
        result = co_await alongside(traffic.run(), stop_on_signal(traffic));
    };
    asio::co_spawn(context, work, must_not_throw);
    context.run();
    reporter.end();
    if (!result) terminal.err(fmt::format("pilothouse demo-traffic: {}\n", result.error().message));
    return result && traffic.tally().summary().lost == 0 ? 0 : 1;
}

int show_demo_traffic(std::string const& status_file, Terminal& terminal) {
    asio::io_context context(1);
    base::RealClock clock(context.get_executor());
    auto work = [&]() -> awaitable<void> {
        co_await alongside(wait_for_signal(), show(status_file, clock, terminal));
    };
    asio::co_spawn(context, work, must_not_throw);
    context.run();
    terminal.out("\n");
    return 0;
}

int check_ledger(std::string const& ledger, std::string const& counts_folder, bool json, Terminal& terminal) {
    Result<LedgerReport> report = read_ledger(ledger);
    if (!report) {
        terminal.err(fmt::format("pilothouse demo-traffic: {}\n", report.error().message));
        return 1;
    }
    if (!counts_folder.empty()) {
        Result<std::vector<DemoCounts>> counts = read_counts(counts_folder);
        if (counts)
            for (std::string const& sentence : reconcile(*report, *counts))
                report->problems.push_back(sentence);
        else
            report->problems.push_back(counts.error().message);
    }
    terminal.out(json ? base::to_text(*report) + "\n" : printable_lines(describe(*report)));
    return report->lost == 0 && report->problems.empty() ? 0 : 1;
}

}  // namespace cli
