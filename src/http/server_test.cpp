// The server, byte by byte, in the simulation: virtual time, cut-up reads and writes, the same run for the
// same seed.
#include "http/server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>

#include "sim/network.hpp"

namespace http {
namespace {

/// What a client sends, after a while.
struct Part {
    std::string bytes{};
    Duration wait{};
};

/// One server and one client.
class World {
public:
    explicit World(std::uint64_t seed = 1) : world(seed), random(seed) { network.faults.delay = 1ms; }
    ~World() {
        user.kill();
        portal.kill();
    }

    Server& serve(Handler handler, ServerLimits limits = {}) {
        server =
            std::make_unique<Server>(portal.executor(), portal.clock(), random, std::move(handler), limits);
        server->listen(network.listen(portal, "portal:80"));
        return *server;
    }

    /// Everything that the server says until it closes.
    std::string talk(std::vector<Part> parts) {
        std::optional<std::string> heard;
        asio::co_spawn(user.executor(), converse(std::move(parts), heard), must_not_throw);
        while (!heard && world.step()) {
        }
        return heard.value_or("nothing more happens");
    }
    std::string talk(std::string bytes) { return talk(std::vector<Part>{{std::move(bytes)}}); }

    awaitable<void> converse(std::vector<Part> parts, std::optional<std::string>& heard) {
        std::string text;
        try {
            base::Stream stream = co_await dialer->connect("portal:80");
            for (Part const& part : parts) {
                if (part.wait > Duration::zero()) co_await user.clock().sleep_for(part.wait);
                co_await write(stream, part.bytes);
            }
            for (std::array<char, 4096> piece;;) {
                std::size_t count = co_await stream.async_read_some(asio::buffer(piece), use_awaitable);
                text.append(piece.data(), count);
            }
        } catch (system_error const& end) {
            if (end.code() != asio::error::eof) text += "[" + end.code().message() + "]";
        }
        closed_at = user.clock().now();
        heard = std::move(text);
    }

    static awaitable<void> write(base::Stream& stream, std::string_view bytes) {
        while (!bytes.empty())
            bytes.remove_prefix(co_await stream.async_write_some(asio::buffer(bytes), use_awaitable));
    }

    void run_for(Duration time) {
        bool over = false;
        world.at(world.now() + time, [&over] { over = true; });
        while (!over && world.step()) {
        }
    }

    std::chrono::seconds seconds_until_closed() const {
        return std::chrono::duration_cast<std::chrono::seconds>(closed_at.time_since_epoch());
    }

    sim::Simulation world;
    sim::Network network{world};
    sim::Process portal{world, "portal"}, user{world, "user"};
    std::unique_ptr<base::Dialer> dialer = network.dialer(user);
    base::Random random;
    std::unique_ptr<Server> server;
    SteadyTime closed_at{};
};

awaitable<Response> say_hello(Request request) {
    Response response;
    response.fields.set("Content-Type", "text/plain");
    response.body = "hello " + request.method + " " + request.path;
    if (!request.body.empty()) response.body += " " + std::to_string(request.body.size());
    co_return response;
}

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos;
         at = text.find(what, at + what.size()))
        ++found;
    return found;
}
std::string status_of(std::string const& text) { return text.substr(0, text.find("\r\n")); }
bool has(std::string const& text, std::string_view what) { return text.find(what) != std::string::npos; }

std::string get(std::string_view target, std::string_view more = {}) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: portal\r\n" + std::string(more) + "\r\n";
}
constexpr std::string_view close_field = "Connection: close\r\n";

// -- Ordinary work.

TEST(Server, AnswersWithItsStandingFields) {
    World world;
    world.serve(say_hello);
    std::string text = world.talk(get("/x", close_field));
    EXPECT_EQ(status_of(text), "HTTP/1.1 200 OK");
    for (std::string_view field :
         {"Date: Thu, 01 Jan 2026 00:00:0", "X-Content-Type-Options: nosniff\r\n",
          "Referrer-Policy: no-referrer\r\n", "Cross-Origin-Resource-Policy: same-origin\r\n",
          "X-Frame-Options: DENY\r\n", "Content-Length: 12\r\n", "Connection: close\r\n"})
        EXPECT_TRUE(has(text, field)) << field << " in\n" << text;
    EXPECT_TRUE(text.ends_with("\r\n\r\nhello GET /x")) << text;
    EXPECT_FALSE(has(text, "Content-Security-Policy"));
    EXPECT_FALSE(has(text, "Server:"));
}

awaitable<Response> say_json(Request request) {
    Response response{.body = "{}"};
    response.fields.set("Content-Type", "application/json");
    if (request.path == "/kept") response.fields.set("cache-control", "private");
    co_return response;
}

TEST(Server, LocksJsonAwayFromBrowsersUnlessTheHandlerSaysOtherwise) {
    World world;
    world.serve(say_json);
    std::string text = world.talk(get("/", close_field));
    EXPECT_TRUE(
        has(text, "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; sandbox\r\n"));
    EXPECT_TRUE(has(text, "Cache-Control: no-store\r\n"));
    std::string kept = world.talk(get("/kept", close_field));
    EXPECT_TRUE(has(kept, "cache-control: private\r\n"));
    EXPECT_FALSE(has(kept, "no-store"));
}

TEST(Server, AnswersPipelinedRequestsInOrderWhateverTheSeed) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        World world(seed);
        world.serve(say_hello);
        std::string body(5000, 'b');
        std::string text =
            world.talk(get("/1") + "POST /2 HTTP/1.1\r\nHost: p\r\nContent-Length: 5000\r\n\r\n" + body +
                       "\r\n" + get("/3") +
                       "PUT /4 HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: "
                       "chunked\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n" +
                       get("/5", close_field));
        EXPECT_EQ(count(text, "HTTP/1.1 200 OK"), 5U) << text;
        std::size_t last = 0;
        for (std::string_view answer :
             {"hello GET /1", "hello POST /2 5000", "hello GET /3", "hello PUT /4 19", "hello GET /5"}) {
            EXPECT_NE(text.find(answer, last), std::string::npos) << answer;
            last = text.find(answer, last);
        }
    }
}

TEST(Server, AnswersHeadLikeGetWithoutTheBody) {
    World world;
    world.serve(say_hello);
    std::string text = world.talk("HEAD /x HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(has(text, "Content-Length: 13\r\n"));
    EXPECT_TRUE(text.ends_with("\r\n\r\n"));
}

TEST(Server, SpeaksHttp10) {
    World world;
    world.serve(say_hello);
    std::string once = world.talk("GET /x HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(has(once, "Connection: close\r\n"));
    std::string kept = world.talk("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /y HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(has(kept, "Connection: keep-alive\r\n"));
    EXPECT_EQ(count(kept, "HTTP/1.1 200 OK"), 2U);
}

awaitable<Response> show_target(Request request) {
    Response response;
    response.body = "[" + request.path + "]";
    for (auto const& [name, value] : request.query) response.body += "(" + name + "=" + value + ")";
    co_return response;
}

TEST(Server, DecodesPathAndQuery) {
    World world;
    world.serve(show_target);
    EXPECT_TRUE(world.talk(get("/a%20%C3%A4+b?x=1%2F2&y=a+b&y=&z&&=3", close_field))
                    .ends_with("[/a \xc3\xa4+b](x=1/2)(y=a b)(y=)(z=)(=3)"));
    EXPECT_TRUE(world.talk(get("http://portal/a?b=c", close_field)).ends_with("[/a](b=c)"));
    EXPECT_TRUE(world.talk(get("http://portal", close_field)).ends_with("[/]"));
    for (std::string_view bad : {"/%", "/%2", "/%zz", "/a%00b", "/%ff", "/a%2fb", "/%0d%0a", "/?a=%00",
                                 "/?a=%ff", "x", "*", "ftp://x/", "/\xff"}) {
        std::string text = world.talk(get(bad));
        EXPECT_EQ(status_of(text), "HTTP/1.1 400 Bad Request") << bad << "\n" << text;
        EXPECT_TRUE(has(text, "Connection: close\r\n"));
    }
}

TEST(Server, TakesAChunkedBodyWithoutDataHoweverItIsCut) {
    World world;
    world.serve(say_hello);
    std::string const head =
        "POST / HTTP/1.1\r\nHost: p\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_TRUE(has(world.talk({{head}, {"0\r\n", 1s}, {"\r", 1s}, {"\n", 1s}}), "hello POST /"));
    EXPECT_TRUE(has(world.talk({{head + "0\r\n"}, {"\r", 1s}, {"\n", 1s}}), "hello POST /"));
    EXPECT_TRUE(has(world.talk({{head + "0\r"}, {"\n\r", 1s}, {"\n", 1s}}), "hello POST /"));
}

TEST(Server, AsksForTheBodyOnlyWhenItWantsIt) {
    World world;
    world.serve(say_hello);
    std::string head =
        "POST / HTTP/1.1\r\nHost: p\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: ";
    std::string wanted = world.talk({{head + "3\r\n\r\n"}, {"abc", 1s}});
    EXPECT_TRUE(wanted.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")) << wanted;
    std::string unwanted = world.talk(head + "99999999\r\n\r\n");
    EXPECT_EQ(status_of(unwanted), "HTTP/1.1 413 Content Too Large");
    std::string odd =
        world.talk("POST / HTTP/1.1\r\nHost: p\r\nExpect: magic\r\nContent-Length: 3\r\n\r\nabc");
    EXPECT_EQ(status_of(odd), "HTTP/1.1 417 Expectation Failed");
}

TEST(Server, RefusesTraceAndConnectAndLeavesOtherMethodsToTheHandler) {
    World world;
    world.serve(say_hello);
    std::string trace =
        world.talk("TRACE / HTTP/1.1\r\nHost: p\r\nConnection: close\r\nCookie: secret\r\n\r\n");
    EXPECT_EQ(status_of(trace), "HTTP/1.1 405 Method Not Allowed");
    EXPECT_TRUE(has(trace, "Allow: GET"));
    EXPECT_FALSE(has(trace, "secret"));
    EXPECT_TRUE(
        has(world.talk("BREW /pot HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n"), "hello BREW /pot"));
}

// -- Limits, at the boundary (R32).

std::string with_head_of(std::size_t bytes) {
    std::string text = get("/", close_field);
    text.insert(text.size() - 2, "X-Fill: \r\n");
    text.insert(text.size() - 4, std::string(bytes - text.size(), 'x'));
    return text;
}

TEST(Limits, HeadOf16KiB) {
    World world;
    world.serve(say_hello);
    EXPECT_EQ(status_of(world.talk(with_head_of(16 * 1024))), "HTTP/1.1 200 OK");
    EXPECT_EQ(status_of(world.talk(with_head_of(16 * 1024 + 1))),
              "HTTP/1.1 431 Request Header Fields Too Large");
    EXPECT_EQ(
        status_of(world.talk(with_head_of(16 * 1024 + 1).substr(0, 16 * 1024 + 1 - 2) + "more and no end")),
        "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST(Limits, HundredFields) {
    World world;
    world.serve(say_hello);
    auto with_fields = [](int fields) {
        std::string more(close_field);
        for (int i = 2; i < fields; ++i) more += "X: y\r\n";
        return get("/", more);
    };
    EXPECT_EQ(status_of(world.talk(with_fields(100))), "HTTP/1.1 200 OK");
    EXPECT_EQ(status_of(world.talk(with_fields(101))), "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST(Limits, TargetOf8KiB) {
    World world;
    world.serve(say_hello);
    EXPECT_EQ(status_of(world.talk(get("/" + std::string(8191, 'a'), close_field))), "HTTP/1.1 200 OK");
    EXPECT_EQ(status_of(world.talk(get("/" + std::string(8192, 'a'), close_field))),
              "HTTP/1.1 414 URI Too Long");
    EXPECT_EQ(status_of(world.talk(get("/" + std::string(40'000, 'a'), close_field))),
              "HTTP/1.1 414 URI Too Long");
}

std::string with_body_of(std::size_t bytes) {
    return "POST / HTTP/1.1\r\nHost: p\r\nConnection: close\r\nContent-Length: " + std::to_string(bytes) +
           "\r\n\r\n" + std::string(bytes, 'x');
}
std::string with_chunks_of(std::size_t bytes) {
    std::string text =
        "POST / HTTP/1.1\r\nHost: p\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t left = bytes; left > 0;) {
        std::size_t size = std::min<std::size_t>(left, 100'000);
        char line[32];
        std::snprintf(line, sizeof line, "%zX\r\n", size);
        text += line + std::string(size, 'x') + "\r\n";
        left -= size;
    }
    return text + "0\r\n\r\n";
}

TEST(Limits, BodyOf1MiB) {
    constexpr std::size_t most = 1024 * 1024;
    World world;
    world.serve(say_hello);
    EXPECT_TRUE(has(world.talk(with_body_of(most)), "hello POST / 1048576"));
    EXPECT_EQ(status_of(world.talk(with_body_of(most + 1))), "HTTP/1.1 413 Content Too Large");
    EXPECT_TRUE(has(world.talk(with_chunks_of(most)), "hello POST / 1048576"));
    EXPECT_EQ(status_of(world.talk(with_chunks_of(most + 1))), "HTTP/1.1 413 Content Too Large");
}

TEST(Limits, ConnectionsAreTurnedAwayWithAnAnswer) {
    World world;
    world.serve(say_hello, {.connections = 2});
    std::optional<std::string> first, second;
    asio::co_spawn(world.user.executor(), world.converse({}, first), must_not_throw);
    asio::co_spawn(world.user.executor(), world.converse({}, second), must_not_throw);
    world.run_for(1s);
    EXPECT_EQ(world.server->sessions(), 2U);
    EXPECT_EQ(status_of(world.talk(get("/"))), "HTTP/1.1 503 Service Unavailable");
    world.run_for(70s);
    EXPECT_EQ(world.server->sessions(), 0U);
    EXPECT_EQ(status_of(world.talk(get("/", close_field))), "HTTP/1.1 200 OK");
}

// -- Limits in time (R35).

TEST(Times, ASilentConnectionIsClosedWithoutAWord) {
    World world;
    world.serve(say_hello);
    EXPECT_EQ(world.talk(""), "");
    EXPECT_EQ(world.seconds_until_closed(), 10s);
}

TEST(Times, ASlowHeadIsRefusedAfterTenSeconds) {
    World world;
    world.serve(say_hello);
    std::vector<Part> drops;
    for (char letter : get("/").substr(0, 9)) drops.push_back({std::string(1, letter), 1s});
    EXPECT_EQ(status_of(world.talk(drops)), "HTTP/1.1 408 Request Timeout");
    EXPECT_GE(world.seconds_until_closed(), 10s);
    EXPECT_LE(world.seconds_until_closed(), 13s);
}

TEST(Times, AnIdleConnectionIsClosedAfterAMinute) {
    World world;
    world.serve(say_hello);
    std::string text = world.talk({{get("/1")}, {get("/2"), 50s}});
    EXPECT_EQ(count(text, "HTTP/1.1"), 2U);
    EXPECT_EQ(world.seconds_until_closed(), 110s);
}

TEST(Times, ABodyBelowOneKilobyteASecondIsRefused) {
    World world;
    world.serve(say_hello);
    std::string head = "POST / HTTP/1.1\r\nHost: p\r\nConnection: close\r\nContent-Length: 20000\r\n\r\n";
    std::vector<Part> slow{{head}}, fast{{head}};
    for (int second = 0; second < 20; ++second) {
        slow.push_back({std::string(500, 'x'), 1s});
        fast.push_back({std::string(1100, 'x'), 1s});
    }
    std::string refused = world.talk(slow);
    EXPECT_TRUE(has(refused, "408 Request Timeout") || has(refused, "reset")) << refused;
    World other;
    other.serve(say_hello);
    EXPECT_TRUE(has(other.talk(fast), "hello POST / 20000"));
}

TEST(Times, ABodyIsRefusedAfterThirtySecondsAtAnyRate) {
    World world;
    world.serve(say_hello);
    std::vector<Part> parts{{"POST / HTTP/1.1\r\nHost: p\r\nContent-Length: 900000\r\n\r\n"}};
    for (int second = 0; second < 29; ++second) parts.push_back({std::string(2000, 'x'), 1s});
    EXPECT_EQ(status_of(world.talk(parts)), "HTTP/1.1 408 Request Timeout");
    EXPECT_GE(world.seconds_until_closed(), 30s);
    EXPECT_LE(world.seconds_until_closed(), 33s);
}

TEST(Times, AHandlerIsGivenUpAfterThirtySeconds) {
    World world;
    base::Clock& clock = world.portal.clock();
    bool stopped = false;
    auto dawdle = [&](Request) -> awaitable<Response> {
        struct Mark {
            bool& flag;
            ~Mark() { flag = true; }
        } mark{stopped};
        co_await clock.sleep_for(std::chrono::hours(1));
        co_return Response{};
    };
    world.serve(dawdle);
    std::string text = world.talk(get("/"));
    EXPECT_EQ(status_of(text), "HTTP/1.1 503 Service Unavailable");
    EXPECT_TRUE(has(text, "handler_timed_out"));
    EXPECT_TRUE(stopped);
    EXPECT_LE(world.seconds_until_closed(), 33s);
}

TEST(Times, AClientThatDoesNotReadIsCutOff) {
    World world;
    auto big = std::make_shared<std::string const>(300 * 1024, 'x');
    auto answer = [&](Request) -> awaitable<Response> { co_return Response{.shared_body = big}; };
    world.serve(answer);
    std::optional<base::Stream> stream;
    auto ask = [&]() -> awaitable<void> {
        stream = co_await world.dialer->connect("portal:80");
        co_await World::write(*stream, get("/1") + get("/2"));  // the first answer fills the window
    };
    asio::co_spawn(world.user.executor(), ask(), must_not_throw);
    world.run_for(300s);
    EXPECT_EQ(world.server->sessions(), 1U);
    world.run_for(100s);
    EXPECT_EQ(world.server->sessions(), 0U);
    stream.reset();
}

// -- What could be understood in two ways (R39).

TEST(Smuggling, IsRefusedAndTheConnectionCloses) {
    std::string const heads[] = {
        "POST / HTTP/1.1\r\nHost: p\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: p\r\nContent-Length: 3, 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: p\r\nContent-Length: +3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: p\r\nContent-Length: 0x3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: p\r\nContent-Length: -1\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: p\r\nContent-Length:\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: p\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: p\r\nContent-Length : 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: p\r\n Content-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: p\r\nX: a\r\n Content-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: identity\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: \x0b"
        "chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\nHost: p\n\n",
        "GET / HTTP/1.1\r\nHost: p\n\r\n",
        "GET / HTTP/1.1\r\nHost: p\r\nX: a\rb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: p\r\nX: a" + std::string(1, '\0') + "b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : p\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: p\r\nHost: q\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: p\r\n: empty\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: p\r\nno colon\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: p\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: p\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: p\r\n\r\n",
        "GET /\r\n\r\n",
        "\x16\x03\x01\x02",
        "{\"json\": true}\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n3;x\ny\r\nabc\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: "
        "chunked\r\n\r\n11111111111111111\r\nabc\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\nC: d\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: other\r\n\r\n",
    };
    for (std::string const& bytes : heads) {
        World world;
        int handled = 0;
        auto handler = [&](Request request) -> awaitable<Response> {
            ++handled;
            return say_hello(std::move(request));
        };
        world.serve(handler);
        std::string text = world.talk(bytes + get("/smuggled"));
        EXPECT_EQ(handled, 0) << bytes;
        EXPECT_EQ(count(text, "HTTP/1.1 "), 1U) << bytes << "\n" << text;
        EXPECT_TRUE(has(status_of(text), " 400 ") || has(status_of(text), " 413 ")) << bytes << "\n" << text;
        EXPECT_TRUE(has(text, "Connection: close\r\n")) << bytes;
        EXPECT_TRUE(has(text, "application/problem+json")) << bytes;
        EXPECT_LT(world.seconds_until_closed(), 5s) << bytes;
    }
}

TEST(Smuggling, OtherVersionsAreNamed) {
    World world;
    world.serve(say_hello);
    EXPECT_EQ(status_of(world.talk("GET / HTTP/2.0\r\nHost: p\r\n\r\n")),
              "HTTP/1.1 505 HTTP Version Not Supported");
    EXPECT_EQ(status_of(world.talk("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
              "HTTP/1.1 505 HTTP Version Not Supported");
}

// -- Handlers that fail (R42).

TEST(Failures, AnExceptionBecomesAProblemAndTheConnectionGoesOn) {
    World world;
    auto fail = [](Request request) -> awaitable<Response> {
        if (request.path == "/bad") throw std::runtime_error("secret: /etc/passwd");
        if (request.path == "/memory") throw std::bad_alloc();
        if (request.path == "/odd") throw 7;
        if (request.path == "/aborted") throw system_error(asio::error::operation_aborted);
        if (request.path == "/split") {
            Response response;
            response.fields.set("Location", "/x\r\nSet-Cookie: evil=1");
            co_return response;
        }
        co_return Response{.body = "fine"};
    };
    world.serve(fail);
    std::string text = world.talk(get("/bad") + get("/memory") + get("/odd") + get("/aborted") +
                                  get("/split") + get("/good", close_field));
    EXPECT_EQ(count(text, "HTTP/1.1 500 Internal Server Error"), 5U) << text;
    EXPECT_EQ(count(text, "\"trace_id\":\""), 5U);
    EXPECT_TRUE(has(text, "\"instance\":\"/bad\""));
    EXPECT_FALSE(has(text, "secret"));
    EXPECT_FALSE(has(text, "evil"));
    EXPECT_TRUE(text.ends_with("fine"));
}

TEST(Problem, HasTheMembersOfRfc9457) {
    Request request{.path = "/api/x", .raw_target = "/api/x?token=hidden", .trace_id = "0123"};
    Response response = problem(request, 404, "not_found", "there is no \"x\"");
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.fields.get("content-type"), "application/problem+json");
    EXPECT_EQ(
        response.body,
        R"({"type":"urn:pilothouse:problem:not_found","title":"Not Found","status":404,"detail":"there is no \"x\"",)"
        R"("instance":"/api/x","code":"not_found","trace_id":"0123"})");
}

// -- Streams.

struct Ticking {
    base::Clock& clock;
    int pieces = 1'000'000;
    bool over = false;
    std::function<awaitable<void>(Writer&)> stream() {
        return [this](Writer& writer) -> awaitable<void> { return run(writer); };
    }
    awaitable<void> run(Writer& writer) {
        struct Mark {
            bool& flag;
            ~Mark() { flag = true; }
        } mark{over};
        for (int i = 0; i < pieces; ++i) {
            co_await writer.write("tick\n");
            co_await clock.sleep_for(40s);
        }
    }
};

TEST(Stream, IsSentInChunksAndTheConnectionGoesOn) {
    World world;
    Ticking ticking{.clock = world.portal.clock(), .pieces = 3};
    auto handler = [&](Request request) -> awaitable<Response> {
        if (request.path == "/end") return say_hello(std::move(request));
        auto answer = [](Ticking& ticks) -> awaitable<Response> {
            co_return Response{.stream = ticks.stream()};
        };
        return answer(ticking);
    };
    world.serve(handler);
    std::string text = world.talk({{get("/ticks")}, {get("/end", close_field), 100s}});
    EXPECT_TRUE(has(text, "Transfer-Encoding: chunked\r\n"));
    EXPECT_EQ(count(text, "5\r\ntick\n\r\n"), 3U) << text;
    EXPECT_TRUE(has(text, "\r\n0\r\n\r\nHTTP/1.1 200 OK")) << text;
    EXPECT_TRUE(text.ends_with("hello GET /end"));
}

TEST(Stream, EndsWhenItsReaderLeaves) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        World world(seed);
        Ticking ticking{.clock = world.portal.clock()};
        auto handler = [&](Request) -> awaitable<Response> {
            co_return Response{.stream = ticking.stream()};
        };
        world.serve(handler);
        auto leave = [&]() -> awaitable<void> {
            base::Stream stream = co_await world.dialer->connect("portal:80");
            co_await World::write(stream, get("/"));
            co_await world.user.clock().sleep_for(50s);
        };
        asio::co_spawn(world.user.executor(), leave(), must_not_throw);
        world.run_for(45s);
        EXPECT_FALSE(ticking.over);
        world.run_for(10s);
        EXPECT_TRUE(ticking.over) << "seed " << seed;
        EXPECT_EQ(world.server->sessions(), 0U);
    }
}

TEST(Stream, ThatFailsIsSeenToBeIncomplete) {
    World world;
    auto fail = [](Writer& writer) -> awaitable<void> {
        co_await writer.write("a");
        throw std::runtime_error("broken");
    };
    auto handler = [&](Request) -> awaitable<Response> { co_return Response{.stream = fail}; };
    world.serve(handler);
    std::string text = world.talk(get("/"));
    EXPECT_TRUE(has(text, "1\r\na\r\n"));
    EXPECT_FALSE(has(text, "0\r\n\r\n"));
}

// -- Stopping (R57).

TEST(Stop, LetsRequestsFinishEndsStreamsAndClosesTheRest) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        World world(seed);
        Ticking ticking{.clock = world.portal.clock()};
        base::Clock& clock = world.portal.clock();
        auto handler = [&](Request request) -> awaitable<Response> {
            if (request.path == "/stream") co_return Response{.stream = ticking.stream()};
            if (request.path == "/slow") co_await clock.sleep_for(5s);
            co_return Response{.body = "done " + request.path};
        };
        Server& server = world.serve(handler);
        std::optional<std::string> idle, slow, stream;
        asio::co_spawn(world.user.executor(), world.converse({{get("/idle")}}, idle), must_not_throw);
        asio::co_spawn(world.user.executor(), world.converse({{get("/slow")}}, slow), must_not_throw);
        asio::co_spawn(world.user.executor(), world.converse({{get("/stream")}}, stream), must_not_throw);
        world.run_for(2s);
        EXPECT_EQ(server.sessions(), 3U);

        bool stopped = false;
        auto stop = [&]() -> awaitable<void> {
            co_await server.stop(10s);
            stopped = true;
        };
        asio::co_spawn(world.portal.executor(), stop(), must_not_throw);
        world.run_for(1s);
        ASSERT_TRUE(idle && stream);
        EXPECT_TRUE(idle->ends_with("done /idle"));
        EXPECT_TRUE(stream->ends_with("\r\n0\r\n\r\n")) << *stream;
        EXPECT_TRUE(ticking.over);
        EXPECT_FALSE(stopped);
        world.run_for(6s);
        EXPECT_TRUE(stopped);
        ASSERT_TRUE(slow);
        EXPECT_TRUE(slow->ends_with("done /slow"));
        EXPECT_TRUE(has(*slow, "Connection: close\r\n"));
        EXPECT_EQ(server.sessions(), 0U);
        EXPECT_TRUE(has(world.talk(get("/")), "refused"));
    }
}

TEST(Stop, CutsWhatOutlivesTheLimit) {
    World world;
    base::Clock& clock = world.portal.clock();
    auto handler = [&](Request) -> awaitable<Response> {
        co_await clock.sleep_for(25s);
        co_return Response{};
    };
    Server& server = world.serve(handler);
    std::optional<std::string> heard;
    asio::co_spawn(world.user.executor(), world.converse({{get("/")}}, heard), must_not_throw);
    world.run_for(1s);
    asio::co_spawn(world.portal.executor(), server.stop(3s), must_not_throw);
    world.run_for(2s);
    EXPECT_FALSE(heard);
    world.run_for(3s);
    ASSERT_TRUE(heard);
    EXPECT_EQ(server.sessions(), 0U);
}

TEST(Stop, ServerDestroyedUnderLoadEndsItsSessions) {
    World world;
    world.serve(say_hello);
    std::optional<std::string> heard;
    asio::co_spawn(world.user.executor(), world.converse({{get("/")}}, heard), must_not_throw);
    world.run_for(1s);
    world.server.reset();
    world.run_for(1s);
    ASSERT_TRUE(heard);
    EXPECT_EQ(status_of(*heard), "HTTP/1.1 200 OK");
}

// -- Answers that come late, and connections that leave HTTP.

TEST(Late, AnswersTakeAsLongAsTheyLike) {
    World world;
    base::Clock& clock = world.portal.clock();
    auto late = [&clock]() -> awaitable<Response> {
        co_await clock.sleep_for(100s);
        co_return Response{.body = "at last"};
    };
    auto handler = [&late](Request) -> awaitable<Response> { co_return Response{.later = late}; };
    world.serve(handler);
    std::string text = world.talk(get("/1") + get("/2", close_field));
    EXPECT_EQ(count(text, "Content-Length: 7\r\n"), 2U) << text;
    EXPECT_TRUE(text.ends_with("at last"));
    EXPECT_EQ(world.seconds_until_closed(), 200s);
}

TEST(Late, AnswersEndWithTheClientTheServerAndTheirFailure) {
    World world;
    base::Clock& clock = world.portal.clock();
    int cancelled = 0;
    auto wait = [&]() -> awaitable<Response> {
        try {
            co_await clock.sleep_for(1h);
        } catch (system_error const&) {
            ++cancelled;
            throw;
        }
        co_return Response{};
    };
    auto fail = []() -> awaitable<Response> { throw std::runtime_error("secret"); };
    auto handler = [&](Request request) -> awaitable<Response> {
        Response response;
        if (request.path == "/fails")
            response.later = fail;
        else
            response.later = wait;
        co_return response;
    };
    Server& server = world.serve(handler);
    std::string failed = world.talk(get("/fails", close_field));
    EXPECT_EQ(status_of(failed), "HTTP/1.1 500 Internal Server Error");
    EXPECT_FALSE(has(failed, "secret"));
    auto leave = [&]() -> awaitable<void> {
        base::Stream stream = co_await world.dialer->connect("portal:80");
        std::string request = get("/waits");
        co_await World::write(stream, request);
        co_await world.user.clock().sleep_for(1s);
    };
    asio::co_spawn(world.user.executor(), leave(), must_not_throw);
    world.run_for(2s);
    EXPECT_EQ(cancelled, 1);
    EXPECT_EQ(server.sessions(), 0U);
    std::optional<std::string> heard;
    asio::co_spawn(world.user.executor(), world.converse({{get("/waits")}}, heard), must_not_throw);
    world.run_for(1s);
    asio::co_spawn(world.portal.executor(), server.stop(3s), must_not_throw);
    world.run_for(1s);
    EXPECT_EQ(cancelled, 2);
    EXPECT_EQ(heard, "");
}

awaitable<void> repeat_in_capitals(base::Stream stream, std::string text) {
    for (std::array<char, 64> piece;;) {
        for (char& letter : text) letter = static_cast<char>(letter - 32);
        co_await World::write(stream, text);
        std::size_t bytes = co_await stream.async_read_some(asio::buffer(piece), use_awaitable);
        text.assign(piece.data(), bytes);
    }
}

void speak_capitals(base::Stream stream, std::string already_read, std::unique_ptr<Upgraded> upgraded) {
    auto stop = std::make_shared<asio::cancellation_signal>();
    upgraded->on_stop = [stop] { stop->emit(asio::cancellation_type::terminal); };
    Executor executor = stream.get_executor();
    std::shared_ptr<Upgraded> counted = std::move(upgraded);
    auto ended = asio::bind_cancellation_slot(stop->slot(), [counted](std::exception_ptr) {});
    asio::co_spawn(executor, repeat_in_capitals(std::move(stream), std::move(already_read)),
                   std::move(ended));
}

awaitable<Response> upgrade_to_capitals(Request) {
    Response response{.status = 101};
    response.fields.add("Upgrade", "capitals");
    response.upgrade = speak_capitals;
    co_return response;
}

TEST(Upgrade, HandsTheConnectionOverWithWhatWasReadTooEarly) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        World world(seed);
        Server& server = world.serve(upgrade_to_capitals);
        std::optional<std::string> heard;
        std::vector<Part> parts{{get("/") + "early"}, {"late", 70s}};
        asio::co_spawn(world.user.executor(), world.converse(parts, heard), must_not_throw);
        world.run_for(80s);
        EXPECT_EQ(server.sessions(), 1U);
        EXPECT_FALSE(heard);
        asio::co_spawn(world.portal.executor(), server.stop(3s), must_not_throw);
        world.run_for(1s);
        EXPECT_EQ(server.sessions(), 0U);
        ASSERT_TRUE(heard);
        EXPECT_EQ(status_of(*heard), "HTTP/1.1 101 Switching Protocols");
        EXPECT_TRUE(has(*heard, "Connection: Upgrade\r\n") && has(*heard, "Upgrade: capitals\r\n"));
        EXPECT_FALSE(has(*heard, "Content-Length"));
        EXPECT_TRUE(heard->ends_with("\r\n\r\nEARLYLATE")) << *heard;
    }
}

}  // namespace
}  // namespace http
