#include "http/impl/chunk_writer.hpp"

#include <fmt/format.h>

#include <boost/asio/experimental/parallel_group.hpp>

#include "http/impl/session.hpp"

namespace http::impl {

awaitable<void> ChunkWriter::write(std::string_view piece) {
    if (piece.empty()) co_return;  // a chunk of no bytes would be the end
    session_.begin(Session::Phase::stream, session_.time_to_send(piece.size()));
    if (!chunked_) {
        co_await session_.write(piece, {});
    } else {
        std::string framed = fmt::format("{:x}\r\n", piece.size());
        framed.reserve(framed.size() + piece.size() + 2);
        framed.append(piece).append("\r\n");
        co_await session_.write(framed, {});
    }
    session_.begin(Session::Phase::stream, Duration::max());
}

namespace {

void note_failure(StreamEnd& end, std::exception_ptr const& failure) {
    try {
        if (failure) std::rethrow_exception(failure);
    } catch (std::exception const& problem) {
        end.failure = true;
        end.what = problem.what();
    } catch (...) {
        end.failure = true;
    }
}

}  // namespace

awaitable<StreamEnd> run_stream(Response const& response, Writer& writer, awaitable<void> watch) {
    namespace experimental = asio::experimental;
    Executor executor = co_await asio::this_coro::executor;
    auto group =
        experimental::make_parallel_group(asio::co_spawn(executor, response.stream(writer), asio::deferred),
                                          asio::co_spawn(executor, std::move(watch), asio::deferred));
    auto [order, maker_failure, watch_failure] =
        co_await group.async_wait(experimental::wait_for_one(), use_awaitable);
    StreamEnd end{.client_left = order[0] == 1};
    note_failure(end, maker_failure);
    co_return end;
}

namespace {

/// So that it fails in its own coroutine, even if it is none itself.
awaitable<Response> make_late(Response const& early) { co_return co_await early.later(); }

}  // namespace

awaitable<LateAnswer> run_late(Response const& early, awaitable<void> watch) {
    namespace experimental = asio::experimental;
    Executor executor = co_await asio::this_coro::executor;
    auto group =
        experimental::make_parallel_group(asio::co_spawn(executor, make_late(early), asio::deferred),
                                          asio::co_spawn(executor, std::move(watch), asio::deferred));
    auto [order, maker_failure, response, watch_failure] =
        co_await group.async_wait(experimental::wait_for_one(), use_awaitable);
    LateAnswer late;
    late.client_left = order[0] == 1;
    late.response = std::move(response);
    note_failure(late, maker_failure);
    co_return late;
}

}  // namespace http::impl
