// A table of processes for the simulation: what shims and their commands do, without any process.
#pragma once
#include <charconv>

#include "base/files.hpp"
#include "sim/simulation.hpp"
#include "target/supervisor.hpp"

namespace target {

/// How a model program behaves.
struct ModelProgram {
    bool executable = true;          // false: exec fails
    std::uint16_t port = 0;          // where it listens; 0: nowhere
    Duration start_delay = 100ms;    // until it listens
    Duration ready_delay = 0ms;      // from then until its health page is well; until then it answers 503
    std::optional<Duration> life{};  // it ends by itself, with exit status 1
    Duration stop_delay = 50ms;      // from the stop signal to its end; it takes no new connections meanwhile
    bool finishes_itself = false;    // the stop signal is a request only: somebody calls `end`
    unsigned error_per_mille = 0;    // of its answers
    std::string version{};           // for reports
};

/// A program that runs, as others see it.
struct ModelProcess {
    std::string folder{};
    ProcessSpec spec{};
    ModelProgram program{};
    std::int64_t pid = 0;
    bool listening = false;
    bool ready = false;
};

/// Belongs to the world and not to a simulated process: it outlives every crash of the portal, as shims do.
/// Files hold the specs and are the portal's, too. Passes `supervisor_contract.hpp`.
class ModelSupervisor : public Supervisor {
public:
    /// Is told when a command begins and ends; the model of HAProxy lives by it.
    class Watcher {
    public:
        virtual ~Watcher() = default;
        /// For the programs that it plays itself.
        virtual std::optional<ModelProgram> program(ProcessSpec const&) { return {}; }
        virtual void began(ModelProcess const& process) = 0;
        virtual void asked_to_end(ModelProcess const& process) = 0;
        virtual void ended(ModelProcess const& process) = 0;
    };
    using Programs = std::function<ModelProgram(ProcessSpec const&)>;

    ModelSupervisor(sim::Simulation& world, base::Files& files, Programs programs = by_last_number)
        : world_(world), files_(files), programs_(std::move(programs)) {}
    ModelSupervisor(ModelSupervisor const&) = delete;

    /// Listens on the last number among the command's words.
    static ModelProgram by_last_number(ProcessSpec const& spec) {
        ModelProgram program;
        for (std::string const& word : spec.command) {
            std::uint16_t port = 0;
            auto [rest, bad] = std::from_chars(word.data(), word.data() + word.size(), port);
            if (bad == std::errc{} && rest == word.data() + word.size()) program.port = port;
        }
        return program;
    }

    void watch(Watcher* watcher) { watcher_ = watcher; }
    void set_programs(Programs programs) { programs_ = std::move(programs); }

    base::Result<void> launch(std::string const& folder, ProcessSpec const& spec) override {
        if (phase_of(folder) != ProcessPhase::absent) return {};
        TRY_VOID(files_.write(folder + "/spec.json", base::to_text(spec) + "\n"));
        world_.at(world_.now() + world_.random().up_to(longest_launch),
                  [this, folder] { shim_begins(folder); });
        return {};
    }

    base::Result<ProcessState> inspect(std::string const& folder) override {
        auto place = entries_.find(folder);
        return place == entries_.end() ? ProcessState{} : place->second.state;
    }

    base::Result<void> stop(std::string const& folder) override {
        if (phase_of(folder) == ProcessPhase::absent) return {};
        Entry& entry = entries_.at(folder);
        if (entry.state.phase == ProcessPhase::stopping) return {};
        if (entry.state.pid == 0) {
            leave(entry);
            return {};
        }
        if (entry.state.phase != ProcessPhase::orphaned) enter(entry, ProcessPhase::stopping);
        if (!std::exchange(entry.asked_to_end, true))
            after(entry, entry.process.spec.stop_timeout,
                  [this](Entry& late) { command_ended(late, killed); });
        ask_to_end(entry);
        return {};
    }

    base::Result<void> forget(std::string const& folder) override {
        if (phase_of(folder) != ProcessPhase::absent) return {};
        entries_.erase(folder);
        return files_.remove(folder);
    }

    base::Result<void> kill_command(std::string const& folder) override {
        auto place = entries_.find(folder);
        if (place != entries_.end() && place->second.state.pid != 0) command_ended(place->second, killed);
        return {};
    }

    base::Result<std::uint16_t> free_port(std::set<std::uint16_t> const& taken,
                                          std::uint16_t preferred = 0) override {
        if (preferred != 0 && !listening_on(preferred)) return preferred;
        for (std::uint16_t tried = 0; tried < port_count; ++tried) {
            auto port = static_cast<std::uint16_t>(first_port + next_port_++ % port_count);
            if (!taken.contains(port) && !listening_on(port)) return port;
        }
        return base::unavailable("all ports of the model are taken");
    }

    std::string output_tail(std::string const&, std::size_t) override { return ""; }

    // -- For the world around it.

    /// The shim dies, its command lives on.
    void kill_shim(std::string const& folder) {
        auto place = entries_.find(folder);
        if (place == entries_.end() || place->second.state.phase == ProcessPhase::absent) return;
        Entry& entry = place->second;
        entry.shim = false;
        if (entry.state.pid != 0)
            enter(entry, ProcessPhase::orphaned);
        else
            leave(entry);
    }
    /// Its health page is well, or not.
    void set_ready(std::string const& folder, bool ready) {
        auto place = entries_.find(folder);
        if (place != entries_.end()) place->second.process.ready = ready;
    }
    void end(std::string const& folder, std::string const& how = "exit status 0") {
        auto place = entries_.find(folder);
        if (place != entries_.end() && place->second.state.pid != 0) command_ended(place->second, how);
    }
    /// Null when nobody listens there.
    ModelProcess const* listening_on(std::uint16_t port) const {
        for (auto const& [folder, entry] : entries_)
            if (entry.state.pid != 0 && entry.process.listening && entry.process.program.port == port)
                return &entry.process;
        return nullptr;
    }
    /// Null when no command runs in the folder.
    ModelProcess const* running_in(std::string const& folder) const {
        auto place = entries_.find(folder);
        return place != entries_.end() && place->second.state.pid != 0 ? &place->second.process : nullptr;
    }
    /// Does a shim hold this address for its command?
    bool holds(std::string const& listen) const {
        return std::any_of(entries_.begin(), entries_.end(), [&](auto const& place) {
            return place.second.state.phase != ProcessPhase::absent &&
                   place.second.process.spec.listen == listen;
        });
    }
    std::vector<std::string> folders() const {
        std::vector<std::string> names;
        for (auto const& [folder, entry] : entries_)
            if (entry.state.phase != ProcessPhase::absent) names.push_back(folder);
        return names;
    }

private:
    static constexpr Duration longest_launch = 20ms;
    static constexpr Duration first_back_off = 200ms;
    static constexpr Duration longest_back_off = 10s;
    static constexpr Duration long_enough_life = 10s;
    static constexpr std::uint16_t first_port = 20000;
    static constexpr std::uint16_t port_count = 10000;
    static constexpr char killed[] = "signal 9 (SIGKILL)";

    struct Entry {
        ModelProcess process{};
        ProcessState state{};
        bool shim = false;
        bool asked_to_end = false;
        std::uint64_t life = 0;  // of the command: an event that was meant for an earlier one does nothing
        SteadyTime began{};
        Duration pause = first_back_off;
    };

    ProcessPhase phase_of(std::string const& folder) const {
        auto place = entries_.find(folder);
        return place == entries_.end() ? ProcessPhase::absent : place->second.state.phase;
    }

    /// Only while the same command runs, or the same pause lasts.
    void after(Entry const& entry, Duration pause, std::function<void(Entry&)> event) {
        world_.at(world_.now() + pause,
                  [this, folder = entry.process.folder, life = entry.life, event = std::move(event)] {
                      auto place = entries_.find(folder);
                      if (place != entries_.end() && place->second.life == life) event(place->second);
                  });
    }

    void enter(Entry& entry, ProcessPhase phase) {
        entry.state.phase = phase;
        entry.state.since = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)) +
                            std::chrono::duration_cast<WallTime::duration>(world_.now().time_since_epoch());
        world_.note(fmt::format("{} {}", entry.process.folder, base::enum_name(phase)));
    }

    void leave(Entry& entry) {
        entry.life = ++last_life_;
        entry.shim = false;
        enter(entry, ProcessPhase::absent);
    }

    void shim_begins(std::string const& folder) {
        if (phase_of(folder) != ProcessPhase::absent) return;  // the lock is held
        auto text = files_.read(folder + "/spec.json");
        auto spec = text ? base::from_text<ProcessSpec>(*text, base::Author::ourselves)
                         : base::Result<ProcessSpec>(text.error());
        if (!spec) return;
        Entry& entry = entries_[folder];
        entry.process = {.folder = folder, .spec = *spec};
        entry.shim = true;
        entry.pause = first_back_off;
        entry.state.problem.clear();
        start(entry);
    }

    void start(Entry& entry) {
        entry.life = ++last_life_;
        entry.asked_to_end = false;
        auto played = watcher_ ? watcher_->program(entry.process.spec) : std::nullopt;
        entry.process.program = played ? *played : programs_(entry.process.spec);
        entry.process.listening = entry.process.ready = false;
        ++entry.state.starts;
        ModelProgram const& program = entry.process.program;
        if (!program.executable) {
            entry.state.problem = fmt::format("cannot execute {}: No such file or directory",
                                              entry.process.spec.command.front());
            return back_off(entry);
        }
        entry.state.problem.clear();
        entry.state.pid = entry.process.pid = ++last_pid_;
        entry.began = world_.now();
        enter(entry, ProcessPhase::running);
        if (program.life)
            after(entry, *program.life, [this](Entry& late) { command_ended(late, "exit status 1"); });
        if (program.port != 0) {
            after(entry, program.start_delay, [](Entry& late) { late.process.listening = true; });
            after(entry, program.start_delay + program.ready_delay,
                  [](Entry& late) { late.process.ready = true; });
        }
        if (watcher_) watcher_->began(entry.process);
    }

    void back_off(Entry& entry) {
        enter(entry, ProcessPhase::backing_off);
        after(entry, entry.pause, [this](Entry& late) { start(late); });
        entry.pause = std::min(entry.pause * 2, longest_back_off);
    }

    void ask_to_end(Entry& entry) {
        entry.process.listening = false;
        if (!entry.process.program.finishes_itself)
            after(entry, entry.process.program.stop_delay, [this](Entry& late) {
                command_ended(late, fmt::format("signal {} (SIGTERM)", late.process.spec.stop_signal));
            });
        if (watcher_) watcher_->asked_to_end(entry.process);
    }

    void command_ended(Entry& entry, std::string const& how) {
        ModelProcess was = entry.process;
        bool stopping = entry.state.phase == ProcessPhase::stopping;
        entry.life = ++last_life_;
        entry.state.pid = entry.process.pid = 0;
        entry.process.listening = entry.process.ready = false;
        if (entry.shim) entry.state.last_exit = how;
        if (stopping || !entry.shim) {
            leave(entry);
        } else {
            if (world_.now() - entry.began >= long_enough_life) entry.pause = first_back_off;
            back_off(entry);
        }
        if (watcher_) watcher_->ended(was);
    }

    sim::Simulation& world_;
    base::Files& files_;
    Programs programs_;
    Watcher* watcher_ = nullptr;
    std::map<std::string, Entry> entries_;
    std::uint64_t last_life_ = 0;
    std::int64_t last_pid_ = 1000;
    std::uint16_t next_port_ = 0;
};

}  // namespace target
