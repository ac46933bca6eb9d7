#include "target/shim.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/files.hpp"
#include "target/impl/execute.hpp"
#include "target/impl/lock.hpp"
#include "target/impl/shim_state.hpp"

namespace target {

namespace {

using Clock = std::chrono::steady_clock;

constexpr Duration first_back_off = 200ms;
constexpr Duration longest_back_off = 10s;
constexpr Duration long_enough_life = 10s;  // after it the next failure counts as the first
constexpr Duration longest_nap = 1s;        // how often the output's size is looked at

std::string say_exit(int status) {
    if (WIFSIGNALED(status)) {
        char const* word = ::sigabbrev_np(WTERMSIG(status));
        return fmt::format("signal {} ({})", WTERMSIG(status), word ? std::string("SIG") + word : "unknown");
    }
    return fmt::format("exit status {}", WEXITSTATUS(status));
}

/// Everything that descends from us and has not ended: as subreaper we are its parent as soon as its own is
/// gone.
void kill_descendants() {
    std::ifstream list(fmt::format("/proc/self/task/{}/children", ::getpid()));
    for (pid_t child = 0; list >> child;) ::kill(child, SIGKILL);
}

class Shim {
public:
    Shim(std::string folder, ProcessSpec spec, int lock, int signals)
        : folder_(std::move(folder)), spec_(std::move(spec)), lock_(lock), signals_(signals) {
        Identity self = identify(::getpid());
        state_ = read_state(folder_);
        state_.pid = 0;
        state_.start_ticks = 0;
        state_.shim_pid = self.pid;
        state_.shim_start_ticks = self.start_ticks;
        state_.boot_id = self.boot_id;
        enter(ProcessPhase::starting);
    }

    void run() {
        start();
        while (!done_) {
            wait_for_something();
            save_again_if_needed();
            rotate_output(folder_, output_);
            if (nobody_can_find_us()) stop();
            if (state_.phase == ProcessPhase::backing_off && Clock::now() >= next_start_) start();
            if (state_.phase == ProcessPhase::stopping && Clock::now() >= kill_at_) kill_all();
        }
    }

private:
    void enter(ProcessPhase phase) {
        state_.phase = phase;
        state_.since = std::chrono::system_clock::now();
        saved_ = write_state(folder_, state_);
    }

    /// A full disk must not end what serves; it is tried again with each nap.
    void save_again_if_needed() {
        if (!saved_) saved_ = write_state(folder_, state_);
    }

    void start() {
        output_ = output_ >= 0 ? output_ : ::open(output_name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (spec_.listen && listening_ < 0) {
            auto listening = listen_on(*spec_.listen);
            if (!listening) return back_off(listening.error().message);
            listening_ = *listening;
        }
        auto child = execute(spec_, folder_, {.listening = listening_, .output = output_, .lock = lock_});
        ++state_.starts;
        if (!child) return back_off(child.error().message);
        child_ = *child;
        started_ = Clock::now();
        Identity command = identify(child_);
        state_.pid = child_;
        state_.start_ticks = command.start_ticks;
        state_.problem.clear();
        enter(ProcessPhase::running);
    }

    void back_off(std::string problem) {
        state_.problem = std::move(problem);
        next_start_ = Clock::now() + pause_;
        pause_ = std::min(pause_ * 2, longest_back_off);
        enter(ProcessPhase::backing_off);
    }

    void wait_for_something() {
        pollfd watched{.fd = signals_, .events = POLLIN, .revents = 0};
        Clock::time_point wake = Clock::now() + longest_nap;
        if (state_.phase == ProcessPhase::backing_off) wake = std::min(wake, next_start_);
        if (state_.phase == ProcessPhase::stopping) wake = std::min(wake, kill_at_);
        auto nap = std::chrono::ceil<std::chrono::milliseconds>(std::max<Duration>(wake - Clock::now(), 0ms));
        if (::poll(&watched, 1, static_cast<int>(nap.count())) <= 0) return;
        signalfd_siginfo signal{};
        if (::read(signals_, &signal, sizeof(signal)) != sizeof(signal)) return;
        if (signal.ssi_signo == SIGTERM) stop();
        if (signal.ssi_signo == SIGCHLD) reap();
    }

    /// The folder was removed under us: no portal would ever ask us to end, and another process may already
    /// have our place.
    bool nobody_can_find_us() const {
        struct stat lock{};
        return ::fstat(lock_, &lock) == 0 && lock.st_nlink == 0;
    }

    void stop() {
        if (state_.phase == ProcessPhase::stopping) return;
        if (child_ == 0) return finish();
        kill_at_ = Clock::now() + spec_.stop_timeout;
        enter(ProcessPhase::stopping);
        ::kill(child_, spec_.stop_signal);
    }

    void reap() {
        for (;;) {
            siginfo_t ended{};
            if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0) return;
            // What it has started goes with it: a worker left behind would keep the port. Until the leader is
            // reaped the group's number cannot be another's.
            if (ended.si_pid == child_) ::kill(-child_, SIGKILL);
            int status = 0;
            ::waitpid(ended.si_pid, &status, 0);
            if (ended.si_pid == child_) command_ended(status);
        }
    }

    void command_ended(int status) {
        child_ = 0;
        state_.pid = 0;
        state_.start_ticks = 0;
        state_.last_exit = say_exit(status);
        if (state_.phase == ProcessPhase::stopping) return finish();
        if (Clock::now() - started_ >= long_enough_life) pause_ = first_back_off;
        back_off("");
    }

    void kill_all() {
        ::kill(-child_, SIGKILL);
        kill_at_ = Clock::now() + longest_nap;
    }

    void finish() {
        for (int round = 0; round < 3; ++round) {
            kill_descendants();
            while (::waitpid(-1, nullptr, WNOHANG) > 0) {
            }
        }
        enter(ProcessPhase::absent);
        done_ = true;
    }

    std::string folder_;
    ProcessSpec spec_;
    int lock_;
    int signals_;
    int listening_ = -1;
    int output_ = -1;
    pid_t child_ = 0;
    Clock::time_point started_{};
    Clock::time_point next_start_{};
    Clock::time_point kill_at_{};
    Duration pause_ = first_back_off;
    ShimState state_{};
    bool saved_ = true;
    bool done_ = false;
};

int block_signals() {
    sigset_t watched;
    ::sigemptyset(&watched);
    for (int signal : {SIGTERM, SIGCHLD}) ::sigaddset(&watched, signal);
    for (int signal : {SIGINT, SIGHUP, SIGPIPE, SIGQUIT}) ::signal(signal, SIG_IGN);
    ::sigprocmask(SIG_SETMASK, &watched, nullptr);
    return ::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
}

void let_go_of_everything() {
    ::setsid();
    ::close_range(3, ~0U, 0);
    int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd : {0, 1, 2}) ::dup2(nothing, fd);
    if (nothing > 2) ::close(nothing);
}

}  // namespace

int run_shim(std::string const& folder) {
    int signals_blocked = block_signals();
    if (signals_blocked >= 0) ::close(signals_blocked);
    let_go_of_everything();
    if (::chdir(folder.c_str()) != 0) return 0;  // removed before we came to it: nothing is wanted any more
    int lock = take_lock(folder);
    if (lock < 0) return errno == EAGAIN ? 0 : 1;
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    auto text = base::RealFiles().read(folder + "/spec.json");
    auto spec = text ? base::from_text<ProcessSpec>(*text, base::Author::ourselves)
                     : base::Result<ProcessSpec>(text.error());
    if (!spec) {
        ShimState state = read_state(folder);
        state.phase = ProcessPhase::absent;
        state.problem = fmt::format("spec.json cannot be used: {}", spec.error().message);
        write_state(folder, state);
        return 1;
    }
    Shim(folder, std::move(*spec), lock, block_signals()).run();
    return 0;
}

}  // namespace target
