#include "api/idempotency.hpp"

#include "api/call.hpp"
#include "api/digest.hpp"

namespace api {

namespace {

using base::Result;
using store::IdempotentAnswer;

constexpr std::size_t longest_key = 255;

Result<std::string> read_key(http::Request const& request) {
    std::string_view key = request.fields.get("Idempotency-Key");
    bool visible = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    if (key.empty() || key.size() > longest_key || !visible)
        return base::invalid(
            "Idempotency-Key: must be 1 to 255 visible ASCII characters without spaces, a random one for "
            "each order");
    return std::string(key);
}

std::string hash_of(http::Request const& request) {
    return sha256(request.method + '\n' + request.path + '\n' + request.body);
}

void set_location(Call& call, std::string const& id) {
    call.fields.set("Location", "/api/deployments/" + id);
}

awaitable<Result<std::string>> first_time(Call& call, Order order) {
    rollout::AlsoStore nothing;
    CO_TRY(model::DeploymentView view, co_await order(nothing));
    set_location(call, view.id.value);
    co_return base::to_text(view);
}

/// Nothing when the key is new.
awaitable<Result<std::optional<IdempotentAnswer>>> answer_before(Call& call, std::string key,
                                                                 std::string hash) {
    auto find = [user = call.actor(), key,
                 now = call.services().clock.wall_now()](store::Transaction& transaction) {
        return store::find_answer(transaction, user, key, now);
    };
    CO_TRY(std::optional<IdempotentAnswer> before, co_await call.store().read(std::move(find)));
    if (before && before->request_hash != hash)
        co_return base::Error{
            base::Errc::unsupported,
            "Idempotency-Key: this key came before with another request; take a new one for a new order"};
    co_return std::move(before);
}

Result<std::string> again(Call& call, IdempotentAnswer const& before) {
    TRY(base::json::value parsed, base::parse_json(before.body));
    set_location(call, std::string(parsed.at("id").as_string()));
    call.fields.set("Idempotency-Replayed", "true");
    return before.body;
}

}  // namespace

std::shared_ptr<base::Mutex> KeysInUse::mutex_of(Key const& key, Executor const& executor) {
    std::erase_if(mutexes_, [](auto const& entry) { return entry.second.expired(); });
    std::weak_ptr<base::Mutex>& place = mutexes_[key];
    auto mutex = place.lock();
    if (!mutex) place = mutex = std::make_shared<base::Mutex>(executor);
    return mutex;
}

awaitable<Result<std::string>> once(Call& call, Order order) {
    if (!call.request.fields.has("Idempotency-Key")) co_return co_await first_time(call, std::move(order));
    CO_TRY(std::string key, read_key(call.request));
    std::string hash = hash_of(call.request);

    Executor executor = co_await asio::this_coro::executor;
    auto mutex = call.shared.keys_in_use.mutex_of({call.actor(), key}, executor);
    base::Mutex::Guard guard = co_await mutex->lock();
    CO_TRY(std::optional<IdempotentAnswer> before, co_await answer_before(call, key, hash));
    if (before) co_return again(call, *before);

    auto body = std::make_shared<std::string>();
    rollout::AlsoStore also = [body, key, hash, user = call.actor(), now = call.services().clock.wall_now()](
                                  store::Transaction& transaction, model::DeploymentView const& view) {
        *body = base::to_text(view);
        return store::save_answer(transaction, user, key, {hash, 202, *body}, now);
    };
    Result<model::DeploymentView> view = co_await order(std::move(also));
    if (view) {
        set_location(call, view->id.value);
        co_return *body;
    }
    // Another portal may have taken the same request at the same time, and won.
    if (view.error().code == base::Errc::conflict) {
        CO_TRY(std::optional<IdempotentAnswer> meanwhile, co_await answer_before(call, key, hash));
        if (meanwhile) co_return again(call, *meanwhile);
    }
    co_return view.error();
}

}  // namespace api
