// What the API answers and the command line reads: one shape for both.
#pragma once
#include "model/deployment.hpp"

namespace model {

/// One side of the comparison: a version's share of failed requests and what is known of the true rate.
struct RateView {
    std::string version{};
    std::uint64_t requests = 0;
    std::uint64_t failures = 0;
    double error_percent = 0;
    double at_least_percent = 0;  // limits of the confidence sequence
    double at_most_percent = 100;
    bool operator==(RateView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(RateView, (),
                      (version, requests, failures, error_percent, at_least_percent, at_most_percent))

struct StepView {
    std::string component{};
    int number = 0;  // from 1
    StepKind kind = StepKind::prepare;
    int weight_percent = 0;
    int new_replicas = 0;
    int old_replicas = 0;
    std::int64_t at_least_seconds = 0;
    std::string text{};  // "send 25 % of the traffic to 1.1.0"
    bool operator==(StepView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(StepView, (),
                      (component, number, kind, weight_percent, new_replicas, old_replicas, at_least_seconds,
                       text))

struct ComponentRolloutView {
    std::string name{};
    std::optional<std::string> from_version{};
    int step = 0;  // from 1; 0 while it waits for its start
    int steps = 0;
    int weight_percent = 0;
    Verdict verdict = Verdict::none;
    std::string reason{};
    Phase phase = Phase::queued;
    std::optional<WallTime> since{};             // of what `reason` says
    std::optional<RateView> canary{}, stable{};  // the evidence so far
    std::string judgement{};                     // the verdict as a sentence
    JudgeSettings judge{};
    std::vector<StepView> plan{};
    bool operator==(ComponentRolloutView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ComponentRolloutView, (),
                      (name, from_version, step, steps, weight_percent, verdict, reason, phase, since, canary,
                       stable, judgement, judge, plan))

struct DeploymentView {
    DeploymentId id{};
    std::string environment{};
    std::string version{};
    Strategy strategy = Strategy::canary;
    Status status = Status::queued;
    Phase phase = Phase::queued;
    std::string reason{};
    Trigger trigger = Trigger::api;
    std::string actor{};
    WallTime created_at{};
    std::optional<WallTime> started_at{};
    std::optional<WallTime> completed_at{};
    std::optional<WallTime> observed_at{};  // when the targets were last looked at
    std::optional<DeploymentId> retry_of{};
    std::optional<DeploymentId> rollback_of{};
    std::vector<ComponentRolloutView> components{};
    std::int64_t seq = 0;  // of the newest event that it contains
    bool operator==(DeploymentView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(DeploymentView, (),
                      (id, environment, version, strategy, status, phase, reason, trigger, actor, created_at,
                       started_at, completed_at, observed_at, retry_of, rollback_of, components, seq))

struct DeploymentList {
    std::vector<DeploymentView> items{};
    std::optional<std::string> next{};
};
BOOST_DESCRIBE_STRUCT(DeploymentList, (), (items, next))

struct DeployRequest {
    std::string version{};
    std::optional<Strategy> strategy{};                    // default: the component's
    std::optional<std::vector<std::string>> components{};  // default: all enabled ones
    std::optional<DeployOptions> options{};
    bool operator==(DeployRequest const&) const = default;
};
BOOST_DESCRIBE_STRUCT(DeployRequest, (), (version, strategy, components, options))
inline constexpr base::FieldRule deploy_request_rules[] = {
    {.field = "version",
     .required = true,
     .longest = 128,
     .about = "the version to bring there",
     .pattern = version_pattern},
    {.field = "strategy", .about = "rolling, blue-green or canary; default: what the component declares"},
    {.field = "components", .minimum = 1, .maximum = 200, .about = "names; default: all that are enabled"},
};
constexpr std::span<base::FieldRule const> rules_of(DeployRequest const*) { return deploy_request_rules; }

/// A field of an object: what stands there, and what will. Values are JSON; none: the field is not there.
struct FieldChange {
    std::string path{};  // "/spec/replicas"
    std::optional<std::string> before{};
    std::optional<std::string> after{};
    bool operator==(FieldChange const&) const = default;
};
BOOST_DESCRIBE_STRUCT(FieldChange, (), (path, before, after))

/// One write to an object of a cluster, as it will be made. They come in this order.
struct PlannedChange {
    std::string component{};
    int step = 0;               // from 1
    std::string object{};       // "Deployment web-green"
    std::string text{};         // "scale web-green to 3"
    base::json::value patch{};  // RFC 6902, as it is sent: with a test of who wrote last, and who writes
    std::vector<FieldChange> fields{};
    bool operator==(PlannedChange const&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlannedChange, (), (component, step, object, text, patch, fields))

/// What the checks of a plan look at (docs/operating/kubernetes.md).
enum class CheckName {
    rights,
    versions,
    dry_run,
    quota,
    pull_secret,
    autoscaler,
    last_capacity,
    readiness,
    shutdown,
    disruption_budget,
    metrics
};
BOOST_DESCRIBE_ENUM(CheckName, rights, versions, dry_run, quota, pull_secret, autoscaler, last_capacity,
                    readiness, shutdown, disruption_budget, metrics)

/// `blocker`: the deployment would fail. `warning`: it may go wrong. `unknown`: it could not be looked at,
/// which blocks nothing.
enum class CheckResult { passed, warning, blocker, unknown };
BOOST_DESCRIBE_ENUM(CheckResult, passed, warning, blocker, unknown)

/// One thing that a check has found in a cluster; a check may find several.
struct PlanCheck {
    std::string component{};
    CheckName name = CheckName::rights;
    CheckResult result = CheckResult::passed;
    std::string text{};  // a sentence: what was found, and what to do
    bool operator==(PlanCheck const&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlanCheck, (), (component, name, result, text))

struct PlanView {
    std::string environment{};
    std::string version{};
    Strategy strategy = Strategy::canary;
    std::vector<StepView> steps{};
    std::int64_t at_least_seconds = 0;
    std::vector<std::string> blockers{};   // sentences; empty: it can start now
    std::vector<PlannedChange> changes{};  // in clusters
    std::vector<PlanCheck> checks{};       // of clusters; a blocker stands among `blockers` as well
    bool operator==(PlanView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlanView, (),
                      (environment, version, strategy, steps, at_least_seconds, blockers, changes, checks))

/// A rule of a Role of Kubernetes.
struct RoleRule {
    std::string api_group{};  // empty: the core group
    std::vector<std::string> resources{};
    std::vector<std::string> resource_names{};  // empty: all
    std::vector<std::string> verbs{};
    bool operator==(RoleRule const&) const = default;
};
BOOST_DESCRIBE_STRUCT(RoleRule, (), (api_group, resources, resource_names, verbs))

/// All that the portal's account needs in a cluster, and nothing more.
struct RoleView {
    std::string environment{};
    std::optional<std::string> namespace_{};  // none: that of the kubeconfig's context
    std::vector<RoleRule> rules{};
    bool operator==(RoleView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(RoleView, (), (environment, namespace_, rules))

struct ReplicaCount {
    int wanted = 0;
    int ready = 0;
    bool operator==(ReplicaCount const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReplicaCount, (), (wanted, ready))

/// `healthy`: all wanted replicas take traffic. `degraded`: some. `failed`: none. `deploying`: a deployment
/// is under way. `empty`: nothing was deployed yet. `unknown`: not observed (yet), or not for a while.
/// `disabled`.
enum class Health { healthy, degraded, failed, deploying, empty, unknown, disabled };
BOOST_DESCRIBE_ENUM(Health, healthy, degraded, failed, deploying, empty, unknown, disabled)

struct ComponentView {
    std::string name{};
    std::string service{};
    bool enabled = true;
    std::optional<std::string> version{};
    ReplicaCount replicas{};
    std::optional<std::string> traffic_address{};
    Health health = Health::unknown;
    std::string reason{};
    std::optional<DeploymentId> deployment{};  // the one under way
    bool operator==(ComponentView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ComponentView, (),
                      (name, service, enabled, version, replicas, traffic_address, health, reason,
                       deployment))

struct EnvironmentView {
    std::string name{};
    Provider provider = Provider::on_premises;
    EnvironmentType type = EnvironmentType::cloud;
    std::string region{};
    bool enabled = true;
    std::string target{};  // "host", "sample"
    Health health = Health::unknown;
    std::optional<WallTime> observed_at{};
    std::vector<ComponentView> components{};
    std::int64_t seq = 0;  // of the newest event that it contains
    bool operator==(EnvironmentView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(EnvironmentView, (),
                      (name, provider, type, region, enabled, target, health, observed_at, components, seq))

struct EnvironmentList {
    std::vector<EnvironmentView> items{};
    std::optional<std::string> next{};
};
BOOST_DESCRIBE_STRUCT(EnvironmentList, (), (items, next))

struct ProviderGroup {
    Provider provider = Provider::on_premises;
    std::vector<EnvironmentView> items{};
};
BOOST_DESCRIBE_STRUCT(ProviderGroup, (), (provider, items))
struct GroupedEnvironments {
    std::vector<ProviderGroup> groups{};
};
BOOST_DESCRIBE_STRUCT(GroupedEnvironments, (), (groups))

struct ReplicaView {
    std::string name{};
    std::string version{};
    std::string phase{};  // of the process: "running", "backing_off"; of a pod: "Running", "Terminating"
    std::optional<std::int64_t> pid{};  // of a process
    std::optional<std::uint16_t> port{};
    int starts = 0;
    std::string last_exit{};  // how it ended the last time: "exit status 1"
    int weight = 0;           // HAProxy's; in a cluster the percentage of its color
    bool routable = false;
    bool draining = false;
    std::string check{};                     // HAProxy's: "L7OK"; why a pod is not ready
    std::optional<std::int64_t> sessions{};  // if somebody counts them
    bool operator==(ReplicaView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReplicaView, (),
                      (name, version, phase, pid, port, starts, last_exit, weight, routable, draining, check,
                       sessions))

struct TrafficView {
    std::string listen{};
    bool running = false;
    std::string problem{};
    std::uint64_t requests = 0;      // since HAProxy started
    std::uint64_t own_failures = 0;  // answers that HAProxy made by itself
    std::uint64_t retries = 0;
    bool operator==(TrafficView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(TrafficView, (), (listen, running, problem, requests, own_failures, retries))

/// Who hands out the requests, and how. Of every kind of target.
struct VersionShare {
    std::string version{};
    int percent = 0;
    bool operator==(VersionShare const&) const = default;
};
BOOST_DESCRIBE_STRUCT(VersionShare, (), (version, percent))
struct RouteView {
    std::string name{};  // "HAProxy", "VirtualService web"
    std::vector<VersionShare> shares{};
    std::string problem{};     // a sentence: why it does not do what it is told
    std::string counted_by{};  // "HAProxy", "Prometheus at http://..."
    std::string not_counted{};
    bool operator==(RouteView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(RouteView, (), (name, shares, problem, counted_by, not_counted))

struct ComponentStatusView {
    std::string name{};
    std::optional<std::string> version{};
    Health health = Health::unknown;
    std::string reason{};
    std::vector<ReplicaView> replicas{};
    std::optional<TrafficView> traffic{};
    std::optional<RouteView> route{};
    std::vector<std::string> drift{};            // what others have changed, a sentence each
    std::optional<DeploymentView> deployment{};  // the one under way
    std::optional<WallTime> observed_at{};
    bool operator==(ComponentStatusView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ComponentStatusView, (),
                      (name, version, health, reason, replicas, traffic, route, drift, deployment,
                       observed_at))

struct EnvironmentStatusView {
    std::string name{};
    bool enabled = true;
    Health health = Health::unknown;
    std::optional<WallTime> observed_at{};
    std::vector<ComponentStatusView> components{};
    bool operator==(EnvironmentStatusView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(EnvironmentStatusView, (), (name, enabled, health, observed_at, components))

enum class HealthCheckName { replicas, endpoints, traffic, rpc, chain, peers, sync, blocks, validator };
BOOST_DESCRIBE_ENUM(HealthCheckName, replicas, endpoints, traffic, rpc, chain, peers, sync, blocks, validator)

/// From harmless to bad. `skipped`: not looked at, on purpose. `unknown`: could not be looked at.
enum class HealthCheckResult { skipped, passed, unknown, warning, failed };
BOOST_DESCRIBE_ENUM(HealthCheckResult, skipped, passed, unknown, warning, failed)

struct HealthCheckView {
    std::string component{};
    std::optional<Color> color{};  // none: of the component as a whole
    HealthCheckName name = HealthCheckName::replicas;
    HealthCheckResult result = HealthCheckResult::unknown;
    std::string text{};  // what was seen, or why nothing was
    std::optional<WallTime> observed_at{};
    bool operator==(HealthCheckView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(HealthCheckView, (), (component, color, name, result, text, observed_at))

/// The worst of its checks speaks for an environment: `failed`, `degraded` (a warning), `unknown`, `healthy`.
/// `empty`: it has no enabled component. `disabled`.
struct HealthView {
    std::string environment{};
    Health health = Health::unknown;
    WallTime observed_at{};
    std::vector<HealthCheckView> checks{};
    bool operator==(HealthView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(HealthView, (), (environment, health, observed_at, checks))

/// What is seen of a component now: not stored, the newest counts.
struct MonitoredComponent {
    std::string name{};
    std::optional<std::string> version{};
    Health health = Health::unknown;
    std::string reason{};
    std::vector<ReplicaView> replicas{};
    std::optional<TrafficView> traffic{};
    std::optional<RouteView> route{};
    std::vector<std::string> drift{};          // what others have changed, a sentence each
    std::optional<DeploymentId> deployment{};  // the one under way
    std::optional<Sample> sample{};            // the newest point of its chart
    bool operator==(MonitoredComponent const&) const = default;
};
BOOST_DESCRIBE_STRUCT(MonitoredComponent, (),
                      (name, version, health, reason, replicas, traffic, route, drift, deployment, sample))
struct MonitoringView {
    std::string environment{};
    std::optional<WallTime> observed_at{};
    std::vector<MonitoredComponent> components{};
    bool operator==(MonitoringView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(MonitoringView, (), (environment, observed_at, components))

/// How a provider's environments are, counted.
struct ProviderView {
    Provider provider = Provider::on_premises;
    std::int64_t environments = 0;
    std::map<std::string, std::int64_t> health{};  // name of a Health -> how many
    bool operator==(ProviderView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ProviderView, (), (provider, environments, health))

struct SampleList {
    std::vector<Sample> items{};
    std::optional<std::string> next{};
};
BOOST_DESCRIBE_STRUCT(SampleList, (), (items, next))

enum class AlertSeverity { error, warning, info };
BOOST_DESCRIBE_ENUM(AlertSeverity, error, warning, info)
enum class AlertStatus { firing, acknowledged, resolved };
BOOST_DESCRIBE_ENUM(AlertStatus, firing, acknowledged, resolved)

struct AlertView {
    std::string id{};
    AlertSeverity severity = AlertSeverity::warning;
    std::string title{};
    std::string text{};
    std::string environment{};
    std::optional<std::string> component{};
    AlertStatus status = AlertStatus::firing;
    WallTime started_at{};
    std::optional<WallTime> ended_at{};
    bool sample_data = false;  // invented
    bool operator==(AlertView const&) const = default;
};
BOOST_DESCRIBE_STRUCT(AlertView, (),
                      (id, severity, title, text, environment, component, status, started_at, ended_at,
                       sample_data))
struct AlertList {
    std::vector<AlertView> items{};
    std::optional<std::string> next{};
};
BOOST_DESCRIBE_STRUCT(AlertList, (), (items, next))

/// Amounts are decimal numbers in text: "1234.50".
struct ProviderCost {
    Provider provider = Provider::on_premises;
    std::string amount{};
};
BOOST_DESCRIBE_STRUCT(ProviderCost, (), (provider, amount))
struct EnvironmentCost {
    std::string environment{};
    std::string amount{};
};
BOOST_DESCRIBE_STRUCT(EnvironmentCost, (), (environment, amount))
struct DayCost {
    std::string date{};  // "2026-11-24", UTC
    std::string amount{};
};
BOOST_DESCRIBE_STRUCT(DayCost, (), (date, amount))
struct CostSummary {
    std::string currency{};
    std::string total{};
    std::optional<WallTime> as_of{};  // none: there is no source of costs
    bool sample_data = false;         // invented
    std::vector<ProviderCost> by_provider{};
    std::vector<EnvironmentCost> by_environment{};
    std::vector<DayCost> days{};  // oldest first
};
BOOST_DESCRIBE_STRUCT(CostSummary, (),
                      (currency, total, as_of, sample_data, by_provider, by_environment, days))

struct MetricSeries {
    std::string name{};  // "cpu_percent"
    std::string unit{};  // "%"
    std::optional<std::string> component{};
    std::vector<std::vector<double>> points{};  // [milliseconds since 1970, value], oldest first
};
BOOST_DESCRIBE_STRUCT(MetricSeries, (), (name, unit, component, points))
struct MetricsView {
    bool sample_data = false;  // invented
    std::vector<MetricSeries> series{};
};
BOOST_DESCRIBE_STRUCT(MetricsView, (), (sample_data, series))

struct LogList {
    std::vector<LogEntry> items{};
    std::optional<std::string> next{};
};
BOOST_DESCRIBE_STRUCT(LogList, (), (items, next))
struct AuditList {
    std::vector<AuditEntry> items{};
    std::optional<std::string> next{};
};
BOOST_DESCRIBE_STRUCT(AuditList, (), (items, next))

struct SetupRequest {
    std::string token{};
    std::string username{};
    std::string password{};
};
BOOST_DESCRIBE_STRUCT(SetupRequest, (), (token, username, password))
inline constexpr base::FieldRule setup_request_rules[] = {
    {.field = "token",
     .required = true,
     .longest = 128,
     .about = "the one-time set-up token that the first start printed"},
    {.field = "username", .required = true, .longest = 64},
    {.field = "password", .required = true, .longest = 2048, .about = "15 characters or more"}};
constexpr std::span<base::FieldRule const> rules_of(SetupRequest const*) { return setup_request_rules; }

struct LoginRequest {
    std::string username{};
    std::string password{};
};
BOOST_DESCRIBE_STRUCT(LoginRequest, (), (username, password))
inline constexpr base::FieldRule login_request_rules[] = {
    {.field = "username", .required = true, .longest = 64},
    {.field = "password", .required = true, .longest = 2048}};
constexpr std::span<base::FieldRule const> rules_of(LoginRequest const*) { return login_request_rules; }

struct LoginAnswer {
    std::string token{};
    WallTime expires_at{};
};
BOOST_DESCRIBE_STRUCT(LoginAnswer, (), (token, expires_at))

/// What a page must know before it shows anything.
struct SessionView {
    bool setup_required = false;  // there is no administrator yet
    std::optional<std::string> user{};
    std::optional<std::string> role{};
    std::optional<WallTime> expires_at{};
    std::vector<std::string> permissions{};
    std::string version{};     // of the program
    bool sample_data = false;  // invented numbers are shown, labelled as such
    WallTime time{};           // the server's
};
BOOST_DESCRIBE_STRUCT(SessionView, (),
                      (setup_required, user, role, expires_at, permissions, version, sample_data, time))

/// Lets a page follow events: good once, for the CONNECT packet.
struct TicketAnswer {
    std::string ticket{};
    WallTime expires_at{};
};
BOOST_DESCRIBE_STRUCT(TicketAnswer, (), (ticket, expires_at))

struct PromoteRequest {
    std::optional<bool> all{};  // false or absent: this gate or step only
};
BOOST_DESCRIBE_STRUCT(PromoteRequest, (), (all))

struct RollbackRequest {
    std::optional<std::string> version{};  // absent: the previous one
};
BOOST_DESCRIBE_STRUCT(RollbackRequest, (), (version))
inline constexpr base::FieldRule rollback_request_rules[] = {
    {.field = "version",
     .longest = 128,
     .about = "default: the one that was there before",
     .pattern = version_pattern}};
constexpr std::span<base::FieldRule const> rules_of(RollbackRequest const*) { return rollback_request_rules; }

struct ToggleRequest {
    bool enabled = true;
    std::optional<std::string> component{};  // absent: the environment as a whole
};
BOOST_DESCRIBE_STRUCT(ToggleRequest, (), (enabled, component))
inline constexpr base::FieldRule toggle_request_rules[] = {{.field = "enabled", .required = true},
                                                           {.field = "component",
                                                            .longest = 63,
                                                            .about = "default: the environment as a whole",
                                                            .pattern = name_pattern}};
constexpr std::span<base::FieldRule const> rules_of(ToggleRequest const*) { return toggle_request_rules; }

}  // namespace model
