#include "app/portal.hpp"

#include <fmt/ranges.h>

#include "base/offload.hpp"
#include "sample_data/sample_data.hpp"

namespace app {

namespace {

constexpr Duration declaration_interval = 2s;

std::string folder_of(std::string const& file) { return file.substr(0, file.rfind('/')); }

secret::Fill fill_from(auth::Secrets& secrets) {
    return [&secrets](std::span<unsigned char> bytes) { secrets.fill(bytes); };
}

}  // namespace

Portal::Portal(World world, PortalSettings settings)
    : world_(std::move(world)),
      settings_(std::move(settings)),
      declaration_(settings_.environments_file, world_.files),
      host_(world_.workers, world_.files, world_.supervisor, settings_.data_folder + "/hosts",
            folder_of(settings_.environments_file)),
      router_(world_.workers, world_.files, world_.supervisor, world_.clock, world_.dialer,
              {.root = settings_.data_folder + "/hosts",
               .runtime_folder = settings_.runtime_folder,
               .program = settings_.haproxy}),
      hosts_(host_, router_, world_.dialer, world_.clock,
             settings_.engine.planted_fault == rollout::PlantedFault::ready_before_check),
      kubeconfigs_({.store = world_.store,
                    .clock = world_.clock,
                    .files = world_.files,
                    .executor = world_.executor,
                    .workers = world_.workers,
                    .fill = fill_from(world_.secrets)},
                   settings_.secret_key_file.empty() ? settings_.data_folder + "/secret.key"
                                                     : settings_.secret_key_file),
      clusters_({world_.executor, world_.workers, world_.dialer, world_.clock, world_.random, world_.files,
                 world_.plugins},
                cluster_settings()),
      engine_({.executor = world_.executor,
               .clock = world_.clock,
               .random = world_.random,
               .store = world_.store,
               .drivers = {hosts_, clusters_},
               .crash_points = world_.crash_points},
              settings_.engine),
      accounts_(world_.store, world_.clock, world_.secrets, world_.workers, settings_.accounts),
      realtime_(world_.executor, world_.clock, fill_from(world_.secrets), realtime_settings()),
      feed_({.executor = world_.executor,
             .clock = world_.clock,
             .store = world_.store,
             .engine = engine_,
             .accounts = accounts_,
             .server = realtime_},
            settings_.feed),
      pages_(settings_.pages),
      metrics_(engine_, realtime_, settings_.version, world_.store.describe()),
      api_({.engine = engine_,
            .store = world_.store,
            .accounts = accounts_,
            .kubeconfigs = kubeconfigs_,
            .clock = world_.clock,
            .toggle =
                [this](std::string environment, std::optional<std::string> component, bool enabled,
                       std::string actor) {
                    return toggle(std::move(environment), std::move(component), enabled, std::move(actor));
                },
            .metrics = [this] { return metrics_.text(); },
            .problems = [this] { return problems(); },
            .public_origin = settings_.public_origin,
            .version = settings_.version}),
      server_(world_.executor, world_.clock, world_.random, metrics_.counted(handler()), settings_.limits) {
    clusters_.on_change([this](target::ComponentKey const& key) { engine_.look_soon(key); });
}

rollout::ClusterSettings Portal::cluster_settings() {
    rollout::ClusterSettings settings = settings_.clusters;
    settings.base_folder = folder_of(settings_.environments_file);
    settings.find_uploaded = [this](std::string name) { return kubeconfigs_.access(std::move(name)); };
    return settings;
}

realtime::Settings Portal::realtime_settings() const {
    realtime::Settings settings = settings_.realtime;
    if (!settings_.public_origin.empty()) {
        settings.is_own_origin = [ours = settings_.public_origin](http::Request const&,
                                                                  std::string_view origin) {
            return origin == ours;
        };
    }
    return settings;
}

namespace {

awaitable<http::Response> at_once(http::Response response) { co_return response; }

}  // namespace

http::Handler Portal::handler() {
    return [this, api = api_.handler(), events = realtime_.settings().path](http::Request request) {
        if (request.path == events) return realtime_.handle(std::move(request));
        if (auto page = pages_.answer(request)) return at_once(std::move(*page));
        return api(std::move(request));
    };
}

awaitable<base::Result<void>> Portal::start(std::unique_ptr<base::Listener> listener) {
    if (settings_.sample_data) CO_TRY_VOID(co_await fill_with_sample_data());
    std::string actor = "pilothouse";
    co_await rewrap_kubeconfigs();
    CO_TRY_VOID(co_await accept_declaration(actor));
    CO_TRY_VOID(co_await accounts_.load());
    CO_TRY(setup_token_, co_await accounts_.ensure_setup_token());
    CO_TRY_VOID(co_await engine_.start());
    CO_TRY_VOID(co_await feed_.start());
    co_await bring_first_versions();
    started_ = true;
    server_.listen(std::move(listener));
    asio::co_spawn(world_.executor, watch_declaration(), must_not_throw);
    co_return base::Result<void>{};
}

awaitable<void> Portal::stop(Duration limit) {
    started_ = false;
    *alive_ = false;
    feed_.stop();
    co_await realtime_.stop(limit);
    co_await server_.stop(limit);
    co_await engine_.stop();
    clusters_.stop();
}

std::vector<std::string> Portal::problems() const {
    std::vector<std::string> problems;
    if (!started_) problems.push_back("starting or stopping");
    if (std::string degraded = world_.store.degraded(); !degraded.empty())
        problems.push_back(std::move(degraded));
    return problems;
}

/// Only ever into a database that nobody has used.
awaitable<base::Result<void>> Portal::fill_with_sample_data() {
    auto look = [](store::Transaction& transaction) { return store::is_empty(transaction); };
    CO_TRY(bool is_unused, co_await world_.store.read(std::move(look)));
    if (!is_unused) co_return base::Result<void>{};
    auto load = [this] { return std::optional(declaration_.load()); };
    auto loaded = co_await base::offload(world_.workers, load);
    if (!*loaded) co_return loaded->error();
    auto documents = sample_data::make((*loaded)->document, world_.clock.wall_now(), world_.random);
    auto fill = [documents = std::move(documents)](store::Transaction& transaction) -> base::Result<void> {
        TRY(bool empty, store::is_empty(transaction));
        if (!empty) return {};
        return store::save_sample_data(transaction, documents);
    };
    co_return co_await world_.store.write(std::move(fill));
}

awaitable<base::Result<void>> Portal::accept_declaration(std::string actor) {
    auto load = [this] { return std::optional(declaration_.load()); };
    auto loaded = co_await base::offload(world_.workers, load);
    if (!*loaded) co_return loaded->error();
    auto accepted = std::make_shared<model::Environments const>(std::move((*loaded)->document));
    CO_TRY_VOID(co_await engine_.declare(accepted, std::move(actor)));
    kubeconfigs_.declare(*accepted);
    co_await take_up_kubeconfigs();  // what new clusters begin with has not changed
    clusters_.declare(*accepted);
    co_return base::Result<void>{};
}

awaitable<base::Result<void>> Portal::toggle(std::string environment, std::optional<std::string> component,
                                             bool enabled, std::string actor) {
    auto edit = [this, environment, component, enabled] {
        return std::optional(declaration_.set_enabled(environment, component, enabled));
    };
    auto edited = co_await base::offload(world_.workers, edit);
    if (!*edited) co_return edited->error();
    co_return co_await accept_declaration(std::move(actor));
}

/// Takes up edits by hand. A file with mistakes changes nothing; the mistakes are told once.
awaitable<void> Portal::watch_declaration() {
    auto alive = alive_;
    while (*alive) {
        co_await world_.clock.sleep_for(declaration_interval);
        if (!*alive) co_return;
        co_await take_up_declaration();
        if (!*alive) co_return;
        co_await take_up_kubeconfigs();
    }
}

awaitable<void> Portal::take_up_declaration() {
    auto alive = alive_;
    auto look = [this] { return std::optional(declaration_.has_changed()); };
    auto changed = co_await base::offload(world_.workers, look);
    if (!*alive || !*changed || !**changed) co_return;
    base::Result<void> accepted;
    try {
        std::string actor = "environments.yaml";
        accepted = co_await accept_declaration(actor);
    } catch (std::exception const& failure) {
        accepted = base::unavailable(failure.what());
    }
    if (!*alive) co_return;
    metrics_.tell_declaration(accepted.has_value());
    if (!accepted)
        base::log(base::LogLevel::warning, "the declaration was changed and is not accepted",
                  {{"problem", accepted.error().message}});
}

/// Whichever portal they were uploaded to. What cannot be read now is found at the next look.
awaitable<void> Portal::take_up_kubeconfigs() {
    auto alive = alive_;
    auto changed = co_await kubeconfigs_.changed();
    if (!*alive || !changed) co_return;
    for (std::string const& name : *changed) clusters_.refresh(name);
}

/// After this the key file needs its newest key only. What is wrong with the key stops nothing: where a
/// kubeconfig is used it is told with what to do.
awaitable<void> Portal::rewrap_kubeconfigs() {
    auto rewrapped = co_await kubeconfigs_.rewrap();
    if (!rewrapped)
        base::log(base::LogLevel::warning, "kubeconfigs cannot be brought under the newest master key",
                  {{"problem", rewrapped.error().message}});
    else if (!rewrapped->empty())
        base::log(base::LogLevel::info, "kubeconfigs are encrypted with the newest master key now",
                  {{"kubeconfigs", fmt::format("{}", fmt::join(*rewrapped, ", "))}});
}

awaitable<void> Portal::bring_first_versions() {
    for (auto const& [environment, version] : settings_.first_versions) {
        auto status = engine_.environment(environment);
        bool empty = status && std::all_of(status->components.begin(), status->components.end(),
                                           [](model::ComponentView const& component) {
                                               return component.health == model::Health::empty ||
                                                      component.health == model::Health::disabled;
                                           });
        if (!empty) continue;
        model::DeployRequest request;
        request.version = version;
        rollout::Caller caller;
        caller.actor = "pilothouse";
        caller.trigger = model::Trigger::scheduled;
        rollout::AlsoStore nothing_else;
        auto deployed = co_await engine_.deploy(environment, request, caller, nothing_else);
        if (!deployed)
            base::log(base::LogLevel::warning, "the first version was not brought in",
                      {{"environment", environment}, {"problem", deployed.error().message}});
    }
}

}  // namespace app
