// Sessions of Engine.IO in the simulation: virtual time, cut-up reads and writes.
#include "realtime/engine.hpp"

#include "realtime/testing.hpp"

namespace realtime {
namespace {

using testing::Polling;
using testing::WebSocket;
using testing::World;

#define RUN(world, ...)                               \
    auto work = [&]() -> awaitable<void> __VA_ARGS__; \
    (world).run(work())

std::string seconds_since_start(World& world) {
    return std::to_string(
        std::chrono::duration_cast<std::chrono::seconds>(world.user.clock().now().time_since_epoch())
            .count());
}

// -- Handshake.

TEST(EngineHandshake, OpensOverPollingAndWebSocket) {
    World world;
    world.serve_engine();
    RUN(world, {
        Polling client(world);
        http::Response open = co_await client.open();
        EXPECT_EQ(open.status, 200);
        EXPECT_EQ(
            open.body,
            R"(0{"sid":")" + client.sid +
                R"(","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
        EXPECT_EQ(client.sid.size(), 20U);
        EXPECT_EQ(open.fields.get("Content-Type"), "text/plain; charset=UTF-8");
        EXPECT_EQ(open.fields.get("Cache-Control"), "no-store");
        WebSocket socket(world);
        EXPECT_EQ(co_await socket.open(), 101);
        std::string packet = co_await socket.receive();
        EXPECT_EQ(packet,
                  R"(0{"sid":")" + testing::member_of(packet, "sid") +
                      R"(","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
        EXPECT_EQ(world.engine->counts()->clients, 2U);
        EXPECT_EQ(world.engine->counts()->websockets, 1U);
    });
}

TEST(EngineHandshake, RefusesInTheOrderOfTheReference) {
    World world;
    world.serve_engine({.origins = {"https://other"}});
    struct Case {
        std::string method, query, origin;
        int status;
        std::string body;
    };
    Case const cases[] = {
        {"GET", "EIO=4", "", 400, R"({"code":0,"message":"Transport unknown"})"},
        {"GET", "EIO=4&transport=abc", "", 400, R"({"code":0,"message":"Transport unknown"})"},
        {"GET", "EIO=4&transport=__proto__", "", 400, R"({"code":0,"message":"Transport unknown"})"},
        {"GET", "EIO=4&transport=polling&sid=none", "", 400, R"({"code":1,"message":"Session ID unknown"})"},
        {"POST", "EIO=4&transport=polling", "", 400, R"({"code":2,"message":"Bad handshake method"})"},
        {"PUT", "EIO=4&transport=polling", "", 400, R"({"code":2,"message":"Bad handshake method"})"},
        {"GET", "EIO=4&transport=websocket", "", 400, R"({"code":3,"message":"Bad request"})"},
        {"GET", "EIO=4&transport=polling", "https://evil", 403, R"({"code":4,"message":"Forbidden"})"},
        {"GET", "EIO=4&transport=polling", "https://portal.evil", 403, R"({"code":4,"message":"Forbidden"})"},
        {"GET", "EIO=4&transport=polling", "null", 403, R"({"code":4,"message":"Forbidden"})"},
        {"GET", "EIO=4&transport=polling", "https://other:444", 403, R"({"code":4,"message":"Forbidden"})"},
        {"GET", "transport=polling", "", 400, R"({"code":5,"message":"Unsupported protocol version"})"},
        {"GET", "EIO=abc&transport=polling", "", 400,
         R"({"code":5,"message":"Unsupported protocol version"})"},
        {"GET", "EIO=3&transport=polling", "", 400, R"({"code":5,"message":"Unsupported protocol version"})"},
    };
    RUN(world, {
        Polling client(world);
        for (auto const& [method, query, origin, status, body] : cases) {
            std::string target = "/engine.io/?" + query;
            http::Fields fields;
            if (!origin.empty()) fields.add("Origin", origin);
            http::Response response = co_await client.ask(method, target, {}, fields);
            EXPECT_EQ(response.status, status) << method << " " << query << " " << origin;
            EXPECT_EQ(response.body, body) << method << " " << query << " " << origin;
        }
        EXPECT_EQ(world.engine->counts()->clients, 0U);
    });
}

TEST(EngineHandshake, TakesItsOwnOriginThoseListedAndNone) {
    World world;
    world.serve_engine({.origins = {"https://other"}});
    RUN(world, {
        for (std::string origin : {"", "Origin: https://other\r\n", "Origin: http://portal\r\n"}) {
            WebSocket socket(world);
            EXPECT_EQ(co_await socket.open("", origin), 101) << origin;
        }
        WebSocket stranger(world);
        std::string origin = "Origin: https://evil\r\n";
        EXPECT_EQ(co_await stranger.open("", origin), 403);
    });
}

TEST(EngineHandshake, SaysInCorsWhoMayRead) {
    World world;
    world.serve_engine({.origins = {"https://other"}});
    RUN(world, {
        Polling client(world);
        std::string get = "GET", options = "OPTIONS", target = world.prefix() + "polling";
        http::Fields listed, unlisted;
        listed.add("Origin", "https://other");
        listed.add("Access-Control-Request-Headers", "x-test");
        unlisted.add("Origin", "http://evil");
        http::Response open = co_await client.ask(get, target, {}, listed);
        EXPECT_EQ(open.fields.get("Access-Control-Allow-Origin"), "https://other");
        EXPECT_EQ(open.fields.get("Access-Control-Allow-Credentials"), "true");
        EXPECT_EQ(open.fields.get("Vary"), "Origin");
        http::Response preflight = co_await client.ask(options, target, {}, listed);
        EXPECT_EQ(preflight.status, 204);
        EXPECT_EQ(preflight.fields.get("Access-Control-Allow-Headers"), "x-test");
        http::Response refused = co_await client.ask(options, target, {}, unlisted);
        EXPECT_FALSE(refused.fields.has("Access-Control-Allow-Origin"));
    });
}

TEST(EngineHandshake, SetsTheCookieOnceIfOneIsWanted) {
    World world;
    world.serve_engine({.cookie = "io"});
    RUN(world, {
        Polling client(world);
        http::Response open = co_await client.open();
        EXPECT_EQ(open.fields.get("Set-Cookie"), "io=" + client.sid + "; Path=/; HttpOnly; SameSite=Lax");
        std::string text = "4x";
        co_await client.post(text);
        http::Response later = co_await client.get();
        EXPECT_FALSE(later.fields.has("Set-Cookie"));
    });
}

TEST(EngineHandshake, TurnsAwayWhatIsTooMuch) {
    World world;
    world.serve_engine({.clients = 1});
    RUN(world, {
        Polling one(world), two(world);
        co_await one.open();
        EXPECT_EQ((co_await two.open()).status, 503);
        WebSocket three(world);
        EXPECT_EQ(co_await three.open(), 503);
    });
}

// -- Polling.

TEST(EnginePolling, EchoesOneAndManyAndBinary) {
    World world;
    world.serve_engine();
    RUN(world, {
        Polling client(world);
        co_await client.open();
        for (std::string body : {"4hello",
                                 "4one\x1e"
                                 "4two\x1e"
                                 "4three",
                                 "4text\x1e"
                                 "bAQIDBA=="}) {
            http::Response posted = co_await client.post(body);
            EXPECT_EQ(posted.status, 200);
            EXPECT_EQ(posted.body, "ok");
            EXPECT_EQ(posted.fields.get("Content-Type"), "text/html");
            http::Response got = co_await client.get();
            EXPECT_EQ(got.body, body);
        }
    });
}

TEST(EnginePolling, HoldsAGetUntilThereIsSomething) {
    World world;
    world.serve_engine();
    RUN(world, {
        Polling client(world);
        co_await client.open();
        http::Response got = co_await client.get();
        EXPECT_EQ(got.body, "2");
        EXPECT_EQ(seconds_since_start(world), "25");
    });
}

TEST(EnginePolling, ClosesForAMalformedPayload) {
    for (std::string bad : {"abc", "", "4a\x1e", "4\xff"}) {
        World world;
        world.serve_engine();
        RUN(world, {
            Polling client(world);
            co_await client.open();
            EXPECT_EQ((co_await client.post(bad)).status, 400) << bad;
            EXPECT_EQ((co_await client.get()).status, 400);
            EXPECT_EQ(world.ends, std::vector<std::string>{"parse error"});
        });
    }
}

TEST(EnginePolling, ClosesForBytes) {
    World world;
    world.serve_engine();
    RUN(world, {
        Polling client(world);
        co_await client.open();
        std::string method = "POST", target = client.target(), body = "4a";
        http::Fields fields;
        fields.add("Content-Type", "application/octet-stream");
        EXPECT_EQ((co_await client.ask(method, target, body, fields)).status, 400);
        EXPECT_EQ((co_await client.get()).status, 400);
    });
}

TEST(EnginePolling, SurvivesAPostThatIsTooLarge) {
    World world;
    world.serve_engine({.max_payload_bytes = 1000});
    RUN(world, {
        Polling client(world);
        co_await client.open();
        std::string large = "4" + std::string(1000, 'x'), fits = "4" + std::string(999, 'x');
        EXPECT_EQ((co_await client.post(large)).status, 413);
        EXPECT_EQ((co_await client.post(fits)).status, 200);
        EXPECT_EQ((co_await client.get()).body, fits);
    });
}

TEST(EnginePolling, ClosesWhenTwoGetsMeet) {
    World world;
    world.serve_engine();
    RUN(world, {
        Polling client(world);
        co_await client.open();
        std::string first;
        auto get_first = [&]() -> awaitable<void> {
            http::Response response = co_await client.get();
            first = std::to_string(response.status) + " " + response.body;
        };
        asio::co_spawn(world.user.executor(), get_first(), must_not_throw);
        co_await world.user.clock().sleep_for(20ms);
        EXPECT_EQ((co_await client.get()).status, 400);
        co_await world.user.clock().sleep_for(20ms);
        EXPECT_EQ(first, "200 1");
        EXPECT_EQ((co_await client.get()).status, 400);
        EXPECT_EQ(world.ends, std::vector<std::string>{"transport error"});
    });
}

TEST(EnginePolling, EndsWhenAClientVanishesInItsGet) {
    World world;
    world.serve_engine();
    RUN(world, {
        Polling client(world);
        co_await client.open();
        {
            WebSocket raw(world);
            raw.stream = co_await world.dialer->connect("portal:80");
            std::string request = "GET " + client.target() + " HTTP/1.1\r\nHost: portal\r\n\r\n";
            co_await raw.write(request);
            co_await world.user.clock().sleep_for(50ms);
        }
        co_await world.user.clock().sleep_for(50ms);
        EXPECT_EQ(world.ends, std::vector<std::string>{"transport error"});
        EXPECT_EQ((co_await client.get()).status, 400);
        EXPECT_EQ(world.engine->counts()->clients, 0U);
    });
}

TEST(EnginePolling, EndsASilentClient) {
    World world;
    world.serve_engine();
    RUN(world, {
        Polling client(world);
        co_await client.open();
        co_await world.user.clock().sleep_for(46s);
        EXPECT_EQ(world.ends, std::vector<std::string>{"ping timeout"});
        EXPECT_EQ((co_await client.get()).status, 400);
    });
}

TEST(EnginePolling, KeepsAClientThatAnswersPings) {
    World world;
    world.serve_engine({.ping_interval = 300ms, .ping_timeout = 200ms});
    RUN(world, {
        Polling client(world);
        co_await client.open();
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ((co_await client.get()).body, "2");
            std::string pong = "3";
            EXPECT_EQ((co_await client.post(pong)).status, 200);
        }
        EXPECT_TRUE(world.ends.empty());
    });
}

TEST(EnginePolling, AnswersTheWaitingGetWhenTheClientCloses) {
    World world;
    world.serve_engine();
    RUN(world, {
        Polling client(world);
        co_await client.open();
        std::string waiting;
        auto get = [&]() -> awaitable<void> { waiting = (co_await client.get()).body; };
        asio::co_spawn(world.user.executor(), get(), must_not_throw);
        co_await world.user.clock().sleep_for(20ms);
        std::string goodbye = "1";
        EXPECT_EQ((co_await client.post(goodbye)).status, 200);
        co_await world.user.clock().sleep_for(20ms);
        EXPECT_EQ(waiting, "6");
        EXPECT_EQ((co_await client.get()).status, 400);
        EXPECT_EQ(world.ends, std::vector<std::string>{"transport close"});
    });
}

TEST(EnginePolling, TellsAClientThatTheServerClosedWhenItComesNext) {
    World world;
    world.serve_engine();
    RUN(world, {
        Polling client(world);
        co_await client.open();
        std::string text = "4last";
        co_await client.post(text);
        world.connections[0].lock()->close(reason::forced_server_close);
        EXPECT_EQ(world.ends, std::vector<std::string>{"forced server close"});
        EXPECT_EQ((co_await client.get()).body, "4last");
        EXPECT_EQ((co_await client.get()).body, "1");
        EXPECT_EQ((co_await client.get()).status, 400);
        Polling late(world);
        co_await late.open();
        world.connections[1].lock()->close(reason::forced_server_close);
        co_await world.user.clock().sleep_for(31s);
        EXPECT_EQ((co_await late.get()).status, 400);
    });
}

TEST(EnginePolling, CompressesWhatIsLong) {
    World world;
    world.serve_engine();
    RUN(world, {
        Polling client(world);
        co_await client.open();
        std::string method = "GET", target = client.target(), text = "4" + std::string(1023, 'x'),
                    shorter = "4x";
        http::Fields fields;
        fields.add("Accept-Encoding", "gzip, deflate");
        co_await client.post(shorter);
        EXPECT_FALSE((co_await client.ask(method, target, {}, fields)).fields.has("Content-Encoding"));
        co_await client.post(text);
        http::Response response = co_await client.ask(method, target, {}, fields);
        EXPECT_EQ(response.fields.get("Content-Encoding"), "gzip");
        EXPECT_LT(response.body.size(), 100U);
    });
}

// -- WebSocket.

TEST(EngineWebSocket, EchoesTextAndBytes) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        World world(seed);
        world.serve_engine();
        RUN(world, {
            WebSocket socket(world);
            co_await socket.open();
            co_await socket.receive();
            std::string large(100'000, 'x');
            std::string text = "4hello", bytes = "\1\2\3\4", large_text = "4" + large;
            co_await socket.send(text);
            co_await socket.send_binary(bytes);
            co_await socket.send(large_text);
            EXPECT_EQ(co_await socket.receive(), "4hello");
            EXPECT_EQ(co_await socket.receive(), "binary:\1\2\3\4");
            EXPECT_EQ(co_await socket.receive(), "4" + large);
            std::string ping = http::websocket::masked_frame(http::websocket::Opcode::ping, "here?", 1);
            co_await socket.write(ping);
            EXPECT_EQ(co_await socket.receive(), "pong:here?");
        });
    }
}

TEST(EngineWebSocket, CompressesWhereThatWasAgreedOn) {
    World world;
    world.serve_engine({.deflate = true});
    RUN(world, {
        WebSocket socket(world);
        std::string offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
        co_await socket.open("", offer);
        co_await socket.receive();
        std::string text = "4" + std::string(5000, 'x');
        co_await socket.send(text);
        EXPECT_EQ(co_await socket.receive(), text);
    });
}

TEST(EngineWebSocket, ClosesForWhatIsMalformed) {
    struct Case {
        std::string bytes, closed, why;
    };
    auto text = [](std::string_view packet) {
        return http::websocket::masked_frame(http::websocket::Opcode::text, packet, 1);
    };
    Case const cases[] = {
        {text("abc"), "closed 1005", "parse error"},
        {text(""), "closed 1005", "parse error"},
        {text("1"), "closed 1005", "transport close"},
        {text("2"), "closed 1005", "transport error"},
        {text(std::string(1001, '4')), "closed 1009", "transport error"},
        {text("4\xff"), "closed 1007", "transport error"},
        {"\x83\x80", "closed 1002", "transport error"},
    };
    for (auto const& [bytes, closed, why] : cases) {
        World world;
        world.serve_engine({.max_payload_bytes = 1000});
        RUN(world, {
            WebSocket socket(world);
            co_await socket.open();
            co_await socket.receive();
            std::string sent = bytes;
            if (sent.size() == 2) sent.append(4, '\0');
            co_await socket.write(sent);
            EXPECT_EQ(co_await socket.receive(), closed);
            EXPECT_EQ(world.ends, std::vector<std::string>{why});
        });
    }
}

TEST(EngineWebSocket, EndsASilentClientAndKeepsOneThatAnswers) {
    World world;
    world.serve_engine({.ping_interval = 300ms, .ping_timeout = 200ms});
    RUN(world, {
        WebSocket socket(world);
        co_await socket.open();
        co_await socket.receive();
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(co_await socket.receive(), "2");
            std::string pong = "3";
            co_await socket.send(pong);
        }
        EXPECT_EQ(co_await socket.receive(), "2");
        EXPECT_EQ(co_await socket.receive(), "closed 1005");
        EXPECT_EQ(world.ends, std::vector<std::string>{"ping timeout"});
    });
}

TEST(EngineWebSocket, AnswersACloseFrame) {
    World world;
    world.serve_engine();
    RUN(world, {
        WebSocket socket(world);
        co_await socket.open();
        co_await socket.receive();
        std::string goodbye = http::websocket::masked_frame(http::websocket::Opcode::close, "\x03\xe8", 1);
        co_await socket.write(goodbye);
        EXPECT_EQ(co_await socket.receive(), "closed 1000");
        EXPECT_EQ(world.ends, std::vector<std::string>{"transport close"});
        co_await world.user.clock().sleep_for(1s);
        EXPECT_EQ(world.web->sessions(), 0U);
    });
}

TEST(EngineWebSocket, GivesUpASlowClientAndNoOther) {
    World world;
    world.serve_engine({.ping_timeout = 1h, .send_buffer_bytes = 100'000});
    RUN(world, {
        WebSocket slow(world), quick(world);
        co_await slow.open();
        co_await quick.open();
        co_await slow.receive();
        co_await quick.receive();
        auto packet = Encoded::text({"4", std::string(10'000, 'x')});
        for (int i = 0; i < 30; ++i) {
            for (auto const& connection : world.connections)
                if (auto open = connection.lock()) open->send({&packet, 1});
            EXPECT_EQ((co_await quick.receive()).size(), 10'001U);
        }
        EXPECT_EQ(world.ends, std::vector<std::string>{"transport error"});
        EXPECT_EQ(world.engine->counts()->slow_clients_dropped, 1U);
        EXPECT_EQ(world.engine->counts()->clients, 1U);
        co_await world.user.clock().sleep_for(3s);
        EXPECT_EQ(world.web->sessions(), 1U);
    });
}

TEST(EngineWebSocket, DropsWhatIsVolatileBeforeItGivesUp) {
    World world;
    world.serve_engine({.send_buffer_bytes = 100'000});
    RUN(world, {
        WebSocket slow(world);
        co_await slow.open();
        co_await slow.receive();
        auto connection = world.connections[0].lock();
        auto packet = Encoded::text({"4", std::string(30'000, 'x')});
        for (int i = 0; i < 5; ++i) {
            connection->send({&packet, 1});
            co_await world.user.clock().sleep_for(10ms);
        }
        for (int i = 0; i < 100; ++i) connection->send({&packet, 1}, {.can_be_dropped = true});
        co_await world.user.clock().sleep_for(10ms);
        EXPECT_EQ(world.engine->counts()->volatile_dropped, 100U);
        EXPECT_TRUE(world.ends.empty());
        for (int i = 0; i < 5; ++i) EXPECT_EQ((co_await slow.receive()).size(), 30'001U);
    });
}

TEST(EngineWebSocket, EndsWithTheServer) {
    World world;
    world.serve_engine();
    RUN(world, {
        WebSocket socket(world);
        co_await socket.open();
        co_await socket.receive();
        co_await world.web->stop(1s);
        EXPECT_EQ(world.web->sessions(), 0U);
        EXPECT_EQ(co_await socket.receive(), "closed");
        EXPECT_EQ(world.ends, std::vector<std::string>{"transport close"});
    });
}

TEST(EngineWebSocket, IsClosedWhenTheEngineStops) {
    World world;
    world.serve_engine();
    RUN(world, {
        WebSocket socket(world);
        Polling polling(world);
        co_await socket.open();
        co_await socket.receive();
        co_await polling.open();
        std::string waiting;
        auto get = [&]() -> awaitable<void> { waiting = (co_await polling.get()).body; };
        asio::co_spawn(world.user.executor(), get(), must_not_throw);
        co_await world.user.clock().sleep_for(20ms);
        world.engine->stop();
        EXPECT_EQ(co_await socket.receive(), "closed 1005");
        co_await world.user.clock().sleep_for(20ms);
        EXPECT_EQ(waiting, "1");
        EXPECT_EQ((co_await polling.open()).status, 503);
        EXPECT_EQ(world.ends, (std::vector<std::string>{"server shutting down", "server shutting down"}));
    });
}

// -- Upgrade.

TEST(EngineUpgrade, GoesOnOverWebSocketWithoutALoss) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        World world(seed);
        world.serve_engine();
        RUN(world, {
            Polling client(world);
            co_await client.open();
            std::string released;
            auto get = [&]() -> awaitable<void> { released = (co_await client.get()).body; };
            asio::co_spawn(world.user.executor(), get(), must_not_throw);
            co_await world.user.clock().sleep_for(80ms);
            WebSocket socket(world);
            std::string sid = "&sid=" + client.sid, probe = "2probe", upgrade = "5", hello = "4hello",
                        early = "4early";
            EXPECT_EQ(co_await socket.open(sid), 101);
            co_await socket.send(probe);
            EXPECT_EQ(co_await socket.receive(), "3probe");
            co_await world.user.clock().sleep_for(80ms);
            EXPECT_EQ(released, "6");
            co_await client.post(early);
            co_await socket.send(upgrade);
            co_await socket.send(hello);
            EXPECT_EQ(co_await socket.receive(), "4early");
            EXPECT_EQ(co_await socket.receive(), "4hello");
            EXPECT_EQ((co_await client.get()).status, 400);
            EXPECT_EQ((co_await client.post(hello)).status, 400);
            co_await socket.send(hello);
            EXPECT_EQ(co_await socket.receive(), "4hello");
        });
    }
}

TEST(EngineUpgrade, HoldsAGetThatComesAfterTheProbe) {
    World world;
    world.serve_engine();
    RUN(world, {
        Polling client(world);
        co_await client.open();
        WebSocket socket(world);
        std::string sid = "&sid=" + client.sid, probe = "2probe", upgrade = "5";
        co_await socket.open(sid);
        co_await socket.send(probe);
        co_await socket.receive();
        http::Response released = co_await client.get();
        EXPECT_EQ(released.body, "6");
        int status = 0;
        auto get = [&]() -> awaitable<void> { status = (co_await client.get()).status; };
        asio::co_spawn(world.user.executor(), get(), must_not_throw);
        co_await world.user.clock().sleep_for(20ms);
        co_await socket.send(upgrade);
        co_await world.user.clock().sleep_for(50ms);
        EXPECT_EQ(status, 400);
    });
}

TEST(EngineUpgrade, AcceptsAndClosesASecondWebSocket) {
    World world;
    world.serve_engine();
    RUN(world, {
        Polling client(world);
        co_await client.open();
        WebSocket first(world), meanwhile(world), later(world);
        std::string sid = "&sid=" + client.sid, probe = "2probe", upgrade = "5", hello = "4hello";
        co_await first.open(sid);
        co_await first.send(probe);
        co_await first.receive();
        EXPECT_EQ(co_await meanwhile.open(sid), 101);
        EXPECT_EQ(co_await meanwhile.receive(), "closed 1005");
        co_await first.send(upgrade);
        co_await world.user.clock().sleep_for(20ms);
        EXPECT_EQ(co_await later.open(sid), 101);
        EXPECT_EQ(co_await later.receive(), "closed 1005");
        co_await first.send(hello);
        EXPECT_EQ(co_await first.receive(), "4hello");
    });
}

TEST(EngineUpgrade, GoesOnByPollingWhenItIsCutHalfWay) {
    World world;
    world.serve_engine();
    RUN(world, {
        Polling client(world);
        co_await client.open();
        std::string sid = "&sid=" + client.sid, probe = "2probe", wrong = "4too early", hello = "4hello";
        {
            WebSocket cut(world);
            co_await cut.open(sid);
            co_await cut.send(probe);
            co_await cut.receive();
        }
        co_await world.user.clock().sleep_for(20ms);
        WebSocket hasty(world), idle(world);
        co_await hasty.open(sid);
        co_await hasty.send(wrong);
        EXPECT_EQ(co_await hasty.receive(), "closed");
        co_await idle.open(sid);
        EXPECT_EQ(co_await idle.receive(), "closed");
        EXPECT_EQ(seconds_since_start(world), "10");
        co_await client.post(hello);
        EXPECT_EQ((co_await client.get()).body, "4hello");
        EXPECT_TRUE(world.ends.empty());
    });
}

TEST(EngineUpgrade, KeepsCountingForThePongThatIsDue) {
    World world;
    world.serve_engine({.ping_interval = 300ms, .ping_timeout = 200ms});
    RUN(world, {
        Polling client(world);
        co_await client.open();
        EXPECT_EQ((co_await client.get()).body, "2");
        WebSocket socket(world);
        std::string sid = "&sid=" + client.sid, upgrade = "5";
        co_await socket.open(sid);
        co_await socket.send(upgrade);
        EXPECT_EQ(co_await socket.receive(), "closed 1005");
        EXPECT_EQ(world.ends, std::vector<std::string>{"ping timeout"});
    });
}

}  // namespace
}  // namespace realtime
