// The client's TLS against a real TLS server on loopback, with a certificate made here.
#include "http/impl/tls.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "base/real.hpp"
#include "base/testing.hpp"
#include "http/client.hpp"
#include "http/testing.hpp"

namespace http {
namespace {

using asio::ip::tcp;

class Tls : public ::testing::Test {
protected:
    Tls() {
        server.use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
        server.use_certificate(asio::buffer(identity.certificate), asio::ssl::context::pem);
        trust.add_certificate_authority(asio::buffer(identity.certificate));
        asio::co_spawn(context, serve(), [](std::exception_ptr) {});
    }
    /// Answers every connection that shakes hands with the same words.
    awaitable<void> serve() {
        for (;;) {
            asio::ssl::stream<tcp::socket> stream(co_await acceptor.async_accept(use_awaitable), server);
            try {
                co_await stream.async_handshake(asio::ssl::stream_base::server, use_awaitable);
                char request[1024];
                co_await stream.async_read_some(asio::buffer(request), use_awaitable);
                std::string answer =
                    "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + std::string(300'000, 't');
                co_await asio::async_write(stream, asio::buffer(answer), use_awaitable);
                co_await stream.async_shutdown(use_awaitable);
            } catch (system_error const&) {
                // The client did not like what it saw.
            }
        }
    }
    /// Empty, or what the handshake failed with.
    std::string shake_hands(std::string host, asio::ssl::context& with) {
        auto work = [&]() -> awaitable<std::string> {
            base::Stream plain = co_await dialer->connect(address());
            try {
                base::Stream stream = co_await impl::start_tls(std::move(plain), host, with);
                std::string_view request = "GET / HTTP/1.1\r\n\r\n";
                co_await stream.async_write_some(asio::buffer(request), use_awaitable);
                std::array<char, 64> answer;
                std::size_t count = co_await stream.async_read_some(asio::buffer(answer), use_awaitable);
                EXPECT_TRUE(std::string_view(answer.data(), count).starts_with("HTTP/1.1 200 OK"));
            } catch (system_error const& problem) {
                co_return problem.code().message();
            }
            co_return std::string();
        };
        return base::run(context, work());
    }
    std::string address() const { return "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()); }

    asio::io_context context{1};
    testing::Identity identity = testing::make_identity();
    asio::ssl::context server{asio::ssl::context::tls_server};
    asio::ssl::context trust{asio::ssl::context::tls_client};
    tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::unique_ptr<base::Dialer> dialer = base::make_dialer(context.get_executor());
};

TEST_F(Tls, SpeaksWithAHostWhoseCertificateIsTrusted) { EXPECT_EQ(shake_hands("localhost", trust), ""); }

TEST_F(Tls, RefusesATrustedCertificateOfAnotherHost) {
    EXPECT_NE(shake_hands("example.org", trust), "");
    EXPECT_NE(shake_hands("127.0.0.1", trust), "");
}

TEST_F(Tls, RefusesACertificateThatTheSystemDoesNotTrust) {
    EXPECT_NE(shake_hands("localhost", impl::system_trust()), "");
    base::RealClock clock(context.get_executor());
    Url url{.tls = true, .host = "127.0.0.1", .port = std::to_string(acceptor.local_endpoint().port())};
    Request request;
    auto got = base::run(context, send(*dialer, clock, url, std::move(request), 10s));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, base::Errc::unavailable);
    EXPECT_NE(got.error().message.find("certificate"), std::string::npos) << got.error().message;
}

}  // namespace
}  // namespace http
