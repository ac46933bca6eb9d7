#include "realtime/namespace.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "realtime/impl/client.hpp"

namespace realtime {

Namespace::Namespace(std::shared_ptr<impl::Context> context, std::string name)
    : context_(std::move(context)),
      name_(std::move(name)),
      recovery_(context_->settings.recovery, context_->settings.recovery_bytes) {}

// -- Joining.

awaitable<Admission> Namespace::ask_middlewares(Handshake handshake) {
    auto self = shared_from_this();
    Admission all = Admission::admit();
    try {
        for (Middleware const& middleware : middlewares_) {
            Admission one = co_await middleware(handshake);
            if (!one.admitted) co_return one;
            if (!one.data.is_null()) all.data = std::move(one.data);
        }
    } catch (std::exception const& problem) {
        base::log(base::LogLevel::error, "a client could not be checked",
                  {{"namespace", name_}, {"problem", problem.what()}});
        co_return Admission::refuse("this server could not check who you are");
    }
    co_return all;
}

namespace {

std::string_view text_member(json::value const& object, std::string_view name) {
    auto const* members = object.if_object();
    auto const* value = members ? members->if_contains(name) : nullptr;
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

}  // namespace

std::shared_ptr<Socket> Namespace::add(std::shared_ptr<impl::Client> client, Handshake const& handshake,
                                       json::value data) {
    std::optional<impl::RecoveryLog::Restored> restored;
    if (recovery_.is_on())
        if (std::string pid(text_member(handshake.auth, "pid")); !pid.empty())
            restored = recovery_.restore(pid, text_member(handshake.auth, "offset"), context_->clock.now());
    std::string id = restored ? restored->session.id : context_->ids.make();
    std::shared_ptr<Socket> socket(
        new Socket(shared_from_this(), std::move(client), std::move(id), next_number_++));
    members_.add(*socket);
    ++context_->counts->sockets;
    socket->data = std::move(data);
    if (recovery_.is_on()) socket->pid_ = context_->ids.make();
    std::vector<SharedPacket> missed;
    if (restored) {
        ++context_->counts->recovered;
        socket->recovered_ = true;
        socket->pid_ = text_member(handshake.auth, "pid");  // by which the client knows that nothing was lost
        if (socket->data.is_null()) socket->data = std::move(restored->session.data);
        for (std::string const& room : restored->session.rooms) members_.join(*socket, room);
        missed = std::move(restored->missed);
    }
    socket->send(connect_packets(*socket, std::move(missed)));
    return socket;
}

/// What was missed comes first: the client keeps it until it knows that it has joined.
std::vector<SharedPacket> Namespace::connect_packets(Socket& socket, std::vector<SharedPacket> missed) const {
    std::string pid = socket.pid_.empty() ? "" : fmt::format(R"(,"pid":"{}")", socket.pid_);
    std::string head = packet_head(PacketType::connect, name_);
    missed.push_back(Encoded::text({head, R"({"sid":")", socket.id(), "\"", pid, "}"}));
    return missed;
}

// -- Leaving.

namespace {

bool may_come_back(std::string_view why) {
    return why != reason::server_disconnect && why != reason::client_disconnect && why != reason::parse_error;
}

}  // namespace

void Namespace::remove(Socket& socket, std::string_view why) {
    members_.remove(socket);
    --context_->counts->sockets;
    if (recovery_.is_on() && may_come_back(why))
        recovery_.save(socket.pid_, {socket.id(), socket.rooms(), socket.data}, context_->clock.now());
    try {
        if (on_disconnect_) on_disconnect_(socket, why);
    } catch (std::exception const& problem) {
        base::log(base::LogLevel::error, "the end of a real-time client could not be handled",
                  {{"problem", problem.what()}});
    }
}

// -- Events.

/// With `store_for`, the event is kept for those who come back, and carries its number as one more argument.
std::vector<SharedPacket> Namespace::encode_event(std::string_view event, Arguments const& arguments,
                                                  std::optional<std::uint64_t> ack_id,
                                                  impl::Target const* store_for) {
    bool binary = !arguments.attachments.empty();
    bool keep = store_for && recovery_.is_on();
    std::string head = packet_head(binary ? PacketType::binary_event : PacketType::event, name_, ack_id,
                                   arguments.attachments.size());
    std::string name = json::serialize(json::string(event));
    std::string offset = keep ? fmt::format(",\"{}\"", recovery_.next_offset()) : "";
    std::vector<SharedPacket> packets;
    packets.reserve(1 + arguments.attachments.size());
    packets.push_back(
        Encoded::text({head, "[", name, arguments.json.empty() ? "" : ",", arguments.json, offset, "]"}));
    for (std::string const& bytes : arguments.attachments) packets.push_back(Encoded::binary(bytes));
    if (keep) recovery_.add(packets, *store_for, context_->clock.now());
    return packets;
}

void Broadcast::emit(std::string_view event, Arguments const& arguments) {
    send(event, arguments, {.can_wait = true});
}

void Broadcast::emit_volatile(std::string_view event, Arguments const& arguments) {
    send(event, arguments, {.can_be_dropped = true, .can_wait = true});
}

void Broadcast::send(std::string_view event, Arguments const& arguments, Delivery delivery) {
    bool nobody_ever = nsp_->size() == 0 && !nsp_->recovery_.is_on();
    if (nobody_ever) return;
    bool keep = !delivery.can_be_dropped;
    auto packets = nsp_->encode_event(event, arguments, {}, keep ? &target_ : nullptr);
    nsp_->members_.visit(target_, [&](Socket& socket) { socket.send(packets, delivery); });
}

std::vector<std::shared_ptr<Socket>> Broadcast::sockets() const {
    std::vector<std::shared_ptr<Socket>> list;
    nsp_->members_.visit(target_, [&](Socket& socket) { list.push_back(socket.shared_from_this()); });
    return list;
}

void Broadcast::join(std::string const& room) {
    for (auto const& socket : sockets()) socket->join(room);
}

void Broadcast::leave(std::string const& room) {
    for (auto const& socket : sockets()) socket->leave(room);
}

void Broadcast::disconnect(bool close) {
    for (auto const& socket : sockets()) socket->disconnect(close);
}

}  // namespace realtime
