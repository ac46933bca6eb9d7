#include "http/impl/exchange.hpp"

#include <fmt/format.h>

#include <boost/beast/http/error.hpp>

#include "http/impl/head.hpp"
#include "http/impl/response_parser.hpp"

namespace http::impl {

namespace {

std::string host_field(Url const& url) {
    bool usual_port = url.port == (url.tls ? "443" : "80");
    return usual_port ? url.host : url.address();
}

bool wants_length(Request const& request) {
    return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
           request.method == "PATCH";
}

awaitable<void> write_all(base::Stream& stream, std::string_view text, Progress& progress) {
    while (!text.empty()) {
        std::size_t count = co_await stream.async_write_some(asio::buffer(text), use_awaitable);
        text.remove_prefix(count);
        progress.sent_bytes += count;
    }
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

/// `work`, with a limit if there is one.
template <class T>
awaitable<T> limited(base::Clock& clock, std::optional<Duration> limit, awaitable<T> work) {
    if (!limit) return work;
    return base::within(clock, *limit, std::move(work));
}

void give(ResponseParser& parser, std::string& unread) {
    std::size_t used = parser.put(unread);
    unread.erase(0, used);
}

awaitable<void> read_answer(Connection& connection, Exchange const& with, ResponseParser& parser,
                            Progress& progress) {
    if (!connection.unread.empty()) give(parser, connection.unread);
    while (!parser.is_done()) {
        std::array<char, 16 * 1024> piece;
        auto reading = read_some(connection.stream, asio::buffer(piece));
        std::size_t count = co_await limited(with.clock, with.idle, std::move(reading));
        if (count == 0) co_return parser.put_end();
        progress.received_bytes += count;
        connection.unread.append(piece.data(), count);
        give(parser, connection.unread);
    }
}

}  // namespace

std::string write_request(Url const& url, Request const& request, Keep keep) {
    check_fields(request.fields);
    std::string text = fmt::format("{} {} HTTP/1.1\r\n", request.method, url.target);
    if (!request.fields.has("Host")) text += fmt::format("Host: {}\r\n", host_field(url));
    for (auto const& [name, value] : request.fields.all()) text += fmt::format("{}: {}\r\n", name, value);
    if (wants_length(request)) text += fmt::format("Content-Length: {}\r\n", request.body.size());
    if (keep == Keep::close) text += "Connection: close\r\n";
    return text + "\r\n" + request.body;
}

awaitable<Exchanged> exchange(Connection& connection, Exchange const& with, Progress& progress) {
    auto writing = write_all(connection.stream, with.text, progress);
    co_await limited(with.clock, with.idle, std::move(writing));
    for (;;) {
        Exchanged got;
        auto take = [&](std::string_view part) { return with.piece(got.response, part); };
        ResponseParser parser(got.response, take, with.asks_for_head, with.body_limit_bytes);
        co_await read_answer(connection, with, parser, progress);
        got.reusable = parser.leaves_connection_open() && connection.unread.empty();
        bool interim = got.response.status < 200 && got.response.status != 101;
        if (!interim) co_return got;
    }
}

base::Error say(Url const& url, error_code problem) {
    std::string address = url.address();
    if (problem == asio::error::timed_out)
        return {base::Errc::timed_out, fmt::format("{} did not answer in time", address)};
    if (problem == boost::beast::http::error::partial_message)
        return base::unavailable(
            fmt::format("the connection to {} ended in the middle of its answer", address));
    if (std::string_view(problem.category().name()) == "beast.http")
        return base::invalid(
            fmt::format("what {} answered is not HTTP, or too large: {}", address, problem.message()));
    return base::unavailable(fmt::format("{} cannot be reached: {}", address, problem.message()));
}

}  // namespace http::impl
