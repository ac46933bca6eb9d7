#include "target/real_supervisor.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "target/impl/lock.hpp"
#include "target/impl/shim_state.hpp"

namespace target {

namespace {

/// Written when an orphan was first asked to end: nobody but us is left to count its stop timeout.
struct Request {
    std::int64_t pid = 0;
    std::uint64_t start_ticks = 0;
    WallTime asked_at{};
};
BOOST_DESCRIBE_STRUCT(Request, (), (pid, start_ticks, asked_at))

/// Between fork and the second exec only calls that are safe after a fork in a program with threads.
void become_shim(char const* program, char* const* arguments, int report) {
    ::setsid();
    pid_t shim = ::fork();
    if (shim != 0) ::_exit(shim < 0 ? 1 : 0);
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    ::execv(program, arguments);
    int problem = errno;
    (void)!::write(report, &problem, sizeof(problem));
    ::_exit(127);
}

/// The shim is nobody's child: its parent ends at once, so that no zombie stays and our end does not reach
/// it.
base::Result<void> spawn_shim(std::string const& program, std::string const& folder) {
    std::string word = "shim";
    char* arguments[] = {const_cast<char*>(program.c_str()), word.data(), const_cast<char*>(folder.c_str()),
                         nullptr};
    int told[2];
    if (::pipe2(told, O_CLOEXEC) != 0)
        return base::unavailable(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    pid_t middle = ::fork();
    if (middle == 0) become_shim(program.c_str(), arguments, told[1]);
    int problem = middle < 0 ? errno : 0;
    ::close(told[1]);
    if (middle > 0) {
        int status = 0;
        while (::waitpid(middle, &status, 0) < 0 && errno == EINTR) {
        }
        if (WIFEXITED(status) && WEXITSTATUS(status) != 0) problem = EAGAIN;
        int reported = 0;
        if (::read(told[0], &reported, sizeof(reported)) == sizeof(reported)) problem = reported;
    }
    ::close(told[0]);
    if (problem == 0) return {};
    return base::unavailable(fmt::format("cannot start the shim {}: {}", program, std::strerror(problem)));
}

ProcessSpec read_spec(base::Files& files, std::string const& folder) {
    auto text = files.read(folder + "/spec.json");
    auto spec = text ? base::from_text<ProcessSpec>(*text, base::Author::ourselves)
                     : base::Result<ProcessSpec>(text.error());
    return spec ? *spec : ProcessSpec{};
}

std::vector<Identity> orphans(std::string const& folder, ShimState const& state) {
    if (is_alive(state.command())) return {state.command()};
    return lock_holders(folder);
}

bool is_shim(Identity const& process, std::string const& folder) {
    // Not by a stream: it throws when the process ends meanwhile.
    auto arguments = base::RealFiles().read(fmt::format("/proc/{}/cmdline", process.pid));
    return arguments && arguments->ends_with(std::string("\0shim\0", 6) + folder + std::string("\0", 1));
}

/// What the lock says, with what was written down: state.json alone proves nothing.
ProcessPhase phase_of(std::string const& folder, ShimState const& state) {
    if (!is_locked(folder)) return ProcessPhase::absent;
    if (is_alive(state.shim()))
        return state.phase == ProcessPhase::absent ? ProcessPhase::stopping : state.phase;
    if (is_alive(state.command())) return ProcessPhase::orphaned;
    // A shim that has the lock and has not written yet, or a worker that outlived its parents.
    auto holders = lock_holders(folder);
    if (holders.empty()) return ProcessPhase::absent;
    bool begins = std::any_of(holders.begin(), holders.end(),
                              [&](Identity const& holder) { return is_shim(holder, folder); });
    return begins ? ProcessPhase::starting : ProcessPhase::orphaned;
}

bool is_free(std::uint16_t port) {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    // A port in TIME_WAIT is free for most servers, which set this option, too.
    int yes = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool free = ::bind(fd, reinterpret_cast<sockaddr*>(&place), sizeof(place)) == 0;
    ::close(fd);
    return free;
}

}  // namespace

base::Result<void> RealSupervisor::launch(std::string const& folder, ProcessSpec const& spec) {
    std::string path = folder + "/spec.json";
    std::string text = base::to_text(spec) + "\n";
    if (is_locked(folder)) return {};
    auto written = files_.read(path);
    if (!written || *written != text) TRY_VOID(files_.write(path, text));
    return spawn_shim(program_, folder);
}

base::Result<ProcessState> RealSupervisor::inspect(std::string const& folder) {
    ShimState state = read_state(folder);
    ProcessPhase phase = phase_of(folder, state);
    if (phase != ProcessPhase::absent && !is_alive(state.shim())) {
        // It may have begun, or gone on, between the two looks.
        state = read_state(folder);
        phase = phase_of(folder, state);
    }
    bool runs =
        phase == ProcessPhase::running || phase == ProcessPhase::stopping || phase == ProcessPhase::orphaned;
    return ProcessState{.phase = phase,
                        .pid = runs ? state.pid : 0,
                        .starts = state.starts,
                        .last_exit = state.last_exit,
                        .problem = state.problem,
                        .since = state.since};
}

base::Result<void> RealSupervisor::stop(std::string const& folder) {
    ShimState state = read_state(folder);
    if (!is_locked(folder)) return {};
    if (is_alive(state.shim())) {
        send_signal(state.shim(), SIGTERM);
        return {};
    }
    auto left = orphans(folder, state);
    if (left.empty()) return {};
    std::string path = folder + "/stop.json";
    WallTime now = std::chrono::system_clock::now();
    Request request{left.front().pid, left.front().start_ticks, now};
    auto earlier = files_.read(path);
    auto known = earlier ? base::from_text<Request>(*earlier) : base::Result<Request>(earlier.error());
    bool repeated = known && known->pid == request.pid && known->start_ticks == request.start_ticks;
    if (!repeated) TRY_VOID(files_.write(path, base::to_text(request) + "\n"));
    ProcessSpec spec = read_spec(files_, folder);
    bool overdue = repeated && now - known->asked_at >= spec.stop_timeout;
    for (Identity const& process : left) {
        if (overdue)
            send_signal_to_group(process, SIGKILL);
        else if (!repeated)
            send_signal(process, spec.stop_signal);
    }
    return {};
}

/// With the lock in our hand, and the spec first: a shim that comes now finds either the lock held or nothing
/// to do.
base::Result<void> RealSupervisor::forget(std::string const& folder) {
    int lock = take_lock(folder);
    if (lock < 0 && errno == EAGAIN) return {};
    auto removed = files_.remove(folder + "/spec.json");
    if (removed) removed = files_.remove(folder);
    if (lock >= 0) ::close(lock);
    return removed;
}

base::Result<void> RealSupervisor::kill_command(std::string const& folder) {
    ShimState state = read_state(folder);
    if (is_locked(folder)) send_signal(state.command(), SIGKILL);
    return {};
}

base::Result<std::uint16_t> RealSupervisor::free_port(std::set<std::uint16_t> const& taken,
                                                      std::uint16_t preferred) {
    if (preferred != 0 && is_free(preferred)) return preferred;
    std::lock_guard guard(mutex_);
    auto count = static_cast<std::uint32_t>(ports_.last - ports_.first + 1);
    for (std::uint32_t tried = 0; tried < count; ++tried) {
        auto port = static_cast<std::uint16_t>(ports_.first + next_port_++ % count);
        if (!taken.contains(port) && is_free(port)) return port;
    }
    return base::unavailable(
        fmt::format("all ports from {} to {} are taken: stop what uses them, or give a wider range "
                    "under server.ports",
                    ports_.first, ports_.last));
}

std::string RealSupervisor::output_tail(std::string const& folder, std::size_t limit_bytes) {
    std::string text;
    for (char const* suffix : {"", ".1"}) {
        if (text.size() >= limit_bytes) break;
        auto part = base::RealFiles().read(folder + "/" + output_name + suffix);
        if (part) text = *part + text;
    }
    if (text.size() > limit_bytes) text.erase(0, text.size() - limit_bytes);
    return text;
}

}  // namespace target
