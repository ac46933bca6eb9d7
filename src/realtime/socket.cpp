#include "realtime/socket.hpp"

#include <boost/asio/as_tuple.hpp>

#include "base/json.hpp"
#include "base/log.hpp"
#include "realtime/impl/client.hpp"

namespace realtime {

using impl::PendingAck;

Arguments to_arguments(json::array const& list, std::vector<std::string> attachments) {
    Arguments arguments;
    arguments.attachments = std::move(attachments);
    if (list.empty()) return arguments;
    std::string text = base::to_text(json::value(list));
    arguments.json = text.substr(1, text.size() - 2);
    return arguments;
}

Socket::Socket(std::shared_ptr<Namespace> nsp, std::shared_ptr<impl::Client> client, std::string id,
               std::uint64_t number)
    : nsp_(std::move(nsp)), client_(std::move(client)), id_(std::move(id)), number_(number) {}

std::string const& Socket::address() const { return client_->address(); }

void Socket::send(std::span<SharedPacket const> packets, Delivery delivery) {
    if (connected_) client_->send(packets, delivery);
}

// -- Rooms.

void Socket::join(std::string const& room) {
    if (connected_) nsp_->members_.join(*this, room);
}

void Socket::leave(std::string const& room) {
    if (connected_) nsp_->members_.leave(*this, room);
}

// -- Saying.

void Socket::emit(std::string_view event, Arguments const& arguments) {
    if (!connected_) return;
    impl::Target only_this{{id_}};
    auto packets = nsp_->encode_event(event, arguments, {}, &only_this);
    send(packets);
}

void Socket::emit_volatile(std::string_view event, Arguments const& arguments) {
    if (!connected_) return;
    auto packets = nsp_->encode_event(event, arguments, {}, nullptr);
    send(packets, {.can_be_dropped = true});
}

awaitable<base::Result<Answer>> Socket::emit_with_ack(std::string event, Arguments arguments,
                                                      Duration timeout) {
    auto self = shared_from_this();
    if (!connected_) co_return base::unavailable("the client has gone");
    std::uint64_t id = nsp_->next_ack_++;
    auto pending = std::make_shared<PendingAck>(*nsp_->context_);
    acks_.emplace(id, pending);
    pending->timer.set(timeout);
    auto packets = nsp_->encode_event(event, arguments, id, nullptr);
    send(packets);
    auto [failure, answer] = co_await pending->answer.async_receive(asio::as_tuple(use_awaitable));
    acks_.erase(id);
    if (failure == asio::error::timed_out) {
        base::Error late{base::Errc::timed_out, "the client did not answer in time"};
        co_return late;
    }
    if (failure) co_return base::unavailable("the client has gone");
    co_return std::move(answer);
}

Broadcast Socket::broadcast() { return nsp_->everyone().except(id_); }

void Reply::operator()(Arguments const& arguments) {
    auto socket = std::exchange(socket_, {});
    if (!socket || !socket->connected_) return;
    bool binary = !arguments.attachments.empty();
    std::string head = packet_head(binary ? PacketType::binary_ack : PacketType::ack, socket->nsp_->name(),
                                   id_, arguments.attachments.size());
    std::vector<SharedPacket> packets{Encoded::text({head, "[", arguments.json, "]"})};
    for (std::string const& bytes : arguments.attachments) packets.push_back(Encoded::binary(bytes));
    socket->send(packets);
}

// -- Hearing.

namespace {

std::string name_of(json::value const& first) {
    return first.is_string() ? std::string(first.get_string()) : base::to_text(first);
}

struct CountOne {
    explicit CountOne(std::size_t& what) : count(what) { ++count; }
    ~CountOne() { --count; }
    CountOne(CountOne const&) = delete;
    std::size_t& count;
};

awaitable<void> run_handler(std::shared_ptr<impl::Context> context, std::shared_ptr<Socket> socket,
                            std::size_t& under_way_there, EventHandler const& handler, Event event) {
    impl::UnderWay under_way(std::move(context));
    CountOne one(under_way_there);
    std::string name = event.name;
    try {
        co_await handler(socket, std::move(event));
    } catch (std::exception const& problem) {
        base::log(base::LogLevel::error, "the handler of a real-time event failed",
                  {{"event", name}, {"problem", problem.what()}});
    }
}

}  // namespace

void Socket::take_event(Packet packet) {
    json::array args = std::move(packet.data.as_array());
    Event event{.name = name_of(args.front()), .attachments = std::move(packet.attachments)};
    args.erase(args.begin());
    event.args = std::move(args);
    if (packet.id) event.reply = Reply(shared_from_this(), *packet.id);
    auto handler = nsp_->handlers_.find(event.name);
    if (handler == nsp_->handlers_.end()) return;
    if (events_under_way_ >= nsp_->context_->settings.events_under_way) {
        base::log(base::LogLevel::warning,
                  "a client was given up: it sends events faster than they are handled",
                  {{"address", address()}});
        return client_->close(reason::forced_server_close);
    }
    asio::co_spawn(
        nsp_->context_->executor,
        run_handler(nsp_->context_, shared_from_this(), events_under_way_, handler->second, std::move(event)),
        must_not_throw);
}

void Socket::take_ack(Packet packet) {
    auto pending = packet.id ? acks_.find(*packet.id) : acks_.end();
    if (pending == acks_.end()) return;
    Answer answer{std::move(packet.data.as_array()), std::move(packet.attachments)};
    pending->second->answer.try_send(error_code{}, std::move(answer));
    acks_.erase(pending);
}

// -- The end.

void Socket::take_leave() {
    client_->forget(*this);
    end(reason::client_disconnect);
}

void Socket::disconnect(bool close) {
    auto self = shared_from_this();
    if (!connected_) return;
    if (close) return client_->disconnect();
    SharedPacket goodbye = Encoded::text({packet_head(PacketType::disconnect, nsp_->name())});
    send({&goodbye, 1});
    client_->forget(*this);
    end(reason::server_disconnect);
}

void Socket::end(std::string_view why) {
    auto self = shared_from_this();
    if (!std::exchange(connected_, false)) return;
    for (auto const& [id, pending] : acks_) pending->answer.try_send(asio::error::connection_reset, Answer());
    nsp_->remove(*this, why);
}

}  // namespace realtime
