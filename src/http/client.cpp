#include "http/client.hpp"

#include <fmt/format.h>

#include "http/impl/head.hpp"
#include "http/impl/response_parser.hpp"
#include "http/impl/tls.hpp"

namespace http {

namespace {

using impl::ResponseParser;

std::string host_field(Url const& url) {
    bool usual_port = url.port == (url.tls ? "443" : "80");
    return usual_port ? url.host : url.address();
}

bool wants_length(Request const& request) {
    return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
           request.method == "PATCH";
}

std::string write_request(Url const& url, Request const& request) {
    impl::check_fields(request.fields);
    std::string text = fmt::format("{} {} HTTP/1.1\r\n", request.method, url.target);
    if (!request.fields.has("Host")) text += fmt::format("Host: {}\r\n", host_field(url));
    for (auto const& [name, value] : request.fields.all()) text += fmt::format("{}: {}\r\n", name, value);
    if (wants_length(request)) text += fmt::format("Content-Length: {}\r\n", request.body.size());
    return text + "Connection: close\r\n\r\n" + request.body;
}

awaitable<base::Stream> connect(base::Dialer& dialer, Url const& url) {
    base::Stream plain = co_await dialer.connect(url.address());
    if (!url.tls) co_return plain;
    co_return co_await impl::start_tls(std::move(plain), url.host, impl::system_trust());
}

awaitable<void> write_all(base::Stream& stream, std::string_view text) {
    while (!text.empty())
        text.remove_prefix(co_await stream.async_write_some(asio::buffer(text), use_awaitable));
}

/// Zero at the end of the connection.
awaitable<std::size_t> read_some(base::Stream& stream, asio::mutable_buffer into) {
    try {
        co_return co_await stream.async_read_some(into, use_awaitable);
    } catch (system_error const& problem) {
        if (problem.code() != asio::error::eof) throw;
    }
    co_return 0;
}

/// A connection's bytes, from one answer to the next.
class Incoming {
public:
    Incoming(base::Stream& stream, base::Clock& clock, Duration idle)
        : stream_(stream), clock_(clock), idle_(idle) {}

    awaitable<void> read(ResponseParser& parser) {
        if (!unread_.empty()) give(parser);
        while (!parser.is_done()) {
            std::array<char, 16 * 1024> piece;
            std::size_t count = co_await base::within(clock_, idle_, read_some(stream_, asio::buffer(piece)));
            if (count == 0) co_return parser.put_end();
            unread_.append(piece.data(), count);
            give(parser);
        }
    }

private:
    void give(ResponseParser& parser) {
        std::size_t used = parser.put(unread_);
        unread_.erase(0, used);
    }

    base::Stream& stream_;
    base::Clock& clock_;
    Duration idle_;
    std::string unread_{};
};

struct Exchange {
    base::Dialer& dialer;
    base::Clock& clock;
    Url const& url;
    Request const& request;
    Duration idle;
    std::size_t body_limit_bytes;
};

/// `piece` learns the status with each part.
awaitable<Response> exchange(Exchange const& with,
                             std::function<bool(Response const&, std::string_view)> piece) {
    base::Stream stream = co_await base::within(with.clock, with.idle, connect(with.dialer, with.url));
    std::string text = write_request(with.url, with.request);
    co_await base::within(with.clock, with.idle, write_all(stream, text));
    Incoming incoming(stream, with.clock, with.idle);
    for (;;) {
        Response response;
        auto take = [&](std::string_view part) { return piece(response, part); };
        ResponseParser parser(response, take, with.request.method == "HEAD", with.body_limit_bytes);
        co_await incoming.read(parser);
        bool interim = response.status < 200 && response.status != 101;
        if (!interim) co_return response;
    }
}

/// Only for what was thrown on the way to or from the other side.
base::Error say(Url const& url, error_code problem) {
    std::string address = url.address();
    if (problem == asio::error::timed_out)
        return {base::Errc::timed_out, fmt::format("{} did not answer in time", address)};
    if (std::string_view(problem.category().name()) == "beast.http")
        return base::invalid(
            fmt::format("what {} answered is not HTTP, or too large: {}", address, problem.message()));
    return base::unavailable(fmt::format("{} cannot be reached: {}", address, problem.message()));
}

}  // namespace

awaitable<base::Result<Response>> send(base::Dialer& dialer, base::Clock& clock, Url url, Request request,
                                       Duration limit, std::size_t body_limit_bytes) {
    std::string body;
    auto collect = [&](Response const&, std::string_view part) {
        body.append(part);
        return true;
    };
    Exchange with{dialer, clock, url, request, limit, body_limit_bytes};
    try {
        Response response = co_await base::within(clock, limit, exchange(with, collect));
        response.body = std::move(body);
        co_return response;
    } catch (system_error const& problem) {
        if (problem.code() == asio::error::operation_aborted) throw;
        co_return say(url, problem.code());
    } catch (std::invalid_argument const& mistake) {
        co_return base::invalid(mistake.what());
    }
}

awaitable<base::Result<int>> send_streaming(base::Dialer& dialer, base::Clock& clock, Url url,
                                            Request request, Duration idle,
                                            std::function<bool(int status, std::string_view)> piece) {
    auto pass = [&](Response const& response, std::string_view part) { return piece(response.status, part); };
    Exchange with{dialer, clock, url, request, idle, std::numeric_limits<std::size_t>::max()};
    try {
        Response response = co_await exchange(with, pass);
        co_return response.status;
    } catch (system_error const& problem) {
        if (problem.code() == asio::error::operation_aborted) throw;
        co_return say(url, problem.code());
    } catch (std::invalid_argument const& mistake) {
        co_return base::invalid(mistake.what());
    }
}

}  // namespace http
