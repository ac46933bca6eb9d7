#include "target/impl/identity.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

namespace target {

namespace {

int open_pidfd(std::int64_t pid) {
    return static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0U));
}

class Pidfd {
public:
    explicit Pidfd(Identity const& process) : fd_(process.pid > 0 ? open_pidfd(process.pid) : -1) {
        if (fd_ >= 0 && !is_alive(process)) close();
    }
    ~Pidfd() { close(); }
    Pidfd(Pidfd const&) = delete;
    explicit operator bool() const { return fd_ >= 0; }
    bool send(int signal) const { return ::syscall(SYS_pidfd_send_signal, fd_, signal, nullptr, 0U) == 0; }

private:
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    int fd_;
};

}  // namespace

std::string const& current_boot_id() {
    static std::string const id = [] {
        std::ifstream file("/proc/sys/kernel/random/boot_id");
        std::string text;
        file >> text;
        return text;
    }();
    return id;
}

Identity identify(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (pid <= 0 || !std::getline(file, line)) return {};
    // The second field is the program's name in parentheses and may hold anything, spaces and parentheses
    // too.
    auto end_of_name = line.rfind(')');
    if (end_of_name == std::string::npos) return {};
    std::istringstream fields(line.substr(end_of_name + 1));
    std::string state;
    fields >> state;
    if (state == "Z" || state == "X") return {};
    std::string skipped;
    for (int field = 4; field < 22; ++field) fields >> skipped;
    Identity found{.pid = pid, .boot_id = current_boot_id()};
    fields >> found.start_ticks;
    return found;
}

bool is_alive(Identity const& process) {
    if (process.pid <= 0) return false;
    Identity now = identify(static_cast<pid_t>(process.pid));
    return now.pid != 0 && now.start_ticks == process.start_ticks && now.boot_id == process.boot_id;
}

bool send_signal(Identity const& process, int signal) {
    Pidfd fd(process);
    return fd && fd.send(signal);
}

bool send_signal_to_group(Identity const& leader, int signal) {
    Pidfd fd(leader);
    // While the pidfd's process is there its number, and so that of its group, cannot be given away.
    if (!fd || ::getpgid(static_cast<pid_t>(leader.pid)) != static_cast<pid_t>(leader.pid))
        return fd && fd.send(signal);
    return ::kill(-static_cast<pid_t>(leader.pid), signal) == 0;
}

}  // namespace target
