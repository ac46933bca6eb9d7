// Engine.IO, protocol 4: a connection of messages with a browser, over WebSocket where that works and HTTP
// polling where it does not, with a change from one to the other that loses nothing.
#pragma once
#include "base/clock.hpp"
#include "http/message.hpp"
#include "realtime/engine_packet.hpp"
#include "realtime/settings.hpp"

namespace realtime {

namespace impl {
class Timers;
}

struct Delivery {
    bool can_be_dropped = false;  // now or not at all: dropped when the client cannot take it at once
    bool can_wait = false;        // for some milliseconds, so that more goes with it (Settings::gather_time)
};

/// Why a connection ended: the words that clients of Socket.IO know.
namespace reason {
inline constexpr std::string_view ping_timeout = "ping timeout", transport_close = "transport close",
                                  transport_error = "transport error", parse_error = "parse error",
                                  forced_close = "forced close", forced_server_close = "forced server close",
                                  shutting_down = "server shutting down",
                                  server_disconnect = "server namespace disconnect",
                                  client_disconnect = "client namespace disconnect";
}  // namespace reason

/// One client. Everything happens on the engine's executor.
class Connection {
public:
    virtual ~Connection() = default;
    virtual std::string const& sid() const = 0;      // a secret
    virtual std::string const& address() const = 0;  // "127.0.0.1"
    /// Sends them in order, all or none. Never ends the connection before it returns.
    virtual void send(std::span<SharedPacket const> packets, Delivery delivery = {}) = 0;
    /// Ends it after what waits was sent; the listener hears `why` before this returns.
    virtual void close(std::string_view why) = 0;
};

/// What a connection tells. Nothing more comes after `on_close`.
class Listener {
public:
    virtual ~Listener() = default;
    virtual void on_message(std::string data, bool binary) = 0;
    virtual void on_close(std::string_view why) = 0;
    /// The engine is being destroyed: let go of what is held, and tell nobody.
    virtual void on_abandoned() {}
};

/// `executor` runs one thing at a time.
class Engine {
public:
    using OnOpen = std::function<std::shared_ptr<Listener>(std::shared_ptr<Connection>)>;

    Engine(Executor executor, base::Clock& clock, FillWithSecrets fill, Settings settings, OnOpen on_open);
    ~Engine();
    /// Answers any request to the path of the settings. 101 with WebSocket, see http::Response::upgrade.
    awaitable<http::Response> handle(http::Request request);
    /// Closes all connections and takes no more; waiting polls are answered.
    void stop();
    /// Those who use the engine count along.
    std::shared_ptr<Counts> counts();
    std::shared_ptr<impl::Timers> timers();
    Settings const& settings() const;

private:
    std::shared_ptr<struct EngineCore> core_;
};

}  // namespace realtime
