#include "cli/demo_traffic.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>

#include "cli/impl/alongside.hpp"
#include "cli/impl/connection.hpp"
#include "cli/impl/shot.hpp"
#include "cli/impl/tally.hpp"

namespace cli {

namespace {

using base::Result;

std::pair<std::string, std::string> host_and_port(std::string const& address) {
    auto colon = address.rfind(':');
    if (colon == std::string::npos) return {address, ""};
    std::string host = address.substr(0, colon);
    if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    return {host, address.substr(colon + 1)};
}

std::int64_t milliseconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

DemoTraffic::DemoTraffic(Executor executor, base::Clock& clock, DemoTrafficSettings settings)
    : executor_(std::move(executor)),
      clock_(clock),
      settings_(std::move(settings)),
      random_(settings_.seed),
      tally_(std::make_unique<Tally>()) {}

DemoTraffic::~DemoTraffic() = default;

awaitable<Result<void>> DemoTraffic::run() {
    auto ledger = LedgerWriter::open(settings_.ledger);
    if (!ledger) co_return ledger.error();
    ledger_ = std::make_unique<LedgerWriter>(std::move(*ledger));
    CO_TRY_VOID(co_await find_address());
    co_await alongside(send_by_schedule(), watch());
    write_ledger();
    if (ledger_failed_) co_return *ledger_failed_;
    co_return Result<void>();
}

awaitable<Result<void>> DemoTraffic::find_address() {
    auto [host, port] = host_and_port(settings_.to);
    if (host.empty() || port.empty())
        co_return base::invalid(
            fmt::format("\"{}\" is not an address; write it like 127.0.0.1:8080", settings_.to));
    asio::ip::tcp::resolver resolver(executor_);
    auto [failed, found] = co_await resolver.async_resolve(host, port, asio::as_tuple(use_awaitable));
    if (failed)
        co_return base::unavailable(fmt::format("cannot find {}: {}", settings_.to, failed.message()));
    address_ = found.begin()->endpoint();
    co_return Result<void>();
}

awaitable<void> DemoTraffic::send_by_schedule() {
    SteadyTime const start = clock_.now();
    SteadyTime const end =
        settings_.duration > Duration::zero() ? start + settings_.duration : SteadyTime::max();
    auto const interval = std::chrono::duration<double>(1 / settings_.rate);
    for (double number = 0; !stopping_ && !ledger_failed_;) {
        SteadyTime const due = start + std::chrono::duration_cast<Duration>(number * interval);
        if (due >= end) break;
        SteadyTime const now = clock_.now();
        if (now < due) {
            co_await clock_.sleep_for(std::min<Duration>(due - now, 100ms));
            continue;
        }
        fire(due);
        number += 1;
    }
    co_await finish();
}

/// What is then still open is ended, and so lost.
awaitable<void> DemoTraffic::finish() {
    SteadyTime const limit = clock_.now() + settings_.finish_limit;
    while (open_ > 0 && clock_.now() < limit) co_await clock_.sleep_for(10ms);
    for (Connection* connection : busy_)
        connection->give_up(fmt::format("no answer within {} after the last request",
                                        base::say_duration(settings_.finish_limit)));
    while (open_ > 0) co_await clock_.sleep_for(1ms);
}

/// Looks after the time limits; never ends by itself.
awaitable<void> DemoTraffic::watch() {
    for (int quarter = 1;; ++quarter) {
        co_await clock_.sleep_for(250ms);
        for (Connection* connection : busy_)
            if (clock_.now() >= connection->deadline)
                connection->give_up(
                    fmt::format("no answer within {}", base::say_duration(settings_.answer_limit)));
        if (quarter % 4 != 0) continue;
        write_ledger();
        every_second();
        tally_->tick();
    }
}

void DemoTraffic::fire(SteadyTime due) {
    if (open_ >= settings_.most_open) return tally_->skipped();
    ++open_;
    asio::co_spawn(executor_, exchange(++last_id_, due), must_not_throw);
}

awaitable<void> DemoTraffic::exchange(std::uint64_t id, SteadyTime due) {
    Shot const shot = make_shot(id, settings_, random_);
    ledger_->sent({id, shot.method, shot.target, shot.fresh_connection, clock_.wall_now()});
    write_ledger();
    tally_->sent();
    Done done = co_await attempt(shot);
    Duration const took = clock_.now() - due;
    done.milliseconds = milliseconds(took);
    ledger_->done(done);
    tally_->done(done, took - shot.asked_delay);
    --open_;
}

awaitable<Done> DemoTraffic::attempt(Shot const& shot) {
    auto lost = [&](std::string why) {
        return Done{.id = shot.id, .outcome = Outcome::lost, .why = std::move(why)};
    };
    std::unique_ptr<Connection> connection = shot.fresh_connection ? nullptr : take_idle(shot.id);
    bool const connected = connection != nullptr;
    if (!connected) connection = std::make_unique<Connection>(executor_);
    connection->deadline = clock_.now() + settings_.answer_limit;
    busy_.insert(connection.get());

    std::string why;
    if (!connected) why = co_await connection->connect(address_);
    std::string const text = request_text(shot, settings_.to);
    if (why.empty()) why = co_await connection->exchange(text);

    busy_.erase(connection.get());
    if (!why.empty()) co_return lost(std::move(why));
    Done done = judge(shot, connection->answer(), settings_.mix);
    if (!shot.fresh_connection && connection->answer().keep_alive) keep(std::move(connection));
    co_return done;
}

/// The one that was unused for longest, so that each is used now and then. None when there is none.
std::unique_ptr<Connection> DemoTraffic::take_idle(std::uint64_t id) {
    while (!idle_.empty()) {
        std::unique_ptr<Connection> connection = std::move(idle_.front());
        idle_.pop_front();
        if (!connection->closed_by_other_side()) return connection;
        tally_->closed_idle();
        ledger_->closed_idle(id);
    }
    return nullptr;
}

void DemoTraffic::keep(std::unique_ptr<Connection> connection) {
    if (idle_.size() < settings_.idle_connections) idle_.push_back(std::move(connection));
}

void DemoTraffic::write_ledger() {
    Result<void> written = ledger_->flush();
    if (!written && !ledger_failed_) ledger_failed_ = written.error();
}

}  // namespace cli
