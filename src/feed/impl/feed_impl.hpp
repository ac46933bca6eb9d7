// What the feed remembers. It can be forgotten: followers hold their cursors, and the store has the events.
#pragma once
#include <boost/asio/experimental/channel.hpp>
#include <map>
#include <set>

#include "base/mutex.hpp"
#include "feed/feed.hpp"
#include "feed/subscribe.hpp"
#include "feed/tail.hpp"

namespace feed {

using base::Result;

/// One topic of a subscription, as far as it can be prepared while other things happen.
struct Prepared {
    TopicWish wish{};
    std::optional<Refused> refused{};
    Accepted accepted{};
    std::int64_t from = 0;       // the follower has, or is given, everything up to this one
    std::vector<Told> missed{};  // read from the store, because the tail no longer reaches back so far
};

struct Feed::Impl : std::enable_shared_from_this<Feed::Impl> {
    Impl(Surroundings surroundings, FeedSettings its_settings);

    // -- From the store to the rooms (feed.cpp)
    awaitable<Result<void>> start();
    awaitable<void> follow();
    awaitable<void> wait_for_news();
    awaitable<Result<void>> read_on();
    void publish(Told told);
    awaitable<void> tick();
    void look_at(std::string const& environment);

    // -- Clients (impl/clients.cpp)
    awaitable<realtime::Admission> admit(realtime::Handshake handshake);
    awaitable<void> watch_sessions();
    /// What one client asks for happens in the order in which it asks.
    std::shared_ptr<base::Mutex> turn_of(realtime::Socket const& socket);
    awaitable<void> subscribe(std::shared_ptr<realtime::Socket> socket, realtime::Event event);
    awaitable<void> unsubscribe(std::shared_ptr<realtime::Socket> socket, realtime::Event event);

    // -- What a subscription gets first (impl/prepare.cpp)
    awaitable<Prepared> prepare(auth::Principal principal, TopicWish wish);
    awaitable<Result<void>> find_missed(Prepared& prepared, Topic const& topic);
    awaitable<Result<std::int64_t>> take_snapshot(Prepared& prepared, Topic const& topic);

    Surroundings world;
    FeedSettings settings;
    realtime::Namespace& clients;
    Tail tail;
    asio::experimental::channel<void(error_code)> committed;
    std::set<std::string> looked_at{};                            // environments with news for who watches
    std::map<std::string, std::shared_ptr<base::Mutex>> turns{};  // by the socket's id
    bool ticking = false;
    bool watching = false;
    bool stopped = false;
};

}  // namespace feed
