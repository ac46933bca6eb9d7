// A namespace of Socket.IO: who may join it, what its sockets say, and events for many of them.
#pragma once
#include <optional>

#include "realtime/impl/recovery.hpp"
#include "realtime/impl/rooms.hpp"
#include "realtime/socket.hpp"

namespace realtime {

namespace impl {
struct Context;
}

/// What a client brings when it joins.
struct Handshake {
    json::value auth{};  // an object
    std::string address{};
};

/// What becomes of it.
struct Admission {
    bool admitted = true;
    json::value data{};     // of the socket; or what the refusal says beside its words, if not null
    std::string message{};  // of the refusal

    static Admission admit(json::value data = {}) { return {true, std::move(data)}; }
    static Admission refuse(std::string message, json::value data = {}) {
        return {false, std::move(data), std::move(message)};
    }
};

using Middleware = std::function<awaitable<Admission>(Handshake)>;
using SocketHandler = std::function<void(std::shared_ptr<Socket>)>;
using EventHandler = std::function<awaitable<void>(std::shared_ptr<Socket>, Event)>;
using DisconnectHandler = std::function<void(Socket&, std::string_view why)>;

/// Selects sockets of a namespace: those in any of the rooms (all, if none is named) but those in any of the
/// excepted. The id of a socket is a room in which only it is. Each socket is reached once.
class Broadcast {
public:
    Broadcast& to(std::string room) { return target_.rooms.push_back(std::move(room)), *this; }
    Broadcast& except(std::string room) { return target_.except.push_back(std::move(room)), *this; }

    /// The packet is written once for all.
    void emit(std::string_view event, Arguments const& arguments = {});
    void emit_volatile(std::string_view event, Arguments const& arguments = {});
    void join(std::string const& room);
    void leave(std::string const& room);
    void disconnect(bool close = false);
    std::vector<std::shared_ptr<Socket>> sockets() const;

private:
    friend class Namespace;
    friend class Socket;
    explicit Broadcast(std::shared_ptr<Namespace> nsp) : nsp_(std::move(nsp)) {}
    void send(std::string_view event, Arguments const& arguments, Delivery delivery);

    std::shared_ptr<Namespace> nsp_;
    impl::Target target_{};
};

/// Its handlers are set before the first client comes. An exception of theirs is logged, and the client
/// refused or its event forgotten.
class Namespace : public std::enable_shared_from_this<Namespace> {
public:
    Namespace(std::shared_ptr<impl::Context> context, std::string name);
    std::string const& name() const { return name_; }

    /// Asked in order, until one refuses; the data of the last that gave any is the socket's. Also for a
    /// connection that is taken up again.
    void use(Middleware middleware) { middlewares_.push_back(std::move(middleware)); }
    /// The client knows already that it has joined.
    void on_connect(SocketHandler handler) { on_connect_ = std::move(handler); }
    /// The socket is out of its rooms; `rooms()` still tells which they were.
    void on_disconnect(DisconnectHandler handler) { on_disconnect_ = std::move(handler); }
    /// Handlers of one client's events run beside each other when they wait.
    void on(std::string event, EventHandler handler) { handlers_[std::move(event)] = std::move(handler); }

    Broadcast everyone() { return Broadcast(shared_from_this()); }
    Broadcast to(std::string room) { return everyone().to(std::move(room)); }
    Broadcast except(std::string room) { return everyone().except(std::move(room)); }
    void emit(std::string_view event, Arguments const& arguments = {}) { everyone().emit(event, arguments); }

    std::size_t size() const { return members_.size(); }
    std::size_t size_of(std::string_view room) const { return members_.size_of(room); }

private:
    friend class Broadcast;
    friend class Socket;
    friend class impl::Client;

    awaitable<Admission> ask_middlewares(Handshake handshake);
    std::shared_ptr<Socket> add(std::shared_ptr<impl::Client> client, Handshake const& handshake,
                                json::value data);
    std::vector<SharedPacket> connect_packets(Socket& socket, std::vector<SharedPacket> missed) const;
    void remove(Socket& socket, std::string_view why);
    std::vector<SharedPacket> encode_event(std::string_view event, Arguments const& arguments,
                                           std::optional<std::uint64_t> ack_id,
                                           impl::Target const* store_for);

    std::shared_ptr<impl::Context> context_;
    std::string name_;
    std::vector<Middleware> middlewares_{};
    SocketHandler on_connect_{};
    DisconnectHandler on_disconnect_{};
    std::map<std::string, EventHandler, std::less<>> handlers_{};
    impl::Rooms members_{};
    impl::RecoveryLog recovery_;
    std::uint64_t next_number_ = 0;
    std::uint64_t next_ack_ = 0;
};

}  // namespace realtime
