#include "k8s/impl/transport.hpp"

#include <fmt/format.h>

#include "base/json_at.hpp"
#include "base/time.hpp"

namespace k8s::impl {

namespace {

constexpr std::size_t longest_answer = 64 * 1024 * 1024;
constexpr std::size_t longest_refusal = 64 * 1024;

Lane lane_of(Ask const& ask) {
    if (ask.call.priority == Priority::abort) return Lane::abort;
    return ask.streaming ? Lane::watch : Lane::normal;
}

bool is_good(int status) { return status >= 200 && status < 300; }

/// What the API server itself says, and not whom it has asked for us.
bool is_status_object(http::Response const& response) {
    auto const parsed = base::parse_json(response.body);
    return parsed && base::text_at(*parsed, "/kind") == "Status" &&
           base::text_at(*parsed, "/apiVersion") == "v1";
}

/// The server asks everybody to come back later.
bool asks_to_wait(Failure const& failure) {
    return failure.retry_after && (failure.status == 429 || failure.status == 503);
}

/// Whoever is the probe of an open breaker says what became of it, even when it is cancelled.
class Verdict {
public:
    explicit Verdict(Breaker& breaker) : breaker_(breaker) {}
    Verdict(Verdict const&) = delete;
    ~Verdict() {
        if (!said_) breaker_.given_up();
    }
    void answered() {
        said_ = true;
        breaker_.answered();
    }
    void failed(SteadyTime now, base::Random& random) {
        said_ = true;
        breaker_.failed(now, random);
    }

private:
    Breaker& breaker_;
    bool said_ = false;
};

}  // namespace

base::Result<std::shared_ptr<Transport>> Transport::make(Surroundings surroundings, Cluster cluster,
                                                         std::shared_ptr<Credential> credential,
                                                         Limits limits) {
    auto made = std::make_shared<Transport>(surroundings, std::move(cluster), std::move(credential), limits);
    TRY_VOID(made->connect_as({}));
    return made;
}

Transport::Transport(Surroundings with, Cluster to, std::shared_ptr<Credential> credential, Limits limits)
    : surroundings(with),
      cluster(std::move(to)),
      breaker(limits),
      credential_(std::move(credential)),
      limits_(limits),
      lanes_(with.executor, with.clock, limits) {}

awaitable<Result<http::Response>> Transport::perform(Ask const& ask) {
    SteadyTime deadline = surroundings.clock.now() + ask.call.limit;
    Backoff backoff(100ms, 5s);
    for (int attempt = 1;; ++attempt) {
        auto got = co_await try_once(ask, deadline);
        if (got) co_return got;
        Failure const& failure = got.error();
        SteadyTime now = surroundings.clock.now();
        if (asks_to_wait(failure)) lanes_.pause_until(now + *failure.retry_after);
        if (!is_worth_another(ask, failure, attempt)) co_return got;
        Duration wait = std::max(backoff.next(surroundings.random), failure.retry_after.value_or(0s));
        if (now + wait >= deadline) co_return got;
        ++counts.retries;
        co_await surroundings.clock.sleep_for(wait);
    }
}

/// A watch is begun anew by who watches; and who is asked for somebody else may be silent for long.
bool Transport::is_worth_another(Ask const& ask, Failure const& failure, int attempt) {
    bool may_be_renewed = failure.reason == Reason::unauthorized && credential_->refused();
    if (attempt == limits_.attempts || ask.streaming || ask.is_forwarded) return false;
    switch (failure.reason) {
        case Reason::unauthorized:
            return attempt == 1 && may_be_renewed;
        case Reason::too_many_requests:
            return true;
        case Reason::unreachable:
        case Reason::timeout:
            return !failure.may_have_taken_effect && !breaker.is_open();
        case Reason::internal:
            return !ask.has_effect;
        default:
            return false;
    }
}

awaitable<Result<http::Response>> Transport::try_once(Ask const& ask, SteadyTime deadline) {
    base::Clock& clock = surroundings.clock;
    auto getting = credential_->current();
    auto identity = co_await std::move(getting);
    if (!identity) co_return no_answer(asked(ask), identity.error(), false);
    auto permit = co_await lanes_.enter(lane_of(ask), deadline);
    if (!permit) {
        base::Error late{base::Errc::timed_out,
                         "other requests to this cluster were ahead of it for too long"};
        co_return no_answer(asked(ask), late, false);
    }
    bool admitted = breaker.admits(clock.now()) || ask.call.priority == Priority::abort;
    if (!admitted) co_return left_alone(ask);
    Verdict verdict(breaker);
    ++counts.requests[ask.verb];
    http::Answer answer = co_await send(ask, *identity, deadline);
    ++counts.answers[answer.response ? answer.response->status : 0];
    if (answer.response)
        verdict.answered();
    else if (!ask.is_forwarded)
        verdict.failed(clock.now(), surroundings.random);
    co_return judge(ask, std::move(answer));
}

awaitable<http::Answer> Transport::send(Ask const& ask, Identity const& identity, SteadyTime deadline) {
    if (auto connected = connect_as(identity); !connected) co_return http::Answer{connected.error()};
    http::Pool pool = *pool_;
    http::Request request = write(ask, identity);
    if (!ask.streaming) {
        Duration left = deadline - surroundings.clock.now();
        co_return co_await pool.send(std::move(request), left, longest_answer);
    }
    std::string refusal;
    auto take = [&](http::Response const& head, std::string_view part) {
        if (is_good(head.status)) {
            breaker.answered();
            return ask.streaming->take(part);
        }
        refusal.append(part.substr(0, longest_refusal - std::min(longest_refusal, refusal.size())));
        return true;
    };
    http::Answer answer = co_await pool.stream(std::move(request), ask.streaming->longest_silence, take);
    if (answer.response) answer.response->body = std::move(refusal);
    co_return answer;
}

Result<http::Response> Transport::judge(Ask const& ask, http::Answer answer) {
    if (!answer.response) return no_answer(asked(ask), answer.response.error(), answer.sent);
    bool const is_anothers = ask.is_forwarded && !is_status_object(*answer.response);
    if (!is_good(answer.response->status) && !is_anothers) return failure_of(asked(ask), *answer.response);
    return std::move(*answer.response);
}

base::Result<void> Transport::connect_as(Identity const& identity) {
    Identity show{.certificate = identity.certificate, .key = identity.key};
    if (pool_ && show == shown_) return {};
    http::PoolSettings settings{.server = cluster.server,
                                .tls = {.authorities = cluster.authorities,
                                        .certificate = show.certificate,
                                        .key = show.key,
                                        .server_name = cluster.server_name},
                                .proxy = cluster.proxy,
                                .connections = limits_.connections};
    TRY(pool_, http::Pool::make(surroundings.executor, surroundings.dialer, surroundings.clock, settings));
    shown_ = std::move(show);
    return {};
}

http::Request Transport::write(Ask const& ask, Identity const& identity) const {
    http::Request request{.method = ask.method, .raw_target = ask.target, .body = ask.body};
    request.fields.add("Accept", ask.accept);
    request.fields.add("User-Agent", "pilothouse");
    if (!ask.content_type.empty()) request.fields.add("Content-Type", ask.content_type);
    if (!identity.token.empty()) request.fields.add("Authorization", "Bearer " + identity.token);
    return request;
}

Failure Transport::left_alone(Ask const& ask) const {
    Duration wait = std::max<Duration>(breaker.probe_at() - surroundings.clock.now(), 0s);
    base::Error why = base::unavailable(
        fmt::format("it did not answer several times in a row and is left alone for another {}",
                    base::say_duration(wait)));
    return no_answer(asked(ask), why, false);
}

}  // namespace k8s::impl
