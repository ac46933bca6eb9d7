// What every supervisor promises: one random sequence of operations, and what is seen of it when it has
// settled.
#pragma once
#include "base/random.hpp"
#include "target/supervisor.hpp"

namespace target {

/// A supervisor under test, and how to let time pass in its world.
struct SupervisorWorld {
    Supervisor& supervisor;
    std::string folder{};
    /// Lets time pass until the condition holds; false when it never does.
    std::function<bool(std::function<bool()>)> eventually{};
    std::vector<std::string> lasting{};                    // runs until it is asked to end
    std::vector<std::string> failing{};                    // ends by itself at once, with exit status 1
    std::vector<std::string> unknown{"/nowhere/program"};  // cannot be executed
    std::function<void(std::string const& folder)> kill_shim{};
    std::function<void()> calm{};  // returns when no shim is on its way any more
};

/// The story of a run: one line for each operation with what came of it.
class SupervisorStory {
public:
    SupervisorStory(SupervisorWorld world, std::uint64_t seed) : world_(std::move(world)), random_(seed) {}

    std::vector<std::string> tell(int operations) {
        for (int i = 0; i < operations; ++i) step();
        for (int slot = 0; slot < slots; ++slot) {
            slot_ = slot;
            stop();
        }
        return lines_;
    }

private:
    static constexpr int slots = 3;
    struct Slot {
        char kind = ' ';  // of the last launch that was taken: l, f or u
        bool orphaned = false;
        int kills = 0;
    };

    std::string place() const { return fmt::format("{}/p{}", world_.folder, slot_); }
    ProcessState now() { return world_.supervisor.inspect(place()).value(); }
    Slot& slot() { return slots_[static_cast<std::size_t>(slot_)]; }
    bool absent() { return now().phase == ProcessPhase::absent; }

    void step() {
        slot_ = static_cast<int>(random_.below(slots));
        switch (random_.below(8)) {
            case 0:
            case 1:
                return launch('l', world_.lasting);
            case 2:
                return launch('f', world_.failing);
            case 3:
                return launch('u', world_.unknown);
            case 4:
                return stop();
            case 5:
                return kill();
            case 6:
                return forget();
            case 7:
                return orphan();
        }
    }

    void launch(char kind, std::vector<std::string> const& command) {
        bool taken = absent();
        if (taken) slot() = {.kind = kind};
        ProcessSpec spec{.command = command, .stop_timeout = 20s};
        check(world_.supervisor.launch(place(), spec));
        check(world_.supervisor.launch(place(), spec));  // twice: only one may start
        world_.calm();
        settle(fmt::format("launch {}", kind));
    }
    void stop() {
        check(world_.supervisor.stop(place()));
        bool gone = world_.eventually([this] {
            check(world_.supervisor.stop(place()));
            return absent();
        });
        lines_.push_back(gone ? say("stop") : "stop: it stays");
    }
    void kill() {
        ProcessState before = now();
        if (slot().kind != 'l' || before.phase != ProcessPhase::running || slot().kills++ >= 2) return;
        check(world_.supervisor.kill_command(place()));
        (void)world_.eventually(
            [&] { return now().starts > before.starts && now().phase == ProcessPhase::running; });
        lines_.push_back(say("kill"));
    }
    void forget() {
        check(world_.supervisor.forget(place()));
        lines_.push_back(say("forget"));
    }
    void orphan() {
        if (slot().kind != 'l' || now().phase != ProcessPhase::running) return;
        world_.kill_shim(place());
        (void)world_.eventually([&] { return now().phase == ProcessPhase::orphaned; });
        lines_.push_back(say("orphan"));
    }

    void check(base::Result<void> const& result) {
        if (!result) lines_.push_back(result.error().message);
    }

    /// Until the phase is one that lasts. What fails again and again is seen in one of several.
    void settle(std::string const& what) {
        (void)world_.eventually([this] {
            ProcessState state = now();
            switch (slot().kind) {
                case 'l':
                    return state.phase == ProcessPhase::running || state.phase == ProcessPhase::orphaned;
                case 'f':
                    return !state.last_exit.empty() && state.phase == ProcessPhase::backing_off;
                case 'u':
                    return !state.problem.empty();
                default:
                    return true;
            }
        });
        lines_.push_back(say(what));
    }

    std::string say(std::string const& what) {
        ProcessState state = now();
        bool steady = slot().kind == 'l' || state.phase == ProcessPhase::absent;
        std::string phase(steady ? base::enum_name(state.phase) : "failing");
        std::string starts = slot().kind == 'l' ? fmt::format(" starts {}", state.starts)
                             : state.starts > 0 ? " started"
                                                : "";
        std::string pid = state.pid != 0 && steady ? " with pid" : "";
        std::string exit = slot().kind == 'u' ? "" : state.last_exit;
        return fmt::format("{} p{}: {}{}{} [{}] [{}]", what, slot_, phase, starts, pid, exit,
                           slot().kind == 'u' ? state.problem : "");
    }

    SupervisorWorld world_;
    base::Random random_;
    std::array<Slot, slots> slots_{};
    int slot_ = 0;
    std::vector<std::string> lines_{};
};

}  // namespace target
