#include "story.hpp"

#include <boost/asio/bind_executor.hpp>
#include <cstdio>
#include <set>

#include "app/portal.hpp"
#include "base/json.hpp"
#include "follower.hpp"
#include "http/client.hpp"
#include "sim/network.hpp"
#include "store/memory_vfs.hpp"
#include "target/model_supervisor.hpp"
#include "traffic/model_haproxy.hpp"

namespace simulation {

namespace {

constexpr char password[] = "a long enough password";
constexpr char declaration[] = R"(environments:
  - name: demo
    provider: on-premises
    type: hci
    region: local
    enabled: true
    target: {host: {haproxy: managed}}
    components:
      - name: web
        service: http
        enabled: true
        workload: {command: [/opt/svc, "{version}", "{port}"], replicas: 2, stop_timeout: 5s}
        traffic: {listen: "127.0.0.1:8080", health: /healthz}
        strategy: {weights_percent: [25, 100], bake: 2s, settle: 1s, watch: 2s, progress_deadline: 40s, drain_limit: 20s}
        judge: {min_requests: 5, margin_percent: 20, max_wait: 20s, on_no_data: promote}
)";
constexpr char listen_address[] = "127.0.0.1:8080";
constexpr auto faults_last = 60s;
constexpr auto bounded_time = 400s;
constexpr auto longest_halt = 35s;

/// Remembers every start, for I2 and the story of doubles.
class WatchedSupervisor : public target::Supervisor {
public:
    explicit WatchedSupervisor(target::ModelSupervisor& real) : real_(real) {}
    base::Result<void> launch(std::string const& folder, target::ProcessSpec const& spec) override {
        launched.insert(folder.substr(folder.rfind('/') + 1));
        return real_.launch(folder, spec);
    }
    base::Result<target::ProcessState> inspect(std::string const& folder) override {
        return real_.inspect(folder);
    }
    base::Result<void> stop(std::string const& folder) override { return real_.stop(folder); }
    base::Result<void> forget(std::string const& folder) override { return real_.forget(folder); }
    base::Result<void> kill_command(std::string const& folder) override { return real_.kill_command(folder); }
    base::Result<std::uint16_t> free_port(std::set<std::uint16_t> const& taken,
                                          std::uint16_t preferred) override {
        return real_.free_port(taken, preferred);
    }
    std::string output_tail(std::string const& folder, std::size_t limit) override {
        return real_.output_tail(folder, limit);
    }

    std::set<std::string> launched;

private:
    target::ModelSupervisor& real_;
};

/// There are no credential plugins in this world.
class NoPlugins : public k8s::RunPlugin {
public:
    base::Result<std::string> run(k8s::PluginCall const& call, Duration) override {
        return base::unavailable("there is no " + call.command);
    }
};

/// I4: no fence ever goes back.
class WatchedFiles : public base::FakeFiles {
public:
    base::Result<void> write(std::string const& path, std::string const& text) override {
        if (path.ends_with("/fence")) {
            std::int64_t epoch = std::atoll(text.c_str());
            if (epoch < highest_[path]) violations.push_back("I4: the fence " + path + " went back");
            highest_[path] = epoch;
        }
        return FakeFiles::write(path, text);
    }
    std::vector<std::string> violations;

private:
    std::map<std::string, std::int64_t> highest_;
};

/// A planted fault: every fence looks as if nobody had passed it.
class FencelessFiles : public base::Files {
public:
    explicit FencelessFiles(base::Files& real) : real_(real) {}
    base::Result<std::string> read(std::string const& path) override {
        if (path.ends_with("/fence")) return base::not_found(path);
        return real_.read(path);
    }
    base::Result<void> write(std::string const& path, std::string const& text) override {
        return real_.write(path, text);
    }
    base::Result<std::vector<std::string>> list(std::string const& folder) override {
        return real_.list(folder);
    }
    base::Result<void> remove(std::string const& path) override { return real_.remove(path); }
    bool exists(std::string const& path) override { return real_.exists(path); }

private:
    base::Files& real_;
};

/// A database that several portals share: a process of its own, which goes on when a portal dies. What is on
/// its way to it still arrives.
class Database {
public:
    Database(sim::Simulation& world, store::MemoryDisk& disk) : world_(world), process_(world, "database") {
        auto opened =
            store::open_sqlite({.file = "/data/pilothouse.db", .vfs = disk.name(), .separate_readers = false},
                               process_.workers(), process_.workers());
        if (opened) store_ = std::move(*opened);
    }
    ~Database() {
        process_.kill();
        store_.reset();
    }

    /// What one portal has of it.
    class Connection : public store::Store {
    public:
        Connection(Database& database, sim::Process& portal) : database_(database), portal_(portal) {}
        std::string describe() const override { return "a database that is shared"; }
        std::string degraded() const override { return {}; }
        void on_commit(std::function<void()> listener) override { listener_ = std::move(listener); }

    protected:
        void submit(bool writes, Work work, Executor home, Done done) override {
            auto answer = std::make_shared<base::Result<void>>();
            auto deliver = [this, writes, answer, done = std::move(done)](error_code, std::size_t) mutable {
                if (writes && *answer && listener_) listener_();
                std::move(done)(std::move(*answer));
            };
            sim::Ticket ticket = portal_.park(asio::bind_executor(home, std::move(deliver)));
            database_.serve(writes, std::move(work), answer, ticket);
        }

    private:
        Database& database_;
        sim::Process& portal_;
        std::function<void()> listener_{};
    };

private:
    void serve(bool writes, std::function<base::Result<void>(store::Transaction&)> work,
               std::shared_ptr<base::Result<void>> answer, sim::Ticket ticket) {
        auto begin = [this, there = std::weak_ptr(there_), writes, work = std::move(work), answer, ticket] {
            if (there.expired()) return;
            asio::co_spawn(process_.executor(), run(*this, writes, work, answer, ticket), must_not_throw);
        };
        world_.at(world_.now() + world_.random().up_to(2ms), std::move(begin));
    }
    static awaitable<void> run(Database& database, bool writes,
                               std::function<base::Result<void>(store::Transaction&)> work,
                               std::shared_ptr<base::Result<void>> answer, sim::Ticket ticket) {
        if (writes)
            *answer = co_await database.store_->write(std::move(work));
        else
            *answer = co_await database.store_->read(std::move(work));
        auto& world = database.world_;
        world.at(world.now() + world.random().up_to(2ms), [&world, ticket] { world.complete(ticket, {}); });
    }

    sim::Simulation& world_;
    sim::Process process_;
    std::unique_ptr<store::Store> store_;
    std::shared_ptr<bool> there_ = std::make_shared<bool>(true);
};

/// One deployment as its client knows it.
struct Order {
    std::string version{};
    std::string strategy{};
    std::string when_busy{};
    std::string key{};
    std::string action{};  // asked for once, some time later
    Duration at{};
    std::string id{};
    std::string phase{};
};

// (In functions of their own: g++ 12 does not take initializer lists inside coroutines.)
std::string setup_body(std::string const& token) {
    return base::to_text(base::json::object{{"token", token}, {"username", "alice"}, {"password", password}});
}
std::string login_body() {
    return base::to_text(base::json::object{{"username", "alice"}, {"password", password}});
}
std::string deploy_body(Order const& order) {
    base::json::object body{{"version", order.version}, {"strategy", order.strategy}};
    if (!order.when_busy.empty()) body["options"] = base::json::object{{"when_busy", order.when_busy}};
    return base::to_text(body);
}
http::Url portal_url(std::string const& host, std::string const& path) {
    return {.host = host, .target = path};
}

class Story {
public:
    explicit Story(Options const& options)
        : options_(options), world_(options.seed), chance_(options.seed * 7919 + 17) {
        store::MemoryDisk::seed_sqlite(static_cast<std::uint32_t>(options.seed));
    }
    ~Story() {
        client_.kill();
        follower_.stop();
        for (auto* life : {&halted_, &standby_, &life_})
            if (*life) bury(**life);
    }

    Outcome run() {
        if (!options_.calm && options_.crash_at_point == 0)
            network_.faults = {
                .delay = 20ms, .cut_per_mille = 5, .mute_per_mille = 1, .refuse_per_mille = 20};
        (void)files_.write("/etc/environments.yaml", declaration);
        supervisor_.set_programs([this](target::ProcessSpec const& spec) { return program(spec); });
        plan_orders();
        if (shares_database_) database_.emplace(world_, disk_);
        start_portal();
        for (Order& order : orders_) asio::co_spawn(client_.executor(), place(order), must_not_throw);
        send_traffic();
        plan_death();
        world_.at(SteadyTime{} + faults_last, [this] {
            network_.faults = {};
            deaths_ = false;
        });

        while (world_.now() < SteadyTime{} + bounded_time && !is_told() && world_.step()) {
            if (dead_)
                raise_again();
            else if (deaths_ && life_ && world_.steps() >= die_at_step_)
                die();
        }
        check_end();
        outcome_.hash = world_.hash();
        outcome_.steps = world_.steps();
        outcome_.crash_points = points_;
        outcome_.deployments = static_cast<int>(orders_.size());
        outcome_.disconnects = follower_.counts().disconnects;
        outcome_.events = follower_.counts().events;
        outcome_.resets = follower_.counts().resets;
        outcome_.longest_behind = follower_.counts().longest_behind;
        outcome_.virtual_time = world_.now() - SteadyTime{};
        return std::move(outcome_);
    }

private:
    // -- The world.

    target::ModelProgram program(target::ProcessSpec const& spec) {
        auto program = target::ModelSupervisor::by_last_number(spec);
        program.start_delay = 50ms + chance_.up_to(200ms);
        program.ready_delay = chance_.up_to(2s);
        for (std::string const& word : spec.command)
            if (word.starts_with("1.") || word.starts_with("2.")) program.version = word;
        if (program.version.starts_with("2.")) program.error_per_mille = 600;
        return program;
    }

    void send_traffic() {
        world_.at(world_.now() + 20ms + chance_.up_to(60ms), [this] {
            if (serving_) {
                ++outcome_.requests;
                Duration service = chance_.chance_per_mille(20) ? 2s : chance_.up_to(30ms);
                haproxy_.request(listen_address, service,
                                 [this](traffic::ModelAnswer const& answer) { answered(answer); });
            }
            send_traffic();
        });
    }
    void answered(traffic::ModelAnswer const& answer) {
        if (answer.kind == traffic::ModelAnswer::Kind::lost)
            violation("I1: a request was lost: " + answer.why);
        if (answer.kind == traffic::ModelAnswer::Kind::failed && !answer.version.starts_with("2."))
            violation("ready before the check: " + answer.server + " of " + answer.version +
                      " was asked before it was ready");
    }

    // -- The portal, its deaths and its resurrections; its halts and those who take over.

    /// One life of a portal.
    struct Life : base::CrashPoints {
        Life(Story& its_story, std::string its_host)
            : story(its_story), host(std::move(its_host)), process(its_story.world_, host) {}
        awaitable<void> reach(std::string_view where) override { return story.reach(*this, where); }

        Story& story;
        std::string host;
        sim::Process process;
        FencelessFiles fenceless{story.files_};
        std::unique_ptr<store::Store> store{};
        std::unique_ptr<base::Dialer> dialer{};
        std::optional<app::Portal> portal{};
    };

    /// In some seeds little is kept in memory, and a follower soon has missed too much.
    feed::FeedSettings feed_settings() const {
        return {.poll_interval = shares_database_ ? Duration(500ms) : Duration{},
                .tail_events = options_.seed % 3 == 0 ? 5U : 1000U,
                .most_missed = options_.seed % 7 == 0 ? 10 : 1000,
                .skips_each = options_.feed_skips_events ? 7 : 0};
    }

    void start_portal() { life_ = begin_life(portal_host_); }
    std::unique_ptr<Life> begin_life(std::string const& host) {
        auto life = std::make_unique<Life>(*this, host);
        sim::Process& process = life->process;
        if (database_) {
            life->store = std::make_unique<Database::Connection>(*database_, process);
        } else {
            auto opened = store::open_sqlite(
                {.file = "/data/pilothouse.db", .vfs = disk_.name(), .separate_readers = false},
                process.workers(), process.workers());
            if (!opened) {
                violation("the database does not open: " + opened.error().message);
                return life;
            }
            life->store = std::move(*opened);
        }
        life->dialer = network_.dialer(process);
        base::Files& files =
            options_.fences_are_skipped ? static_cast<base::Files&>(life->fenceless) : files_;
        life->portal.emplace(app::World{.executor = process.executor(),
                                        .workers = process.workers(),
                                        .clock = process.clock(),
                                        .random = portal_random_,
                                        .secrets = secrets_,
                                        .dialer = *life->dialer,
                                        .files = files,
                                        .supervisor = watched_,
                                        .plugins = plugins_,
                                        .store = *life->store,
                                        .crash_points = *life},
                             app::PortalSettings{.environments_file = "/etc/environments.yaml",
                                                 .data_folder = "/data",
                                                 .runtime_folder = "/run",
                                                 .version = "simulation",
                                                 .engine = {.owner = "portal-" + std::to_string(++lives_),
                                                            .planted_fault = options_.planted_fault,
                                                            .exclusive = !database_},
                                                 .accounts = {.cost = {.memory_bytes = 8192, .passes = 1}},
                                                 .realtime = {.ping_interval = 2s, .ping_timeout = 2s},
                                                 .feed = feed_settings()});
        auto start = [](app::Portal& portal, std::unique_ptr<base::Listener> listener,
                        Story& story) -> awaitable<void> {
            base::Result<void> started = co_await portal.start(std::move(listener));
            if (!started) story.violation("the portal does not start: " + started.error().message);
            if (portal.setup_token()) story.token_ = *portal.setup_token();
        };
        asio::co_spawn(process.executor(), start(*life->portal, network_.listen(process, host + ":"), *this),
                       must_not_throw);
        tell(host + " starts");
        return life;
    }

    awaitable<void> reach(Life& life, std::string_view where) {
        if (&life != life_.get()) co_return;
        ++points_;
        world_.note(where);
        if (shares_database_ && !halted_ && !outcome_.taken_over && serving_ && points_ >= halt_at_point_ &&
            where == "before an effect")
            halt();
        if (points_ != options_.crash_at_point) co_return;
        tell(fmt::format("crash point {}: {}", points_, where));
        dead_ = true;
        co_await asio::async_initiate<asio::use_awaitable_t<> const, void(error_code, std::size_t)>(
            [&life](auto handler) { (void)life.process.park(std::move(handler)); }, use_awaitable);
    }

    void plan_death() {
        if (options_.calm || options_.crash_at_point != 0 || shares_database_) deaths_ = false;
        die_at_step_ = world_.steps() + 200 + chance_.below(12'000);
    }
    void die() { dead_ = true; }
    void raise_again() {
        dead_ = false;
        ++outcome_.crashes;
        world_.note("crash");
        tell("the portal is killed");
        bury(*life_);
        life_.reset();
        disk_.crash(portal_random_);
        world_.at(world_.now() + chance_.up_to(3s), [this] { start_portal(); });
        plan_death();
    }
    /// In this order: the network forgets it, its coroutines go, then what they refer to, then what those
    /// used.
    void bury(Life& life) {
        network_.forget(life.process);
        if (!database_) disk_.die();
        life.process.kill();
        life.portal.reset();
        life.store.reset();
        life.dialer.reset();
    }

    /// It stands still in the middle of a change, longer than its lease; another one takes over; then it goes
    /// on with what it had in hand, for a while.
    void halt() {
        tell(portal_host_ + " is halted");
        life_->process.halt();
        world_.at(world_.now() + chance_.up_to(5s), [this] {
            halted_ = std::move(life_);
            portal_host_ = "standby";
            life_ = standby_ ? std::move(standby_) : begin_life(portal_host_);
        });
        auto back = world_.now() + longest_halt - chance_.up_to(10s);
        world_.at(back, [this] {
            tell("the halted portal goes on");
            halted_->process.resume();
        });
        world_.at(back + 10s, [this] {
            bury(*halted_);
            halted_.reset();
            outcome_.taken_over = true;
        });
    }

    bool is_over() const { return all_ended() && !halted_; }

    /// It is over, and the follower knows it.
    bool is_told() {
        if (!is_over()) return false;
        if (!over_) {
            over_ = world_.now();
            network_.faults = {};
            deaths_ = false;
            follower_.calm_down();
        }
        return follower_.is_complete(*over_);
    }

    std::vector<std::string> hosts() const {
        std::vector<std::string> hosts;
        for (auto* life : {&halted_, &standby_, &life_})
            if (*life) hosts.push_back((*life)->host);
        return hosts;
    }

    // -- What people do.

    void plan_orders() {
        bool disturbed = !options_.calm && options_.crash_at_point == 0;
        shares_database_ = disturbed && (options_.fences_are_skipped || options_.seed % 5 == 0);
        halt_at_point_ = 20 + chance_.below(100);
        if (disturbed && !shares_database_ && chance_.chance_per_mille(300))
            world_.at(SteadyTime{} + 10s + chance_.up_to(20s),
                      [this, by = chance_.chance_per_mille(500) ? 1h : -1h] {
                          if (serving_) world_.jump_wall_clock(by);
                      });
        char const* strategies[] = {"canary", "blue-green", "rolling"};
        orders_.push_back({.version = "1.0.0", .strategy = "canary"});
        std::uint64_t count = options_.crash_at_point != 0 || options_.calm ? 1 : 1 + chance_.below(3);
        for (std::uint64_t i = 0; i < count; ++i) {
            Order order{.version = fmt::format("{}.{}.0", chance_.chance_per_mille(300) ? 2 : 1, i + 1),
                        .strategy = strategies[chance_.below(3)]};
            if (options_.crash_at_point != 0 || options_.calm)
                order = {.version = "1.1.0", .strategy = strategies[options_.seed % 3]};
            else if (chance_.chance_per_mille(300))
                order.action = chance_.chance_per_mille(500)   ? "abort"
                               : chance_.chance_per_mille(500) ? "pause"
                                                               : "promote";
            if (chance_.chance_per_mille(300)) order.when_busy = "supersede";
            order.at = chance_.up_to(20s);
            orders_.push_back(order);
        }
        for (std::size_t i = 0; i < orders_.size(); ++i)
            orders_[i].key = fmt::format("order-{}-{}", options_.seed, i);
    }

    awaitable<std::optional<base::json::value>> ask(std::string method, std::string path, std::string body,
                                                    std::string key = {}) {
        http::Request request;
        request.method = std::move(method);
        request.body = std::move(body);
        request.raw_target = path;
        request.path = path;
        if (!session_.empty()) request.fields.set("Authorization", "Bearer " + session_);
        if (!request.body.empty()) request.fields.set("Content-Type", "application/json");
        if (!key.empty()) request.fields.set("Idempotency-Key", key);
        http::Url url = portal_url(portal_host_, path);
        auto answer = co_await http::send(*client_dialer_, client_.clock(), url, std::move(request), 5s);
        if (!answer) co_return std::nullopt;
        status_ = answer->status;
        auto parsed = base::parse_json(answer->body);
        if (answer->status >= 500) co_return std::nullopt;
        co_return parsed ? *parsed : base::json::value();
    }

    awaitable<void> log_in() {
        while (session_.empty()) {
            co_await client_.clock().sleep_for(200ms);
            if (token_.empty()) continue;
            std::string path = made_ ? "/api/admin/login" : "/api/admin/setup";
            std::string body = made_ ? login_body() : setup_body(token_);
            auto answer = co_await ask("POST", path, body);
            if (!answer) {
                made_ = !made_;  // unknown whether it happened: try the other door
                continue;
            }
            if (answer->is_object() && answer->as_object().contains("token"))
                session_ = std::string(answer->as_object().at("token").as_string());
            else
                made_ = !made_;
        }
        // What a halted portal had seen before, it stores when it goes on.
        follower_.start(session_, shares_database_ ? 20s + longest_halt : 20s);
    }

    awaitable<void> place(Order& order) {
        bool first = &order == &orders_.front();
        if (first)
            co_await log_in();
        else
            while (!serving_) co_await client_.clock().sleep_for(500ms);
        co_await client_.clock().sleep_for(order.at);
        std::string body = deploy_body(order);
        while (order.id.empty()) {
            auto answer = co_await ask("POST", "/api/environments/demo/deploy", body, order.key);
            if (answer && answer->is_object() && answer->as_object().contains("id"))
                order.id = std::string(answer->as_object().at("id").as_string());
            else if (answer)
                violation(fmt::format("a deployment was refused: {} {}", status_, base::to_text(*answer)));
            if (order.id.empty()) co_await client_.clock().sleep_for(1s);
        }
        tell("accepted: " + order.version + " " + order.strategy);
        follower_.follow("deployment/" + order.id);
        follower_.follow("log/" + order.id);
        co_await follow(order);
        if (!first) co_return;
        serving_ = true;
        // It waits for its turn, and what it has read meanwhile gets old.
        if (shares_database_ && chance_.chance_per_mille(500)) standby_ = begin_life("standby");
    }

    awaitable<void> follow(Order& order) {
        Duration patience = 2s + chance_.up_to(8s);
        SteadyTime began = client_.clock().now();
        while (true) {
            co_await client_.clock().sleep_for(500ms);
            auto answer = co_await ask("GET", "/api/deployments/" + order.id, "");
            if (!answer) continue;
            auto view = base::from_json<model::DeploymentView>(*answer);
            if (!view) {
                violation("I1: an accepted deployment cannot be read: " + base::to_text(*answer));
                co_return;
            }
            check_weight(*view);
            order.phase = base::enum_name(view->phase);
            if (view->status == model::Status::completed || view->status == model::Status::failed)
                co_return tell(order.version + " " + order.phase + ": " + view->reason);
            if (!order.action.empty() && client_.clock().now() > began + patience) {
                auto done = co_await ask("POST", "/api/deployments/" + order.id + "/" + order.action, "{}");
                if (!done) continue;
                // Who has just taken over may still have in mind what was before.
                bool not_yet = status_ == 409 && order.action == "resume" && order.phase == "paused";
                if (not_yet) continue;
                tell(order.version + " " + order.action);
                order.action = order.action == "pause" ? "resume" : "";
                patience += 5s;
            }
        }
    }

    /// I6: what is in force never exceeds the step that was approved.
    void check_weight(model::DeploymentView const& view) {
        for (auto const& component : view.components) {
            if (component.plan.empty() || component.step == 0 || view.phase == model::Phase::aborting)
                continue;
            int approved = component.plan[static_cast<std::size_t>(component.step) - 1].weight_percent;
            if (component.weight_percent > approved + 2 && component.from_version)
                violation(fmt::format("I6: {} has {} % of the traffic, {} % are approved", view.version,
                                      component.weight_percent, approved));
        }
    }

    bool all_ended() const {
        return std::all_of(orders_.begin(), orders_.end(), [](Order const& order) {
            auto phase = base::parse_enum<model::Phase>(order.phase, "phase");
            return phase && model::is_final(*phase);
        });
    }

    // -- What must be true in the end.

    void check_end() {
        if (!all_ended()) {
            std::string left;
            for (Order const& order : orders_)
                left += fmt::format(" {} is {}", order.version,
                                    order.phase.empty() ? "not accepted" : order.phase);
            violation("I10: no progress:" + left);
        }
        if (over_ && !follower_.is_complete(*over_)) violation("events: the follower did not catch up");
        follower_.stop();
        for (std::string const& each : files_.violations) violation(each);
        for (auto* life : {&halted_, &standby_, &life_}) {
            if (*life) bury(**life);
            life->reset();
        }
        database_.reset();
        disk_.die();
        disk_.crash(portal_random_);
        sim::Process reader(world_, "reader");
        auto opened = store::open_sqlite(
            {.file = "/data/pilothouse.db", .vfs = disk_.name(), .separate_readers = false}, reader.workers(),
            reader.workers());
        if (!opened) return violation("the database does not open in the end: " + opened.error().message);
        bool done = false;
        auto check = [](Story& story, store::Store& store, bool& ended) -> awaitable<void> {
            auto read = [&story](store::Transaction& transaction) { return story.check_store(transaction); };
            auto result = co_await store.read(std::move(read));
            if (!result) story.violation("the store cannot be read: " + result.error().message);
            ended = true;
        };
        asio::co_spawn(reader.executor(), check(*this, **opened, done), must_not_throw);
        while (!done && world_.step()) {
        }
        reader.kill();
        opened->reset();
    }

    base::Result<void> check_store(store::Transaction& transaction) {
        std::set<std::string> intended;
        std::map<std::string, std::string> final_phase;
        std::int64_t transitions = 0;
        for (Order const& order : orders_) {
            if (order.id.empty()) continue;
            TRY(std::vector<store::Effect> effects, store::effects_of(transaction, {order.id}, "web"));
            for (auto const& effect : effects)
                if (effect.purpose == "start") intended.insert(effect.object);
            TRY(std::vector<model::LogEntry> log, store::read_log(transaction, {order.id}, 0, 10'000));
            for (auto const& entry : log) {
                world_.note(entry.text);
                if (options_.trace) std::printf("    %s  %s\n", order.version.c_str(), entry.text.c_str());
            }
        }
        TRY(std::vector<store::Effect> kept, store::effects_of(transaction, {}, "web"));
        for (auto const& effect : kept)
            if (effect.purpose == "start") intended.insert(effect.object);
        for (std::string const& name : watched_.launched)
            if (name.starts_with("web-") && !intended.contains(name))
                violation("I2: " + name + " was started without a stored intent");

        std::int64_t seq = 0;
        std::map<std::string, std::string> phase;
        while (true) {
            TRY(std::vector<model::Event> events, store::read_events(transaction, seq, 1000));
            if (events.empty()) break;
            for (auto const& event : events) {
                if (event.seq <= seq) violation("events are not in order");
                seq = event.seq;
                if (!event.topic.starts_with("deployment/") || !event.payload.is_object()) continue;
                std::string now(event.payload.as_object().at("phase").as_string());
                std::string& before = phase[event.entity];
                auto was = base::parse_enum<model::Phase>(before, "phase");
                if (was && model::is_final(*was) && before != now)
                    violation("I5: " + event.entity + " was " + before + " and became " + now);
                if (before != now && event.actor == "pilothouse") ++transitions;
                before = now;
            }
        }
        std::int64_t audited = 0;
        std::string after;
        do {
            TRY(auto page, store::list_audit(transaction, after, 500));
            for (auto const& entry : page.items)
                if (entry.actor == "pilothouse" && entry.action.starts_with("deployment.")) ++audited;
            after = page.next;
        } while (!after.empty());
        if (audited != transitions)
            violation(fmt::format("I8: {} transitions, {} audit rows", transitions, audited));
        return follower_.check(transaction);
    }

    void violation(std::string what) {
        tell("VIOLATION " + what);
        if (outcome_.violations.size() < 10) outcome_.violations.push_back(std::move(what));
    }
    void tell(std::string const& what) {
        world_.note(what);
        if (options_.trace)
            std::printf("%9.3f  %s\n", std::chrono::duration<double>(world_.now() - SteadyTime{}).count(),
                        what.c_str());
    }

    Options options_;
    Outcome outcome_;  // outlives those who still tell of losses when they go
    sim::Simulation world_;
    base::Random chance_;
    base::Random portal_random_{options_.seed + 1};
    auth::SeededSecrets secrets_{options_.seed + 2};
    sim::Network network_{world_};
    WatchedFiles files_;
    target::ModelSupervisor supervisor_{world_, files_};
    traffic::ModelHaproxy haproxy_{world_, network_, files_, supervisor_};
    WatchedSupervisor watched_{supervisor_};
    NoPlugins plugins_;
    store::MemoryDisk disk_{"disk", options_.seed + 3, [this] { return client_.clock().wall_now(); }};
    sim::Process client_{world_, "client"};
    std::unique_ptr<base::Dialer> client_dialer_ = network_.dialer(client_);
    std::optional<Database> database_;
    std::unique_ptr<Life> life_, halted_, standby_;
    std::string portal_host_ = "portal";
    Follower follower_{{.world = world_,
                        .network = network_,
                        .hosts = [this] { return hosts(); },
                        .tell = [this](std::string const& what) { tell(what); },
                        .violation = [this](std::string what) { violation(std::move(what)); }},
                       options_.seed + 4};
    std::optional<SteadyTime> over_{};
    std::deque<Order> orders_;
    std::string token_, session_;
    std::uint64_t points_ = 0, die_at_step_ = 0, halt_at_point_ = 0;
    int status_ = 0, lives_ = 0;
    bool serving_ = false, made_ = false, deaths_ = true, dead_ = false, shares_database_ = false;
};

}  // namespace

Outcome run(Options const& options) { return Story(options).run(); }

}  // namespace simulation
