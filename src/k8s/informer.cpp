#include "k8s/informer.hpp"

#include <fmt/format.h>

#include "k8s/backoff.hpp"

namespace k8s {

namespace {

constexpr Duration short_watch = 1s;  // one that ends sooner is no reason to hurry

bool is_not_newer(std::string_view version, std::string_view than) {
    Order order = compare_versions(version, than);
    return order == Order::older || order == Order::same;
}

}  // namespace

Informer::Informer(Client client, Resource resource, Selection selection, OnChange on_change,
                   InformerSettings settings)
    : client_(std::move(client)),
      resource_(std::move(resource)),
      selection_(std::move(selection)),
      on_change_(std::move(on_change)),
      settings_(std::move(settings)) {}

awaitable<void> Informer::run() {
    base::Clock& clock = client_.surroundings().clock;
    base::Random& random = client_.surroundings().random;
    Backoff backoff(500ms, 30s);
    for (;;) {
        std::optional<Failure> failure;
        SteadyTime began = now();
        if (must_list_) failure = co_await list();
        if (!failure) failure = co_await watch();
        bool went_well = !failure && now() - began >= short_watch;
        if (went_well) backoff.reset();
        if (failure) {
            must_list_ = must_list_ || failure->reason == Reason::expired;
            in_sync_since_.reset();
        }
        problem_ = std::move(failure);
        if (now() - listed_at_ >= settings_.list_anew_after) must_list_ = true;
        if (went_well) continue;
        Duration wait = backoff.next(random);
        co_await clock.sleep_for(wait);
    }
}

awaitable<std::optional<Failure>> Informer::list() {
    Call call{.limit = 60s};
    auto got = co_await client_.list(resource_, selection_, call);
    if (!got) co_return got.error();
    heard();
    if (auto stale = refuse_stale(*got)) co_return stale;
    replace_all(std::move(*got));
    must_list_ = false;
    listed_at_ = now();
    co_return std::nullopt;
}

std::optional<Failure> Informer::refuse_stale(List const& list) {
    bool is_stale = compare_versions(list.resource_version, version_) == Order::older;
    stale_lists_ = is_stale ? stale_lists_ + 1 : 0;
    if (!is_stale || stale_lists_ >= settings_.stale_lists_to_believe) return {};
    base::Error why = base::unavailable(fmt::format(
        "it shows version {}, older than {} which it has shown before", list.resource_version, version_));
    Asked asked{client_.cluster().name, "list", say(resource_, {selection_.namespace_, {}})};
    return no_answer(asked, why, false);
}

/// What is newer here than in the list stays, unless the list is believed against better knowledge.
void Informer::replace_all(List list) {
    bool starts_over = std::exchange(stale_lists_, 0) > 0;
    std::map<ObjectName, Object> gone = std::exchange(objects_, {});
    if (!starts_over) objects_ = gone;
    if (!starts_over)
        for (json::value const& item : list.items) gone.erase(metadata_of(item).name);
    for (auto const& [name, object] : gone) {
        objects_.erase(name);
        on_change_({Change::Kind::removed, *object});
    }
    for (json::value& item : list.items) put(std::move(item));
    version_ = list.resource_version;
}

awaitable<std::optional<Failure>> Informer::watch() {
    Duration spread = client_.surroundings().random.up_to(settings_.watch_length / 2);
    WatchOptions options{.resource_version = version_,
                         .longest_silence = settings_.longest_silence,
                         .length = settings_.watch_length / 2 + spread};
    auto take_event = [this](WatchEvent event) { take(std::move(event)); };
    auto ended = co_await client_.watch(resource_, selection_, options, take_event);
    if (!ended) co_return ended.error();
    co_return std::nullopt;
}

void Informer::take(WatchEvent event) {
    using Kind = WatchEvent::Kind;
    heard();
    if (event.kind == Kind::opened) {
        problem_.reset();
        if (!in_sync_since_) in_sync_since_ = now();
        return;
    }
    std::string version = metadata_of(event.object).resource_version;
    bool old_news = is_not_newer(version, version_);
    if (event.kind == Kind::removed)
        drop(event.object);
    else if (event.kind != Kind::bookmark && !old_news)
        put(std::move(event.object));
    if (!old_news && !version.empty()) version_ = version;
}

void Informer::put(json::value object) {
    if (settings_.trim) settings_.trim(object);
    Metadata const is = metadata_of(object);
    auto held = objects_.find(is.name);
    if (held == objects_.end()) {
        auto added = objects_.emplace(is.name, std::move(object)).first;
        return on_change_({Change::Kind::added, *added->second});
    }
    Metadata const was = metadata_of(*held->second);
    if (is_not_newer(is.resource_version, was.resource_version)) return;
    bool is_another = is.uid != was.uid;
    if (is_another) on_change_({Change::Kind::removed, *held->second});
    held->second = std::move(object);
    on_change_({is_another ? Change::Kind::added : Change::Kind::modified, *held->second});
}

/// What is not held may have been removed meanwhile.
void Informer::learn(json::value object) {
    if (objects_.contains(metadata_of(object).name)) put(std::move(object));
}

/// A removal is final: it counts however old it is, if it is about the very object that we hold.
void Informer::drop(json::value const& object) {
    Metadata const is = metadata_of(object);
    auto held = objects_.find(is.name);
    if (held == objects_.end() || metadata_of(*held->second).uid != is.uid) return;
    auto node = objects_.extract(held);
    on_change_({Change::Kind::removed, *node.mapped()});
}

Object Informer::find(ObjectName const& name) const {
    auto found = objects_.find(name);
    return found == objects_.end() ? Object() : found->second;
}

void Informer::heard() { heard_at_ = now(); }

std::optional<Duration> Informer::age() const {
    if (!heard_at_) return {};
    return now() - *heard_at_;
}

}  // namespace k8s
