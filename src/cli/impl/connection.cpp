#include "cli/impl/connection.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace cli {

namespace {

constexpr auto quietly = asio::as_tuple(use_awaitable);

}  // namespace

awaitable<std::string> Connection::connect(asio::ip::tcp::endpoint to) {
    auto [failed] = co_await socket_.async_connect(to, quietly);
    if (failed) co_return explain(failed, "no connection");
    error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    co_return "";
}

awaitable<std::string> Connection::exchange(std::string const& request) {
    reader_.begin();
    auto [not_sent, sent] = co_await asio::async_write(socket_, asio::buffer(request), quietly);
    if (not_sent)
        co_return explain(not_sent, fmt::format("only {} of {} bytes could be sent", sent, request.size()));
    std::array<char, 8192> bytes;
    auto state = AnswerReader::State::more;
    while (state == AnswerReader::State::more) {
        auto [failed, got] = co_await socket_.async_read_some(asio::buffer(bytes), quietly);
        if (failed == asio::error::eof && reader_.end_of_stream() == AnswerReader::State::complete)
            co_return "";
        if (failed) co_return explain(failed, reader_.anything_came() ? "the answer broke off" : "no answer");
        state = reader_.feed({bytes.data(), got});
    }
    co_return state == AnswerReader::State::complete ? "" : "the answer is not HTTP";
}

bool Connection::closed_by_other_side() {
    char byte = 0;
    ssize_t got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void Connection::give_up(std::string why) {
    given_up_ = std::move(why);
    error_code ignored;
    socket_.close(ignored);
}

std::string Connection::explain(error_code problem, std::string_view otherwise) const {
    if (!given_up_.empty()) return given_up_;
    if (problem == asio::error::eof)
        return fmt::format("{}: the other side closed the connection", otherwise);
    return fmt::format("{}: {}", otherwise, problem.message());
}

}  // namespace cli
