// For tests: clients that never pause, and count what became of each request.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "base/asio.hpp"

namespace traffic {

/// One request at a time over blocking sockets; each client has a thread. Every second client keeps its
/// connection.
class Load {
public:
    struct Totals {
        std::uint64_t sent = 0;
        std::uint64_t answered = 0;  // a complete answer below 500
        std::uint64_t errors = 0;    // a complete 5xx of a version
        std::uint64_t lost = 0;      // none, or one by HAProxy itself
        std::map<std::string, std::uint64_t> by_server{};
        std::map<std::string, std::uint64_t> losses{};  // how, and how often

        std::string say() const {
            std::string text = fmt::format("{} sent, {} lost", sent, lost);
            for (auto const& [how, count] : losses) text += fmt::format("; {} times {}", count, how);
            return text;
        }
    };

    enum class Method { get, get_and_post };

    Load(std::uint16_t port, int clients, Method method = Method::get_and_post)
        : port_(port), method_(method) {
        for (int i = 0; i < clients; ++i) threads_.emplace_back([this, i] { run(i); });
    }
    ~Load() { end(); }
    Load(Load const&) = delete;

    /// Waits for the requests under way.
    Totals end() {
        stopping_ = true;
        for (std::thread& thread : threads_)
            if (thread.joinable()) thread.join();
        std::lock_guard guard(mutex_);
        return totals_;
    }
    Totals totals() {
        std::lock_guard guard(mutex_);
        return totals_;
    }

    struct Answer {
        int status = 0;  // 0: none
        std::string server{};
        bool closes = false;
        std::string problem{};
    };
    /// One request on a connection of its own.
    static Answer get(std::uint16_t port, std::string const& path) {
        int fd = connect(port);
        if (fd < 0) return {.problem = "cannot connect"};
        Answer answer =
            exchange(fd, fmt::format("GET {} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n", path));
        ::close(fd);
        return answer;
    }

private:
    static int connect(std::uint16_t port) {
        int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        timeval limit{.tv_sec = 30, .tv_usec = 0};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        sockaddr_in place{};
        place.sin_family = AF_INET;
        place.sin_port = htons(port);
        place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd, reinterpret_cast<sockaddr*>(&place), sizeof(place)) == 0) return fd;
        ::close(fd);
        return -1;
    }

    static Answer exchange(int fd, std::string const& request) {
        if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
            return {.problem = fmt::format("send: {}", std::strerror(errno))};
        std::string text;
        for (;;) {
            auto head = text.find("\r\n\r\n");
            if (head != std::string::npos) {
                auto length = field(text, "content-length: ");
                if (text.size() >= head + 4 + (length.empty() ? 0 : std::stoul(length)))
                    return {.status = std::stoi(text.substr(9, 3)),
                            .server = field(text, "x-server: "),
                            .closes = field(text, "connection: ") == "close"};
            }
            char buffer[4096];
            ssize_t count = ::recv(fd, buffer, sizeof(buffer), 0);
            if (count <= 0)
                return {.problem = fmt::format("got {} bytes, then {}", text.size(),
                                               count == 0 ? "the end" : std::strerror(errno))};
            text.append(buffer, static_cast<std::size_t>(count));
        }
    }

    static std::string field(std::string const& text, std::string const& name) {
        std::string lower = text;
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        auto begin = lower.find(name);
        if (begin == std::string::npos) return "";
        begin += name.size();
        return text.substr(begin, text.find('\r', begin) - begin);
    }

    void run(int client) {
        bool keeps = client % 2 == 0;
        auto size = method_ == Method::get ? 0 : static_cast<std::size_t>(client % 3) * 1000;
        std::string body(size, 'x');
        std::string request = fmt::format("{} / HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n{}\r\n{}",
                                          body.empty() ? "GET" : "POST", body.size(),
                                          keeps ? "" : "Connection: close\r\n", body);
        int fd = -1;
        while (!stopping_) {
            if (fd < 0) fd = connect(port_);
            Answer answer = fd < 0 ? Answer{.problem = "cannot connect"} : exchange(fd, request);
            bool over = answer.status == 0 || answer.closes || !keeps;
            if (over && fd >= 0) {
                ::close(fd);
                fd = -1;
            }
            count(answer);
        }
        if (fd >= 0) ::close(fd);
    }

    void count(Answer const& answer) {
        std::lock_guard guard(mutex_);
        ++totals_.sent;
        if (answer.status == 0 || (answer.status >= 500 && answer.server.empty())) {
            ++totals_.lost;
            ++totals_.losses[answer.status == 0 ? answer.problem
                                                : fmt::format("HAProxy's own {}", answer.status)];
            return;
        }
        ++totals_.by_server[answer.server];
        ++(answer.status >= 500 ? totals_.errors : totals_.answered);
    }

    std::uint16_t port_;
    Method method_;
    std::atomic<bool> stopping_ = false;
    std::mutex mutex_;
    Totals totals_;
    std::vector<std::thread> threads_;
};

}  // namespace traffic
