// What must survive: one interface, SQLite or PostgreSQL behind it.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/asio.hpp"
#include "base/error.hpp"
#include "base/offload.hpp"
#include "model/deployment.hpp"
#include "model/kubeconfig.hpp"

namespace store {

using base::Error;
using base::Result;
using model::DeploymentId;

/// Inside a unit of work. Lives only while it runs.
class Transaction;

/// A unit of work is a function that can run again: it may be rolled back after it returned (a full disk, a
/// serialization failure), alone or together with its neighbours, and then runs once more or its caller gets
/// an error. So it must have no effect but on the transaction and its own result. Answers leave only after
/// COMMIT.
class Store {
public:
    virtual ~Store() = default;

    /// Runs `work(Transaction&) -> Result<T>` and commits; a failed Result rolls back what it wrote. Queued
    /// works share a commit. Errors: the work's own; unavailable (disk full, database gone: nothing was
    /// changed).
    template <class Work, class R = std::invoke_result_t<Work&, Transaction&>>
    awaitable<R> write(Work work);
    /// Runs `work(Transaction&) -> Result<T>` on a consistent, read-only view.
    template <class Work, class R = std::invoke_result_t<Work&, Transaction&>>
    awaitable<R> read(Work work);

    /// "sqlite 3.40.1", "postgresql 15.18": for the health report.
    virtual std::string describe() const = 0;
    /// Empty, or why nothing can be written now: "the disk is full (/var/lib/pilothouse): reading only".
    /// (R58)
    virtual std::string degraded() const = 0;
    /// Called after each commit that may have changed something, on the thread that writes; so it only hands
    /// on. One listener; an empty one ends it.
    virtual void on_commit(std::function<void()> listener) = 0;

protected:
    using Work = std::function<Result<void>(Transaction&)>;
    using Done = asio::any_completion_handler<void(Result<void>)>;
    /// Answers on `home`, never inside the call.
    virtual void submit(bool writes, Work work, Executor home, Done done) = 0;
};

template <class T>
struct Page {
    std::vector<T> items{};
    std::string next{};  // empty: there is no more
};

// -- Deployments and rollouts
// ---------------------------------------------------------------------------------------

/// By which column a list is sorted; among equals by `created_at`.
enum class DeploymentSort { created_at, environment, version, status };
BOOST_DESCRIBE_ENUM(DeploymentSort, created_at, environment, version, status)
enum class Order { asc, desc };
BOOST_DESCRIBE_ENUM(Order, asc, desc)

/// An empty field filters nothing.
struct DeploymentFilter {
    std::string environment{};
    std::optional<model::Status> status{};
    std::optional<model::Strategy> strategy{};
    std::string version{};
    std::optional<model::Trigger> trigger{};
    std::optional<WallTime> created_from{};    // inclusive
    std::optional<WallTime> created_before{};  // exclusive
    DeploymentSort sort = DeploymentSort::created_at;
    Order order = Order::desc;
    std::string after{};  // a Page's `next`, of the same sort and order
    int limit = 50;
};

Result<void> insert_deployment(Transaction&, model::Deployment const&, std::vector<model::Rollout> const&);
Result<void> update_deployment(Transaction&, model::Deployment const&);
Result<model::Deployment> find_deployment(Transaction&, DeploymentId const&);  // not_found
/// Errors: invalid (a damaged `after`).
Result<Page<model::Deployment>> list_deployments(Transaction&, DeploymentFilter const&);
/// Not yet final, oldest first.
Result<std::vector<model::Deployment>> open_deployments(Transaction&);
Result<std::vector<model::Deployment>> open_deployments(Transaction&, std::string const& environment);

/// Replaces the row if its epoch is still `rollout.epoch`; otherwise conflict: somebody else drives it now,
/// drop everything.
Result<void> save_rollout(Transaction&, model::Rollout const&);
Result<model::Rollout> find_rollout(Transaction&, DeploymentId const&, std::string const& component);
Result<std::vector<model::Rollout>> rollouts_of(Transaction&, DeploymentId const&);
/// Those of every deployment that is not final, in one read.
Result<std::vector<model::Rollout>> open_rollouts(Transaction&);
/// Those of the listed deployments, in one read (for a list page).
Result<std::vector<model::Rollout>> rollouts_of(Transaction&, std::vector<DeploymentId> const&);

Result<std::vector<model::Placement>> placements(Transaction&);
Result<std::optional<model::Placement>> find_placement(Transaction&, std::string const& environment,
                                                       std::string const& component);
Result<void> save_placement(Transaction&, model::Placement const&);

// -- Intents and effects
// ---------------------------------------------------------------------------------------------

enum class EffectStatus { intended, confirmed, failed };
BOOST_DESCRIBE_ENUM(EffectStatus, intended, confirmed, failed)

/// Something to be done outside, recorded before it is tried.
struct Effect {
    std::int64_t id = 0;  // assigned by insert_intents
    DeploymentId deployment{};
    std::string component{};
    std::string purpose{};  // "route", "start", "stop"
    std::string object{};   // "web-r3-2"
    std::string body{};     // JSON: what exactly
    std::int64_t epoch = 0;
    EffectStatus status = EffectStatus::intended;
    std::string outcome{};
    WallTime intended_at{};
    bool operator==(Effect const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Effect, (),
                      (id, deployment, component, purpose, object, body, epoch, status, outcome, intended_at))

/// Returns their ids, in order.
Result<std::vector<std::int64_t>> insert_intents(Transaction&, std::vector<Effect> const&);
Result<void> finish_effect(Transaction&, std::int64_t id, EffectStatus status, std::string const& outcome);
/// All of one rollout, in order of id.
Result<std::vector<Effect>> effects_of(Transaction&, DeploymentId const&, std::string const& component);

// -- Leases
// -----------------------------------------------------------------------------------------------------------

struct Lease {
    std::string name{};  // "demo/web": one component of one environment
    std::string owner{};
    std::int64_t epoch = 0;
    WallTime until{};
};
/// Takes the lease when it is free, expired (by the database's time on PostgreSQL) or ours, raising its epoch
/// unless it was ours. Errors: conflict (names the owner and until when).
Result<Lease> claim_lease(Transaction&, std::string const& name, std::string const& owner, WallTime now,
                          Duration length);
/// Errors: conflict: it was taken over.
Result<Lease> renew_lease(Transaction&, Lease const&, WallTime now, Duration length);
Result<void> release_lease(Transaction&, Lease const&);
/// For SQLite, where one portal owns the folder: every lease gets a higher epoch and this owner, at once.
Result<void> take_all_leases(Transaction&, std::string const& owner);

// -- Log, events, audit
// ---------------------------------------------------------------------------------------------------

/// Assigns seq; returns the last one.
Result<std::int64_t> append_log(Transaction&, DeploymentId const&, std::vector<model::LogEntry> const&);
/// With seq > after, oldest first.
Result<std::vector<model::LogEntry>> read_log(Transaction&, DeploymentId const&, std::int64_t after,
                                              int limit);
/// The last ones, oldest first.
Result<std::vector<model::LogEntry>> newest_log(Transaction&, DeploymentId const&, int limit);

/// Assigns seq and prev_seq; visible to readers in the order of seq (PostgreSQL: under a transaction-level
/// lock held to the commit). Call it late in the transaction.
Result<std::int64_t> append_event(Transaction&, model::Event const&);
Result<std::vector<model::Event>> read_events(Transaction&, std::int64_t after, int limit);
Result<std::vector<model::Event>> read_events(Transaction&, std::string const& topic, std::int64_t after,
                                              int limit);
Result<std::optional<model::Event>> newest_event(Transaction&, std::string const& topic,
                                                 std::string const& entity, std::string const& name);
Result<std::int64_t> last_event(Transaction&);
/// The newest of each topic that begins with `kind` and a slash: "environment/demo" -> 118.
Result<std::map<std::string, std::int64_t>> last_events(Transaction&, std::string const& kind);

/// Points of a rollout's chart. One with the time and component of another replaces it.
Result<void> save_sample(Transaction&, DeploymentId const&, model::Sample const&);
/// Later than `after`, oldest first; of all components when none is named.
Result<std::vector<model::Sample>> read_samples(Transaction&, DeploymentId const&,
                                                std::string const& component, WallTime after, int limit);

Result<void> append_audit(Transaction&, model::AuditEntry const&);
/// Newest first, keyset by seq.
Result<Page<model::AuditEntry>> list_audit(Transaction&, std::string const& after, int limit);

// -- Requests made twice
// ----------------------------------------------------------------------------------------------

struct IdempotentAnswer {
    std::string request_hash{};
    int status = 0;
    std::string body{};
};
BOOST_DESCRIBE_STRUCT(IdempotentAnswer, (), (request_hash, status, body))
/// What was answered to this key of this user; nothing when unknown or older than 24 h.
Result<std::optional<IdempotentAnswer>> find_answer(Transaction&, std::string const& user,
                                                    std::string const& key, WallTime now);
Result<void> save_answer(Transaction&, std::string const& user, std::string const& key,
                         IdempotentAnswer const&, WallTime now);

// -- Users and sessions
// ------------------------------------------------------------------------------------------------

struct User {
    std::string name{};
    std::string password_hash{};  // PHC string
    std::string role = "admin";
    WallTime created_at{};
};
BOOST_DESCRIBE_STRUCT(User, (), (name, password_hash, role, created_at))
Result<std::int64_t> count_users(Transaction&);
Result<void> insert_user(Transaction&, User const&);  // conflict: the name is taken
Result<std::optional<User>> find_user(Transaction&, std::string const& name);
Result<void> update_password(Transaction&, std::string const& name, std::string const& password_hash);

struct Session {
    std::string token_hash{};  // SHA-256, hex
    std::string user{};
    WallTime created_at{};
    WallTime expires_at{};
    std::string address{};
};
BOOST_DESCRIBE_STRUCT(Session, (), (token_hash, user, created_at, expires_at, address))
Result<void> insert_session(Transaction&, Session const&);
Result<std::optional<Session>> find_session(Transaction&, std::string const& token_hash);
Result<std::vector<Session>> live_sessions(Transaction&, WallTime now);
Result<void> delete_session(Transaction&, std::string const& token_hash);
Result<void> delete_expired_sessions(Transaction&, WallTime now);

/// Failed log-ins, by "name:alice" or "address:10.0.0.7"; durable, so that a restart forgives nothing (R15).
struct Guesses {
    std::int64_t failures = 0;  // in a row
    WallTime window_began{};
    std::int64_t in_window = 0;
    WallTime wait_until{};
};
BOOST_DESCRIBE_STRUCT(Guesses, (), (failures, window_began, in_window, wait_until))
Result<Guesses> find_guesses(Transaction&, std::string const& who);
Result<void> save_guesses(Transaction&, std::string const& who, Guesses const&);
Result<void> forget_guesses(Transaction&, std::string const& who);

/// Small facts: "setup_token_hash", "environments_document".
Result<std::optional<std::string>> find_setting(Transaction&, std::string const& name);
Result<void> save_setting(Transaction&, std::string const& name, std::string const& value);
Result<void> delete_setting(Transaction&, std::string const& name);

// -- Uploaded kubeconfigs
// ----------------------------------------------------------------------------------------------

/// `wrapped_key` and `ciphertext` are secret::Sealed's; everything else may be told.
struct Kubeconfig {
    std::string organisation = "default";
    std::string name{};
    std::string server{};
    std::string namespace_{};
    model::KubeconfigCredential credential = model::KubeconfigCredential::token;
    WallTime created_at{};
    std::string created_by{};
    WallTime updated_at{};
    std::int64_t version = 1;  // one more each time that it is replaced
    std::string key_id{};
    std::string wrapped_key{};
    std::string ciphertext{};
    bool operator==(Kubeconfig const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Kubeconfig, (),
                      (organisation, name, server, namespace_, credential, created_at, created_by, updated_at,
                       version, key_id, wrapped_key, ciphertext))
/// Which one it is: two uploads of a name have different marks.
struct KubeconfigMark {
    std::string name{};
    std::int64_t version = 0;
    WallTime updated_at{};
    bool operator==(KubeconfigMark const&) const = default;
};
BOOST_DESCRIBE_STRUCT(KubeconfigMark, (), (name, version, updated_at))
/// In the order of their names, as the marks.
Result<std::vector<Kubeconfig>> list_kubeconfigs(Transaction&, std::string const& organisation);
Result<std::optional<Kubeconfig>> find_kubeconfig(Transaction&, std::string const& organisation,
                                                  std::string const& name);
/// A new one, or the one that follows the version that is there. Errors: conflict: it was changed meanwhile.
Result<void> save_kubeconfig(Transaction&, Kubeconfig const&);
/// Only its `key_id` and `wrapped_key`, if it is still this version.
Result<void> rewrap_kubeconfig(Transaction&, Kubeconfig const&);
/// Errors: not_found.
Result<void> delete_kubeconfig(Transaction&, std::string const& organisation, std::string const& name);
Result<std::vector<KubeconfigMark>> kubeconfig_marks(Transaction&, std::string const& organisation);

// -- Sample data
// -- invented, for looking at; apart from everything real, so that it can go without a trace

enum class SampleDataKind { metrics, alert, costs };
BOOST_DESCRIBE_ENUM(SampleDataKind, metrics, alert, costs)
struct SampleDocument {
    SampleDataKind kind = SampleDataKind::metrics;
    std::string name{};  // of the environment, or the alert's id
    std::string body{};  // JSON
};
BOOST_DESCRIBE_STRUCT(SampleDocument, (), (kind, name, body))
/// Has nobody used this database yet?
Result<bool> is_empty(Transaction&);
Result<void> save_sample_data(Transaction&, std::vector<SampleDocument> const&);
/// Of one kind, in the order of their names.
Result<std::vector<SampleDocument>> read_sample_data(Transaction&, SampleDataKind kind);
Result<std::int64_t> count_sample_data(Transaction&);
Result<void> remove_sample_data(Transaction&);

// -- Opening
// ----------------------------------------------------------------------------------------------------------

struct SqliteSettings {
    std::string file{};            // absolute path
    std::string vfs{};             // empty: the system's
    bool separate_readers = true;  // false: reads use the writing connection, too (simulation)
};
/// Checks and migrates. Errors: unavailable (no permission, disk full; damaged: names the file and what to
/// do), conflict (another portal holds the folder; the database is newer than this program). `writer` must
/// run one thing at a time; `readers` may be a pool.
Result<std::unique_ptr<Store>> open_sqlite(SqliteSettings const&, Executor writer, Executor readers);

struct PostgresqlSettings {
    std::string connection{};  // libpq's: "host=... dbname=..."
    int readers = 4;
};
Result<std::unique_ptr<Store>> open_postgresql(PostgresqlSettings const&, Executor writer, Executor readers);

/// Version of the schema that this program makes and understands.
int schema_version();

// -- Inline part
// ------------------------------------------------------------------------------------------------------

namespace detail {
/// Keeps the typed result beside the untyped unit of work. The closure travels in the handler, so the caller
/// may be destroyed meanwhile.
template <class R, class F>
awaitable<R> run(F submit) {
    auto result = std::make_shared<std::optional<R>>();
    Executor home = co_await asio::this_coro::executor;
    auto start = [&](auto handler) { submit(result, home, std::move(handler)); };
    Result<void> committed = co_await asio::async_initiate<asio::use_awaitable_t<> const, void(Result<void>)>(
        start, use_awaitable);
    if (!committed) co_return committed.error();
    co_return std::move(**result);
}
}  // namespace detail

template <class Work_, class R>
awaitable<R> Store::write(Work_ work) {
    auto go = [this, &work](std::shared_ptr<std::optional<R>> result, Executor const& home, auto handler) {
        submit(
            true,
            [result, work = std::move(work)](Transaction& transaction) mutable -> Result<void> {
                *result = work(transaction);
                if (!**result) return (**result).error();
                return {};
            },
            home, std::move(handler));
    };
    co_return co_await detail::run<R>(go);
}

template <class Work_, class R>
awaitable<R> Store::read(Work_ work) {
    auto go = [this, &work](std::shared_ptr<std::optional<R>> result, Executor const& home, auto handler) {
        submit(
            false,
            [result, work = std::move(work)](Transaction& transaction) mutable -> Result<void> {
                *result = work(transaction);
                if (!**result) return (**result).error();
                return {};
            },
            home, std::move(handler));
    };
    co_return co_await detail::run<R>(go);
}

}  // namespace store
