#include "target/impl/execute.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <csignal>
#include <cstring>

extern char** environ;

namespace target {

namespace {

constexpr int listening_descriptor = 3;
constexpr int lock_descriptor = 4;
constexpr int first_free_descriptor = 10;  // the originals are kept above it while the lower ones are filled
constexpr int backlog = 4096;              // the kernel takes the smaller of this and net.core.somaxconn

struct Failure {
    int number = 0;
    bool in_working_folder = false;
};

std::vector<std::string> environment_of(ProcessSpec const& spec) {
    std::map<std::string, std::string> wanted;
    for (char** entry = environ; entry && *entry; ++entry) {
        std::string_view text = *entry;
        auto equals = text.find('=');
        if (equals == std::string_view::npos || text.starts_with("PILOTHOUSE_")) continue;
        wanted[std::string(text.substr(0, equals))] = std::string(text.substr(equals + 1));
    }
    for (auto const& [name, value] : spec.env) wanted[name] = value;
    std::vector<std::string> list;
    for (auto const& [name, value] : wanted) list.push_back(name + "=" + value);
    return list;
}

std::vector<char*> pointers_to(std::vector<std::string> const& texts) {
    std::vector<char*> pointers;
    for (std::string const& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

int keep_above(int fd) { return fd < 0 ? -1 : ::fcntl(fd, F_DUPFD_CLOEXEC, first_free_descriptor); }

void place(int fd, int at) {
    if (fd < 0)
        ::close(at);
    else
        ::dup2(fd, at);  // the copy is not close-on-exec
}

void restore_signals() {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int signal : {SIGPIPE, SIGHUP, SIGINT, SIGTERM, SIGCHLD}) ::signal(signal, SIG_DFL);
}

/// In the child; returns only when it failed.
Failure become(char const* working_folder, char* const* command, char* const* environment,
               Inherited inherited) {
    ::setpgid(0, 0);
    restore_signals();
    int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    int input = keep_above(nothing);
    int output = keep_above(inherited.output >= 0 ? inherited.output : nothing);
    int listening = keep_above(inherited.listening);
    int lock = keep_above(inherited.lock);
    place(input, 0);
    place(output, 1);
    place(output, 2);
    place(listening, listening_descriptor);
    place(lock, lock_descriptor);
    ::close_range(lock_descriptor + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    if (::chdir(working_folder) != 0) return {errno, true};
    environ = const_cast<char**>(environment);
    ::execvp(command[0], command);
    return {errno, false};
}

std::string why_not(ProcessSpec const& spec, Failure failure) {
    std::string reason = std::strerror(failure.number);
    if (failure.in_working_folder)
        return fmt::format("cannot change to the folder {}: {}", spec.working_folder, reason);
    std::string where = spec.working_folder.empty() ? "" : fmt::format(" (in {})", spec.working_folder);
    char const* cure = failure.number == EACCES ? "; make it executable"
                       : failure.number == ENOEXEC
                           ? "; it is neither a program nor a script with #! in its first line"
                           : "";
    return fmt::format("cannot execute {}{}: {}{}", spec.command.front(), where, reason, cure);
}

}  // namespace

base::Result<pid_t> execute(ProcessSpec const& spec, std::string const& folder, Inherited inherited) {
    if (spec.command.empty()) return base::unavailable("cannot execute an empty command");
    std::vector<std::string> environment = environment_of(spec);
    std::vector<char*> command = pointers_to(spec.command);
    std::vector<char*> variables = pointers_to(environment);
    std::string const& working_folder = spec.working_folder.empty() ? folder : spec.working_folder;
    int told[2];
    if (::pipe2(told, O_CLOEXEC) != 0)
        return base::unavailable(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    pid_t child = ::fork();
    if (child == 0) {
        // The pipe's end must survive the filling of the low descriptors; exec closes it.
        int report = keep_above(told[1]);
        Failure failure = become(working_folder.c_str(), command.data(), variables.data(), inherited);
        (void)!::write(report, &failure, sizeof(failure));
        ::_exit(127);
    }
    int fork_problem = errno;
    ::close(told[1]);
    Failure failure;
    ssize_t count = 0;
    while (child > 0 && (count = ::read(told[0], &failure, sizeof(failure))) < 0 && errno == EINTR) {
    }
    ::close(told[0]);
    if (child < 0)
        return base::unavailable(fmt::format("cannot start a process: {}", std::strerror(fork_problem)));
    if (count == sizeof(failure)) return base::unavailable(why_not(spec, failure));
    return child;
}

base::Result<int> listen_on(std::string const& address) {
    auto colon = address.rfind(':');
    unsigned port = 0;
    boost::system::error_code bad;
    std::string host = colon == std::string::npos ? "" : address.substr(0, colon);
    if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    auto ip = boost::asio::ip::make_address(host == "localhost" ? "127.0.0.1"
                                            : host == "*"       ? "0.0.0.0"
                                                                : host,
                                            bad);
    char const* end = address.data() + address.size();
    bool number =
        colon != std::string::npos && std::from_chars(address.data() + colon + 1, end, port).ptr == end;
    if (bad || !number || port == 0 || port > 65535)
        return base::invalid(fmt::format("cannot listen on \"{}\": write it like 127.0.0.1:8080", address));

    sockaddr_in6 six{};
    sockaddr_in four{};
    four.sin_family = AF_INET;
    six.sin6_family = AF_INET6;
    four.sin_port = six.sin6_port = htons(static_cast<std::uint16_t>(port));
    if (ip.is_v4()) four.sin_addr.s_addr = htonl(ip.to_v4().to_uint());
    if (ip.is_v6()) std::memcpy(&six.sin6_addr, ip.to_v6().to_bytes().data(), 16);
    auto* place = ip.is_v4() ? reinterpret_cast<sockaddr*>(&four) : reinterpret_cast<sockaddr*>(&six);
    socklen_t size = ip.is_v4() ? sizeof(four) : sizeof(six);

    int fd = ::socket(place->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int yes = 1;
    bool fine = fd >= 0 && ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
                ::bind(fd, place, size) == 0 && ::listen(fd, backlog) == 0;
    if (fine) return fd;
    int problem = errno;
    if (fd >= 0) ::close(fd);
    return base::unavailable(
        fmt::format("cannot listen on {}: {}{}", address, std::strerror(problem),
                    problem == EADDRINUSE ? "; another program uses this port: stop it, or choose "
                                            "another under traffic.listen"
                    : problem == EACCES   ? "; ports below 1024 need the right CAP_NET_BIND_SERVICE"
                                          : ""));
}

}  // namespace target
