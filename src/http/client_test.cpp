// Client and server together, on real sockets and in the simulation.
#include "http/client.hpp"

#include <gtest/gtest.h>

#include "base/real.hpp"
#include "base/testing.hpp"
#include "http/server.hpp"
#include "sim/network.hpp"

namespace http {
namespace {

awaitable<Response> echo(Request request) {
    Response response{.status = request.path == "/made" ? 201 : 200};
    response.fields.set("Content-Type", "text/plain");
    response.body = request.method + " " + request.path + " from " + request.address;
    for (auto const& [name, value] : request.query) response.body += " " + name + "=" + value;
    if (!request.body.empty()) response.body += ": " + request.body;
    co_return response;
}

awaitable<base::Result<Response>> ask(base::Dialer& dialer, base::Clock& clock, std::string url,
                                      Request request) {
    auto parsed = parse_url(url);
    if (!parsed) co_return parsed.error();
    co_return co_await send(dialer, clock, *parsed, std::move(request), 10s);
}

std::string body_or_error(base::Result<Response> const& got) {
    return got ? got->body : "error: " + got.error().message;
}

TEST(Client, GetsAnAnswerFromTheServerOverRealSockets) {
    asio::io_context context(1);
    base::RealClock clock(context.get_executor());
    base::Random random(1);
    auto bound = base::listen(context.get_executor(), "127.0.0.1:0");
    ASSERT_TRUE(bound);
    auto dialer = base::make_dialer(context.get_executor());
    Server server(context.get_executor(), clock, random, echo);
    server.listen(std::move(bound->listener));

    auto work = [&]() -> awaitable<void> {
        Request plain, post{.method = "POST", .body = std::string(300'000, 'x')};
        auto got =
            co_await ask(*dialer, clock, "http://" + bound->address + "/a%20b?x=1&y=a+b", std::move(plain));
        EXPECT_EQ(body_or_error(got), "GET /a b from 127.0.0.1 x=1 y=a b");
        auto made = co_await ask(*dialer, clock, "http://" + bound->address + "/made", std::move(post));
        EXPECT_EQ(body_or_error(made), "POST /made from 127.0.0.1: " + std::string(300'000, 'x'));
        co_await server.stop(1s);
    };
    base::run(context, work());
    EXPECT_EQ(server.sessions(), 0U);
}

TEST(Client, SaysWhoDidNotAnswer) {
    asio::io_context context(1);
    base::RealClock clock(context.get_executor());
    std::string address;
    {
        auto bound = base::listen(context.get_executor(), "127.0.0.1:0");
        ASSERT_TRUE(bound);
        address = bound->address;
    }
    auto dialer = base::make_dialer(context.get_executor());
    auto got = base::run(context, ask(*dialer, clock, "http://" + address + "/", {}));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, base::Errc::unavailable);
    EXPECT_NE(got.error().message.find(address), std::string::npos);
}

awaitable<void> ask_many(base::Dialer& dialer, base::Clock& clock, int& answered) {
    for (int i = 0; i < 20; ++i) {
        std::string body(static_cast<std::size_t>(i) * 997, 'b');
        Request put{.method = "PUT", .body = body};
        auto got = co_await ask(dialer, clock, "http://portal:80/echo", std::move(put));
        EXPECT_EQ(body_or_error(got), "PUT /echo from user" + (body.empty() ? "" : ": " + body));
        ++answered;
    }
}

TEST(Client, GetsAnAnswerInTheSimulationWhateverTheSeed) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        sim::Simulation world(seed);
        sim::Network network(world);
        sim::Process portal(world, "portal"), user(world, "user");
        base::Random random(seed);
        auto dialer = network.dialer(user);
        int answered = 0;
        {
            Server server(portal.executor(), portal.clock(), random, echo);
            server.listen(network.listen(portal, "portal:80"));
            asio::co_spawn(user.executor(), ask_many(*dialer, user.clock(), answered), must_not_throw);
            while (answered < 20 && world.step()) {
            }
            portal.kill();
        }
        user.kill();
        EXPECT_EQ(answered, 20) << "seed " << seed;
    }
}

}  // namespace
}  // namespace http
