#include "app/serve.hpp"

#include <sodium.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "app/crash.hpp"
#include "app/portal.hpp"
#include "app/version.hpp"
#include "base/log.hpp"
#include "base/real.hpp"
#include "k8s/real_plugin.hpp"
#include "target/real_supervisor.hpp"

namespace app {

namespace {

constexpr Duration stop_limit = 8s;

int refuse(base::Error const& error) {
    std::cerr << "pilothouse: " << error.message << "\n";
    if (!error.detail.empty()) base::log(base::LogLevel::error, error.message, {{"detail", error.detail}});
    return 1;
}

std::string variable(char const* name) {
    char const* value = std::getenv(name);
    return value ? value : "";
}

/// For the tests that prove that a fault is seen. An unknown word plants nothing.
rollout::PlantedFault planted_fault() {
    auto planted = base::parse_enum<rollout::PlantedFault>(variable("PILOTHOUSE_PLANTED_FAULT"), "fault");
    return planted ? *planted : rollout::PlantedFault::none;
}

bool is_loopback(std::string const& address) {
    return address.starts_with("127.") || address.starts_with("[::1]") || address.starts_with("localhost:");
}

std::string unique_owner(auth::Secrets& secrets) {
    unsigned char bytes[8];
    secrets.fill(bytes);
    std::string text = "portal-";
    for (unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
    return text;
}

std::uint64_t seed(auth::Secrets& secrets) {
    std::uint64_t value = 0;
    unsigned char bytes[sizeof(value)];
    secrets.fill(bytes);
    std::memcpy(&value, bytes, sizeof(value));
    return value;
}

void greet(Portal const& portal, std::string const& address, std::string const& data_folder) {
    std::cout << "Pilothouse " << version << " listens on http://" << address << "\n";
    if (portal.setup_token())
        std::cout << "No administrator yet. Make one within 30 minutes with this set-up token: "
                  << *portal.setup_token() << "\n"
                  << "  pilothouse setup --server http://" << address << " --token " << *portal.setup_token()
                  << "\n";
    std::cout << "Data: " << data_folder << std::endl;
}

std::string absolute_or_empty(std::string const& path) {
    return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string();
}

/// A folder that can be written to, made if need be.
base::Result<std::string> make_folder(std::string const& path) {
    std::error_code problem;
    auto absolute = std::filesystem::absolute(path, problem).lexically_normal();
    std::filesystem::create_directories(absolute, problem);
    if (problem)
        return base::unavailable(
            fmt::format("cannot make the folder {}: {}; choose another or give this user the right to it",
                        absolute.string(), problem.message()));
    if (::access(absolute.c_str(), W_OK | X_OK) != 0)
        return base::unavailable(
            fmt::format("cannot write to the folder {}: {}; give this user the right to it",
                        absolute.string(), std::strerror(errno)));
    std::filesystem::permissions(absolute, std::filesystem::perms::owner_all, problem);
    std::string text = absolute.string();
    while (text.size() > 1 && text.ends_with('/')) text.pop_back();
    return text;
}

awaitable<void> wait_for_signal(asio::signal_set& signals) {
    int number = co_await signals.async_wait(use_awaitable);
    base::log(base::LogLevel::info, "stopping", {{"signal", number == SIGINT ? "SIGINT" : "SIGTERM"}});
}

awaitable<void> run(Portal& portal, base::BoundListener listener, std::string data_folder,
                    asio::io_context& context, int& exit_code) {
    asio::signal_set signals(context, SIGINT, SIGTERM);
    base::Result<void> started = co_await portal.start(std::move(listener.listener));
    if (!started) {
        exit_code = refuse(started.error());
        context.stop();
        co_return;
    }
    greet(portal, listener.address, data_folder);
    co_await wait_for_signal(signals);
    co_await portal.stop(stop_limit);
    context.stop();
}

}  // namespace

base::Result<std::unique_ptr<store::Store>> open_store(config::ServerSettings const& settings,
                                                       std::string const& data_folder, Executor writer,
                                                       Executor readers) {
    bool is_connection =
        settings.database.starts_with("postgres") || settings.database.find('=') != std::string::npos;
    if (is_connection) return store::open_postgresql({.connection = settings.database}, writer, readers);
    return store::open_sqlite(
        {.file = settings.database.empty() ? data_folder + "/pilothouse.db" : settings.database}, writer,
        readers);
}

int serve(ServeOptions const& options) {
    if (::sodium_init() < 0)
        return refuse(
            base::unavailable("libsodium cannot be initialised: the system has no source of randomness"));
    config::ServerSettings const& settings = options.settings;
    if (!settings.allow_remote && !is_loopback(settings.listen))
        return refuse(
            base::invalid(fmt::format("listen: {} can be reached from other machines, and this is plain "
                                      "HTTP: put a TLS proxy before it and "
                                      "set allow_remote: true, or listen on 127.0.0.1",
                                      settings.listen)));
    auto data = make_folder(settings.data_folder);
    if (!data) return refuse(data.error());
    auto runtime = make_folder(settings.runtime_folder);
    if (!runtime) return refuse(runtime.error());

    asio::io_context context(1);
    asio::thread_pool writer(1);
    asio::thread_pool readers(2);
    asio::thread_pool workers(2);
    auto opened = open_store(settings, *data, writer.get_executor(), readers.get_executor());
    if (!opened) return refuse(opened.error());
    std::unique_ptr<store::Store> store = std::move(*opened);
    auto listener = base::listen(context.get_executor(), settings.listen);
    if (!listener) return refuse(listener.error());

    constexpr base::LogLevel levels[] = {base::LogLevel::debug, base::LogLevel::debug, base::LogLevel::info,
                                         base::LogLevel::warning, base::LogLevel::error};
    base::set_log_level(levels[static_cast<std::size_t>(settings.log_level)]);
    base::RealClock clock(context.get_executor());
    auth::RealSecrets secrets;
    base::Random random(seed(secrets));
    base::RealFiles files;
    auto dialer = base::make_dialer(context.get_executor());
    target::RealSupervisor supervisor(files, options.program,
                                      {.first = static_cast<std::uint16_t>(settings.port_first),
                                       .last = static_cast<std::uint16_t>(settings.port_last)});
    k8s::RealPlugins plugins(clock);
    std::string crash_at = variable("PILOTHOUSE_CRASH_AT");
    CountedCrashPoints crash_points(crash_at.empty() ? 0 : std::stoull(crash_at),
                                    variable("PILOTHOUSE_CRASH_TRACE"));

    bool exclusive = store->describe().starts_with("sqlite");
    Portal portal(
        {.executor = context.get_executor(),
         .workers = workers.get_executor(),
         .clock = clock,
         .random = random,
         .secrets = secrets,
         .dialer = *dialer,
         .files = files,
         .supervisor = supervisor,
         .plugins = plugins,
         .store = *store,
         .crash_points = crash_points},
        {.environments_file =
             std::filesystem::absolute(settings.environments_file).lexically_normal().string(),
         .data_folder = *data,
         .runtime_folder = *runtime,
         .haproxy = settings.haproxy,
         .clusters = {.allowed_plugins = settings.credential_plugins,
                      .service_host = variable("KUBERNETES_SERVICE_HOST"),
                      .service_port = variable("KUBERNETES_SERVICE_PORT")},
         .secret_key_file = absolute_or_empty(settings.secret_key_file),
         .public_origin = settings.public_origin,
         .version = std::string(version),
         .first_versions = options.first_versions,
         .engine = {.owner = unique_owner(secrets), .planted_fault = planted_fault(), .exclusive = exclusive},
         .limits = {.connections = 20'000},  // ten thousand followers, and room for requests
         .feed = {.poll_interval = exclusive ? Duration{} : 500ms},
         .sample_data = settings.sample_data});
    int exit_code = 0;
    asio::co_spawn(context, run(portal, std::move(*listener), *data, context, exit_code), must_not_throw);
    context.run();
    workers.join();
    readers.join();
    writer.join();
    return exit_code;
}

}  // namespace app
