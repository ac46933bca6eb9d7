// What happens: a deployment and its rollouts, as they are stored and shown.
#pragma once
#include "model/environment.hpp"

namespace model {

using DeploymentId = base::Id<struct DeploymentTag>;

enum class Status { queued, deploying, completed, failed };
BOOST_DESCRIBE_ENUM(Status, queued, deploying, completed, failed)

enum class Phase {
    queued,                // waits for another deployment of the same component
    preparing,             // replicas of the new version start, no traffic yet
    progressing,           // traffic moves
    waiting_for_approval,  // at a gate
    paused,
    promoting,  // the new version becomes the stable one; the old one drains and goes
    aborting,   // traffic goes back
    completed,
    rolled_back,  // the verdict was bad
    cancelled,    // a person aborted
    superseded,   // a newer deployment took its place
    failed,
};
BOOST_DESCRIBE_ENUM(Phase, queued, preparing, progressing, waiting_for_approval, paused, promoting, aborting,
                    completed, rolled_back, cancelled, superseded, failed)

Status status_of(Phase phase);
/// A final phase never changes again.
inline bool is_final(Phase phase) {
    return status_of(phase) == Status::completed || status_of(phase) == Status::failed;
}

enum class Trigger { api, manual, scheduled };
BOOST_DESCRIBE_ENUM(Trigger, api, manual, scheduled)

/// `none`: nothing to judge yet.
enum class Verdict { none, good, bad, not_enough_data, source_down };
BOOST_DESCRIBE_ENUM(Verdict, none, good, bad, not_enough_data, source_down)

enum class StepKind { prepare, wait_ready, check, shift, bake, judge, gate, promote, drain, retire };
BOOST_DESCRIBE_ENUM(StepKind, prepare, wait_ready, check, shift, bake, judge, gate, promote, drain, retire)

/// One move. The three numbers are what is in force while the step runs; each step says all of them, so that
/// a step can be understood, and reached, from any state.
struct Step {
    StepKind kind = StepKind::prepare;
    int weight_percent = 0;  // share of the traffic for the new version
    int new_replicas = 0;
    int old_replicas = 0;
    Duration at_least{};   // bake
    bool decides = false;  // judge: wants `good`, not only "not bad"
    bool operator==(Step const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Step, (), (kind, weight_percent, new_replicas, old_replicas, at_least, decides))

/// Requests that one version got in a window, as the data plane counted them.
struct Counts {
    std::uint64_t requests = 0;
    std::uint64_t failures = 0;  // 5xx, connect and response errors, before retries
    Counts& operator+=(Counts const& other) {
        requests += other.requests;
        failures += other.failures;
        return *this;
    }
    bool operator==(Counts const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Counts, (), (requests, failures))

/// The same, and how the failures were spread over the looks at the counters: ten at once are less evidence
/// than one in each of ten looks.
struct Window {
    Counts counts{};
    std::uint64_t looks = 0;  // that found requests
    double squares = 0;       // failures * failures / requests, summed over the looks
    void add(Counts const& look);
    bool operator==(Window const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Window, (), (counts, looks, squares))

/// Limits of a confidence sequence for a failure rate, from 0 to 1.
struct Limits {
    double lower = 0;
    double upper = 1;
    bool operator==(Limits const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Limits, (), (lower, upper))

/// One test and what it says.
struct Judgement {
    Verdict verdict = Verdict::none;
    Counts canary{}, stable{};
    Limits canary_limits{}, stable_limits{};
    double risk = 0;          // spent by this test
    bool historical = false;  // the stable counts are from before the switch
    std::string sentence{};   // "1.2.0 fails 5.1 % (at least 3.9 %), 1.0.0 at most 0.4 %"
    bool operator==(Judgement const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Judgement, (),
                      (verdict, canary, stable, canary_limits, stable_limits, risk, historical, sentence))

/// A version as it is installed in a component: redeploying the same version makes a new revision.
struct Revision {
    int number = 0;  // rises within a component; 0: there is none
    std::string version{};
    Workload workload{};
    Traffic traffic{};
    bool operator==(Revision const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Revision, (), (number, version, workload, traffic))

/// What a component runs outside of any rollout; the baseline of the next one.
struct Placement {
    std::string environment{};
    std::string component{};
    Revision stable{};
    std::string previous_version{};  // where `rollback` without a version goes
    int last_revision = 0;
    bool operator==(Placement const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Placement, (), (environment, component, stable, previous_version, last_revision))

/// Counters of one HAProxy server when last read, to turn totals into increments.
struct ServerTotals {
    std::string generation{};  // a restart of HAProxy, or of the server entry, begins at zero
    Counts counts{};
    bool operator==(ServerTotals const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ServerTotals, (), (generation, counts))

/// What judging stands on. Kept with the rollout, so that a restart loses none of it.
struct Evidence {
    Window canary{}, stable{};              // since the canary's first request
    Window stage_canary{}, stage_stable{};  // at the current weight
    Window before_stable{};                 // the stable version's last window with traffic, for after 100 %
    std::map<std::string, ServerTotals> totals{};
    bool operator==(Evidence const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Evidence, (), (canary, stable, stage_canary, stage_stable, before_stable, totals))

/// Why a rollout goes back, and so how it ends.
enum class AbortCause { none, bad_verdict, person, superseded, not_ready, sibling, source_down, no_data };
BOOST_DESCRIBE_ENUM(AbortCause, none, bad_verdict, person, superseded, not_ready, sibling, source_down,
                    no_data)

/// The part of a deployment that concerns one component.
struct Rollout {
    DeploymentId deployment{};
    std::string environment{};
    std::string component{};
    Strategy strategy = Strategy::canary;
    StrategySettings settings{};
    JudgeSettings judge{};
    Revision from{};  // number 0: a first deployment
    Revision to{};
    std::vector<Step> plan{};

    Phase phase = Phase::queued;
    std::string reason{};      // the sentence that every screen shows
    WallTime since{};          // when this step, or the abort, began
    int step = 0;              // index into plan
    Duration step_observed{};  // observed time in this step
    Duration waited{};         // observed time without a decision (judge)
    bool paused = false;
    bool approved = false;  // the gate of this step was promoted
    bool promote_all = false;
    bool held = false;     // by what others have changed of what was written
    bool insists = false;  // a person wants to have it written again
    AbortCause abort = AbortCause::none;
    std::string reason_of_abort{};
    bool promoted = false;    // the new version is the stable one: the point of no return
    bool cut = false;         // the drain limit has passed: what still streams is ended
    int weight_in_force = 0;  // percent of the traffic for the new version, as last observed
    Evidence evidence{};
    Judgement total{}, stage{};       // the two tests
    std::int64_t epoch = 0;           // of the last writer
    std::int64_t version_number = 0;  // rises with each stored change
    bool operator==(Rollout const&) const = default;

    Step const& current() const { return plan[static_cast<std::size_t>(step)]; }
};
BOOST_DESCRIBE_STRUCT(Rollout, (),
                      (deployment, environment, component, strategy, settings, judge, from, to, plan, phase,
                       reason, since, step, step_observed, waited, paused, approved, promote_all, held,
                       insists, abort, reason_of_abort, promoted, cut, weight_in_force, evidence, total,
                       stage, epoch, version_number))

enum class WhenBusy { queue, supersede, refuse };
BOOST_DESCRIBE_ENUM(WhenBusy, queue, supersede, refuse)

struct DeployOptions {
    std::optional<StrategyOverrides> strategy{};
    std::optional<JudgeOverrides> judge{};
    std::optional<int> replicas{};
    WhenBusy when_busy = WhenBusy::queue;
    bool operator==(DeployOptions const&) const = default;
};
BOOST_DESCRIBE_STRUCT(DeployOptions, (), (strategy, judge, replicas, when_busy))
inline constexpr base::FieldRule deploy_options_rules[] = {
    {.field = "replicas", .minimum = 1, .maximum = 100}};
constexpr std::span<base::FieldRule const> rules_of(DeployOptions const*) { return deploy_options_rules; }

struct Deployment {
    DeploymentId id{};
    std::string environment{};
    std::string version{};
    Strategy strategy = Strategy::canary;
    Phase phase = Phase::queued;
    std::string reason{};
    Trigger trigger = Trigger::api;
    std::string actor{};
    WallTime created_at{};
    std::optional<WallTime> started_at{};
    std::optional<WallTime> completed_at{};
    std::optional<DeploymentId> retry_of{};
    std::optional<DeploymentId> rollback_of{};
    DeployOptions options{};
    std::vector<std::string> components{};
    std::int64_t seq = 0;  // of the newest event about it
    bool operator==(Deployment const&) const = default;
    Status status() const { return status_of(phase); }
};
BOOST_DESCRIBE_STRUCT(Deployment, (),
                      (id, environment, version, strategy, phase, reason, trigger, actor, created_at,
                       started_at, completed_at, retry_of, rollback_of, options, components, seq))

/// What one version got between two samples.
struct VersionSample {
    std::uint64_t requests = 0;
    std::uint64_t failures = 0;
    std::optional<double> latency_ms{};  // mean time to the answer, as the data plane smooths it
    double error_at_least_percent = 0;   // limits of the confidence sequence, of all that was seen until then
    double error_at_most_percent = 100;
    bool operator==(VersionSample const&) const = default;
};
BOOST_DESCRIBE_STRUCT(VersionSample, (),
                      (requests, failures, latency_ms, error_at_least_percent, error_at_most_percent))

/// One point of the chart that shows how a rollout went.
struct Sample {
    WallTime time{};
    std::string component{};
    int step = 0;  // from 1
    int weight_percent = 0;
    double seconds = 0;  // since the sample before
    std::optional<VersionSample> canary{}, stable{};
    bool operator==(Sample const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Sample, (), (time, component, step, weight_percent, seconds, canary, stable))

enum class LogLevel { info, warning, error };
BOOST_DESCRIBE_ENUM(LogLevel, info, warning, error)

struct LogEntry {
    std::int64_t seq = 0;  // of the whole store, rising; assigned by it
    WallTime time{};
    LogLevel level = LogLevel::info;
    std::string component{};
    std::string step{};
    std::string text{};
    bool operator==(LogEntry const&) const = default;
};
BOOST_DESCRIBE_STRUCT(LogEntry, (), (seq, time, level, component, step, text))

/// What an event's payload does to what a follower has.
enum class EventKind { full, patch, removed };
BOOST_DESCRIBE_ENUM(EventKind, full, patch, removed)

/// An immutable fact. `topic` is what it is about: "deployment/01J...", "log/01J...", "environment/demo".
struct Event {
    std::int64_t seq = 0;
    std::int64_t prev_seq = 0;  // of the same topic; 0: the first
    std::string organisation = "default";
    std::string topic{};
    std::string name{};  // "deployment-updated"
    EventKind kind = EventKind::full;
    std::string entity{};
    std::string actor{};
    WallTime time{};
    base::json::value payload{};
};
BOOST_DESCRIBE_STRUCT(Event, (),
                      (seq, prev_seq, organisation, topic, name, kind, entity, actor, time, payload))

struct AuditEntry {
    std::int64_t seq = 0;
    WallTime time{};
    std::string actor{};
    std::string address{};  // the client's
    std::string action{};   // "deployment.start"
    std::string target{};   // "environment/demo"
    std::string result{};   // "accepted"
    base::json::value details{};
};
BOOST_DESCRIBE_STRUCT(AuditEntry, (), (seq, time, actor, address, action, target, result, details))

}  // namespace model
