#include "http/client.hpp"

#include <fmt/format.h>

#include "http/impl/exchange.hpp"
#include "http/impl/tls.hpp"

namespace http {

namespace {

using impl::Exchange;

awaitable<base::Stream> connect(base::Dialer& dialer, Url const& url) {
    base::Stream plain = co_await dialer.connect(url.address());
    if (!url.tls) co_return plain;
    co_return co_await impl::start_tls(std::move(plain), url.host, impl::system_trust());
}

awaitable<Response> exchange_alone(base::Dialer& dialer, Url const& url, Exchange const& with) {
    impl::Connection connection;
    connection.stream = co_await base::within(with.clock, *with.idle, connect(dialer, url));
    impl::Progress progress;
    impl::Exchanged got = co_await impl::exchange(connection, with, progress);
    co_return std::move(got.response);
}

/// The answer, or why there is none.
awaitable<base::Result<Response>> ask(Url const& url, awaitable<Response> work) {
    try {
        co_return co_await std::move(work);
    } catch (system_error const& problem) {
        if (problem.code() == asio::error::operation_aborted) throw;
        co_return impl::say(url, problem.code());
    }
}

}  // namespace

awaitable<base::Result<Response>> send(base::Dialer& dialer, base::Clock& clock, Url url, Request request,
                                       Duration limit, std::size_t body_limit_bytes) {
    std::string body, text;
    auto collect = [&](Response const&, std::string_view part) {
        body.append(part);
        return true;
    };
    try {
        text = impl::write_request(url, request, impl::Keep::close);
    } catch (std::invalid_argument const& mistake) {
        co_return base::invalid(mistake.what());
    }
    Exchange with{clock, text, request.method == "HEAD", limit, body_limit_bytes, collect};
    auto work = base::within(clock, limit, exchange_alone(dialer, url, with));
    auto response = co_await ask(url, std::move(work));
    if (response) response->body = std::move(body);
    co_return response;
}

awaitable<base::Result<int>> send_streaming(base::Dialer& dialer, base::Clock& clock, Url url,
                                            Request request, Duration idle,
                                            std::function<bool(int status, std::string_view)> piece) {
    auto pass = [&](Response const& response, std::string_view part) { return piece(response.status, part); };
    std::string text;
    try {
        text = impl::write_request(url, request, impl::Keep::close);
    } catch (std::invalid_argument const& mistake) {
        co_return base::invalid(mistake.what());
    }
    Exchange with{clock, text, request.method == "HEAD", idle, std::numeric_limits<std::size_t>::max(), pass};
    auto work = exchange_alone(dialer, url, with);
    auto response = co_await ask(url, std::move(work));
    if (!response) co_return response.error();
    co_return response->status;
}

}  // namespace http
