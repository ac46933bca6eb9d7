// HAProxy for the simulation: its runtime API as text, its health checks on virtual time, and what becomes of
// requests.
#pragma once
#include <charconv>

#include "sim/network.hpp"
#include "target/model_supervisor.hpp"
#include "traffic/impl/haproxy_config.hpp"

namespace traffic {

/// What became of a request.
struct ModelAnswer {
    enum class Kind { answered, failed, lost };  // failed: the version's own 5xx
    Kind kind = Kind::answered;
    std::string server{};
    std::string version{};
    std::string why{};  // it was lost
};

/// Plays every process of the model supervisor whose program is called haproxy, from the configuration file
/// that it is given. Belongs to the world, as the supervisor does. Passes `haproxy_contract.hpp`.
///
/// As 2.6.12 does: an added or restarted server is up before its first check (INI), down as soon as this
/// fails; two failed checks take a server down later; a refused connect takes it down at once, and the
/// request goes to another server; servers added at run time and all counters are gone after a restart;
/// without a usable server requests wait for ten seconds.
class ModelHaproxy : public target::ModelSupervisor::Watcher {
public:
    using Done = std::function<void(ModelAnswer)>;

    ModelHaproxy(sim::Simulation& world, sim::Network& network, base::Files& files,
                 target::ModelSupervisor& supervisor)
        : world_(world), network_(network), files_(files), supervisor_(supervisor) {
        supervisor_.watch(this);
    }
    ~ModelHaproxy() override {
        supervisor_.watch(nullptr);
        while (!instances_.empty()) end(instances_.begin()->first);
    }
    ModelHaproxy(ModelHaproxy const&) = delete;

    /// A client sends a request to the address; a server that takes it answers after `service_time`.
    void request(std::string listen, Duration service_time, Done done) {
        arrive(std::make_shared<Request>(Request{std::move(listen), service_time, std::move(done)}));
    }

    std::optional<target::ModelProgram> program(target::ProcessSpec const& spec) override {
        if (spec.command.empty() || !spec.command.front().ends_with("haproxy")) return {};
        return target::ModelProgram{.finishes_itself = true};
    }
    void began(target::ModelProcess const& process) override {
        if (program(process.spec)) begin(process);
    }
    void asked_to_end(target::ModelProcess const& process) override {
        auto place = instances_.find(process.folder);
        if (place == instances_.end()) return;
        place->second->stopping = true;
        place->second->close();
        finish_when_idle(*place->second);
    }
    void ended(target::ModelProcess const& process) override {
        if (instances_.contains(process.folder)) return end(process.folder);
        for (auto& [folder, instance] : instances_) break_off(*instance, process.pid);
    }

private:
    struct Request {
        std::string listen{};
        Duration service_time{};
        Done done{};
        std::optional<SteadyTime> waits_since{};
    };
    using RequestPointer = std::shared_ptr<Request>;

    struct ServerModel {
        std::string name{};
        std::string address{};
        std::uint16_t port = 0;
        int weight = 0;
        int current = 0;  // of the smooth weighted round robin
        bool maintenance = false;
        bool draining = false;
        bool checks = true;
        int health = rise;  // from 0; up from `rise` on
        std::string check = "INI";
        int check_code = 0;
        std::uint64_t sessions = 0, answers = 0, failures = 0, not_answered = 0, redispatched = 0;
        std::uint64_t serial = 0;

        bool up() const { return health >= rise && !maintenance; }
        bool usable() const { return up() && !draining && weight > 0; }
        std::uint64_t taken() const { return sessions + answers + failures + not_answered + redispatched; }
        std::string status() const {
            if (maintenance) return "MAINT";
            if (health < rise) return "DOWN";
            std::string word = draining ? "DRAIN" : "UP";
            return health == healthiest ? word : fmt::format("{} {}/{}", word, health, healthiest);
        }
    };

    /// A request that a server works at.
    struct Active {
        RequestPointer request{};
        std::uint64_t server = 0;
        std::int64_t pid = 0;
        std::string version{};
    };

    struct Instance {
        std::string folder{};
        std::string listen{};
        std::string health_path{};
        std::int64_t pid = 0;
        std::uint64_t number = 0;
        std::int64_t started_s = 0;
        bool stopping = false;
        std::uint64_t in_hand = 0;  // requests that it has taken and not yet answered
        std::uint64_t requests = 0, failures = 0, redispatched = 0;
        std::uint64_t last_active = 0;
        std::map<std::uint64_t, Active> active{};
        std::vector<ServerModel> servers{};
        std::unique_ptr<sim::Process> process{};
        std::unique_ptr<base::Listener> listener{};

        ServerModel* find(std::string_view name) {
            for (ServerModel& server : servers)
                if (server.name == name) return &server;
            return nullptr;
        }
        ServerModel* find(std::uint64_t serial) {
            for (ServerModel& server : servers)
                if (server.serial == serial) return &server;
            return nullptr;
        }
        void close() {
            if (process) process->kill();
            listener.reset();
        }
    };

    static constexpr int rise = 1;
    static constexpr int healthiest = 2;  // rise + fall - 1
    static constexpr Duration inter = 500ms, fast_inter = 200ms, down_inter = 300ms;
    static constexpr Duration poll = 25ms;
    static constexpr Duration longest_wait = 10s;

    // -- Its life.

    void begin(target::ModelProcess const& process) {
        auto config = process.spec.command.size() > 3 ? files_.read(process.spec.command[3])
                                                      : base::Result<std::string>("");
        auto instance = std::make_unique<Instance>();
        instance->folder = process.folder;
        instance->listen = process.spec.listen.value_or("");
        instance->pid = process.pid;
        instance->number = ++last_number_;
        instance->started_s =
            std::chrono::duration_cast<std::chrono::seconds>(world_.now().time_since_epoch()).count();
        std::string socket = config ? read_config(*instance, *config) : "";
        if (socket.empty())
            return world_.at(world_.now(),
                             [this, folder = process.folder] { supervisor_.end(folder, "exit status 1"); });
        instance->process = std::make_unique<sim::Process>(world_, "haproxy " + process.folder);
        instance->listener = network_.listen(*instance->process, "unix:" + socket);
        asio::co_spawn(instance->process->executor(), serve(instance.get()), must_not_throw);
        for (ServerModel& server : instance->servers) plan_check(*instance, server, true);
        instances_[process.folder] = std::move(instance);
    }

    void end(std::string const& folder) {
        auto place = instances_.find(folder);
        auto instance = std::move(place->second);
        instances_.erase(place);
        if (instance->process) network_.forget(*instance->process);
        instance->close();
        for (auto& [number, active] : instance->active) lose(active.request, "HAProxy ended");
    }

    void finish_when_idle(Instance& instance) {
        if (!instance.stopping || instance.in_hand > 0) return;
        after(instance, 0ms, [this](Instance& idle) { supervisor_.end(idle.folder); });
    }

    /// Reads what `config_text` writes, as HAProxy would. The path of the runtime API's socket; empty when it
    /// is of no use.
    std::string read_config(Instance& instance, std::string const& text) {
        std::string socket;
        std::string_view rest = text;
        while (!rest.empty()) {
            auto end = rest.find('\n');
            auto line = split(rest.substr(0, end), ' ');
            rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
            if (line.size() > 2 && line[0] == "stats" && line[2].starts_with("unix@"))
                socket = line[2].substr(5);
            if (line.size() > 2 && line[0] == "set-var")
                instance.health_path = line[2].substr(4, line[2].size() - 5);
            if (line.size() < 3 || line[0] != "server" || line[1] == waiting_server_name) continue;
            ServerModel server = make_server(line[1], line[2]);
            for (std::size_t i = 3; i + 1 < line.size(); ++i)
                if (line[i] == "weight") server.weight = std::stoi(line[i + 1]);
            instance.servers.push_back(std::move(server));
        }
        return socket;
    }

    ServerModel make_server(std::string name, std::string address) {
        ServerModel server{.name = std::move(name), .address = std::move(address), .serial = ++last_serial_};
        auto colon = server.address.rfind(':');
        std::from_chars(server.address.data() + colon + 1, server.address.data() + server.address.size(),
                        server.port);
        return server;
    }

    static std::vector<std::string> split(std::string_view text, char at) {
        std::vector<std::string> parts;
        while (!text.empty()) {
            auto end = text.find(at);
            if (end != 0) parts.emplace_back(text.substr(0, end));
            text.remove_prefix(end == text.npos ? text.size() : end + 1);
        }
        return parts;
    }

    /// Only while the same HAProxy runs.
    void after(Instance const& instance, Duration pause, std::function<void(Instance&)> event) {
        world_.at(world_.now() + pause,
                  [this, folder = instance.folder, number = instance.number, event = std::move(event)] {
                      auto place = instances_.find(folder);
                      if (place != instances_.end() && place->second->number == number) event(*place->second);
                  });
    }

    // -- Health checks.

    void plan_check(Instance& instance, ServerModel const& server, bool first = false) {
        Duration pause = first                         ? world_.random().up_to(inter)
                         : server.health == 0          ? down_inter
                         : server.health == healthiest ? inter
                                                       : fast_inter;
        after(instance, pause, [this, serial = server.serial](Instance& now) {
            ServerModel* checked = now.find(serial);
            if (!checked) return;
            if (checked->checks && !checked->maintenance) check(*checked);
            plan_check(now, *checked);
        });
    }

    void check(ServerModel& server) {
        target::ModelProcess const* process = supervisor_.listening_on(server.port);
        bool fine = process && process->ready;
        server.check = fine ? "L7OK" : process ? "L7STS" : "L4CON";
        server.check_code = fine ? 200 : process ? 503 : 0;
        if (fine)
            server.health = healthiest;
        else if (server.health > 0)
            server.health = server.health - 1 < rise ? 0 : server.health - 1;
    }

    // -- Requests.

    Instance* instance_at(std::string const& listen) {
        for (auto& [folder, instance] : instances_)
            if (instance->listen == listen && !instance->stopping) return instance.get();
        return nullptr;
    }

    /// While nobody takes it from the shim's listening socket it waits there.
    void arrive(RequestPointer request) {
        if (Instance* instance = instance_at(request->listen)) {
            ++instance->requests;
            ++instance->in_hand;
            return route(*instance, std::move(request));
        }
        if (!supervisor_.holds(request->listen)) return lose(request, "connection refused");
        world_.at(world_.now() + 5ms, [this, request] { arrive(request); });
    }

    void route(Instance& instance, RequestPointer request) {
        while (ServerModel* server = pick(instance)) {
            if (target::ModelProcess const* process = supervisor_.listening_on(server->port))
                return work(instance, *server, *process, std::move(request));
            ++server->redispatched;
            ++instance.redispatched;
            server->health = 0;
            server->check = "L4CON";
            server->check_code = 0;
        }
        if (!request->waits_since) request->waits_since = world_.now();
        if (world_.now() - *request->waits_since >= longest_wait)
            return answer_itself(instance, request, "no replica is up");
        std::uint64_t number = hold(instance, {.request = request});
        after(instance, poll, [this, number](Instance& now) {
            if (auto waiting = release(now, number)) route(now, waiting->request);
        });
    }

    /// Smooth weighted round robin.
    static ServerModel* pick(Instance& instance) {
        ServerModel* best = nullptr;
        int total = 0;
        for (ServerModel& server : instance.servers) {
            if (!server.usable()) continue;
            total += server.weight;
            server.current += server.weight;
            if (!best || server.current > best->current) best = &server;
        }
        if (best) best->current -= total;
        return best;
    }

    void work(Instance& instance, ServerModel& server, target::ModelProcess const& process,
              RequestPointer request) {
        ++server.sessions;
        bool fails = !process.ready || world_.random().chance_per_mille(process.program.error_per_mille);
        Duration time = request->service_time;
        std::uint64_t number = hold(instance, {.request = std::move(request),
                                               .server = server.serial,
                                               .pid = process.pid,
                                               .version = process.program.version});
        after(instance, time, [this, number, fails](Instance& now) {
            auto active = release(now, number);
            if (!active) return;
            ServerModel* worked = now.find(active->server);
            --worked->sessions;
            ++(fails ? worked->failures : worked->answers);
            if (fails) ++now.failures;
            leave(now, active->request,
                  {.kind = fails ? ModelAnswer::Kind::failed : ModelAnswer::Kind::answered,
                   .server = worked->name,
                   .version = active->version});
        });
    }

    std::uint64_t hold(Instance& instance, Active active) {
        instance.active.emplace(++instance.last_active, std::move(active));
        return instance.last_active;
    }
    static std::optional<Active> release(Instance& instance, std::uint64_t number) {
        auto node = instance.active.extract(number);
        if (node.empty()) return {};
        return std::move(node.mapped());
    }

    /// A replica has died: what it was working at is answered by HAProxy with a 502.
    void break_off(Instance& instance, std::int64_t pid) {
        std::vector<std::uint64_t> numbers;
        for (auto const& [number, active] : instance.active)
            if (active.pid == pid) numbers.push_back(number);
        for (std::uint64_t number : numbers) {
            auto active = release(instance, number);
            ServerModel* server = instance.find(active->server);
            --server->sessions;
            ++server->not_answered;
            answer_itself(instance, active->request, "its replica died");
        }
    }

    void shut_down_sessions(Instance& instance, std::uint64_t serial) {
        std::vector<std::uint64_t> numbers;
        for (auto const& [number, active] : instance.active)
            if (active.server == serial) numbers.push_back(number);
        for (std::uint64_t number : numbers) {
            auto active = release(instance, number);
            --instance.find(serial)->sessions;
            answer_itself(instance, active->request, "its session was shut down");
        }
    }

    void answer_itself(Instance& instance, RequestPointer const& request, std::string why) {
        ++instance.failures;
        leave(instance, request, {.kind = ModelAnswer::Kind::lost, .why = std::move(why)});
    }
    void leave(Instance& instance, RequestPointer const& request, ModelAnswer answer) {
        --instance.in_hand;
        finish_when_idle(instance);
        request->done(std::move(answer));
    }
    static void lose(RequestPointer const& request, std::string why) {
        request->done({.kind = ModelAnswer::Kind::lost, .why = std::move(why)});
    }

    // -- The runtime API.

    awaitable<void> serve(Instance* instance) {
        for (;;) {
            base::Stream stream = co_await instance->listener->accept();
            asio::co_spawn(instance->process->executor(), converse(instance, std::move(stream)),
                           must_not_throw);
        }
    }

    awaitable<void> converse(Instance* instance, base::Stream stream) {
        try {
            std::string line;
            std::array<char, 4096> buffer{};
            while (line.find('\n') == line.npos)
                line.append(buffer.data(),
                            co_await stream.async_read_some(asio::buffer(buffer), use_awaitable));
            line.resize(line.find('\n'));
            std::string answer;
            for (std::string const& command : split(line, ';'))
                answer += execute(*instance, split(command, ' '));
            std::size_t sent = 0;
            while (sent < answer.size())
                sent += co_await stream.async_write_some(
                    asio::buffer(answer.data() + sent, answer.size() - sent), use_awaitable);
        } catch (system_error const&) {
            // The client has gone.
        }
    }

    std::string execute(Instance& instance, std::vector<std::string> const& words) {
        auto says = [&](std::initializer_list<std::string_view> begin) {
            return words.size() >= begin.size() && std::equal(begin.begin(), begin.end(), words.begin());
        };
        auto place = [&](std::size_t at) { return split(words.size() > at ? words[at] : "", '/'); };
        if (says({"show", "info"})) return show_info(instance);
        if (says({"show", "stat"})) return show_stat(instance);
        if (says({"show", "servers", "state"})) return show_servers_state(instance);
        if (says({"get", "var"}))
            return fmt::format("{}: type=str value=<{}>\n", words.at(2), instance.health_path);
        if (says({"experimental-mode", "on"})) return "\n";
        if (says({"set", "var"})) {
            instance.health_path = words.at(4).substr(4, words.at(4).size() - 5);
            return "\n";
        }
        if (says({"add", "server"})) return add_server(instance, words, place(2));
        if (says({"del", "server"})) return delete_server(instance, place(2));

        std::size_t at = says({"shutdown", "sessions", "server"}) ? 3 : 2;
        auto name = place(at);
        if (name.empty() || name[0] != backend_name) return "No such backend.\n\n";
        ServerModel* server = name.size() > 1 ? instance.find(name[1]) : nullptr;
        if (!server) return "No such server.\n\n";
        if (says({"enable", "health"})) server->checks = true;
        if (says({"enable", "server"})) server->maintenance = false;
        if (says({"set", "weight"})) return set_weight(*server, words.at(3));
        if (says({"set", "server"})) return set_state(*server, words.at(4));
        if (at == 3) shut_down_sessions(instance, server->serial);
        return "\n";
    }

    static std::string set_weight(ServerModel& server, std::string const& text) {
        int weight = 0;
        auto [rest, bad] = std::from_chars(text.data(), text.data() + text.size(), weight);
        if (bad != std::errc{} || rest != text.data() + text.size())
            return "Empty weight string empty or preceded by garbage\n";
        if (weight < 0 || weight > 256) return "Absolute weight can only be between 0 and 256 inclusive.\n\n";
        server.weight = weight;
        return "\n";
    }

    static std::string set_state(ServerModel& server, std::string const& state) {
        if (state != "ready" && state != "drain" && state != "maint")
            return "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n\n";
        if (server.maintenance && state != "maint") server.health = rise;
        server.maintenance = state == "maint";
        server.draining = state == "drain";
        return "\n";
    }

    std::string add_server(Instance& instance, std::vector<std::string> const& words,
                           std::vector<std::string> const& place) {
        if (words.size() < 4) return "'server' expects <name> and <addr>[:<port>] as arguments.\n\n";
        if (place.size() < 2 || place[0] != backend_name) return "No such backend.\n";
        if (instance.find(place[1])) return "Already exists a server with the same name in backend.\n\n";
        ServerModel server = make_server(place[1], words[3]);
        server.weight = 1;
        for (std::size_t i = 4; i + 1 < words.size(); ++i)
            if (words[i] == "weight") server.weight = std::stoi(words[i + 1]);
        server.maintenance = true;
        server.checks = false;
        instance.servers.push_back(server);
        plan_check(instance, server, true);
        return "New server registered.\n\n";
    }

    static std::string delete_server(Instance& instance, std::vector<std::string> const& place) {
        if (place.size() < 2 || place[0] != backend_name) return "No such backend.\n";
        ServerModel* server = instance.find(place[1]);
        if (!server) return "No such server.\n";
        if (!server->maintenance) return "Only servers in maintenance mode can be deleted.\n";
        if (server->sessions > 0) return "Server still has connections attached to it, cannot remove it.\n";
        std::erase_if(instance.servers,
                      [&](ServerModel const& other) { return other.serial == server->serial; });
        return "Server deleted.\n";
    }

    static std::string show_info(Instance const& instance) {
        return fmt::format("Name: HAProxy\nVersion: 2.6.12-model\nPid: {}\nStart_time_sec: {}\n\n",
                           instance.pid, instance.started_s);
    }

    static std::string show_stat(Instance const& instance) {
        std::string text =
            "# "
            "pxname,svname,scur,stot,econ,eresp,wretr,wredis,status,weight,check_status,check_code,hrsp_2xx,"
            "hrsp_5xx,req_tot,srv_abrt,addr,\n";
        text += fmt::format("{},FRONTEND,0,,,,,,OPEN,,,,{},{},{},,,\n", frontend_name,
                            instance.requests - std::min(instance.failures, instance.requests),
                            instance.failures, instance.requests);
        for (ServerModel const& server : instance.servers)
            text += fmt::format(
                "{},{},{},{},0,{},0,{},{},{},{},{},{},{},{},0,{},\n", backend_name, server.name,
                server.sessions, server.taken(), server.not_answered, server.redispatched, server.status(),
                server.weight, server.maintenance && !server.checks ? "" : server.check,
                server.check_code == 0 ? "" : std::to_string(server.check_code), server.answers,
                server.failures, server.answers + server.failures, server.address);
        text += fmt::format("{},BACKEND,0,,0,0,0,{},UP,,,,0,0,0,0,,\n", backend_name, instance.redispatched);
        return text + "\n";
    }

    static std::string show_servers_state(Instance const& instance) {
        std::string text =
            "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight\n";
        for (ServerModel const& server : instance.servers)
            text += fmt::format("4 {} {} {} 127.0.0.1 {} {} {}\n", backend_name, server.serial, server.name,
                                server.up() ? 2 : 0, (server.maintenance ? 1 : 0) | (server.draining ? 8 : 0),
                                server.weight);
        return text + "\n";
    }

    sim::Simulation& world_;
    sim::Network& network_;
    base::Files& files_;
    target::ModelSupervisor& supervisor_;
    std::map<std::string, std::unique_ptr<Instance>> instances_;
    std::uint64_t last_number_ = 0;
    std::uint64_t last_serial_ = 0;
};

}  // namespace traffic
