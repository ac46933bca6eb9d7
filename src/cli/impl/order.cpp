#include "cli/impl/order.hpp"

#include "cli/impl/arguments.hpp"
#include "cli/progress.hpp"
#include "cli/text.hpp"

namespace cli {

namespace {

using base::Errc;
using base::Result;

Duration patience(Order const& order) {
    if (!order.wait) return 10s;
    Duration const contact = order.follow.contact_limit;
    return order.follow.timeout > Duration::zero() ? std::min(order.follow.timeout, contact) : contact;
}

bool may_pass(base::Error const& error) {
    return error.code == Errc::unavailable || error.code == Errc::timed_out;
}

/// Sends until there is an answer: harmless, since the same key is the same deployment.
awaitable<Result<std::string>> send(Session& session, Order const& order) {
    base::Clock& clock = session.portal.clock();
    SteadyTime const limit = clock.now() + patience(order);
    for (Duration pause = 250ms;; pause = std::min<Duration>(2 * pause, 4s)) {
        Call call = order.call;
        Result<std::string> answer = co_await session.portal.call(std::move(call));
        bool const again = !answer && may_pass(answer.error()) && !order.call.idempotency_key.empty() &&
                           clock.now() + pause < limit;
        if (!again) co_return answer;
        co_await clock.sleep_for(pause);
    }
}

int tell(Session& session, model::DeploymentView const& view, std::string const& text) {
    if (session.json()) {
        session.terminal.out(text + "\n");
        return code(ExitCode::done);
    }
    WallTime const now = view.observed_at.value_or(session.portal.clock().wall_now());
    session.say(outcome_sentence(view, now) + "\n");
    if (!model::is_final(view.phase))
        session.say(fmt::format("follow it with: pilothouse follow {}\n", printable(view.id.value)));
    return code(ExitCode::done);
}

}  // namespace

awaitable<int> place_order(Session& session, Order order) {
    Result<std::string> text = co_await send(session, order);
    if (!text) co_return session.fail(text.error());
    auto view = read_answer<model::DeploymentView>(*text);
    if (!view) co_return session.fail(view.error());
    if (!order.wait) co_return tell(session, *view, *text);
    order.follow.passed_gates = gates_of(*view);
    co_return co_await follow(session, view->id.value, std::move(order.follow));
}

std::string random_key(base::Random& random) {
    return fmt::format("{:016x}{:016x}", random.next(), random.next());
}

void add_wait_options(CLI::App& command, bool& wait, Duration& timeout) {
    command.add_flag(
        "--wait", wait,
        "follow it: 0 completed, 1 failed, 3 rolled back, 4 waits for a gate, 5 time limit, 6 unreachable");
    add_field(command, "--timeout", timeout,
              "with --wait: give up waiting after this time (the deployment goes on)");
}

}  // namespace cli
