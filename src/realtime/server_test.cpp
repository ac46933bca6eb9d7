// Socket.IO in the simulation: namespaces, events, acknowledgements, rooms, recovery.
#include "realtime/server.hpp"

#include "realtime/testing.hpp"

namespace realtime {
namespace {

using testing::Polling;
using testing::WebSocket;
using testing::World;

#define RUN(world, ...)                               \
    auto work = [&]() -> awaitable<void> __VA_ARGS__; \
    (world).run(work())

awaitable<Admission> admit_who_has_auth(Handshake handshake) {
    if (handshake.auth.as_object().contains("token")) co_return Admission::admit(std::move(handshake.auth));
    json::value data = json::object{{"code", "unauthenticated"}};
    co_return Admission::refuse("who are you?", std::move(data));
}

awaitable<Admission> refuse_plainly(Handshake) { co_return Admission::refuse("no"); }
awaitable<Admission> refuse_by_throwing(Handshake) { throw std::runtime_error("secret"); }

awaitable<void> echo(std::shared_ptr<Socket> socket, Event event) {
    socket->emit("back", to_arguments(event.args, std::move(event.attachments)));
    co_return;
}
awaitable<void> answer(std::shared_ptr<Socket>, Event event) {
    event.reply(to_arguments(event.args, std::move(event.attachments)));
    event.reply({"\"twice\""});
    co_return;
}
awaitable<void> join(std::shared_ptr<Socket> socket, Event event) {
    for (json::value const& room : event.args) socket->join(std::string(room.as_string()));
    event.reply();
    co_return;
}
awaitable<void> fail(std::shared_ptr<Socket>, Event) { throw std::runtime_error("broken"); }

/// A server whose main namespace answers a little.
Server& serve(World& world, Settings settings = {}) {
    Server& server = world.serve(settings);
    Namespace& main = server.of("/");
    main.on("message", echo);
    main.on("ask", answer);
    main.on("join", join);
    main.on("fail", fail);
    main.on_disconnect([&world](Socket&, std::string_view why) { world.ends.emplace_back(why); });
    server.of("/admin").use(admit_who_has_auth);
    server.of("/admin").on("message", echo);
    server.of("/no").use(refuse_plainly);
    server.of("/throws").use(refuse_by_throwing);
    return server;
}

/// A client that has joined the main namespace.
struct Client : WebSocket {
    using WebSocket::WebSocket;
    std::string id{}, pid{};

    awaitable<void> join(std::string connect = "40") {
        co_await open();
        co_await receive();
        co_await send(connect);
        std::string answer = co_await receive();
        id = testing::member_of(answer, "sid");
        pid = testing::member_of(answer, "pid");
    }
    awaitable<std::string> ask(std::string text) {
        co_await send(text);
        co_return co_await receive();
    }
};

// -- Joining.

TEST(SocketNamespaces, AreJoinedLeftAndRefused) {
    World world;
    serve(world);
    RUN(world, {
        Client client(world);
        co_await client.open();
        co_await client.receive();
        std::string joined = co_await client.ask("40");
        EXPECT_EQ(joined, R"(40{"sid":")" + testing::member_of(joined, "sid") + "\"}");
        EXPECT_EQ(testing::member_of(joined, "sid").size(), 20U);
        EXPECT_EQ(co_await client.ask("40/random"), R"(44/random,{"message":"Invalid namespace"})");
        EXPECT_EQ(co_await client.ask("40/no,"), R"(44/no,{"message":"no"})");
        EXPECT_EQ(co_await client.ask("40/throws"),
                  R"(44/throws,{"message":"this server could not check who you are"})");
        EXPECT_EQ(co_await client.ask("40/admin,{}"),
                  R"(44/admin,{"message":"who are you?","data":{"code":"unauthenticated"}})");
        EXPECT_TRUE((co_await client.ask(R"(40/admin,{"token":"1"})")).starts_with("40/admin,{\"sid\""));
        EXPECT_EQ(co_await client.ask(R"(42/admin,["message",1])"), R"(42/admin,["back",1])");
        std::string leave = "41/admin";
        co_await client.send(leave);
        EXPECT_EQ(co_await client.ask(R"(42["message",2])"), R"(42["back",2])");
        EXPECT_EQ(world.server->counts().sockets, 1U);
    });
}

TEST(SocketNamespaces, CloseTheConnectionForWhatBreaksTheProtocol) {
    for (std::string bad : {"4abc", R"(42["x"])", "41", "43[]", R"(44{"message":"x"})", "40/admin,[]"}) {
        World world;
        serve(world);
        RUN(world, {
            Client client(world);
            co_await client.open();
            co_await client.receive();
            EXPECT_EQ(co_await client.ask(bad), "closed 1005") << bad;
        });
    }
    for (std::string bad :
         {"40", "4abc", "42{}", "42abc[\"m\",1]", R"(42/admin,["x"])", R"(44"x")", R"(42["connect"])"}) {
        World world;
        serve(world);
        RUN(world, {
            Client client(world);
            co_await client.join();
            EXPECT_EQ(co_await client.ask(bad), "closed 1005") << bad;
            EXPECT_EQ(world.ends, std::vector<std::string>{"parse error"}) << bad;
            EXPECT_EQ(world.server->counts().sockets, 0U);
        });
    }
}

TEST(SocketNamespaces, WaitOnlySoLongForTheFirstToBeJoined) {
    World world;
    serve(world, {.ping_timeout = 1h});
    RUN(world, {
        Client silent(world), refused(world);
        co_await silent.open();
        co_await silent.receive();
        co_await refused.open();
        co_await refused.receive();
        co_await refused.ask("40/no");
        EXPECT_EQ(co_await silent.receive(), "2");
        EXPECT_EQ(co_await silent.receive(), "closed 1005");
        EXPECT_EQ(co_await refused.receive(), "2");
        EXPECT_EQ(co_await refused.receive(), "closed 1005");
        EXPECT_GE(world.user.clock().now().time_since_epoch(), 45s);
    });
}

// -- Events.

TEST(SocketEvents, GoBothWaysWithEverythingInThem) {
    World world;
    serve(world);
    RUN(world, {
        Client client(world);
        co_await client.join();
        EXPECT_EQ(co_await client.ask(R"(42["message",1,"2",{"3":[true]}])"),
                  R"(42["back",1,"2",{"3":[true]}])");
        EXPECT_EQ(co_await client.ask(R"(42["message"])"), R"(42["back"])");
        std::string head = R"(452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])";
        std::string one = "\1\2", two = "\3";
        co_await client.send(head);
        co_await client.send_binary(one);
        co_await client.send_binary(two);
        EXPECT_EQ(co_await client.receive(),
                  R"(452-["back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
        EXPECT_EQ(co_await client.receive(), "binary:\1\2");
        EXPECT_EQ(co_await client.receive(), "binary:\3");
    });
}

TEST(SocketEvents, WithoutAHandlerOrWithOneThatFailsDoNoHarm) {
    World world;
    serve(world);
    RUN(world, {
        Client client(world);
        co_await client.join();
        std::string unknown = R"(42["unknown",1])", fails = R"(421["fail"])";
        co_await client.send(unknown);
        co_await client.send(fails);
        EXPECT_EQ(co_await client.ask(R"(42["message"])"), R"(42["back"])");
    });
}

TEST(SocketEvents, AreAnsweredOnce) {
    World world;
    serve(world);
    RUN(world, {
        Client client(world);
        co_await client.join();
        EXPECT_EQ(co_await client.ask(R"(42456["ask",1,"2"])"), R"(43456[1,"2"])");
        EXPECT_EQ(co_await client.ask(R"(420["ask"])"), "430[]");
        std::string head = R"(451-789["ask",{"_placeholder":true,"num":0}])", bytes = "\7";
        co_await client.send(head);
        co_await client.send_binary(bytes);
        EXPECT_EQ(co_await client.receive(), R"(461-789[{"_placeholder":true,"num":0}])");
        EXPECT_EQ(co_await client.receive(), "binary:\7");
    });
}

TEST(SocketEvents, OfTheServerAreAnsweredByTheClientInTimeOrNot) {
    World world;
    std::vector<std::string> results;
    Server& server = serve(world);
    auto ask = [&results](std::shared_ptr<Socket> socket, Event) -> awaitable<void> {
        std::string name = "question";
        Arguments arguments{"7"};
        auto got = co_await socket->emit_with_ack(name, arguments, 2s);
        results.push_back(got ? json::serialize(got->args) : std::string(base::name(got.error().code)));
    };
    server.of("/").on("go", ask);
    RUN(world, {
        Client client(world);
        co_await client.join();
        EXPECT_EQ(co_await client.ask(R"(42["go"])"), R"(420["question",7])");
        std::string yes = R"(430["yes",2])", again = R"(430["again"])", unknown = "4399[]";
        co_await client.send(yes);
        co_await client.send(again);
        co_await client.send(unknown);
        EXPECT_EQ(co_await client.ask(R"(42["go"])"), R"(421["question",7])");
        co_await world.user.clock().sleep_for(3s);
        EXPECT_EQ(co_await client.ask(R"(42["go"])"), R"(422["question",7])");
        client.leave();
        co_await world.user.clock().sleep_for(1s);
        EXPECT_EQ(results, (std::vector<std::string>{R"(["yes",2])", "timed_out", "unavailable"}));
    });
}

TEST(SocketEvents, ThatAreNotHandledFastEnoughEndTheConnection) {
    World world;
    Server& server = serve(world, {.events_under_way = 3});
    auto dawdle = [&world](std::shared_ptr<Socket>, Event) -> awaitable<void> {
        co_await world.portal.clock().sleep_for(10s);
    };
    server.of("/").on("dawdle", dawdle);
    RUN(world, {
        Client client(world);
        co_await client.join();
        std::string text = R"(42["dawdle"])";
        for (int i = 0; i < 4; ++i) co_await client.send(text);
        EXPECT_EQ(co_await client.receive(), "closed 1005");
        EXPECT_EQ(world.ends, std::vector<std::string>{"forced server close"});
    });
}

// -- Rooms.

TEST(SocketRooms, AreUnitedAndExceptedAndReachEachSocketOnce) {
    World world;
    Server& server = serve(world);
    RUN(world, {
        Client a(world), b(world), c(world);
        for (Client* client : {&a, &b, &c}) co_await client->join();
        EXPECT_EQ(co_await a.ask(R"(420["join","red","blue"])"), "430[]");
        EXPECT_EQ(co_await b.ask(R"(420["join","blue"])"), "430[]");
        Namespace& main = server.of("/");
        EXPECT_EQ(main.size(), 3U);
        EXPECT_EQ(main.size_of("blue"), 2U);
        EXPECT_EQ(main.size_of(c.id), 1U);
        main.to("red").to("blue").emit("one", {"1"});
        main.to("blue").except("red").emit("two");
        main.except("red").except(c.id).emit("three");
        main.to(c.id).emit("four", {R"({"x":1})"});
        main.to("nobody").emit("five");
        main.emit("six");
        EXPECT_EQ(co_await a.receive(), R"(42["one",1])");
        EXPECT_EQ(co_await a.receive(), R"(42["six"])");
        for (std::string expected : {R"(42["one",1])", R"(42["two"])", R"(42["three"])", R"(42["six"])"})
            EXPECT_EQ(co_await b.receive(), expected);
        EXPECT_EQ(co_await c.receive(), R"(42["four",{"x":1}])");
        EXPECT_EQ(co_await c.receive(), R"(42["six"])");
    });
}

TEST(SocketRooms, AreLeftByThoseWhoGo) {
    World world;
    Server& server = serve(world);
    RUN(world, {
        Client a(world), b(world);
        co_await a.join();
        co_await b.join();
        co_await a.ask(R"(420["join","red"])");
        co_await b.ask(R"(420["join","red"])");
        a.leave();
        co_await world.user.clock().sleep_for(100ms);
        EXPECT_EQ(server.of("/").size_of("red"), 1U);
        server.of("/").to("red").disconnect(true);
        EXPECT_EQ(co_await b.receive(), "41");
        EXPECT_EQ(co_await b.receive(), "closed 1005");
        EXPECT_EQ(server.of("/").size_of("red"), 0U);
        EXPECT_EQ(world.ends, (std::vector<std::string>{"transport close", "server namespace disconnect"}));
        EXPECT_EQ(server.counts().clients, 0U);
    });
}

TEST(SocketRooms, ShareOnePacketAmongAllTransports) {
    World world;
    Server& server = serve(world, {.deflate = true, .deflate_from_bytes = 10});
    RUN(world, {
        Client plain(world), compressed(world);
        Polling polling(world);
        co_await plain.join();
        std::string offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
        co_await compressed.open("", offer);
        co_await compressed.receive();
        co_await compressed.ask("40");
        co_await polling.open();
        std::string join = "40";
        co_await polling.post(join);
        co_await polling.get();
        server.of("/").emit("event", {R"("some text that is long enough")"});
        std::string expected = R"(42["event","some text that is long enough"])";
        EXPECT_EQ(co_await plain.receive(), expected);
        EXPECT_EQ(co_await compressed.receive(), expected);
        EXPECT_EQ((co_await polling.get()).body, expected);
    });
}

TEST(SocketRooms, HoldBackWhatComesSoonAfterAnother) {
    World world;
    Server& server = serve(world, {.gather_time = 500ms});
    RUN(world, {
        Client client(world);
        co_await client.join();
        SteadyTime began = world.user.clock().now();
        for (std::string_view text : {"1", "2", "3"}) server.of("/").emit("e", {std::string(text)});
        EXPECT_EQ(co_await client.receive(), R"(42["e",1])");
        EXPECT_EQ(co_await client.receive(), R"(42["e",2])");
        EXPECT_EQ(co_await client.receive(), R"(42["e",3])");
        EXPECT_LT(world.user.clock().now() - began, 100ms) << "they were sent in one turn";
        co_await world.user.clock().sleep_for(50ms);
        server.of("/").emit("e", {"4"});
        EXPECT_EQ(co_await client.receive(), R"(42["e",4])");
        EXPECT_GE(world.user.clock().now() - began, 500ms);
        server.of("/").emit("e", {"5"});
        server.of("/").everyone().sockets().at(0)->emit("alone");
        EXPECT_EQ(co_await client.receive(), R"(42["e",5])");
        EXPECT_EQ(co_await client.receive(), R"(42["alone"])");
        EXPECT_LT(world.user.clock().now() - began, 700ms) << "what is for one client waits for nobody";
    });
}

TEST(SocketRooms, DropVolatileEventsForThoseWhoCannotTakeThemAtOnce) {
    World world;
    Server& server = serve(world);
    RUN(world, {
        Client client(world);
        Polling polling(world);
        co_await client.join();
        co_await polling.open();
        std::string join = "40";
        co_await polling.post(join);
        co_await polling.get();
        server.of("/").everyone().emit_volatile("tick", {"1"});
        EXPECT_EQ(co_await client.receive(), R"(42["tick",1])");
        EXPECT_EQ(server.counts().volatile_dropped, 1U);
    });
}

// -- Leaving.

TEST(SocketDisconnect, KeepsTheConnectionUnlessItIsTold) {
    World world;
    Server& server = serve(world);
    RUN(world, {
        Client client(world);
        co_await client.join();
        auto socket = server.of("/").everyone().sockets().at(0);
        socket->disconnect();
        EXPECT_FALSE(socket->is_connected());
        socket->emit("into the void");
        socket->join("nowhere");
        EXPECT_EQ(co_await client.receive(), "41");
        EXPECT_TRUE((co_await client.ask("40")).starts_with("40{"));
        EXPECT_EQ(world.ends, std::vector<std::string>{"server namespace disconnect"});
        std::string leave = "41";
        co_await client.send(leave);
        co_await world.user.clock().sleep_for(100ms);
        EXPECT_EQ(world.ends.back(), "client namespace disconnect");
    });
}

TEST(SocketDisconnect, OfAllWhenTheServerStops) {
    World world;
    Server& server = serve(world);
    RUN(world, {
        Client client(world);
        co_await client.join();
        co_await server.stop(1s);
        EXPECT_EQ(co_await client.receive(), "closed 1005");
        EXPECT_EQ(world.ends, std::vector<std::string>{"server shutting down"});
    });
}

// -- Recovery.

std::string come_back(Client const& client, std::string_view offset) {
    return "40" + json::serialize(json::object{{"pid", client.pid}, {"offset", offset}});
}

TEST(SocketRecovery, BringsBackSessionRoomsDataAndWhatWasMissed) {
    World world;
    Server& server = serve(world, {.recovery = 120s});
    std::vector<bool> recovered;
    server.of("/").on_connect([&](std::shared_ptr<Socket> socket) {
        recovered.push_back(socket->is_recovered());
        if (socket->is_recovered())
            EXPECT_EQ(socket->data.as_string(), "mine");
        else
            socket->data = "mine";
    });
    RUN(world, {
        Client client(world), again(world), replay(world);
        co_await client.join();
        EXPECT_EQ(client.pid.size(), 20U);
        co_await client.ask(R"(420["join","red"])");
        Namespace& main = server.of("/");
        main.to("red").emit("first", {"1"});
        EXPECT_EQ(co_await client.receive(), R"(42["first",1,"1"])");
        client.leave();
        co_await world.user.clock().sleep_for(1s);
        main.to("red").emit("missed", {"2"});
        main.to("blue").emit("other");
        main.to("red").except(client.id).emit("not for it");
        main.everyone().emit_volatile("tick");
        main.to(client.id).emit("alone");
        main.emit("all");
        co_await again.open();
        co_await again.receive();
        EXPECT_EQ(co_await again.ask(come_back(client, "1")), R"(42["missed",2,"2"])");
        EXPECT_EQ(co_await again.receive(), R"(42["alone","5"])");
        EXPECT_EQ(co_await again.receive(), R"(42["all","6"])");
        std::string joined = co_await again.receive();
        EXPECT_EQ(testing::member_of(joined, "sid"), client.id);
        EXPECT_EQ(testing::member_of(joined, "pid"), client.pid);
        EXPECT_EQ(main.size_of("red"), 1U);
        // What was saved is taken up once.
        co_await replay.join(come_back(client, "1"));
        EXPECT_NE(replay.id, client.id);
        EXPECT_EQ(recovered, (std::vector<bool>{false, true, false}));
        EXPECT_EQ(server.counts().recovered, 1U);
    });
}

TEST(SocketRecovery, BeginsAnewWhereItCannotGoOn) {
    World world;
    Server& server = serve(world, {.recovery = 120s});
    RUN(world, {
        Client client(world), unknown_offset(world), late(world), left(world), after(world);
        co_await client.join();
        server.of("/").emit("first");
        co_await client.receive();
        client.leave();
        co_await world.user.clock().sleep_for(1s);
        co_await unknown_offset.join(come_back(client, "99"));
        EXPECT_NE(unknown_offset.id, client.id);
        unknown_offset.leave();
        co_await world.user.clock().sleep_for(121s);
        co_await late.join(come_back(unknown_offset, "1"));
        EXPECT_NE(late.id, unknown_offset.id);
        co_await left.join();
        std::string leave = "41";
        co_await left.send(leave);
        co_await world.user.clock().sleep_for(100ms);
        co_await after.join(come_back(left, "1"));
        EXPECT_NE(after.id, left.id);
    });
}

TEST(SocketRecovery, AsksTheMiddlewareAgain) {
    World world;
    Server& server = world.serve({.recovery = 120s});
    bool revoked = false;
    auto check = [&revoked](Handshake) -> awaitable<Admission> {
        co_return revoked ? Admission::refuse("revoked") : Admission::admit();
    };
    server.of("/").use(check);
    RUN(world, {
        Client client(world), again(world);
        co_await client.join();
        server.of("/").emit("first");
        co_await client.receive();
        client.leave();
        co_await world.user.clock().sleep_for(1s);
        revoked = true;
        co_await again.open();
        co_await again.receive();
        EXPECT_EQ(co_await again.ask(come_back(client, "1")), R"(44{"message":"revoked"})");
    });
}

// -- Whatever happens.

/// Connections that are cut anywhere: nothing stays behind.
TEST(SocketFaults, LeaveNothingBehind) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        World world(seed);
        Server& server = serve(world, {.ping_interval = 2s, .ping_timeout = 2s, .recovery = 10s});
        world.network.faults.cut_per_mille = 40;
        world.network.faults.mute_per_mille = 10;
        RUN(world, {
            for (int round = 0; round < 10; ++round) {
                Client client(world);
                Polling polling(world);
                try {
                    co_await polling.open();
                    std::string join = "40", text = R"(42["message",1])";
                    co_await polling.post(join);
                    auto joined = client.join();
                    co_await base::within(world.user.clock(), 5s, std::move(joined));
                    server.of("/").emit("hello", {"1"});
                    auto asked = client.ask(text);
                    co_await base::within(world.user.clock(), 5s, std::move(asked));
                } catch (std::exception const&) {
                    // Cut; the next one begins anew.
                }
            }
            co_await world.user.clock().sleep_for(60s);
            EXPECT_EQ(server.counts().clients, 0U) << seed;
            EXPECT_EQ(server.counts().sockets, 0U) << seed;
            EXPECT_EQ(server.counts().websockets, 0U) << seed;
            EXPECT_EQ(world.web->sessions(), 0U) << seed;
        });
    }
}

}  // namespace
}  // namespace realtime
