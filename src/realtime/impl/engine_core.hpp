// What the sessions of one engine share.
#pragma once
#include <unordered_map>

#include "realtime/engine.hpp"
#include "realtime/impl/ids.hpp"
#include "realtime/impl/timers.hpp"

namespace realtime {

namespace impl {
class EngineSession;
}

struct EngineCore : std::enable_shared_from_this<EngineCore> {
    EngineCore(Executor on, base::Clock& clock, FillWithSecrets with_secrets, Settings with,
               Engine::OnOpen opened);

    Executor executor;
    impl::Ids ids;
    Settings settings;
    Engine::OnOpen on_open;
    std::shared_ptr<impl::Timers> timers;
    Counts counts{};
    bool stopping = false;
    std::unordered_map<std::string, std::shared_ptr<impl::EngineSession>> sessions{};

    std::shared_ptr<impl::EngineSession> find(std::string const& sid) const;
    /// Flushes it at the end of this turn: what is sent in one turn leaves together.
    void flush_soon(std::shared_ptr<impl::EngineSession> session);
    /// Flushes it then, too, or when `gather_time` has passed since the last time: more, if sending took
    /// long.
    void flush_with_others(std::shared_ptr<impl::EngineSession> session);
    void stop();
    /// Lets go of all sessions, which hold this.
    void abandon();

private:
    using Sessions = std::vector<std::shared_ptr<impl::EngineSession>>;
    void flush(Sessions& list);
    void flush_gathered();

    Sessions to_flush_{};
    Sessions gathering_{};
    SteadyTime gather_until_ = SteadyTime::min();
    impl::Timer gather_timer_;
};

}  // namespace realtime
