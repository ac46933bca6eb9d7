// What a new follower gets before the events to come: what it missed, or a snapshot.
#include <limits>

#include "feed/impl/feed_impl.hpp"

namespace feed {

namespace {

constexpr int log_lines = 500;

Refused refusal(TopicWish const& wish, base::Error const& why) {
    return {.topic = wish.topic, .code = std::string(base::name(why.code)), .message = why.message};
}

Refused forbidden(TopicWish const& wish, auth::Principal const& who, auth::Permission permission) {
    std::string name(base::enum_name(permission));
    return {
        .topic = wish.topic,
        .code = "forbidden",
        .message = fmt::format("{} may not follow this: {} is missing; ask an administrator", who.user, name),
        .permission = name};
}

struct Shown {
    base::json::value view{};
    std::int64_t seq = 0;
};

Result<Shown> read_deployment(store::Transaction& transaction, model::DeploymentId const& id) {
    TRY(model::Deployment deployment, store::find_deployment(transaction, id));
    TRY(std::vector<model::Rollout> rollouts, store::rollouts_of(transaction, id));
    return Shown{base::to_json(rollout::view_of(deployment, rollouts)), deployment.seq};
}

Result<Shown> read_log(store::Transaction& transaction, model::DeploymentId const& id) {
    TRY_VOID(store::find_deployment(transaction, id));
    TRY(std::vector<model::LogEntry> lines, store::newest_log(transaction, id, log_lines + 1));
    bool truncated = lines.size() > log_lines;
    if (truncated) lines.erase(lines.begin());
    std::int64_t seq = lines.empty() ? 0 : lines.back().seq;
    return Shown{base::json::object{{"items", base::to_json(lines)}, {"truncated", truncated}}, seq};
}

}  // namespace

awaitable<Prepared> Feed::Impl::prepare(auth::Principal principal, TopicWish wish) {
    Prepared prepared{.wish = wish};
    prepared.accepted.topic = wish.topic;
    auto topic = parse_topic(wish.topic);
    if (!topic) {
        prepared.refused = refusal(wish, topic.error());
        co_return prepared;
    }
    auth::Permission permission = permission_for(topic->kind);
    auth::Resource on;
    if (topic->kind == TopicKind::environment || topic->kind == TopicKind::monitoring)
        on.environment = topic->name;
    if (!auth::decide(&principal, permission, on)) {
        prepared.refused = forbidden(wish, principal, permission);
        co_return prepared;
    }
    Result<void> found = co_await find_missed(prepared, *topic);
    if (!found) prepared.refused = refusal(wish, found.error());
    co_return prepared;
}

/// With a cursor what came after it; without one, or when that is too much, a snapshot and what came after
/// that.
awaitable<Result<void>> Feed::Impl::find_missed(Prepared& prepared, Topic const& topic) {
    std::optional<std::int64_t> after = prepared.wish.after;
    if (topic.kind == TopicKind::monitoring) after.reset();  // of ticks there is only the newest
    bool reset = false;
    if (after && *after > tail.newest()) {
        // From a portal, or a snapshot, that has read further than the tail. Or from another store.
        auto read = [](store::Transaction& transaction) { return store::last_event(transaction); };
        CO_TRY(std::int64_t newest, co_await world.store.read(std::move(read)));
        reset = *after > newest;
    }
    bool has_snapshot = !after || reset;
    if (has_snapshot) {
        CO_TRY(after, co_await take_snapshot(prepared, topic));
    }
    for (;;) {
        prepared.from = *after;
        prepared.accepted.seq = topic.kind == TopicKind::monitoring ? 0 : *after;
        prepared.accepted.reset = reset;
        if (tail.reaches(prepared.from)) co_return Result<void>{};

        std::int64_t complete_to = tail.newest();
        auto read = [room = prepared.wish.topic, from = prepared.from, kind = topic.kind,
                     limit = has_snapshot ? std::numeric_limits<int>::max()
                                          : settings.most_missed + 1](store::Transaction& transaction) {
            return kind == TopicKind::admin ? store::read_events(transaction, from, limit)
                                            : store::read_events(transaction, room, from, limit);
        };
        CO_TRY(std::vector<model::Event> events, co_await world.store.read(std::move(read)));
        if (!has_snapshot && std::ssize(events) > settings.most_missed) {
            has_snapshot = reset = true;
            CO_TRY(after, co_await take_snapshot(prepared, topic));
            continue;
        }
        for (model::Event const& event : events) {
            Told told = tell(event);
            bool sent_now = event.seq <= complete_to && told.is_for(prepared.wish.topic);
            if (sent_now) prepared.missed.push_back(std::move(told));
        }
        prepared.from = complete_to;
        co_return Result<void>{};
    }
}

/// Returns the seq of the newest event that it contains.
awaitable<Result<std::int64_t>> Feed::Impl::take_snapshot(Prepared& prepared, Topic const& topic) {
    Shown made;
    model::DeploymentId id{topic.name};
    switch (topic.kind) {
        case TopicKind::deployment: {
            auto open = world.engine.open_deployment(id);
            bool others_write = settings.poll_interval != Duration{};
            if (!open || others_write) {
                auto read = [id](store::Transaction& transaction) {
                    return read_deployment(transaction, id);
                };
                CO_TRY(made, co_await world.store.read(std::move(read)));
            }
            if (open && open->seq >= made.seq) made = {base::to_json(*open), open->seq};
            break;
        }
        case TopicKind::log: {
            auto read = [id](store::Transaction& transaction) { return read_log(transaction, id); };
            CO_TRY(made, co_await world.store.read(std::move(read)));
            break;
        }
        case TopicKind::environment: {
            CO_TRY(model::EnvironmentView view, world.engine.environment(topic.name));
            made.view = base::to_json(view);
            made.seq = view.seq;
            break;
        }
        case TopicKind::monitoring: {
            CO_TRY(model::MonitoringView view, world.engine.monitoring(topic.name));
            made.view = base::to_json(view);
            break;
        }
        case TopicKind::provider: {
            CO_TRY(model::Provider provider, base::parse_enum<model::Provider>(topic.name, "provider"));
            made.seq = tail.newest();  // before it is looked at, so that nothing is missed
            made.view = base::to_json(world.engine.provider(provider));
            break;
        }
        case TopicKind::alerts:
        case TopicKind::costs:
        case TopicKind::admin:
            made.seq = tail.newest();
            break;
    }
    prepared.accepted.snapshot = std::move(made.view);
    co_return made.seq;
}

}  // namespace feed
