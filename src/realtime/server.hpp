// Socket.IO, protocol 5, over Engine.IO: events with clients in namespaces and rooms. Unmodified clients of
// version 4 connect, over WebSocket or polling.
//
//     realtime::Server server(executor, clock, fill_with_secrets, settings);
//     realtime::Namespace& main = server.of("/");
//     main.use(admit);                  // awaitable<Admission>(Handshake)
//     main.on("subscribe", subscribe);  // awaitable<void>(std::shared_ptr<Socket>, Event event), in which
//     socket->join("alerts"), event.reply({R"({"accepted":["alerts"]})"});
//     main.to("alerts").emit("alert-updated", {text_of_the_alert});
#pragma once
#include "realtime/namespace.hpp"

namespace realtime {

/// `executor` runs one thing at a time. Requests to the path of the settings are given to `handle`.
class Server {
public:
    Server(Executor executor, base::Clock& clock, FillWithSecrets fill, Settings settings = {});
    ~Server();

    /// Makes it at the first call; a client cannot join one that was never asked for.
    Namespace& of(std::string name = "/");
    /// Suits http::Handler.
    awaitable<http::Response> handle(http::Request request);
    /// Disconnects everybody, takes no more, and returns when all handlers have, or after `limit`. Before the
    /// HTTP server stops.
    awaitable<void> stop(Duration limit);
    Counts const& counts() const;
    Settings const& settings() const;

private:
    std::shared_ptr<impl::Context> context_;
    std::unique_ptr<Engine> engine_;
};

}  // namespace realtime
