#include "realtime/impl/client.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/log.hpp"

namespace realtime::impl {

Client::Client(std::shared_ptr<Context> context, std::shared_ptr<Connection> connection)
    : context_(std::move(context)), connection_(std::move(connection)) {}

void Client::start() {
    patience_ = std::make_unique<Timer>(context_->timers, [this] { close(reason::forced_server_close); });
    patience_->set(context_->settings.connect_timeout);
}

Socket* Client::find(std::string_view nsp) const {
    for (auto const& socket : sockets_)
        if (socket->nsp_->name() == nsp) return socket.get();
    return nullptr;
}

void Client::on_message(std::string data, bool binary) {
    auto self = shared_from_this();
    auto packet = binary ? decoder_.put_binary(std::move(data)) : decoder_.put_text(data);
    if (!packet) return give_up(packet.error().message);
    if (*packet) on_packet(std::move(**packet));
}

void Client::give_up(std::string_view what) {
    base::log(base::LogLevel::info, "a real-time client broke the protocol",
              {{"problem", what}, {"address", address()}});
    close(reason::parse_error);
}

void Client::on_packet(Packet packet) {
    Socket* found = find(packet.nsp);
    if (packet.type == PacketType::connect && !found) return join(std::move(packet));
    if (!found || packet.type == PacketType::connect || packet.type == PacketType::connect_error)
        return give_up("a packet that does not fit to its namespace");
    auto socket = found->shared_from_this();
    switch (packet.type) {
        case PacketType::event:
        case PacketType::binary_event:
            return socket->take_event(std::move(packet));
        case PacketType::ack:
        case PacketType::binary_ack:
            return socket->take_ack(std::move(packet));
        default:
            return socket->take_leave();
    }
}

// -- Joining.

void Client::join(Packet packet) {
    if (std::find(joining_.begin(), joining_.end(), packet.nsp) != joining_.end())
        return give_up("it joins a namespace twice");
    auto nsp = context_->namespaces.find(packet.nsp);
    if (nsp == context_->namespaces.end()) {
        std::string head = packet_head(PacketType::connect_error, packet.nsp);
        SharedPacket refusal = Encoded::text({head, R"({"message":"Invalid namespace"})"});
        return send({&refusal, 1});
    }
    joining_.push_back(packet.nsp);
    Handshake handshake{std::move(packet.data), address()};
    if (handshake.auth.is_null()) handshake.auth = json::object();
    asio::co_spawn(context_->executor, admit(shared_from_this(), nsp->second, std::move(handshake)),
                   must_not_throw);
}

awaitable<void> Client::admit(std::shared_ptr<Client> client, std::shared_ptr<Namespace> nsp,
                              Handshake handshake) {
    UnderWay under_way(client->context_);
    Admission admission = co_await nsp->ask_middlewares(handshake);
    std::erase(client->joining_, nsp->name());
    client->joining_.shrink_to_fit();  // silent clients are many
    if (!client->closed_) client->answer_join(nsp, handshake, std::move(admission));
}

void Client::answer_join(std::shared_ptr<Namespace> const& nsp, Handshake const& handshake,
                         Admission admission) {
    if (!admission.admitted) {
        json::object words{{"message", admission.message}};
        if (!admission.data.is_null()) words["data"] = std::move(admission.data);
        std::string head = packet_head(PacketType::connect_error, nsp->name());
        std::string text = json::serialize(words);
        SharedPacket refusal = Encoded::text({head, text});
        return send({&refusal, 1});
    }
    patience_.reset();
    auto socket = nsp->add(shared_from_this(), handshake, std::move(admission.data));
    sockets_.push_back(socket);
    try {
        if (nsp->on_connect_) nsp->on_connect_(socket);
    } catch (std::exception const& problem) {
        base::log(base::LogLevel::error, "a new real-time client could not be welcomed",
                  {{"problem", problem.what()}});
    }
}

// -- Leaving.

void Client::forget(Socket& socket) {
    std::erase_if(sockets_, [&](auto const& one) { return one.get() == &socket; });
}

void Client::disconnect() {
    auto self = shared_from_this();
    while (!sockets_.empty()) {
        auto socket = sockets_.back();
        socket->disconnect();
    }
    close(reason::forced_server_close);
}

void Client::on_close(std::string_view why) {
    auto self = shared_from_this();
    closed_ = true;
    patience_.reset();
    for (auto const& socket : std::exchange(sockets_, {})) socket->end(why);
}

}  // namespace realtime::impl
