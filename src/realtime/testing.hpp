// For tests: a real-time server in the simulation, and clients that speak to it packet by packet.
#pragma once
#include <gtest/gtest.h>

#include "http/client.hpp"
#include "http/server.hpp"
#include "http/websocket.hpp"
#include "realtime/server.hpp"
#include "sim/network.hpp"
#include "sim/testing.hpp"

namespace realtime::testing {

inline FillWithSecrets seeded_secrets(base::Random& random) {
    return [&random](std::span<unsigned char> bytes) {
        for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random.next() >> 56U);
    };
}

struct World {
    explicit World(std::uint64_t seed = 1) : simulation(seed), random(seed) { network.faults.delay = 1ms; }
    ~World() {
        user.kill();
        portal.kill();
    }

    /// Every message comes back.
    void serve_engine(Settings settings = {}) {
        struct Echo : Listener {
            Echo(World& in, std::shared_ptr<Connection> to) : world(in), connection(std::move(to)) {}
            void on_message(std::string data, bool binary) override {
                auto packet = binary ? Encoded::binary(data) : Encoded::text({"4", data});
                connection->send({&packet, 1});
            }
            void on_close(std::string_view why) override {
                world.ends.emplace_back(why);
                connection.reset();
            }
            void on_abandoned() override { connection.reset(); }
            World& world;
            std::shared_ptr<Connection> connection;
        };
        settings.path = "/engine.io/";
        auto open = [this](std::shared_ptr<Connection> connection) {
            connections.push_back(connection);
            return std::make_shared<Echo>(*this, std::move(connection));
        };
        engine = std::make_unique<Engine>(portal.executor(), portal.clock(), seeded_secrets(random), settings,
                                          open);
        listen([this](http::Request request) { return engine->handle(std::move(request)); });
    }

    Server& serve(Settings settings = {}) {
        server =
            std::make_unique<Server>(portal.executor(), portal.clock(), seeded_secrets(random), settings);
        listen([this](http::Request request) { return server->handle(std::move(request)); });
        return *server;
    }

    void listen(http::Handler handler) {
        http::ServerLimits limits{.body_bytes = 4'000'000};
        web = std::make_unique<http::Server>(portal.executor(), portal.clock(), random, std::move(handler),
                                             limits);
        web->listen(network.listen(portal, "portal:80"));
    }

    /// As a client, until it is through.
    void run(awaitable<void> work) { sim::testing::run(simulation, user, std::move(work)); }

    std::string prefix() const {
        return engine ? "/engine.io/?EIO=4&transport=" : "/socket.io/?EIO=4&transport=";
    }

    sim::Simulation simulation;
    sim::Network network{simulation};
    sim::Process portal{simulation, "portal"}, user{simulation, "user"};
    std::unique_ptr<base::Dialer> dialer = network.dialer(user);
    base::Random random;
    std::vector<std::weak_ptr<Connection>> connections{};
    std::vector<std::string> ends{};  // of Engine.IO connections: why
    std::unique_ptr<Engine> engine{};
    std::unique_ptr<Server> server{};
    std::unique_ptr<http::Server> web{};
};

/// The session id in an open or a CONNECT packet.
inline std::string member_of(std::string_view packet, std::string_view name) {
    auto begin = packet.find('{');
    if (begin == std::string_view::npos) return {};
    auto value = boost::json::parse(packet.substr(begin));
    auto* member = value.as_object().if_contains(name);
    return member ? std::string(member->as_string()) : "";
}

class Polling {
public:
    explicit Polling(World& world) : world_(world) {}

    awaitable<http::Response> ask(std::string method, std::string target, std::string body = {},
                                  http::Fields fields = {}) {
        http::Url url{.host = "portal", .port = "80", .target = target};
        http::Request request{.method = method, .raw_target = target, .fields = fields, .body = body};
        auto got = co_await http::send(*world_.dialer, world_.user.clock(), url, std::move(request), 200s);
        if (got) co_return std::move(*got);
        http::Response none{.status = 0, .body = got.error().message};
        co_return none;
    }
    awaitable<http::Response> open() {
        std::string method = "GET", target = world_.prefix() + "polling";
        http::Response response = co_await ask(method, target);
        sid = member_of(response.body, "sid");
        co_return response;
    }
    awaitable<http::Response> get() {
        std::string method = "GET", where = target();
        co_return co_await ask(method, where);
    }
    awaitable<http::Response> post(std::string body) {
        std::string method = "POST", where = target();
        http::Fields fields;
        fields.add("Content-Type", "text/plain;charset=UTF-8");
        co_return co_await ask(method, where, body, fields);
    }
    std::string target() const { return world_.prefix() + "polling&sid=" + sid; }

    std::string sid{};

private:
    World& world_;
};

class WebSocket {
public:
    explicit WebSocket(World& world) : world_(world) {}

    /// The status of the handshake; its head is in `head`.
    awaitable<int> open(std::string more_query = {}, std::string more_head = {}) {
        stream = co_await world_.dialer->connect("portal:80");
        std::string request = "GET " + world_.prefix() + "websocket" + more_query +
                              " HTTP/1.1\r\nHost: portal\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" +
                              more_head + "\r\n";
        co_await write(request);
        while (unread_.find("\r\n\r\n") == std::string::npos)
            if (!co_await read_more()) co_return 0;
        std::size_t end = unread_.find("\r\n\r\n") + 4;
        head = unread_.substr(0, end);
        unread_.erase(0, end);
        if (head.find("permessage-deflate") != std::string::npos)
            reader_ = http::websocket::Reader({.masked = false, .deflate = true});
        co_return std::stoi(head.substr(9, 3));
    }
    /// A text as it is, bytes after "binary:"; "closed 1005" by a close frame, "closed" without one.
    awaitable<std::string> receive() {
        using Kind = http::websocket::Event::Kind;
        for (;;) {
            std::string_view rest = unread_;
            auto event = reader_.read(rest);
            unread_.erase(0, unread_.size() - rest.size());
            if (event.kind == Kind::text) co_return event.data;
            if (event.kind == Kind::binary) co_return "binary:" + event.data;
            if (event.kind == Kind::pong) co_return "pong:" + event.data;
            if (event.kind == Kind::close) co_return "closed " + std::to_string(event.code);
            if (event.kind == Kind::failure) co_return "failure: " + event.data;
            if (!co_await read_more()) co_return "closed";
        }
    }
    awaitable<void> send(std::string text) {
        std::string frame = http::websocket::masked_frame(http::websocket::Opcode::text, text, 0x12345678);
        co_await write(frame);
    }
    awaitable<void> send_binary(std::string bytes) {
        std::string frame = http::websocket::masked_frame(http::websocket::Opcode::binary, bytes, 0x9abcdef0);
        co_await write(frame);
    }
    /// Over what it is: a frame that is none, for example.
    awaitable<void> write(std::string bytes) {
        std::string_view rest = bytes;
        while (!rest.empty())
            rest.remove_prefix(
                co_await stream.async_write_some(asio::buffer(rest.data(), rest.size()), use_awaitable));
    }
    void leave() { stream = {}; }

    std::string head{};
    base::Stream stream{};

private:
    awaitable<bool> read_more() {
        std::array<char, 4096> piece;
        try {
            std::size_t count = co_await stream.async_read_some(asio::buffer(piece), use_awaitable);
            unread_.append(piece.data(), count);
        } catch (system_error const&) {
            co_return false;
        }
        co_return true;
    }

    World& world_;
    std::string unread_{};
    http::websocket::Reader reader_{{.masked = false}};
};

}  // namespace realtime::testing
