// One connection as Socket.IO sees it: the namespaces that it has joined.
#pragma once
#include "realtime/impl/context.hpp"
#include "realtime/packet.hpp"

namespace realtime::impl {

class Client : public Listener, public std::enable_shared_from_this<Client> {
public:
    Client(std::shared_ptr<Context> context, std::shared_ptr<Connection> connection);
    void start();

    void on_message(std::string data, bool binary) override;
    void on_close(std::string_view why) override;
    void on_abandoned() override { sockets_.clear(); }

    std::string const& address() const { return connection_->address(); }
    void send(std::span<SharedPacket const> packets, Delivery delivery = {}) {
        connection_->send(packets, delivery);
    }
    /// The socket has left by itself.
    void forget(Socket& socket);
    /// Says goodbye in every namespace and ends the connection.
    void disconnect();
    void close(std::string_view why) { connection_->close(why); }

private:
    void on_packet(Packet packet);
    void join(Packet packet);
    static awaitable<void> admit(std::shared_ptr<Client> client, std::shared_ptr<Namespace> nsp,
                                 Handshake handshake);
    void answer_join(std::shared_ptr<Namespace> const& nsp, Handshake const& handshake, Admission admission);
    void give_up(std::string_view what);
    Socket* find(std::string_view nsp) const;

    std::shared_ptr<Context> context_;
    std::shared_ptr<Connection> connection_;
    Decoder decoder_{};
    bool closed_ = false;
    std::vector<std::shared_ptr<Socket>> sockets_{};  // one for each namespace
    std::vector<std::string> joining_{};
    std::unique_ptr<Timer> patience_{};  // until the first namespace is joined
};

}  // namespace realtime::impl
