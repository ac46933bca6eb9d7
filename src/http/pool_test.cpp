// The pool against a server that closes, is slow, or stands behind a proxy; in the simulation, and with TLS
// over loopback.
#include "http/pool.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "base/real.hpp"
#include "base/testing.hpp"
#include "http/server.hpp"
#include "http/testing.hpp"
#include "sim/network.hpp"
#include "sim/testing.hpp"

namespace http {
namespace {

/// What a server that was written for a test does with one connection.
using Serve = std::function<awaitable<void>(base::Stream&)>;

awaitable<std::string> read_head(base::Stream& stream) {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
        char letter = 0;
        co_await stream.async_read_some(asio::buffer(&letter, 1), use_awaitable);
        head += letter;
    }
    co_return head;
}

awaitable<void> say(base::Stream& stream, std::string_view text) {
    while (!text.empty())
        text.remove_prefix(co_await stream.async_write_some(asio::buffer(text), use_awaitable));
}

constexpr std::string_view fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct World {
    explicit World(std::uint64_t seed = 1) : simulation(seed) { network.faults.delay = 1ms; }
    ~World() {
        user.kill();
        server.kill();
    }

    /// Serves every connection so, each by itself.
    void listen(std::string address, Serve serve) {
        auto accept = [](World& world, std::unique_ptr<base::Listener> listener,
                         Serve with) -> awaitable<void> {
            for (;;) {
                auto stream = std::make_shared<base::Stream>(co_await listener->accept());
                ++world.accepted;
                auto one = [](std::shared_ptr<base::Stream> its, Serve how) -> awaitable<void> {
                    try {
                        co_await how(*its);
                    } catch (system_error const&) {
                        // The client has gone.
                    }
                };
                asio::co_spawn(world.server.executor(), one(stream, with), must_not_throw);
            }
        };
        asio::co_spawn(server.executor(), accept(*this, network.listen(server, address), serve),
                       must_not_throw);
    }

    Pool pool(PoolSettings settings = {}) {
        settings.server = {.host = "server", .port = "80"};
        return *Pool::make(user.executor(), *dialer, user.clock(), std::move(settings));
    }

    template <class T>
    T run(awaitable<T> work) {
        return sim::testing::run(simulation, user, std::move(work));
    }
    void pass(Duration time) { sim::testing::pass(simulation, time); }

    Answer ask(Pool const& pool, std::string method, Duration limit = 10s) {
        Request request{.method = std::move(method), .raw_target = "/"};
        return run(pool.send(std::move(request), limit));
    }

    sim::Simulation simulation;
    sim::Network network{simulation};
    sim::Process server{simulation, "server"}, user{simulation, "user"};
    std::unique_ptr<base::Dialer> dialer = network.dialer(user);
    int accepted = 0;
    int requests = 0;
};

/// Answers, and closes after so many answers without having said so.
Serve close_after(World& world, int answers) {
    return [&world, answers](base::Stream& stream) -> awaitable<void> {
        for (int i = 0; i < answers; ++i) {
            co_await read_head(stream);
            ++world.requests;
            co_await say(stream, fine);
        }
    };
}

std::string body_or_error(Answer const& answer) {
    return answer.response ? answer.response->body : "error: " + answer.response.error().message;
}

TEST(Pool, KeepsItsConnection) {
    World world;
    world.listen("server:80", close_after(world, 100));
    Pool pool = world.pool();

    for (int i = 0; i < 10; ++i) EXPECT_EQ(body_or_error(world.ask(pool, i % 2 ? "GET" : "POST")), "ok");
    EXPECT_EQ(world.accepted, 1);
    EXPECT_EQ(pool.connections(), 1U);
}

TEST(Pool, ReplacesAClosedConnectionForASafeRequest) {
    World world;
    world.listen("server:80", close_after(world, 1));
    Pool pool = world.pool();

    for (int i = 0; i < 5; ++i) EXPECT_EQ(body_or_error(world.ask(pool, "GET")), "ok");
    EXPECT_EQ(world.requests, 5);
    EXPECT_EQ(world.accepted, 5);
}

TEST(Pool, NeverSendsARequestWithAnEffectTwice) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        World world(seed);
        int effects = 0;
        auto take_and_vanish = [&](base::Stream& stream) -> awaitable<void> {
            for (;;) {
                std::string head = co_await read_head(stream);
                if (head.starts_with("POST") && ++effects > 0 && seed % 2) co_return;
                co_await say(stream, fine);
                if (seed % 3 == 0) co_return;
            }
        };
        world.listen("server:80", take_and_vanish);
        Pool pool = world.pool();
        world.ask(pool, "GET");
        world.pass(world.simulation.random().up_to(3ms));

        Answer answer = world.ask(pool, "POST");
        EXPECT_LE(effects, 1) << seed;
        if (!answer.sent) {
            EXPECT_EQ(effects, 0) << seed;
        }
        if (answer.response) continue;
        EXPECT_TRUE(answer.sent) << seed;
        EXPECT_EQ(answer.response.error().code, base::Errc::unavailable) << seed;
    }
}

TEST(Pool, UsesAFreshConnectionForAnEffectWhenTheKeptOneIsOld) {
    World world;
    world.listen("server:80", close_after(world, 100));
    Pool pool = world.pool();
    world.ask(pool, "GET");

    world.pass(6s);
    EXPECT_EQ(body_or_error(world.ask(pool, "PATCH")), "ok");
    EXPECT_EQ(world.accepted, 2);
    world.pass(60s);
    EXPECT_EQ(body_or_error(world.ask(pool, "GET")), "ok");
    EXPECT_EQ(world.accepted, 3);
}

TEST(Pool, HasAtMostSoManyConnections) {
    World world;
    int now = 0, most = 0;
    auto slow = [&](base::Stream& stream) -> awaitable<void> {
        for (;;) {
            co_await read_head(stream);
            most = std::max(most, ++now);
            co_await world.server.clock().sleep_for(100ms);
            --now;
            co_await say(stream, fine);
        }
    };
    world.listen("server:80", slow);
    Pool pool = world.pool();
    int answered = 0;
    auto one = [&]() -> awaitable<void> {
        Request request{.raw_target = "/"};
        Answer answer = co_await pool.send(std::move(request), 60s);
        EXPECT_EQ(body_or_error(answer), "ok");
        ++answered;
    };
    for (int i = 0; i < 50; ++i) asio::co_spawn(world.user.executor(), one(), must_not_throw);
    EXPECT_TRUE(sim::testing::until(world.simulation, [&] { return answered == 50; }));
    EXPECT_EQ(most, 8);
    EXPECT_EQ(world.accepted, 8);
    EXPECT_LE(pool.connections(), 8U);
}

TEST(Pool, LimitsTimeAndSize) {
    World world;
    auto never = [&](base::Stream& stream) -> awaitable<void> {
        std::string head = co_await read_head(stream);
        if (head.starts_with("PUT"))
            co_await say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
        co_await world.server.clock().sleep_for(1h);
    };
    world.listen("server:80", never);
    Pool pool = world.pool();

    Answer late = world.ask(pool, "GET", 3s);
    ASSERT_FALSE(late.response);
    EXPECT_EQ(late.response.error().code, base::Errc::timed_out);
    EXPECT_TRUE(late.sent);
    EXPECT_EQ(pool.connections(), 0U);

    Answer large = world.ask(pool, "PUT", 3s);
    ASSERT_FALSE(large.response);
    EXPECT_EQ(large.response.error().code, base::Errc::invalid);
}

TEST(Pool, SaysThatNothingWasSentWhenNobodyListens) {
    World world;
    Pool pool = world.pool();
    Answer answer = world.ask(pool, "POST");
    ASSERT_FALSE(answer.response);
    EXPECT_EQ(answer.response.error().code, base::Errc::unavailable);
    EXPECT_NE(answer.response.error().message.find("server:80"), std::string::npos);
    EXPECT_FALSE(answer.sent);
}

TEST(Pool, StreamsUntilItIsSilentForTooLong) {
    World world;
    auto drip = [&](base::Stream& stream) -> awaitable<void> {
        co_await read_head(stream);
        co_await say(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 5; ++i) {
            co_await say(stream, "2\r\nhi\r\n");
            co_await world.server.clock().sleep_for(8s);
        }
        co_await world.server.clock().sleep_for(1h);
    };
    world.listen("server:80", drip);
    Pool pool = world.pool();
    std::string got;
    Request request{.raw_target = "/"};
    auto piece = [&](Response const& head, std::string_view part) {
        EXPECT_EQ(head.status, 200);
        got += part;
        return true;
    };
    Answer answer = world.run(pool.stream(std::move(request), 10s, piece));
    EXPECT_EQ(got, "hihihihihi");
    ASSERT_FALSE(answer.response);
    EXPECT_EQ(answer.response.error().code, base::Errc::timed_out);
}

TEST(Pool, TakesAChunkedAnswerWithoutDataHoweverItIsCut) {
    World world;
    auto drip = [&](base::Stream& stream) -> awaitable<void> {
        for (;;) {
            co_await read_head(stream);
            co_await say(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
            co_await world.server.clock().sleep_for(1s);
            co_await say(stream, "\r");
            co_await world.server.clock().sleep_for(1s);
            co_await say(stream, "\n");
        }
    };
    world.listen("server:80", drip);
    Pool pool = world.pool();
    EXPECT_EQ(body_or_error(world.ask(pool, "GET")), "");
    EXPECT_EQ(body_or_error(world.ask(pool, "GET")), "");
    EXPECT_EQ(world.accepted, 1);
}

TEST(Pool, AsksAProxyToConnect) {
    World world;
    std::string asked;
    int status = 200;
    auto proxy = [&](base::Stream& stream) -> awaitable<void> {
        asked = co_await read_head(stream);
        std::string agreed = "HTTP/1.1 " + std::to_string(status) + " so be it\r\n\r\n";
        co_await say(stream, agreed);
        co_await close_after(world, 2)(stream);
    };
    world.listen("proxy:3128", proxy);
    PoolSettings settings;
    settings.proxy = Url{.host = "proxy", .port = "3128"};
    Pool pool = world.pool(settings);

    EXPECT_EQ(body_or_error(world.ask(pool, "GET")), "ok");
    EXPECT_EQ(asked, "CONNECT server:80 HTTP/1.1\r\nHost: server:80\r\n\r\n");
    EXPECT_EQ(body_or_error(world.ask(pool, "GET")), "ok");
    EXPECT_EQ(world.accepted, 1);

    status = 407;
    Answer refused = world.ask(world.pool(settings), "GET");
    EXPECT_EQ(body_or_error(refused),
              "error: the proxy proxy:3128 answers 407 when asked to connect to server:80");
    EXPECT_FALSE(refused.sent);
}

using asio::ip::tcp;

/// A TLS server on loopback that wants a certificate of its clients and tells them whose it was.
class PoolWithTls : public ::testing::Test {
protected:
    PoolWithTls() {
        server.use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
        server.use_certificate(asio::buffer(identity.certificate), asio::ssl::context::pem);
        server.add_certificate_authority(asio::buffer(client.certificate));
        server.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
        SSL_CTX_set_alpn_select_cb(server.native_handle(), &select_protocol, this);
        asio::co_spawn(context, serve(), [](std::exception_ptr) {});
    }
    static int select_protocol(SSL*, unsigned char const** out, unsigned char* length,
                               unsigned char const* offered, unsigned int, void* self) {
        *length = *offered;
        *out = offered + 1;
        static_cast<PoolWithTls*>(self)->protocol.assign(reinterpret_cast<char const*>(*out), *length);
        return SSL_TLSEXT_ERR_OK;
    }
    awaitable<void> serve() {
        for (;;) {
            asio::ssl::stream<tcp::socket> stream(co_await acceptor.async_accept(use_awaitable), server);
            try {
                co_await serve_one(stream);
            } catch (system_error const&) {
                // One of us did not like what it saw.
            }
        }
    }
    awaitable<void> serve_one(asio::ssl::stream<tcp::socket>& stream) {
        co_await stream.async_handshake(asio::ssl::stream_base::server, use_awaitable);
        ++handshakes;
        char name[64] = {};
        X509* shown = SSL_get0_peer_certificate(stream.native_handle());
        X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, name, sizeof(name));
        std::string answer =
            "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(std::strlen(name)) + "\r\n\r\n" + name;
        for (;;) {
            char request[4096];
            co_await stream.async_read_some(asio::buffer(request), use_awaitable);
            co_await asio::async_write(stream, asio::buffer(answer), use_awaitable);
        }
    }
    PoolSettings settings(std::string host = "localhost") {
        std::string port = std::to_string(acceptor.local_endpoint().port());
        return {
            .server = {.tls = true, .host = std::move(host), .port = port},
            .tls = {
                .authorities = identity.certificate, .certificate = client.certificate, .key = client.key}};
    }
    std::string ask(Pool const& pool) {
        Request request{.raw_target = "/"};
        return body_or_error(base::run(context, pool.send(std::move(request), 10s)));
    }
    Pool pool(PoolSettings with) {
        return *Pool::make(context.get_executor(), *dialer, clock, std::move(with));
    }

    asio::io_context context{1};
    testing::Identity identity = testing::make_identity(), client = testing::make_identity("pilothouse");
    asio::ssl::context server{asio::ssl::context::tls_server};
    tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::unique_ptr<base::Dialer> dialer = base::make_dialer(context.get_executor());
    base::RealClock clock{context.get_executor()};
    std::string protocol{};
    int handshakes = 0;
};

TEST_F(PoolWithTls, ShowsItsCertificateAndOffersItsProtocol) {
    Pool with = pool(settings());
    EXPECT_EQ(ask(with), "pilothouse");
    EXPECT_EQ(ask(with), "pilothouse");
    EXPECT_EQ(handshakes, 1);
    EXPECT_EQ(protocol, "http/1.1");
}

TEST_F(PoolWithTls, ChecksTheNameThatIsWanted) {
    PoolSettings by_address = settings("127.0.0.1");
    EXPECT_NE(ask(pool(by_address)).find("certificate"), std::string::npos);
    by_address.tls.server_name = "localhost";
    EXPECT_EQ(ask(pool(by_address)), "pilothouse");
}

TEST_F(PoolWithTls, TrustsOnlyItsOwnBundle) {
    PoolSettings other = settings();
    other.tls.authorities = testing::make_identity().certificate;
    EXPECT_NE(ask(pool(other)).find("certificate"), std::string::npos);
}

TEST_F(PoolWithTls, SaysWhatItDoesNotUnderstandAndQuotesNothing) {
    PoolSettings bad = settings();
    bad.tls.key = "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n";
    auto made = Pool::make(context.get_executor(), *dialer, clock, bad);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, base::Errc::invalid);
    EXPECT_NE(made.error().message.find("key"), std::string::npos);
    EXPECT_EQ(made.error().message.find("SECRET"), std::string::npos);
}

TEST_F(PoolWithTls, RefusesAKeyOfAnotherCertificate) {
    PoolSettings bad = settings();
    bad.tls.key = identity.key;
    EXPECT_FALSE(Pool::make(context.get_executor(), *dialer, clock, bad));
}

}  // namespace
}  // namespace http
