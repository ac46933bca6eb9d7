// For tests: a feed over a real store and a real-time server, in the simulation, and clients of it.
#pragma once
#include "auth/secrets.hpp"
#include "base/json.hpp"
#include "base/testing.hpp"
#include "feed/feed.hpp"
#include "realtime/testing.hpp"
#include "rollout/host_driver.hpp"
#include "store/memory_vfs.hpp"
#include "target/model_supervisor.hpp"

namespace feed::testing {

using base::Result;

/// Passes everything on, but for what the test says.
class MoodyStore : public store::Store {
public:
    explicit MoodyStore(store::Store& real) : real_(real) {}
    std::string describe() const override { return real_.describe(); }
    std::string degraded() const override { return real_.degraded(); }
    void on_commit(std::function<void()> listener) override {
        if (tells_of_commits) real_.on_commit(std::move(listener));
    }

    bool can_read = true;
    Duration read_time{};  // the least that each read takes
    base::Clock* clock = nullptr;
    bool tells_of_commits = true;
    int reads = 0;

protected:
    void submit(bool writes, Work work, Executor home, Done done) override {
        if (!writes) ++reads;
        if (!writes && !can_read) {
            auto refuse = [done = std::move(done)]() mutable {
                std::move(done)(base::unavailable("the database has gone"));
            };
            return asio::post(home, std::move(refuse));
        }
        asio::co_spawn(home, pass_on(*this, writes, std::move(work), std::move(done)), must_not_throw);
    }

private:
    static awaitable<void> pass_on(MoodyStore& self, bool writes, Work work, Done done) {
        if (!writes && self.read_time > Duration{}) co_await self.clock->sleep_for(self.read_time);
        Result<void> result;
        if (writes)
            result = co_await self.real_.write(std::move(work));
        else
            result = co_await self.real_.read(std::move(work));
        std::move(done)(std::move(result));
    }

    store::Store& real_;
};

/// Nothing listens anywhere.
class IdleRouter : public traffic::Router {
public:
    awaitable<Result<traffic::RouterState>> observe(traffic::ComponentKey) override {
        co_return traffic::RouterState{};
    }
    awaitable<Result<void>> apply(traffic::ComponentKey, traffic::Route, std::int64_t) override {
        co_return Result<void>{};
    }
};

inline constexpr char password[] = "correct horse battery";

/// Environment "demo" with component "web"; "alice" has logged in. The engine takes orders and drives none,
/// so that every event is the test's own.
struct World : realtime::testing::World {
    explicit World(FeedSettings settings = {}, bool tells_of_commits = true) {
        store.clock = &portal.clock();
        store.tells_of_commits = tells_of_commits;
        serve();
        model::Component component{.name = "web"};
        component.workload = model::Workload{.command = {"/opt/svc", "{version}", "{port}"}};
        component.traffic = model::Traffic{.listen = "127.0.0.1:8080"};
        model::Environment demo{.name = "demo", .region = "local"};
        demo.target.host.emplace();
        demo.components = {component};
        auto declared = std::make_shared<model::Environments const>(model::Environments{{demo}});
        EXPECT_TRUE(in_portal(engine.declare(declared, "test")));
        auto setup_token = in_portal(accounts.ensure_setup_token());
        auto session = in_portal(accounts.setup(**setup_token, "alice", password, "here"));
        EXPECT_TRUE(session);
        token = session->token;
        feed.emplace(Surroundings{portal.executor(), portal.clock(), store, engine, accounts, *server},
                     settings);
        EXPECT_TRUE(in_portal(feed->start()));
    }
    ~World() {
        user.kill();
        portal.kill();
    }

    /// Not from inside of a coroutine.
    template <class T>
    T in_portal(awaitable<T> work) {
        return sim::testing::run(simulation, portal, std::move(work));
    }

    std::string deploy(std::string version = "1.0.0") {
        model::DeployRequest request{.version = std::move(version)};
        auto view = in_portal(engine.deploy("demo", request, {.actor = "alice"}));
        EXPECT_TRUE(view) << view.error().message;
        return view->id.value;
    }
    void act(std::string const& id, rollout::Action action) {
        auto view = in_portal(engine.act({id}, action, {.actor = "alice"}));
        EXPECT_TRUE(view) << view.error().message;
    }
    /// Stores so many; returns the last one's seq.
    std::int64_t add(std::string topic, int count = 1, std::string name = "alert-updated") {
        return in_portal(append(std::move(topic), count, std::move(name)));
    }
    awaitable<std::int64_t> append(std::string topic, int count = 1, std::string name = "alert-updated") {
        model::Event event{.topic = topic, .name = name, .entity = topic, .actor = "test"};
        if (name == "log-line") event.payload = base::json::object{{"text", "a line"}};
        auto work = [event, count](store::Transaction& transaction) -> Result<std::int64_t> {
            std::int64_t last = 0;
            for (int i = 0; i < count; ++i) {
                TRY(last, store::append_event(transaction, event));
            }
            return last;
        };
        auto last = co_await store.write(std::move(work));
        co_return *last;
    }
    std::int64_t newest() {
        auto work = [](store::Transaction& transaction) { return store::last_event(transaction); };
        return *in_portal(store.read(std::move(work)));
    }
    void pass(Duration time) { sim::testing::pass(simulation, time); }

    store::MemoryDisk disk{"feed", 1, [this] { return portal.clock().wall_now(); }};
    Result<std::unique_ptr<store::Store>> database =
        store::open_sqlite({.file = "/data/pilothouse.db", .vfs = disk.name(), .separate_readers = false},
                           portal.workers(), portal.workers());
    MoodyStore store{**database};
    base::FakeFiles files;
    target::ModelSupervisor supervisor{simulation, files};
    target::Host host{portal.workers(), files, supervisor, "/data"};
    IdleRouter router;
    base::CrashPoints crash_points;
    base::RefusingDialer dialer;
    rollout::HostDriver driver{host, router, dialer, portal.clock()};
    rollout::Engine engine{{portal.executor(), portal.clock(), random, store, {driver, driver}, crash_points},
                           {}};
    auth::SeededSecrets secrets{11};
    auth::Accounts accounts{store, portal.clock(), secrets, portal.workers(),
                            auth::AccountSettings{.cost = {.memory_bytes = 8192, .passes = 1}}};
    std::string token{};
    std::optional<Feed> feed{};
};

/// One of the events that a client was sent.
struct Heard {
    std::string name{};
    base::json::value envelope{};
    std::int64_t seq() const { return envelope.at("seq").to_number<std::int64_t>(); }
};

class Client {
public:
    explicit Client(World& world) : world_(world), socket_(world) {}

    /// The answer to CONNECT.
    awaitable<std::string> connect(std::string auth) {
        EXPECT_EQ(co_await socket_.open(), 101);
        std::string opened = co_await socket_.receive();
        EXPECT_TRUE(opened.starts_with("0")) << opened;
        std::string packet = "40" + auth;
        co_await socket_.send(packet);
        co_return co_await socket_.receive();
    }
    awaitable<void> log_in() {
        std::string auth = R"({"token":")" + world_.token + R"("})";
        std::string answer = co_await connect(auth);
        EXPECT_TRUE(answer.starts_with("40{")) << answer;
    }
    /// Sends and does not wait for the answer, whose number it returns.
    awaitable<int> send(std::string event, std::string argument) {
        int number = next_number_++;
        std::string comma = argument.empty() ? "" : ",";
        std::string packet = fmt::format(R"(42{}["{}"{}{}])", number, event, comma, argument);
        co_await socket_.send(packet);
        co_return number;
    }
    awaitable<base::json::value> ask(std::string event, std::string argument) {
        int number = co_await send(event, argument);
        co_return co_await answer(number);
    }
    awaitable<base::json::value> subscribe(std::string topics) {
        std::string event = "subscribe", argument = R"({"topics":[)" + topics + "]}";
        co_return co_await ask(event, argument);
    }
    awaitable<base::json::value> answer(int number) {
        std::string head = fmt::format("43{}[", number);
        while (true) {
            std::string packet = co_await socket_.receive();
            if (packet.starts_with("closed")) co_return nullptr;
            if (packet.starts_with(head))
                co_return base::json::parse(packet.substr(head.size() - 1)).as_array().at(0);
            take(packet);
        }
    }
    /// All that was sent since the last time, once everything stored until now is through.
    awaitable<std::vector<Heard>> hear() {
        co_await world_.user.clock().sleep_for(200ms);
        std::string event = "unsubscribe", argument = R"({"topics":["nothing"]})";
        (void)co_await ask(event, argument);
        co_return std::exchange(heard_, {});
    }
    awaitable<std::vector<std::int64_t>> hear_seqs() {
        std::vector<std::int64_t> seqs;
        for (Heard const& each : co_await hear()) seqs.push_back(each.seq());
        co_return seqs;
    }
    awaitable<std::string> receive() { co_return co_await socket_.receive(); }

private:
    void take(std::string const& packet) {
        if (!packet.starts_with("42")) return;
        auto list = base::json::parse(packet.substr(2)).as_array();
        heard_.push_back({std::string(list.at(0).as_string()), list.at(1)});
    }

    World& world_;
    realtime::testing::WebSocket socket_;
    std::vector<Heard> heard_{};
    int next_number_ = 0;
};

#define RUN(world, ...)                                   \
    do {                                                  \
        auto work = [&]() -> awaitable<void> __VA_ARGS__; \
        (world).run(work());                              \
    } while (false)

}  // namespace feed::testing
