// realtime-echo: answers what it is told, over Engine.IO or Socket.IO, for tests with clients that we did not
// write.
#include <openssl/rand.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <iostream>

#include "base/real.hpp"
#include "http/server.hpp"
#include "realtime/server.hpp"

namespace {

using namespace realtime;

struct Options {
    int port = 0;
    std::string path{};
    int ping_interval = 25'000, ping_timeout = 20'000, connect_timeout = 45'000,
        recovery = 0;  // milliseconds
    std::size_t max_payload = 1'000'000;
    std::string cors_origin{};
    std::string mode = "socket.io";
    bool deflate = false;
};

Settings settings_of(Options const& options) {
    Settings settings;
    settings.path = options.path.empty() ? "/" + options.mode + "/" : options.path;
    settings.ping_interval = std::chrono::milliseconds(options.ping_interval);
    settings.ping_timeout = std::chrono::milliseconds(options.ping_timeout);
    settings.connect_timeout = std::chrono::milliseconds(options.connect_timeout);
    settings.recovery = std::chrono::milliseconds(options.recovery);
    settings.max_payload_bytes = options.max_payload;
    settings.deflate = options.deflate;
    if (!options.cors_origin.empty()) settings.origins.push_back(options.cors_origin);
    return settings;
}

void fill_with_secrets(std::span<unsigned char> bytes) {
    RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
}

// -- Engine.IO: every message comes back.

class EngineEcho : public Listener {
public:
    explicit EngineEcho(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
    void on_message(std::string data, bool binary) override {
        SharedPacket packet = binary ? Encoded::binary(data) : Encoded::text({"4", data});
        connection_->send({&packet, 1});
    }
    void on_close(std::string_view) override { connection_.reset(); }
    void on_abandoned() override { connection_.reset(); }

private:
    std::shared_ptr<Connection> connection_;
};

// -- Socket.IO.

using SharedSocket = std::shared_ptr<Socket>;

std::string room_of(Event const& event) {
    return event.args.empty() || !event.args[0].is_string() ? "" : std::string(event.args[0].get_string());
}

awaitable<void> message(SharedSocket socket, Event event) {
    socket->emit("message-back", to_arguments(event.args, std::move(event.attachments)));
    co_return;
}

awaitable<void> message_with_ack(SharedSocket, Event event) {
    event.reply(to_arguments(event.args, std::move(event.attachments)));
    co_return;
}

awaitable<void> join(SharedSocket socket, Event event) {
    socket->join(room_of(event));
    event.reply();
    co_return;
}

awaitable<void> leave(SharedSocket socket, Event event) {
    socket->leave(room_of(event));
    event.reply();
    co_return;
}

awaitable<void> broadcast(SharedSocket socket, Event event) {
    std::string room = room_of(event);
    if (!event.args.empty()) event.args.erase(event.args.begin());
    socket->broadcast().to(room).emit("room-message", to_arguments(event.args, std::move(event.attachments)));
    co_return;
}

awaitable<void> ask(SharedSocket socket, Event event) {
    Arguments arguments = to_arguments(event.args, std::move(event.attachments));
    std::string name = "question";
    auto answer = co_await socket->emit_with_ack(name, arguments, 10s);
    if (answer) socket->emit("answered", to_arguments(answer->args, std::move(answer->attachments)));
}

awaitable<void> kick(SharedSocket socket, Event event) {
    bool close = !event.args.empty() && event.args[0].is_bool() && event.args[0].get_bool();
    socket->disconnect(close);
    co_return;
}

awaitable<Admission> pass_auth_on(Handshake handshake) {
    co_return Admission::admit(std::move(handshake.auth));
}

awaitable<Admission> refuse_with_data(Handshake) {
    json::value data = json::object{{"code", "forbidden"}};
    co_return Admission::refuse("not allowed", std::move(data));
}

awaitable<Admission> refuse_plainly(Handshake) { co_return Admission::refuse("not allowed"); }

void tell_auth(SharedSocket socket) { socket->emit("auth", {json::serialize(socket->data)}); }

void set_up(Server& server) {
    Namespace& main = server.of("/");
    main.use(pass_auth_on);
    main.on_connect(tell_auth);
    main.on("message", message);
    main.on("message-with-ack", message_with_ack);
    main.on("join", join);
    main.on("leave", leave);
    main.on("broadcast", broadcast);
    main.on("ask", ask);
    main.on("kick", kick);
    Namespace& custom = server.of("/custom");
    custom.use(pass_auth_on);
    custom.on_connect(tell_auth);
    server.of("/refuse").use(refuse_with_data);
    server.of("/refuse-plain").use(refuse_plainly);
}

// -- The program.

struct Program {
    Options options;
    asio::io_context context{1};
    base::RealClock clock{context.get_executor()};
    base::Random random{1};
    std::unique_ptr<Engine> engine{};
    std::unique_ptr<Server> server{};
    std::unique_ptr<http::Server> web{};
};

awaitable<http::Response> answer(Program& program, http::Request request) {
    std::string const& path =
        program.server ? program.server->settings().path : program.engine->settings().path;
    bool is_ours = request.path == path || request.path + "/" == path;
    if (!is_ours) co_return http::problem(request, 404, "not_found", "there is nothing here");
    if (program.server) co_return co_await program.server->handle(std::move(request));
    co_return co_await program.engine->handle(std::move(request));
}

awaitable<void> run_until_told(Program& program) {
    asio::signal_set signals(program.context, SIGINT, SIGTERM);
    co_await signals.async_wait(use_awaitable);
    if (program.server) co_await program.server->stop(2s);
    if (program.engine) program.engine->stop();
    co_await program.web->stop(3s);
    program.context.stop();
}

bool listen_on(Program& program, std::string const& host) {
    auto bound =
        base::listen(program.context.get_executor(), host + ":" + std::to_string(program.options.port));
    if (!bound) {
        std::cerr << bound.error().message << "\n";
        return false;
    }
    program.options.port = std::stoi(bound->address.substr(bound->address.rfind(':') + 1));
    program.web->listen(std::move(bound->listener));
    return true;
}

int run(Program& program) {
    Executor executor = program.context.get_executor();
    Settings settings = settings_of(program.options);
    if (program.options.mode == "engine.io") {
        auto open = [](std::shared_ptr<Connection> connection) {
            return std::make_shared<EngineEcho>(std::move(connection));
        };
        program.engine = std::make_unique<Engine>(executor, program.clock, fill_with_secrets, settings, open);
    } else {
        program.server = std::make_unique<Server>(executor, program.clock, fill_with_secrets, settings);
        set_up(*program.server);
    }
    auto handler = [&program](http::Request request) { return answer(program, std::move(request)); };
    http::ServerLimits limits{.body_bytes = 4 * program.options.max_payload, .connections = 50'000};
    program.web = std::make_unique<http::Server>(executor, program.clock, program.random, handler, limits);
    if (!listen_on(program, "127.0.0.1") || !listen_on(program, "[::1]")) return 1;
    std::cout << "listening on " << program.options.port << std::endl;
    asio::co_spawn(program.context, run_until_told(program), must_not_throw);
    program.context.run();
    return 0;
}

}  // namespace

int main(int count, char** words) {
    Program program;
    Options& options = program.options;
    CLI::App app("answers what it is told, over Engine.IO or Socket.IO");
    app.add_option("--port", options.port, "0: any");
    app.add_option("--path", options.path, "by default /engine.io/ or /socket.io/");
    app.add_option("--ping-interval", options.ping_interval, "milliseconds");
    app.add_option("--ping-timeout", options.ping_timeout, "milliseconds");
    app.add_option("--connect-timeout", options.connect_timeout, "milliseconds");
    app.add_option("--max-payload", options.max_payload, "bytes");
    app.add_option("--cors-origin", options.cors_origin, "an origin, or *");
    app.add_option("--mode", options.mode)->check(CLI::IsMember({"engine.io", "socket.io"}));
    app.add_flag("--deflate", options.deflate);
    app.add_option("--recovery-ms", options.recovery, "milliseconds; 0: none");
    CLI11_PARSE(app, count, words);
    return run(program);
}
