#include "base/real.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/consign.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

namespace base {

namespace {

using asio::ip::tcp;
using local = asio::local::stream_protocol;

template <class Socket>
class SocketDriver : public StreamDriver {
public:
    explicit SocketDriver(Socket socket, std::string peer)
        : socket_(std::move(socket)), peer_(std::move(peer)) {}
    Executor executor() override { return socket_.get_executor(); }
    std::string peer() override { return peer_; }
    void read_some(asio::mutable_buffer into, IoHandler handler) override {
        socket_.async_read_some(into, std::move(handler));
    }
    void write_some(GatherList const& from, IoHandler handler) override {
        socket_.async_write_some(from, std::move(handler));
    }
    std::size_t try_write(GatherList const& from) override {
        std::array<iovec, GatherList::most> parts;
        std::size_t count = 0;
        for (asio::const_buffer buffer : from)
            parts[count++] = {const_cast<void*>(buffer.data()), buffer.size()};
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = count;
        int socket = socket_.native_handle();
        constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
        ssize_t sent = count == 1 ? ::send(socket, parts[0].iov_base, parts[0].iov_len, flags)
                                  : ::sendmsg(socket, &message, flags);
        return sent > 0 ? static_cast<std::size_t>(sent) : 0;
    }
    void shutdown_send() override {
        error_code ignored;
        socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    }

private:
    Socket socket_;
    std::string peer_;
};

template <class Socket>
Stream make_stream(Socket socket, std::string peer) {
    return Stream(std::make_unique<SocketDriver<Socket>>(std::move(socket), std::move(peer)));
}

struct HostAndPort {
    std::string host{};
    std::string port{};
};

HostAndPort split(std::string const& address) {
    auto colon = address.rfind(':');
    if (colon == std::string::npos) throw system_error(asio::error::invalid_argument);
    std::string host = address.substr(0, colon);
    if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    return {host, address.substr(colon + 1)};
}

class RealDialer : public Dialer {
public:
    explicit RealDialer(Executor executor) : executor_(std::move(executor)) {}
    awaitable<Stream> connect(std::string address) override {
        if (address.starts_with("unix:")) {
            local::socket socket(executor_);
            co_await socket.async_connect(local::endpoint(address.substr(5)), use_awaitable);
            co_return make_stream(std::move(socket), std::move(address));
        }
        HostAndPort place = split(address);
        tcp::socket socket(executor_);
        error_code not_literal;
        auto literal = asio::ip::make_address(place.host, not_literal);
        if (!not_literal) {
            tcp::endpoint end(literal, static_cast<unsigned short>(std::stoul(place.port)));
            co_await socket.async_connect(end, use_awaitable);
        } else {
            tcp::resolver resolver(executor_);
            auto found = co_await resolver.async_resolve(place.host, place.port, use_awaitable);
            co_await asio::async_connect(socket, found, use_awaitable);
        }
        socket.set_option(tcp::no_delay(true));
        co_return make_stream(std::move(socket), std::move(address));
    }

private:
    Executor executor_;
};

class TcpListener : public Listener {
public:
    explicit TcpListener(tcp::acceptor acceptor) : acceptor_(std::move(acceptor)) {}
    awaitable<Stream> accept() override {
        tcp::socket socket = co_await acceptor_.async_accept(use_awaitable);
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        auto peer = socket.remote_endpoint(ignored);
        co_return make_stream(std::move(socket), peer.address().to_string());
    }

private:
    tcp::acceptor acceptor_;
};

}  // namespace

void RealClock::wait_until(SteadyTime when, WaitHandler handler) {
    auto timer = std::make_unique<asio::steady_timer>(executor_, when);
    auto& waiting = *timer;
    waiting.async_wait(asio::consign(std::move(handler), std::move(timer)));
}

std::unique_ptr<Dialer> make_dialer(Executor executor) {
    return std::make_unique<RealDialer>(std::move(executor));
}

Result<BoundListener> listen(Executor executor, std::string const& address) {
    error_code failed;
    try {
        HostAndPort place = split(address);
        auto ip = asio::ip::make_address(place.host == "localhost" ? "127.0.0.1" : place.host, failed);
        if (failed)
            return invalid(
                fmt::format("cannot listen on {}: \"{}\" is not an IP address", address, place.host));
        tcp::endpoint end(ip, static_cast<unsigned short>(std::stoul(place.port)));
        tcp::acceptor acceptor(executor);
        acceptor.open(end.protocol());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        acceptor.bind(end, failed);
        if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
        if (failed)
            return unavailable(
                fmt::format("cannot listen on {}: {}{}", address, failed.message(),
                            failed == asio::error::address_in_use
                                ? "; another program uses this port: stop it, or choose another with --listen"
                                : ""));
        auto bound = acceptor.local_endpoint();
        std::string text = bound.address().is_v6()
                               ? fmt::format("[{}]:{}", bound.address().to_string(), bound.port())
                               : fmt::format("{}:{}", bound.address().to_string(), bound.port());
        return BoundListener{std::make_unique<TcpListener>(std::move(acceptor)), text};
    } catch (std::exception const& problem) {
        return invalid(fmt::format("cannot listen on \"{}\": write it like 127.0.0.1:8080 ({})", address,
                                   problem.what()));
    }
}

}  // namespace base
