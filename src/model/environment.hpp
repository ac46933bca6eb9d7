// What is declared: environments, their components, and how versions are brought to them.
#pragma once
#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace model {

enum class Provider { azure, aws, gcp, ibm, oci, on_premises };
BOOST_DESCRIBE_ENUM(Provider, azure, aws, gcp, ibm, oci, on_premises)

enum class EnvironmentType { cloud, hci };
BOOST_DESCRIBE_ENUM(EnvironmentType, cloud, hci)

enum class Strategy { rolling, blue_green, canary };
BOOST_DESCRIBE_ENUM(Strategy, rolling, blue_green, canary)

/// The two that may stand beside each other: in a cluster two Deployments; on a host blue is the stable
/// version and green the one that is being brought.
enum class Color { blue, green };
BOOST_DESCRIBE_ENUM(Color, blue, green)
constexpr Color other(Color color) { return color == Color::blue ? Color::green : Color::blue; }

/// `managed`: we run and configure HAProxy ourselves.
enum class HaproxyMode { managed };
BOOST_DESCRIBE_ENUM(HaproxyMode, managed)

struct HostTarget {
    HaproxyMode haproxy = HaproxyMode::managed;
    bool operator==(HostTarget const&) const = default;
};
BOOST_DESCRIBE_STRUCT(HostTarget, (), (haproxy))

/// The API server is found by a kubeconfig (a file's or an uploaded one), or, for a portal that runs in the
/// cluster itself, by the service account of its pod.
struct KubernetesTarget {
    std::optional<std::string> kubeconfig{};  // a file of the operator's
    std::optional<std::string> uploaded{};    // the name of a kubeconfig that was uploaded, instead of a file
    std::optional<std::string> context{};     // of the kubeconfig; otherwise its current one
    std::optional<std::string> namespace_{};  // otherwise the context's
    std::optional<std::string> prometheus{};  // "http://prometheus.monitoring:9090": what judging counts by
    bool operator==(KubernetesTarget const&) const = default;
};
BOOST_DESCRIBE_STRUCT(KubernetesTarget, (), (kubeconfig, uploaded, context, namespace_, prometheus))

/// An environment for looking at only: nothing can be deployed to it.
struct SampleTarget {
    bool operator==(SampleTarget const&) const = default;
};
BOOST_DESCRIBE_STRUCT(SampleTarget, (), ())

/// Exactly one is set.
struct Target {
    std::optional<HostTarget> host{};
    std::optional<KubernetesTarget> kubernetes{};
    std::optional<SampleTarget> sample{};
    bool operator==(Target const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Target, (), (host, kubernetes, sample))
/// "host", "kubernetes", "sample"
std::string_view kind_of(Target const& target);

/// On a host processes: `command` and `artifact` may hold {version}, {port} (a port we choose for the
/// replica) and {folder}. In a cluster the pods of two Deployments, `<deployment>-blue` and
/// `<deployment>-green`: `image` may hold {version}.
struct Workload {
    std::vector<std::string> command{};        // argv, never a shell line
    std::optional<std::string> artifact{};     // a file that must exist, or the version is unknown
    std::map<std::string, std::string> env{};  // added to the replica's environment variables
    std::optional<std::string> deployment{};
    std::optional<std::string> container{};  // whose image is the version
    std::optional<std::string> image{};
    int replicas = 1;
    Duration stop_timeout = std::chrono::seconds(30);  // from SIGTERM to SIGKILL
    bool operator==(Workload const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Workload, (),
                      (command, artifact, env, deployment, container, image, replicas, stop_timeout))
inline constexpr base::FieldRule workload_rules[] = {
    {.field = "command", .minimum = 1, .maximum = 64, .about = "program and arguments, a list"},
    {.field = "image", .about = "with {version}, like registry.example.org/web:{version}"},
    {.field = "replicas", .minimum = 1, .maximum = 100},
};
constexpr std::span<base::FieldRule const> rules_of(Workload const*) { return workload_rules; }

/// Counters of requests in the pods themselves, where no Envoy counts them: selectors of PromQL for counters
/// that only rise. They may hold {namespace}, {service}, {color} and {deployment}, which is the color's.
struct RequestMetrics {
    std::string requests =
        R"(http_requests_total{namespace="{namespace}",pod=~"{deployment}-[0-9a-z]+-[0-9a-z]+"})";
    std::optional<std::string> failures{};  // without it: those of `requests` with a label that says 5xx
    bool operator==(RequestMetrics const&) const = default;
};
BOOST_DESCRIBE_STRUCT(RequestMetrics, (), (requests, failures))

/// On a host `listen` and `health`; in a cluster `service`, and one of the routes if there is one. With a
/// route two Services stand behind it, `<service>-blue` and `<service>-green`. Without one the Service
/// selects a color, or the pods of both.
struct Traffic {
    std::string listen{};      // "127.0.0.1:8080": where clients send their requests
    std::string health = "/";  // path that a ready replica answers with 2xx or 3xx
    std::optional<std::string> service{};
    std::optional<std::string> virtual_service{};  // Istio's
    std::optional<std::string> http_route{};       // Gateway API's
    std::optional<RequestMetrics> metrics{};       // in place of Envoy's
    bool operator==(Traffic const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Traffic, (), (listen, health, service, virtual_service, http_route, metrics))
inline constexpr base::FieldRule traffic_rules[] = {{.field = "listen", .about = "address:port"}};
constexpr std::span<base::FieldRule const> rules_of(Traffic const*) { return traffic_rules; }

/// What to do when somebody else has changed what a rollout has written into a cluster's objects: name it and
/// wait for a person (hold), or write it again (reassert).
enum class DriftPolicy { hold, reassert };
BOOST_DESCRIBE_ENUM(DriftPolicy, hold, reassert)

/// How a version is brought in. Overridden per environment, component and request, in this order.
struct StrategySettings {
    Strategy default_ = Strategy::canary;
    std::vector<int> weights_percent{10, 25, 50, 75, 100};  // canary: rising, the last is 100
    Duration bake = std::chrono::seconds(30);   // at each weight (canary), after each batch (rolling)
    Duration settle = std::chrono::seconds(5);  // blue-green: after the switch, before the watch
    Duration watch = std::chrono::seconds(30);  // blue-green: judged with the old version still warm
    int surge = 1;                              // rolling: replicas above the wanted number
    int unavailable = 0;                        // rolling: replicas below the wanted number
    std::vector<int> gates_percent{};           // weights at which a person must promote
    Duration progress_deadline = std::chrono::minutes(10);  // for replicas to become routable
    Duration drain_limit = std::chrono::minutes(1);         // streams that last longer are cut, and named
    DriftPolicy on_drift = DriftPolicy::hold;
    bool operator==(StrategySettings const&) const = default;
};
BOOST_DESCRIBE_STRUCT(StrategySettings, (),
                      (default_, weights_percent, bake, settle, watch, surge, unavailable, gates_percent,
                       progress_deadline, drain_limit, on_drift))

/// What to do when the metrics cannot decide: wait for more up to max_wait and then for a person (hold), go
/// on (promote), or go back (abort).
enum class NoDataPolicy { hold, promote, abort };
BOOST_DESCRIBE_ENUM(NoDataPolicy, hold, promote, abort)
/// A dead metric source never promotes.
enum class SourceDownPolicy { hold, abort };
BOOST_DESCRIBE_ENUM(SourceDownPolicy, hold, abort)

struct JudgeSettings {
    bool enabled = true;
    double risk = 0.01;               // of a wrong verdict, for the whole rollout
    double margin_percent = 2;        // how much worse (percentage points of errors) still counts as good
    std::uint64_t min_requests = 20;  // to the new version, at each weight
    double first_limit_percent = 5;   // a first deployment has no baseline: at most this share of errors
    NoDataPolicy on_no_data = NoDataPolicy::hold;
    SourceDownPolicy on_source_down = SourceDownPolicy::hold;
    Duration max_wait = std::chrono::hours(1);
    bool operator==(JudgeSettings const&) const = default;
};
BOOST_DESCRIBE_STRUCT(JudgeSettings, (),
                      (enabled, risk, margin_percent, min_requests, first_limit_percent, on_no_data,
                       on_source_down, max_wait))

/// The same fields, each only if it overrides.
struct StrategyOverrides {
    std::optional<Strategy> default_{};
    std::optional<std::vector<int>> weights_percent{};
    std::optional<Duration> bake{};
    std::optional<Duration> settle{};
    std::optional<Duration> watch{};
    std::optional<int> surge{};
    std::optional<int> unavailable{};
    std::optional<std::vector<int>> gates_percent{};
    std::optional<Duration> progress_deadline{};
    std::optional<Duration> drain_limit{};
    std::optional<DriftPolicy> on_drift{};
    bool operator==(StrategyOverrides const&) const = default;
};
BOOST_DESCRIBE_STRUCT(StrategyOverrides, (),
                      (default_, weights_percent, bake, settle, watch, surge, unavailable, gates_percent,
                       progress_deadline, drain_limit, on_drift))
inline constexpr base::FieldRule strategy_rules[] = {
    {.field = "weights_percent",
     .minimum = 1,
     .maximum = 100,
     .about = "rising percentages, the last one 100"},
    {.field = "gates_percent",
     .minimum = 0,
     .maximum = 100,
     .about = "weights at which a person must promote"},
    {.field = "surge", .minimum = 0, .maximum = 100},
    {.field = "unavailable", .minimum = 0, .maximum = 100},
};
constexpr std::span<base::FieldRule const> rules_of(StrategySettings const*) { return strategy_rules; }
constexpr std::span<base::FieldRule const> rules_of(StrategyOverrides const*) { return strategy_rules; }

struct JudgeOverrides {
    std::optional<bool> enabled{};
    std::optional<double> risk{};
    std::optional<double> margin_percent{};
    std::optional<std::uint64_t> min_requests{};
    std::optional<double> first_limit_percent{};
    std::optional<NoDataPolicy> on_no_data{};
    std::optional<SourceDownPolicy> on_source_down{};
    std::optional<Duration> max_wait{};
    bool operator==(JudgeOverrides const&) const = default;
};
BOOST_DESCRIBE_STRUCT(JudgeOverrides, (),
                      (enabled, risk, margin_percent, min_requests, first_limit_percent, on_no_data,
                       on_source_down, max_wait))
inline constexpr base::FieldRule judge_rules[] = {
    {.field = "risk", .minimum = 0.000001, .maximum = 0.5},
    {.field = "margin_percent", .minimum = 0.01, .maximum = 100},
    {.field = "min_requests", .minimum = 0, .maximum = 1e9},
    {.field = "first_limit_percent", .minimum = 0, .maximum = 100},
};
constexpr std::span<base::FieldRule const> rules_of(JudgeSettings const*) { return judge_rules; }
constexpr std::span<base::FieldRule const> rules_of(JudgeOverrides const*) { return judge_rules; }

/// How a component that is an Ethereum node is asked over JSON-RPC, and what it should answer.
struct Rpc {
    std::optional<int> port{};  // of its pods; on a host each replica is asked at its own
    std::string path = "/";
    std::optional<std::uint64_t> chain_id{};
    std::optional<Duration> block_period{};  // without it nobody can tell how old the newest block may be
    int peers = 1;                           // as many as expected; 0: it is alone
    std::vector<std::string> validators{};   // addresses that must be in the set of validators
    bool operator==(Rpc const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Rpc, (), (port, path, chain_id, block_period, peers, validators))
inline constexpr base::FieldRule rpc_rules[] = {
    {.field = "port", .minimum = 1, .maximum = 65535},
    {.field = "chain_id", .minimum = 1, .maximum = 9e15},
    {.field = "peers", .minimum = 0, .maximum = 1000},
    {.field = "validators",
     .minimum = 1,
     .maximum = 100,
     .about = "addresses, like 0x followed by 40 digits"},
};
constexpr std::span<base::FieldRule const> rules_of(Rpc const*) { return rpc_rules; }

struct Component {
    std::string name{};
    std::string service = "http";  // service type: http; later besu, cacti, firefly, ccip
    bool enabled = true;
    std::optional<Workload> workload{};
    std::optional<Traffic> traffic{};
    std::optional<Rpc> rpc{};
    std::optional<StrategyOverrides> strategy{};
    std::optional<JudgeOverrides> judge{};
    bool operator==(Component const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Component, (), (name, service, enabled, workload, traffic, rpc, strategy, judge))
inline constexpr base::FieldRule component_rules[] = {{.field = "name", .required = true, .longest = 63}};
constexpr std::span<base::FieldRule const> rules_of(Component const*) { return component_rules; }

struct Environment {
    std::string name{};
    Provider provider = Provider::on_premises;
    EnvironmentType type = EnvironmentType::cloud;
    std::string region{};
    bool enabled = true;
    Target target{};
    std::optional<StrategyOverrides> strategy{};
    std::optional<JudgeOverrides> judge{};
    std::vector<Component> components{};
    bool operator==(Environment const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Environment, (),
                      (name, provider, type, region, enabled, target, strategy, judge, components))
inline constexpr base::FieldRule environment_rules[] = {
    {.field = "name", .required = true, .longest = 63},
    {.field = "provider", .required = true},
    {.field = "type", .required = true},
    {.field = "target", .required = true},
    {.field = "components", .minimum = 0, .maximum = 200},
};
constexpr std::span<base::FieldRule const> rules_of(Environment const*) { return environment_rules; }

struct Environments {
    std::vector<Environment> environments{};
    bool operator==(Environments const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Environments, (), (environments))
inline constexpr base::FieldRule environments_rules[] = {
    {.field = "environments", .required = true, .minimum = 0, .maximum = 10000}};
constexpr std::span<base::FieldRule const> rules_of(Environments const*) { return environments_rules; }

/// Lower-case letters, digits and dashes, a letter or digit at both ends, at most 63: safe in file names, in
/// HAProxy and in URLs.
bool is_name(std::string_view text);
inline constexpr std::string_view name_pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";
/// `[A-Za-z0-9][A-Za-z0-9._+-]{0,127}` without "..": safe in paths. Errors: invalid.
base::Result<void> check_version(std::string_view version);
inline constexpr std::string_view version_pattern = "^(?!.*\\.\\.)[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$";

/// Rules that concern several fields together: `weights_percent` rise and end at 100, surge and unavailable
/// are not both 0, ... Errors: invalid; the message begins with the path below `path`.
base::Result<void> check(StrategySettings const& settings, std::string const& path);

void apply(StrategyOverrides const& overrides, StrategySettings& settings);
void apply(JudgeOverrides const& overrides, JudgeSettings& settings);

}  // namespace model
