// Events on their way from the store to those who follow them over Socket.IO. docs/events.md is the contract.
#pragma once
#include "auth/accounts.hpp"
#include "realtime/server.hpp"
#include "rollout/engine.hpp"
#include "store/store.hpp"

namespace feed {

/// All outlive the feed.
struct Surroundings {
    Executor executor;  // the portal's own thread
    base::Clock& clock;
    store::Store& store;
    rollout::Engine& engine;
    auth::Accounts& accounts;
    realtime::Server& server;
};

struct FeedSettings {
    /// Other portals write to the same store, and nobody tells us when: look this often. 0: nobody else does.
    Duration poll_interval{};
    std::size_t tail_events = 1000;  // kept in memory, for who was away for a moment
    std::size_t tail_bytes = 1024 * 1024;
    int most_missed = 1000;  // who missed more gets a snapshot
    /// A fault planted on purpose, which the tests must see: the event with each such number reaches nobody.
    /// 0: none.
    std::int64_t skips_each = 0;
};

/// Reads events in their order, writes each once, and gives it to the rooms that follow its topic.
class Feed {
public:
    explicit Feed(Surroundings surroundings, FeedSettings settings = {});
    ~Feed();
    /// From then on clients are let in. Errors: unavailable.
    awaitable<base::Result<void>> start();
    void stop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace feed
