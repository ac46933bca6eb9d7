// One client in one namespace of Socket.IO.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "realtime/engine.hpp"
#include "realtime/packet.hpp"

namespace realtime {

namespace impl {
class Client;
class Rooms;
struct PendingAck;
}  // namespace impl
class Broadcast;
class Namespace;
class Socket;

/// What goes out with an event: JSON that was written already, so that an event for many is written once.
struct Arguments {
    std::string json{};                      // the arguments with commas between them: `1,"two",{"three":3}`
    std::vector<std::string> attachments{};  // for the placeholders in it
};
/// A list, as it came in, to go out again.
Arguments to_arguments(json::array const& list, std::vector<std::string> attachments = {});

/// What came back for an event that asked for it.
struct Answer {
    json::array args{};
    std::vector<std::string> attachments{};
};

/// Answers an event whose sender asked for it; at other times, and when the client has gone, harmless.
class Reply {
public:
    Reply() = default;
    Reply(std::shared_ptr<Socket> socket, std::uint64_t id) : socket_(std::move(socket)), id_(id) {}
    bool is_wanted() const { return socket_ != nullptr; }
    /// Once; a second call does nothing.
    void operator()(Arguments const& arguments = {});

private:
    std::shared_ptr<Socket> socket_{};
    std::uint64_t id_ = 0;
};

struct Event {
    std::string name{};
    json::array args{};
    std::vector<std::string> attachments{};
    Reply reply{};
};

/// Everything happens on the server's executor. Who keeps a socket may use it after it was disconnected:
/// nothing happens.
class Socket : public std::enable_shared_from_this<Socket> {
public:
    /// Public; not the id of the connection, which is a secret.
    std::string const& id() const { return id_; }
    std::string const& address() const;
    bool is_connected() const { return connected_; }
    /// It is the socket of a connection that broke a moment ago: in its rooms, with its data, and nothing was
    /// missed.
    bool is_recovered() const { return recovered_; }
    /// Whatever the middleware, and then anybody, puts there.
    json::value data{};

    void join(std::string const& room);
    void leave(std::string const& room);
    std::set<std::string, std::less<>> const& rooms() const { return rooms_; }

    void emit(std::string_view event, Arguments const& arguments = {});
    /// Dropped when the client cannot take it at once.
    void emit_volatile(std::string_view event, Arguments const& arguments = {});
    /// Errors: timed_out; unavailable, the client has gone.
    awaitable<base::Result<Answer>> emit_with_ack(std::string event, Arguments arguments, Duration timeout);
    /// To others: everybody in the namespace but this socket.
    Broadcast broadcast();

    /// Leaves the namespace; with `close`, all namespaces and the connection.
    void disconnect(bool close = false);

private:
    friend class Broadcast;
    friend class Namespace;
    friend class impl::Client;
    friend class Reply;
    friend class impl::Rooms;
    Socket(std::shared_ptr<Namespace> nsp, std::shared_ptr<impl::Client> client, std::string id,
           std::uint64_t number);

    void send(std::span<SharedPacket const> packets, Delivery delivery = {});
    void take_event(Packet packet);
    void take_ack(Packet packet);
    void take_leave();
    /// It is out of its rooms, and everybody who waits hears of it.
    void end(std::string_view why);

    std::shared_ptr<Namespace> nsp_;
    std::shared_ptr<impl::Client> client_;
    std::string id_;
    std::uint64_t number_;
    std::string pid_{};  // with which a broken connection is taken up again
    bool connected_ = true;
    bool recovered_ = false;
    std::size_t events_under_way_ = 0;
    std::set<std::string, std::less<>> rooms_{};
    std::map<std::uint64_t, std::shared_ptr<impl::PendingAck>> acks_{};
};

}  // namespace realtime
