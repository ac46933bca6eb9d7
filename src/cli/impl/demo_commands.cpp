#include "cli/impl/demo_commands.hpp"

#include "cli/demo_service.hpp"
#include "cli/demo_traffic.hpp"
#include "cli/impl/arguments.hpp"

namespace cli {

namespace {

void add_demo_service(CLI::App& app, Chosen& chosen) {
    auto settings = std::make_shared<DemoServiceSettings>();
    CLI::App& command = *app.add_subcommand("demo-service", "serve HTTP as a version of the demo's workload");
    command.add_option("--version", settings->version, "the version it says it is")->capture_default_str();
    command.add_option("--address", settings->address, "where it listens; 0.0.0.0 in a container")
        ->capture_default_str();
    command.add_option("--port", settings->port, "0 takes a free one")->required();
    command.add_option("--error-percent", settings->error_percent, "share of answers that are a 500")
        ->check(CLI::Range(0.0, 100.0));
    add_field(command, "--latency", settings->latency, "before each answer: 20ms");
    command
        .add_option("--slow-share", settings->slow_percent, "percent of the answers that take --slow-time")
        ->check(CLI::Range(0.0, 100.0));
    add_field(command, "--slow-time", settings->slow_time, "of slow answers (2s)");
    add_field(command, "--start-delay", settings->start_delay, "until it is ready: 2s");
    add_field(command, "--drain", settings->drain,
              "how long it goes on serving after SIGTERM, at least (1s)");
    add_field(command, "--drain-limit", settings->drain_limit, "and at most (1m)");
    command.add_option("--counts-folder", settings->counts_folder,
                       "folder for counts-<pid>.json, rewritten every second");
    command.add_option("--seed", settings->seed, "of the errors");
    command.callback([settings, &chosen] { chosen = [settings] { return run_demo_service(*settings); }; });
}

struct TrafficArguments {
    DemoTrafficSettings settings{};
    std::string check{};
    std::string counts{};
    std::string show{};
    std::string mix = "default";
    std::string output = "text";
};

int run_traffic(TrafficArguments const& arguments, Terminal& terminal) {
    bool const json = arguments.output == "json";
    if (!arguments.check.empty()) return check_ledger(arguments.check, arguments.counts, json, terminal);
    if (!arguments.show.empty()) return show_demo_traffic(arguments.show, terminal);
    DemoTrafficSettings settings = arguments.settings;
    settings.json = json;
    settings.mix = arguments.mix == "plain" ? Mix::plain : Mix::demo;
    return run_demo_traffic(settings, terminal);
}

void add_demo_traffic(CLI::App& app, Terminal& terminal, Chosen& chosen) {
    auto arguments = std::make_shared<TrafficArguments>();
    DemoTrafficSettings& settings = arguments->settings;
    CLI::App& command =
        *app.add_subcommand("demo-traffic", "send requests by schedule and account for every one");
    command.add_option("--to", settings.to, "address:port")->capture_default_str();
    command.add_option("--rate", settings.rate, "requests a second")
        ->check(CLI::Range(0.01, 100'000.0))
        ->capture_default_str();
    add_field(command, "--duration", settings.duration, "30s; default: until SIGINT or SIGTERM");
    command
        .add_option("--mix", arguments->mix,
                    "default: GET, POST and slow answers of demo-service; plain: only GET /")
        ->check(CLI::IsMember({"default", "plain"}))
        ->capture_default_str();
    command
        .add_option("--new-connections", settings.new_connection_percent,
                    "percent of requests on a connection of their own")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    command.add_option("--posts", settings.post_percent, "percent that are POST /echo")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    command.add_option("--body-bytes", settings.body_bytes, "of a POST, at most")
        ->check(CLI::Range(0, 16 << 20))
        ->capture_default_str();
    command.add_option("--slow", settings.slow_percent, "percent that ask for a slow answer")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    add_field(command, "--slow-time", settings.slow_time, "of a slow answer (2s)");
    command.add_option("--connections", settings.idle_connections, "kept alive between requests")
        ->capture_default_str();
    add_field(command, "--answer-limit", settings.answer_limit, "a later answer is a lost one (30s)");
    command.add_option("--ledger", settings.ledger,
                       "file for every request and its outcome (grows: about 100 bytes a request)");
    command.add_option("--status", settings.status, "file rewritten every second, for --show");
    command.add_option("--seed", settings.seed, "of the mix")->capture_default_str();
    command.add_option("--check", arguments->check, "add up this ledger instead of sending");
    command.add_option("--counts", arguments->counts,
                       "with --check: reconcile with the counts in this folder");
    command.add_option("--show", arguments->show, "show the line of this status file instead of sending");
    command.add_option("--output", arguments->output, "text or json (a summary at the end)")
        ->check(CLI::IsMember({"text", "json"}));
    command.callback([arguments, &terminal, &chosen] {
        chosen = [arguments, &terminal] { return run_traffic(*arguments, terminal); };
    });
}

}  // namespace

void add_demo_commands(CLI::App& app, Terminal& terminal, Chosen& chosen) {
    add_demo_service(app, chosen);
    add_demo_traffic(app, terminal, chosen);
}

}  // namespace cli
