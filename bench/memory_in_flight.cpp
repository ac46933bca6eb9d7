// How much memory of the portal's engine a rollout takes while it bakes: thousands of components with the
// real engine, host, HAProxy driver and store, on the simulation's processes and HAProxies (a thousand real
// ones would measure those).
//     memory_in_flight [components]
#include <fmt/format.h>
#include <malloc.h>

#include <cstdlib>

#include "rollout/engine.hpp"
#include "rollout/host_driver.hpp"
#include "store/memory_vfs.hpp"
#include "store/store.hpp"
#include "traffic/haproxy.hpp"
#include "traffic/model_haproxy.hpp"

namespace {

constexpr std::size_t components_each = 100;
constexpr Duration settle = 20s;  // until counts have been read and stored

std::size_t heap_bytes() {
    ::malloc_trim(0);
    struct mallinfo2 info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

std::string listen_address(std::size_t number) {
    return fmt::format("127.{}.{}.1:8080", 1 + number / 250, number % 250);
}

std::shared_ptr<model::Environments const> declare(std::size_t count) {
    auto declared = std::make_shared<model::Environments>();
    for (std::size_t i = 0; i < count; ++i) {
        if (i % components_each == 0)
            declared->environments.push_back({.name = fmt::format("place-{}", i / components_each),
                                              .target = {.host = model::HostTarget{}}});
        model::Component component{.name = fmt::format("web-{}", i % components_each)};
        component.workload = model::Workload{.command = {"./svc", "{version}", "{port}"}, .replicas = 2};
        component.traffic = model::Traffic{.listen = listen_address(i), .health = "/healthz"};
        component.strategy = model::StrategyOverrides{.bake = std::chrono::hours(10)};
        component.judge = model::JudgeOverrides{.on_no_data = model::NoDataPolicy::promote};
        declared->environments.back().components.push_back(std::move(component));
    }
    return declared;
}

/// The world, and one portal's engine in it.
class Site {
public:
    explicit Site(std::size_t count) : count_(count), declared_(declare(count)) {
        spawn([declared = declared_](rollout::Engine& engine) -> awaitable<bool> {
            std::string actor = "bench";
            auto accepted = co_await engine.declare(declared, actor);
            if (!accepted) co_return false;
            auto started = co_await engine.start();
            co_return started.has_value();
        });
        while (accepted_ == 0)
            if (!world_.step()) std::abort();
    }

    /// Brings a version to every component and runs until each is past its first deployment, or bakes.
    void deploy(std::string const& version, model::Phase until) {
        for (model::Environment const& environment : declared_->environments) {
            model::StrategyOverrides overrides;
            if (until == model::Phase::completed) overrides.bake = 1s;  // declared are hours
            auto ask = [name = environment.name, version,
                        overrides](rollout::Engine& engine) -> awaitable<bool> {
                // Named: g++ 12 destroys temporaries of an awaited call twice.
                model::DeployRequest request{.version = version};
                request.options = model::DeployOptions{.strategy = overrides};
                rollout::Caller caller{.actor = "bench"};
                rollout::AlsoStore nothing_else;
                auto accepted = co_await engine.deploy(name, request, caller, nothing_else);
                co_return accepted.has_value();
            };
            spawn(ask);
        }
        run_until(
            [&] { return accepted_ > declared_->environments.size() && is_everywhere(version, until); });
    }

    void run_for(Duration time) {
        SteadyTime end = world_.now() + time;
        run_until([&] { return world_.now() >= end; });
    }

    /// Every component's clients ask a few times.
    void send_requests(std::size_t each) {
        for (std::size_t i = 0; i < count_; ++i)
            for (std::size_t n = 0; n < each; ++n)
                haproxy_.request(listen_address(i), 5ms, [](traffic::ModelAnswer const&) {});
    }

    std::size_t database_bytes() { return disk_.find("/data/pilothouse.db")->size(); }

    /// What the portal had: the world without it is smaller by so much.
    std::size_t bury() {
        network_.forget(*process_);
        disk_.die();
        std::size_t before = heap_bytes();
        process_->kill();
        parts_.reset();
        store_.reset();
        dialer_.reset();
        process_.reset();
        return before - heap_bytes();
    }

private:
    struct Parts {
        explicit Parts(Site& site)
            : host(site.process_->workers(), site.files_, site.supervisor_, "/data/hosts", "/srv"),
              router(site.process_->workers(), site.files_, site.supervisor_, site.process_->clock(),
                     *site.dialer_, {.root = "/data/hosts", .runtime_folder = "/run"}),
              driver(host, router, *site.dialer_, site.process_->clock()),
              engine({.executor = site.process_->executor(),
                      .clock = site.process_->clock(),
                      .random = site.random_,
                      .store = *site.store_,
                      .drivers = {driver, driver},
                      .crash_points = site.crash_points_},
                     {}) {}
        target::Host host;
        traffic::Haproxy router;
        rollout::HostDriver driver;
        rollout::Engine engine;
    };

    template <class Body>
    void spawn(Body body) {
        auto run = [](Body work, rollout::Engine& engine, std::size_t& accepted) -> awaitable<void> {
            bool done = co_await work(engine);
            if (!done) std::abort();
            ++accepted;
        };
        asio::co_spawn(process_->executor(), run(std::move(body), engine_, accepted_), must_not_throw);
    }

    template <class Condition>
    void run_until(Condition condition) {
        for (std::uint64_t steps = 0; steps % 4096 != 0 || !condition(); ++steps)
            if (!world_.step()) std::abort();
    }

    bool is_everywhere(std::string const& version, model::Phase phase) {
        for (model::Environment const& environment : declared_->environments) {
            auto status = engine_.environment_status(environment.name);
            for (model::ComponentStatusView const& component : status->components) {
                if (phase == model::Phase::completed &&
                    (component.deployment || component.version != version))
                    return false;
                if (phase == model::Phase::completed) continue;
                if (!component.deployment) return false;
                for (auto const& rollout : component.deployment->components)
                    if (rollout.name == component.name && rollout.weight_percent == 0) return false;
            }
        }
        return true;
    }

    std::unique_ptr<store::Store> open() {
        auto opened = store::open_sqlite(
            {.file = "/data/pilothouse.db", .vfs = disk_.name(), .separate_readers = false},
            process_->workers(), process_->workers());
        if (!opened) std::abort();
        return std::move(*opened);
    }

    std::size_t count_;
    std::shared_ptr<model::Environments const> declared_;
    std::size_t accepted_ = 0;
    sim::Simulation world_{1};
    sim::Network network_{world_};
    base::FakeFiles files_;
    sim::Process people_{world_, "people"};
    store::MemoryDisk disk_{"disk", 1, [this] { return people_.clock().wall_now(); }};
    target::ModelSupervisor supervisor_{world_, files_};
    traffic::ModelHaproxy haproxy_{world_, network_, files_, supervisor_};
    base::Random random_{1};
    base::CrashPoints crash_points_;
    std::unique_ptr<sim::Process> process_ = std::make_unique<sim::Process>(world_, "portal");
    std::unique_ptr<store::Store> store_ = open();
    std::unique_ptr<base::Dialer> dialer_ = network_.dialer(*process_);
    std::unique_ptr<Parts> parts_ = std::make_unique<Parts>(*this);
    rollout::Engine& engine_ = parts_->engine;
};

struct Sizes {
    std::size_t portal = 0;
    std::size_t database = 0;
};

Sizes measure(std::size_t count, bool in_flight) {
    Site site(count);
    site.deploy("1.0.0", model::Phase::completed);
    if (in_flight) {
        site.deploy("1.1.0", model::Phase::progressing);
        site.send_requests(40);
    }
    site.run_for(settle);
    std::size_t database = site.database_bytes();
    return {site.bury(), database};
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000;
    if (count == 0 || count > 50'000) {
        fmt::print(stderr,
                   "usage: memory_in_flight [components]\na whole number from 1 to 50000; got \"{}\"\n",
                   argv[1]);
        return 2;
    }
    Sizes steady = measure(count, false);
    Sizes flying = measure(count, true);
    fmt::print(
        "{{\"components\": {}, \"steady_bytes\": {}, \"in_flight_bytes\": {}, \"database_bytes\": {}}}\n",
        count, steady.portal, flying.portal, flying.database);
    return 0;
}
