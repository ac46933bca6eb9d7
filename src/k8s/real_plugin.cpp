#include "k8s/real_plugin.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>

namespace k8s {

namespace {

constexpr std::size_t longest_output = 1024 * 1024;

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor const&) = delete;
    ~Descriptor() { close(); }
    void close() {
        if (number_ >= 0) ::close(std::exchange(number_, -1));
    }
    int number() const { return number_; }

private:
    int number_;
};

/// argv or envp: pointers into texts that stay where they are.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> environment_of(PluginCall const& call) {
    std::vector<std::string> all;
    for (char const* name : {"PATH", "HOME", "USER", "LANG", "TMPDIR"})
        if (char const* value = std::getenv(name); value && !call.environment.contains(name))
            all.push_back(fmt::format("{}={}", name, value));
    for (auto const& [name, value] : call.environment) all.push_back(fmt::format("{}={}", name, value));
    return all;
}

/// Zero, or why it cannot be started. It leads a process group of its own, so that it ends with its children.
int spawn(pid_t& pid, PluginCall const& call, int output) {
    std::vector<std::string> words{call.command};
    words.insert(words.end(), call.arguments.begin(), call.arguments.end());
    std::vector<std::string> environment = environment_of(call);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    int problem = posix_spawnp(&pid, call.command.c_str(), &files, &attributes, pointers_to(words).data(),
                               pointers_to(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return problem;
}

enum class End { closed, too_late, too_long };

/// Reads until the other side closes.
End read_all(int from, std::string& into, base::Clock& clock, SteadyTime deadline) {
    for (;;) {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock.now()).count();
        if (left <= 0) return End::too_late;
        pollfd waiting{from, POLLIN, 0};
        if (::poll(&waiting, 1, static_cast<int>(left)) <= 0) continue;
        char piece[4096];
        ssize_t count = ::read(from, piece, sizeof(piece));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return End::closed;
        into.append(piece, static_cast<std::size_t>(count));
        if (into.size() > longest_output) return End::too_long;
    }
}

int wait_for(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

}  // namespace

base::Result<std::string> RealPlugins::run(PluginCall const& call, Duration limit) {
    auto failed = [&](base::Errc code, std::string const& how) {
        return base::Error{code, fmt::format("the credential plugin {} {}", call.command, how)};
    };
    SteadyTime deadline = clock_.now() + limit;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return failed(base::Errc::unavailable, fmt::format("gets no pipe: {}", std::strerror(errno)));
    Descriptor output(ends[0]), input(ends[1]);
    pid_t pid = 0;
    if (int problem = spawn(pid, call, input.number()); problem != 0)
        return failed(base::Errc::unavailable, fmt::format("cannot be started: {}", std::strerror(problem)));
    input.close();
    std::string text;
    End end = read_all(output.number(), text, clock_, deadline);
    // It has said what it has to say; what still runs of it is not needed. Until it is waited for, its number
    // belongs to nobody else.
    if (end != End::closed) ::kill(-pid, SIGKILL);
    int status = wait_for(pid);
    if (end == End::too_late) return failed(base::Errc::timed_out, "did not end in time and was killed");
    if (end == End::too_long) return failed(base::Errc::unavailable, "wrote more than 1 MiB and was killed");
    if (WIFSIGNALED(status))
        return failed(base::Errc::unavailable, fmt::format("was ended by signal {}", WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0)
        return failed(
            base::Errc::unavailable,
            fmt::format("ended with exit status {}; run it by hand to see why", WEXITSTATUS(status)));
    return text;
}

}  // namespace k8s
