#include "traffic/haproxy.hpp"

#include <boost/asio/as_tuple.hpp>
#include <charconv>

#include "base/offload.hpp"
#include "target/fence.hpp"

namespace traffic {

namespace {

using base::Result;
using target::ProcessPhase;

constexpr Duration answer_limit = 2s;
constexpr std::size_t longest_answer_bytes = 16 * 1024 * 1024;
constexpr std::size_t longest_socket_path = 90;  // of 107; HAProxy adds ".<pid>.tmp" while it starts
constexpr Duration time_to_finish = 60s;         // as hard-stop-after
constexpr int soft_stop_signal = 10;  // SIGUSR1: no new connections, the requests in hand are finished
constexpr std::pair oldest_version{2, 6};

bool too_old(std::string const& version) {
    std::pair<int, int> number{0, 0};
    char const* end = version.data() + version.size();
    auto [dot, bad] = std::from_chars(version.data(), end, number.first);
    if (bad == std::errc{} && dot != end) std::from_chars(dot + 1, end, number.second);
    return number < oldest_version;
}

/// The last line that says what is wrong: "[ALERT]    (4711) : config : ..."
std::string last_alert(std::string_view output) {
    std::string found;
    while (!output.empty()) {
        auto end = output.find('\n');
        std::string_view line = output.substr(0, end);
        auto text = line.starts_with("[ALERT]") ? line.find(" : ") : std::string_view::npos;
        if (text != std::string_view::npos && line.find("Fatal errors") == std::string_view::npos)
            found = line.substr(text + 3);
        output.remove_prefix(end == std::string_view::npos ? output.size() : end + 1);
    }
    return found;
}

std::string why_not_running(target::ProcessState const& process, std::string const& output) {
    if (process.problem.find("No such file") != std::string::npos)
        return fmt::format(
            "HAProxy cannot be started: {}; install HAProxy 2.6 or later (apt install haproxy)",
            process.problem);
    if (!process.problem.empty()) return "HAProxy cannot be started: " + process.problem;
    switch (process.phase) {
        case ProcessPhase::absent:
            return "HAProxy does not run";
        case ProcessPhase::starting:
            return "HAProxy is being started";
        case ProcessPhase::stopping:
            return "HAProxy is being stopped";
        case ProcessPhase::running:
        case ProcessPhase::orphaned:
            return "HAProxy runs, but does not answer yet";
        case ProcessPhase::backing_off:
            break;
    }
    std::string alert = last_alert(output);
    bool old = alert.find("unknown keyword") != std::string::npos;
    return fmt::format("HAProxy ended ({}) and is being started again{}{}", process.last_exit,
                       alert.empty() ? "" : ": " + alert, old ? "; 2.6 or later is needed, with Lua" : "");
}

ServerState state_of(LiveServer const& live, Live const& all, Intent const& intent) {
    Entry const* entry = intent.server(live.name);
    return {.name = live.name,
            .address = live.address,
            .weight = live.draining ? 0 : live.weight,
            .draining = live.draining,
            .maintenance = live.maintenance,
            .routable = live.routable(),
            .check = live.check,
            .sessions = live.sessions,
            .response_ms = live.response_ms,
            .counts = live.counts,
            .generation = fmt::format("{}/{}", all.generation, entry ? entry->serial : 0)};
}

/// What HAProxy will do when it is back.
ServerState state_of(Entry const& entry) {
    return {.name = entry.name, .address = entry.address, .weight = entry.weight, .draining = entry.draining};
}

/// Lost: a 5xx that no server made, no answer at all, and one that broke off. Clients got fewer 5xx than
/// servers made only because a server's answer counts when its head arrives, and a client's when all of it
/// has gone.
std::uint64_t own_failures(Live const& live, Intent const& intent) {
    Losses all = intent.retired.generation == live.generation ? intent.retired.losses : Losses{};
    for (LiveServer const& server : live.servers) all += server.losses;
    std::uint64_t by_haproxy = live.failures > all.own_errors ? live.failures - all.own_errors : 0;
    return std::max(by_haproxy + all.unspoken, all.unanswered);
}

std::string joined(std::vector<std::string> const& commands) {
    return fmt::format("{}", fmt::join(commands, ";"));
}

bool is_fine(std::string_view line) {
    return line.empty() || line == "New server registered." || line == "Server deleted.";
}

}  // namespace

Haproxy::Haproxy(Executor workers, base::Files& files, target::Supervisor& supervisor, base::Clock& clock,
                 base::Dialer& dialer, HaproxySettings settings)
    : workers_(std::move(workers)),
      files_(files),
      supervisor_(supervisor),
      clock_(clock),
      dialer_(dialer),
      settings_(std::move(settings)) {}

Places Haproxy::places(ComponentKey const& key) const {
    return places_of(settings_.root + "/" + key.environment + "/" + key.component, settings_.runtime_folder);
}

awaitable<Result<RouterState>> Haproxy::observe(ComponentKey key) {
    Places place = places(key);
    CO_TRY(Known known, co_await look(place));
    RouterState state;
    if (!known.intent) co_return state;
    state.listen = known.listens;
    state.starts = known.process.starts;
    bool may_answer = known.process.phase == ProcessPhase::running ||
                      known.process.phase == ProcessPhase::orphaned ||
                      known.process.phase == ProcessPhase::stopping;
    std::optional<Live> live;
    if (may_answer) {
        CO_TRY(live, co_await ask(place));
    }
    if (!live) {
        state.problem = why_not_running(known.process, known.output);
        for (Entry const& entry : known.intent->servers) state.servers.push_back(state_of(entry));
        co_return state;
    }
    state.running = true;
    if (too_old(live->version)) {
        state.running = false;
        state.problem = fmt::format("HAProxy {} is too old: install 2.6 or later", live->version);
    }
    state.health = live->health;
    state.requests = live->requests;
    state.retries = live->retries;
    state.own_failures = own_failures(*live, *known.intent);
    for (LiveServer const& server : live->servers)
        state.servers.push_back(state_of(server, *live, *known.intent));
    never_fall(key, state.servers);
    co_return state;
}

/// What is derived from several counters may dip by what is on its way. A counter that is read twice must not
/// fall.
void Haproxy::never_fall(ComponentKey const& key, std::vector<ServerState>& servers) {
    std::map<std::string, Seen> seen;
    for (ServerState& server : servers) {
        Seen before = seen_[key][server.name];
        if (before.generation == server.generation) {
            server.counts.requests = std::max(before.counts.requests, server.counts.requests);
            server.counts.failures = std::max(before.counts.failures, server.counts.failures);
        }
        seen[server.name] = {server.generation, server.counts};
    }
    seen_[key] = std::move(seen);
}

awaitable<Result<void>> Haproxy::apply(ComponentKey key, Route route, std::int64_t epoch) {
    CO_TRY_VOID(check(route.traffic));
    Places place = places(key);
    auto fence = [this, place, epoch] { return target::pass_fence(files_, place.component, epoch); };
    CO_TRY_VOID(co_await base::offload(workers_, fence));
    CO_TRY(Known known, co_await look(place));
    if (known.process.phase == ProcessPhase::stopping)
        co_return base::unavailable("HAProxy is being stopped");

    std::optional<Live> live;
    if (known.intent && known.process.phase != ProcessPhase::absent) {
        CO_TRY(live, co_await ask(place));
    }
    if (!live) co_return co_await apply_without_live(place, std::move(known), std::move(route), epoch);

    Changes todo = changes(*known.intent, *live, route);
    todo.next.epoch = epoch;
    bool moves = known.listens != route.traffic.listen;
    bool differs = !todo.stages.empty() || moves || todo.next.servers != known.intent->servers;
    if (differs) CO_TRY_VOID(co_await write(place, todo.next));
    for (std::vector<std::string> const& stage : todo.stages) CO_TRY_VOID(co_await perform(place, stage));
    if (moves) CO_TRY_VOID(co_await stop(place));
    co_return Result<void>{};
}

/// It does not run, or does not answer yet: the file is made right for when it does.
awaitable<Result<void>> Haproxy::apply_without_live(Places place, Known known, Route route,
                                                    std::int64_t epoch) {
    Intent before = known.intent.value_or(Intent{});
    Intent next = intent_without_live(before, route);
    next.epoch = epoch;
    bool moves = known.listens != route.traffic.listen;
    if (!known.intent || next.servers != before.servers || next.traffic != before.traffic)
        CO_TRY_VOID(co_await write(place, next));
    if (known.process.phase == ProcessPhase::absent) co_return co_await launch(place, route.traffic);
    if (moves) CO_TRY_VOID(co_await stop(place));
    co_return Result<void>{};
}

/// Its shim goes with it, and with the shim the old address; a later call starts it at the new one.
awaitable<Result<void>> Haproxy::stop(Places place) {
    auto work = [this, place] { return supervisor_.stop(place.folder); };
    co_return co_await base::offload(workers_, work);
}

awaitable<Result<Haproxy::Known>> Haproxy::look(Places place) {
    auto work = [this, place]() -> Result<Known> {
        Known known;
        TRY(known.process, supervisor_.inspect(place.folder));
        auto text = files_.read(place.config);
        if (!text && text.error().code != base::Errc::not_found) return text.error();
        if (text) {
            TRY(known.intent, intent_of(*text));
        }
        auto spec = files_.read(place.folder + "/spec.json");
        auto launched = spec ? base::from_text<target::ProcessSpec>(*spec, base::Author::ourselves)
                             : Result<target::ProcessSpec>(spec.error());
        if (launched) known.listens = launched->listen.value_or("");
        if (known.process.phase == ProcessPhase::backing_off)
            known.output = supervisor_.output_tail(place.folder, 4096);
        return known;
    };
    co_return co_await base::offload(workers_, work);
}

awaitable<Result<std::optional<Live>>> Haproxy::ask(Places place) {
    CO_TRY(Talk talk_result, co_await talk(place.runtime_socket, live_command()));
    if (!talk_result.reached) co_return std::optional<Live>{};
    CO_TRY(Live live, parse_live(talk_result.answer));
    co_return std::optional<Live>(std::move(live));
}

/// Not to be reached is a state of HAProxy; an answer that does not come, or is cut off, leaves its state
/// unknown.
awaitable<Result<Haproxy::Talk>> Haproxy::talk(std::string socket, std::string commands) {
    Talk result;
    try {
        result.answer = co_await base::within(clock_, answer_limit, exchange(socket, std::move(commands)));
        result.reached = true;
        co_return result;
    } catch (system_error const& failure) {
        bool nobody = failure.code() == asio::error::connection_refused ||
                      failure.code() == boost::system::errc::no_such_file_or_directory;
        if (nobody) co_return result;
        if (failure.code() == asio::error::operation_aborted) throw;
        co_return base::unavailable(
            failure.code() == asio::error::timed_out
                ? "HAProxy did not answer within 2 s"
                : fmt::format("the runtime API of HAProxy cannot be used: {}", failure.code().message()),
            socket);
    }
}

awaitable<std::string> Haproxy::exchange(std::string socket, std::string commands) {
    base::Stream stream = co_await dialer_.connect("unix:" + socket);
    commands += "\n";
    std::size_t sent = 0;
    while (sent < commands.size())
        sent += co_await stream.async_write_some(asio::buffer(commands.data() + sent, commands.size() - sent),
                                                 use_awaitable);
    std::string answer;
    std::array<char, 16 * 1024> buffer{};
    for (;;) {
        auto [problem, count] =
            co_await stream.async_read_some(asio::buffer(buffer), asio::as_tuple(use_awaitable));
        answer.append(buffer.data(), count);
        if (problem == asio::error::eof) co_return answer;
        if (problem) throw system_error(problem);
        if (answer.size() > longest_answer_bytes) throw system_error(asio::error::message_size);
    }
}

awaitable<Result<void>> Haproxy::perform(Places place, std::vector<std::string> stage) {
    CO_TRY(Talk said, co_await talk(place.runtime_socket, joined(stage)));
    if (!said.reached)
        co_return base::unavailable("HAProxy ended meanwhile: it will come back with the new configuration");
    std::string_view rest = said.answer;
    while (!rest.empty()) {
        auto end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        if (!is_fine(line))
            co_return base::unavailable(fmt::format("HAProxy refused a change: {}", line), joined(stage));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    co_return Result<void>{};
}

awaitable<Result<void>> Haproxy::write(Places place, Intent intent) {
    auto work = [this, place, text = config_text(intent, place)]() -> Result<void> {
        auto lua = files_.read(place.lua);
        if (!lua || *lua != lua_text()) TRY_VOID(files_.write(place.lua, lua_text()));
        return files_.write(place.config, text);
    };
    co_return co_await base::offload(workers_, work);
}

awaitable<Result<void>> Haproxy::launch(Places place, model::Traffic traffic) {
    if (place.runtime_socket.size() > longest_socket_path)
        co_return base::unavailable(
            fmt::format("the runtime folder {} has too long a path for Unix sockets (107 bytes): choose a "
                        "shorter one",
                        settings_.runtime_folder));
    target::ProcessSpec spec{
        .command = {settings_.program, "-db", "-f", place.config},
        .env = {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}},
        .stop_timeout = time_to_finish,
        .listen = traffic.listen,
        .label = "haproxy",
        .stop_signal = soft_stop_signal};
    auto work = [this, place, spec]() -> Result<void> {
        TRY_VOID(files_.write(place.owner, place.component + "\n"));
        return supervisor_.launch(place.folder, spec);
    };
    co_return co_await base::offload(workers_, work);
}

}  // namespace traffic
