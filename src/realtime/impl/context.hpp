// What the clients and namespaces of one server share.
#pragma once
#include <boost/asio/experimental/channel.hpp>
#include <map>

#include "realtime/impl/ids.hpp"
#include "realtime/impl/timers.hpp"
#include "realtime/namespace.hpp"

namespace realtime::impl {

struct Context {
    Context(Executor on, base::Clock& with_clock, FillWithSecrets fill, Settings const& with_settings)
        : executor(on), clock(with_clock), ids(std::move(fill)), settings(with_settings), work_ended(on, 1) {}

    Executor executor;
    base::Clock& clock;
    Ids ids;
    Settings settings;
    std::shared_ptr<Timers> timers{};
    std::shared_ptr<Counts> counts{};  // the engine's
    std::map<std::string, std::shared_ptr<Namespace>, std::less<>> namespaces{};

    std::size_t handlers_under_way = 0;
    asio::experimental::channel<void(error_code)> work_ended;  // one of them
};

/// Counts a handler while it runs.
class UnderWay {
public:
    explicit UnderWay(std::shared_ptr<Context> context) : context_(std::move(context)) {
        ++context_->handlers_under_way;
    }
    ~UnderWay() {
        --context_->handlers_under_way;
        context_->work_ended.try_send(error_code{});
    }
    UnderWay(UnderWay const&) = delete;

private:
    std::shared_ptr<Context> context_;
};

/// An event that waits for its answer.
struct PendingAck {
    PendingAck(Context& context)
        : answer(context.executor, 1),
          timer(context.timers, [this] { answer.try_send(asio::error::timed_out, Answer()); }) {}
    asio::experimental::channel<void(error_code, Answer)> answer;
    Timer timer;
};

}  // namespace realtime::impl
