#include "api/world.hpp"

#include <gtest/gtest.h>

#include <boost/url.hpp>
#include <filesystem>

#include "base/files.hpp"
#include "base/testing.hpp"
#include "rollout/host_driver.hpp"
#include "target/host.hpp"
#include "traffic/router.hpp"

namespace api {

namespace {

using base::Result;
using target::ProcessPhase;
using target::ProcessState;

/// Starts and ends what it is told to, at once.
class ObedientSupervisor : public target::Supervisor {
public:
    explicit ObedientSupervisor(base::FakeFiles& files) : files_(files) {}
    Result<void> launch(std::string const& folder, target::ProcessSpec const&) override {
        auto& state = states_[folder];
        if (state.phase == ProcessPhase::absent)
            state = {.phase = ProcessPhase::running, .pid = next_pid_++, .starts = 1};
        return {};
    }
    Result<ProcessState> inspect(std::string const& folder) override { return states_[folder]; }
    Result<void> stop(std::string const& folder) override {
        states_.erase(folder);
        return {};
    }
    Result<void> forget(std::string const& folder) override {
        states_.erase(folder);
        return files_.remove(folder);
    }
    Result<void> kill_command(std::string const&) override { return {}; }
    Result<std::uint16_t> free_port(std::set<std::uint16_t> const& taken, std::uint16_t) override {
        std::uint16_t port = 20000;
        while (taken.contains(port)) ++port;
        return port;
    }
    std::string output_tail(std::string const&, std::size_t) override { return {}; }

private:
    base::FakeFiles& files_;
    std::map<std::string, ProcessState> states_;
    std::int64_t next_pid_ = 4000;
};

/// Every server it is told of takes traffic at once, and answers 100 requests between two looks without an
/// error.
class ObedientRouter : public traffic::Router {
public:
    awaitable<Result<traffic::RouterState>> observe(traffic::ComponentKey key) override {
        traffic::RouterState& state = states_[key];
        int all = 0;
        for (auto const& server : state.servers) all += server.weight;
        for (auto& server : state.servers)
            if (all > 0) server.counts.requests += static_cast<std::uint64_t>(100 * server.weight / all);
        if (state.running) state.requests += 100;
        co_return state;
    }
    awaitable<Result<void>> apply(traffic::ComponentKey key, traffic::Route route, std::int64_t) override {
        traffic::RouterState& state = states_[key];
        std::map<std::string, traffic::ServerState> before;
        for (auto& server : state.servers) before.emplace(server.name, std::move(server));
        state.running = true;
        state.starts = 1;
        state.listen = route.traffic.listen;
        state.servers.clear();
        for (traffic::Server const& wanted : route.servers) {
            traffic::ServerState server = before[wanted.name];
            server.name = wanted.name;
            server.address = wanted.address;
            server.weight = wanted.weight;
            server.draining = wanted.draining;
            server.routable = true;
            server.check = "L7OK";
            server.generation = "1";
            state.servers.push_back(std::move(server));
        }
        co_return Result<void>{};
    }

private:
    std::map<traffic::ComponentKey, traffic::RouterState> states_;
};

/// The real one, with what a test wants it to find.
class CheckedDriver : public rollout::HostDriver {
public:
    CheckedDriver(target::Host& host, traffic::Router& router, base::Dialer& dialer, base::Clock& clock,
                  std::vector<model::PlanCheck> const& checks)
        : HostDriver(host, router, dialer, clock), checks_(checks) {}
    awaitable<std::vector<Result<rollout::Rehearsal>>> rehearse(std::vector<model::Rollout> drafts,
                                                                std::size_t) override {
        co_return std::vector<Result<rollout::Rehearsal>>(drafts.size(),
                                                          rollout::Rehearsal{.checks = checks_});
    }

private:
    std::vector<model::PlanCheck> const& checks_;
};

/// The real one, but for one operation.
class FailingStore : public store::Store {
public:
    explicit FailingStore(store::Store& real) : real_(real) {}
    std::string describe() const override { return real_.describe(); }
    std::string degraded() const override { return real_.degraded(); }
    void on_commit(std::function<void()> listener) override { real_.on_commit(std::move(listener)); }

    int left = 0;  // 0: none fails
    StoreFault fault = StoreFault::refuses;
    bool has_failed = false;

protected:
    void submit(bool writes, Work work, Executor home, Done done) override {
        if (left > 0 && --left == 0) {
            has_failed = true;
            if (fault == StoreFault::throws) throw std::runtime_error("a fault of the test");
            auto refuse = [done = std::move(done)]() mutable {
                std::move(done)(base::unavailable("the disk is full: reading only"));
            };
            return asio::post(home, std::move(refuse));
        }
        asio::co_spawn(home, pass_on(real_, writes, std::move(work), std::move(done)), must_not_throw);
    }

private:
    static awaitable<void> pass_on(store::Store& real, bool writes, Work work, Done done) {
        Result<void> result;
        if (writes)
            result = co_await real.write(std::move(work));
        else
            result = co_await real.read(std::move(work));
        std::move(done)(std::move(result));
    }

    store::Store& real_;
};

model::Environment environment(std::string name, model::Provider provider, model::EnvironmentType type,
                               std::string region) {
    return {.name = std::move(name), .provider = provider, .type = type, .region = std::move(region)};
}

model::Environments declared() {
    model::Component web{.name = "web"};
    web.workload = model::Workload{
        .command = {"./svc", "--port", "{port}"}, .artifact = "/opt/{version}/svc", .replicas = 2};
    web.traffic = model::Traffic{.listen = "127.0.0.1:8080", .health = "/healthz"};
    model::Component worker = web;
    worker.name = "worker";
    worker.enabled = false;
    worker.traffic = model::Traffic{.listen = "127.0.0.1:8081"};
    auto demo = environment("demo", model::Provider::on_premises, model::EnvironmentType::hci, "local");
    demo.target.host.emplace();
    demo.components = {web, worker};
    auto aws = environment("frankfurt", model::Provider::aws, model::EnvironmentType::cloud, "eu-central-1");
    aws.target.sample.emplace();
    model::Component besu{.name = "besu"};
    aws.components = {besu};
    auto azure = environment("virginia", model::Provider::azure, model::EnvironmentType::cloud, "eastus");
    azure.target.sample.emplace();
    azure.enabled = false;
    return {{demo, aws, azure}};
}

http::Request request_for(std::string method, std::string const& target, std::string body,
                          http::Fields fields) {
    http::Request request{.method = std::move(method),
                          .raw_target = target,
                          .fields = std::move(fields),
                          .body = std::move(body)};
    auto url = boost::urls::parse_origin_form(target).value();
    request.path = url.path();
    for (auto parameter : url.params()) request.query.emplace_back(parameter.key, parameter.value);
    request.address = "127.0.0.1";
    request.trace_id = "0123456789abcdef0123456789abcdef";
    if (!request.fields.has("Content-Type") && !request.body.empty())
        request.fields.set("Content-Type", "application/json");
    return request;
}

std::string new_folder() {
    std::string name = "/tmp/pilothouse-api-test-XXXXXX";
    return ::mkdtemp(name.data());
}

store::Store& opened(Result<std::unique_ptr<store::Store>>& result) {
    EXPECT_TRUE(result) << result.error().message;
    return **result;
}

}  // namespace

struct World::Parts {
    explicit Parts(World& world)
        : driver(host, router, dialer, clock, world.checks),
          api({.engine = engine,
               .store = store,
               .accounts = accounts,
               .kubeconfigs = kubeconfigs,
               .clock = clock,
               .toggle =
                   [this, &world](std::string name, std::optional<std::string> component, bool enabled,
                                  std::string actor) {
                       return toggle(world, std::move(name), std::move(component), enabled, std::move(actor));
                   },
               .metrics = [] { return "# TYPE pilothouse_up gauge\npilothouse_up 1\n"; },
               .problems = [&world] { return world.problems; },
               .public_origin = "",
               .version = "0.1.0"}) {}
    ~Parts() { std::filesystem::remove_all(folder); }

    awaitable<Result<void>> toggle(World& world, std::string name, std::optional<std::string> component,
                                   bool enabled, std::string actor) {
        if (world.toggle_problem) co_return *world.toggle_problem;
        for (model::Environment& one : declaration.environments) {
            if (one.name != name) continue;
            if (!component) one.enabled = enabled;
            for (model::Component& part : one.components)
                if (component && part.name == *component) part.enabled = enabled;
        }
        auto declared = std::make_shared<model::Environments const>(declaration);
        co_return co_await engine.declare(std::move(declared), std::move(actor));
    }

    std::string folder = new_folder();
    asio::io_context context{1};
    base::FakeClock clock{context.get_executor()};
    base::Random random{7};
    base::FakeFiles files;
    ObedientSupervisor supervisor{files};
    ObedientRouter router;
    base::CrashPoints crash_points;
    target::Host host{context.get_executor(), files, supervisor, "/data"};
    Result<std::unique_ptr<store::Store>> database = store::open_sqlite(
        {.file = folder + "/pilothouse.db"}, context.get_executor(), context.get_executor());
    FailingStore store{opened(database)};
    base::RefusingDialer dialer;
    CheckedDriver driver;
    rollout::Engine engine{{context.get_executor(), clock, random, store, {driver, driver}, crash_points},
                           {}};
    auth::SeededSecrets secrets{11};
    auth::Accounts accounts{
        store, clock, secrets, context.get_executor(), {.cost = {.memory_bytes = 8192, .passes = 1}}};
    auth::SeededSecrets key_secrets{12};
    secret::Kubeconfigs kubeconfigs{{.store = store,
                                     .clock = clock,
                                     .files = files,
                                     .executor = context.get_executor(),
                                     .workers = context.get_executor(),
                                     .fill = [this](std::span<unsigned char> to) { key_secrets.fill(to); }},
                                    "/data/secret.key"};
    model::Environments declaration = declared();
    std::string token{};
    Api api;
};

World::World(Start start) : parts_(std::make_unique<Parts>(*this)) {
    for (std::string version : {"1.0.0", "1.1.0", "1.2.0"})
        EXPECT_TRUE(parts_->files.write("/opt/" + version + "/svc", "a program"));
    auto environments = std::make_shared<model::Environments const>(parts_->declaration);
    EXPECT_TRUE(base::run(parts_->context, parts_->engine.declare(environments, "test")));
    parts_->kubeconfigs.declare(*environments);
    EXPECT_TRUE(base::run(parts_->context, parts_->engine.start()));
    if (start == Start::without_anybody) return;
    auto answer = ask_as_nobody(
        "POST", "/api/admin/setup",
        base::to_text(model::SetupRequest{make_setup_token(), "alice", "correct horse battery"}));
    EXPECT_EQ(answer.status, 201);
}

std::string World::make_setup_token() {
    auto token = base::run(parts_->context, parts_->accounts.ensure_setup_token());
    return token && *token ? **token : "";
}

World::~World() {
    base::run(parts_->context, parts_->engine.stop());
    settle();
}

http::Response World::ask(std::string method, std::string target, std::string body, http::Fields fields) {
    if (!fields.has("Authorization")) fields.set("Authorization", "Bearer " + parts_->token);
    return ask_as_nobody(std::move(method), std::move(target), std::move(body), std::move(fields));
}

http::Response World::ask_as_nobody(std::string method, std::string target, std::string body,
                                    http::Fields fields) {
    http::Request request = request_for(std::move(method), target, std::move(body), std::move(fields));
    http::Response response = base::run(parts_->context, parts_->api.handler()(std::move(request)));
    if (target == "/api/admin/setup" && response.status == 201)
        parts_->token = json_of(response).at("token").as_string();
    return response;
}

void World::settle() {
    parts_->context.restart();
    parts_->context.poll();
}

void World::pass(Duration time) {
    settle();
    for (Duration passed{}; passed < time; passed += 100ms) {
        parts_->clock.advance(100ms);
        settle();
    }
}

std::string World::deploy(std::string const& version) {
    auto accepted = json_of(ask("POST", "/api/environments/demo/deploy",
                                R"({"version":")" + version + R"(","strategy":"blue-green"})"));
    std::string id(accepted.at("id").as_string());
    for (int i = 0; i < 1000; ++i) {
        pass(1s);
        auto status = json_of(ask("GET", "/api/deployments/" + id)).at("status").as_string();
        if (status == "completed" || status == "failed") return id;
    }
    ADD_FAILURE() << version << " never ended";
    return id;
}

std::string World::body_of(http::Response const& response) {
    return response.shared_body ? *response.shared_body : response.body;
}
base::json::value World::json_of(http::Response const& response) {
    auto parsed = base::parse_json(body_of(response));
    EXPECT_TRUE(parsed) << body_of(response);
    return parsed ? *parsed : base::json::value();
}

base::FakeClock& World::clock() { return parts_->clock; }
asio::io_context& World::context() { return parts_->context; }
http::Handler World::handler() { return parts_->api.handler(); }
store::Store& World::store() { return parts_->store; }
secret::Kubeconfigs& World::kubeconfigs() { return parts_->kubeconfigs; }
std::string World::kubeconfig(std::string const& token) {
    return fmt::format(
        "current-context: main\ncontexts: [{{name: main, context: {{cluster: a, user: b, namespace: "
        "shop}}}}]\n"
        "clusters: [{{name: a, cluster: {{server: \"https://shop-west.example.org:6443\"}}}}]\n"
        "users: [{{name: b, user: {{token: {}}}}}]\n",
        token);
}
std::string const& World::folder() const { return parts_->folder; }
void World::fail_store_at(int operation, StoreFault fault) {
    parts_->store.left = operation;
    parts_->store.fault = fault;
    parts_->store.has_failed = false;
}
bool World::has_store_failed() const { return parts_->store.has_failed; }
std::string const& World::token() const { return parts_->token; }

}  // namespace api
