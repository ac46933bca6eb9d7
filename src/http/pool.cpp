#include "http/pool.hpp"

#include <fmt/format.h>

#include <boost/asio/experimental/channel.hpp>

#include "http/impl/exchange.hpp"
#include "http/impl/tls.hpp"

namespace http {

namespace {

using impl::Connection;
using impl::Exchange;
using impl::Progress;

bool is_safe(Request const& request) { return request.method == "GET" || request.method == "HEAD"; }

/// The other side has gone, as opposed to: it was too slow, or talks nonsense, or we no longer care.
bool is_closed(error_code problem) {
    return problem == asio::error::eof || problem == asio::error::connection_reset ||
           problem == asio::error::connection_aborted || problem == asio::error::broken_pipe ||
           problem == asio::error::not_connected ||
           std::string_view(problem.category().name()) == "asio.ssl.stream" ||
           std::string_view(problem.category().name()) == "beast.http";
}

struct Refused : std::exception {
    explicit Refused(base::Error why) : error(std::move(why)) {}
    base::Error error;
};

/// Asks the proxy to put us through. What it says beyond its head is not for us: a server that is spoken to
/// first says nothing yet.
awaitable<void> put_through(Connection& connection, base::Clock& clock, Url const& server, Url const& proxy) {
    std::string text = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", server.address());
    Progress progress;
    // Whether it agrees or not, its answer is read like one to HEAD: up to the end of the head.
    Exchange with{clock, text, true, {}, 64 * 1024, [](Response const&, std::string_view) { return true; }};
    impl::Exchanged got = co_await impl::exchange(connection, with, progress);
    int status = got.response.status;
    if (status < 200 || status > 299)
        throw Refused(base::unavailable(fmt::format("the proxy {} answers {} when asked to connect to {}",
                                                    proxy.address(), status, server.address())));
}

}  // namespace

struct Pool::Impl {
    base::Dialer& dialer;
    base::Clock& clock;
    PoolSettings settings;
    std::shared_ptr<asio::ssl::context> tls;  // none: plain text
    asio::experimental::channel<void(error_code)> free_slots;
    std::vector<Connection> kept{};  // the one used last stands last
    std::size_t in_use = 0;

    Impl(Executor const& executor, base::Dialer& with_dialer, base::Clock& with_clock, PoolSettings with)
        : dialer(with_dialer),
          clock(with_clock),
          settings(std::move(with)),
          free_slots(executor, settings.connections) {
        for (std::size_t i = 0; i < settings.connections; ++i) free_slots.try_send(error_code{});
    }

    Url const& first_hop() const { return settings.proxy ? *settings.proxy : settings.server; }

    std::string const& name_to_verify() const {
        return settings.tls.server_name.empty() ? settings.server.host : settings.tls.server_name;
    }

    awaitable<Connection> connect() {
        Connection made;
        std::string address = first_hop().address();
        made.stream = co_await dialer.connect(address);
        if (settings.proxy) co_await put_through(made, clock, settings.server, *settings.proxy);
        if (tls) {
            auto shaking_hands = impl::start_tls(std::move(made.stream), name_to_verify(), *tls);
            made.stream = co_await std::move(shaking_hands);
        }
        co_return made;
    }

    /// The one used last, if it is fresh enough. Drops those that are too old for anything.
    std::optional<Connection> take_kept(Request const& request) {
        SteadyTime now = clock.now();
        std::erase_if(kept, [&](Connection const& each) { return now - each.used_at > settings.idle_time; });
        Duration longest = is_safe(request) ? settings.idle_time : settings.idle_time_before_effect;
        if (kept.empty() || now - kept.back().used_at > longest) return {};
        Connection last = std::move(kept.back());
        kept.pop_back();
        return last;
    }

    /// Makes room for one more connection, which is in use.
    void make_room() {
        if (!kept.empty() && in_use + kept.size() > settings.connections) kept.erase(kept.begin());
    }

    awaitable<Response> exchange_on(Connection connection, Exchange const& with, Progress& progress) {
        impl::Exchanged got = co_await impl::exchange(connection, with, progress);
        if (got.reusable) {
            connection.used_at = clock.now();
            kept.push_back(std::move(connection));
        }
        co_return std::move(got.response);
    }

    awaitable<Response> on_new(Exchange const& with, Progress& progress) {
        make_room();
        auto connecting = base::within(clock, settings.connect_time, connect());
        Connection made = co_await std::move(connecting);
        auto exchanging = exchange_on(std::move(made), with, progress);
        co_return co_await std::move(exchanging);
    }

    /// Nothing when the connection was closed and the request may be sent again.
    awaitable<std::optional<Response>> on_kept(Connection connection, Request const& request,
                                               Exchange const& with, Progress& progress) {
        try {
            auto exchanging = exchange_on(std::move(connection), with, progress);
            co_return co_await std::move(exchanging);
        } catch (system_error const& problem) {
            bool harmless = is_safe(request) || progress.sent_bytes == 0;
            if (!is_closed(problem.code()) || progress.received_bytes > 0 || !harmless) throw;
        }
        co_return std::nullopt;
    }

    awaitable<Response> perform(Request const& request, Exchange const& with, Progress& progress) {
        co_await free_slots.async_receive(use_awaitable);
        ++in_use;
        struct GiveBack {
            Impl& impl;
            ~GiveBack() {
                --impl.in_use;
                impl.free_slots.try_send(error_code{});
            }
        } give_back{*this};
        if (auto found = take_kept(request)) {
            auto trying = on_kept(std::move(*found), request, with, progress);
            std::optional<Response> response = co_await std::move(trying);
            if (response) co_return std::move(*response);
            kept.clear();  // most likely closed, too
        }
        co_return co_await on_new(with, progress);
    }

    awaitable<Answer> answer(Request const& request, Exchange const& with, std::optional<Duration> limit) {
        Answer answer;
        Progress progress;
        try {
            auto work = perform(request, with, progress);
            if (limit) work = base::within(clock, *limit, std::move(work));
            answer.response = co_await std::move(work);
        } catch (system_error const& problem) {
            if (problem.code() == asio::error::operation_aborted) throw;
            answer.response = impl::say(settings.server, problem.code());
        } catch (Refused const& refused) {
            answer.response = refused.error;
        }
        answer.sent = progress.sent_bytes > 0;
        co_return answer;
    }

    base::Result<std::string> write(Request const& request) const {
        Url url = settings.server;
        url.target = request.raw_target;
        try {
            return impl::write_request(url, request, impl::Keep::alive);
        } catch (std::invalid_argument const& mistake) {
            return base::invalid(mistake.what());
        }
    }
};

base::Result<Pool> Pool::make(Executor executor, base::Dialer& dialer, base::Clock& clock,
                              PoolSettings settings) {
    auto impl = std::make_shared<Impl>(std::move(executor), dialer, clock, std::move(settings));
    if (impl->settings.server.tls) {
        TRY(impl->tls, impl::make_context(impl->settings.tls));
    }
    return Pool(std::move(impl));
}

awaitable<Answer> Pool::send(Request request, Duration limit, std::size_t body_limit_bytes) const {
    std::shared_ptr<Impl> impl = impl_;
    auto text = impl->write(request);
    if (!text) co_return Answer{text.error()};
    std::string body;
    auto collect = [&](Response const&, std::string_view part) {
        body.append(part);
        return true;
    };
    Exchange with{impl->clock, *text, request.method == "HEAD", {}, body_limit_bytes, collect};
    Answer answer = co_await impl->answer(request, with, limit);
    if (answer.response) answer.response->body = std::move(body);
    co_return answer;
}

awaitable<Answer> Pool::stream(Request request, Duration idle, Piece piece) const {
    std::shared_ptr<Impl> impl = impl_;
    auto text = impl->write(request);
    if (!text) co_return Answer{text.error()};
    constexpr std::size_t endless = std::numeric_limits<std::size_t>::max();
    Exchange with{impl->clock, *text, request.method == "HEAD", idle, endless, std::move(piece)};
    co_return co_await impl->answer(request, with, {});
}

std::size_t Pool::connections() const { return impl_->kept.size() + impl_->in_use; }

}  // namespace http
