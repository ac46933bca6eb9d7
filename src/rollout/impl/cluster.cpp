#include "rollout/impl/cluster.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>

#include "base/json_at.hpp"
#include "base/json_patch.hpp"
#include "base/log.hpp"
#include "base/offload.hpp"
#include "k8s/kubeconfig.hpp"
#include "metric/envoy.hpp"
#include "model/selector.hpp"

namespace rollout::impl {

namespace {

namespace json = base::json;
using target::Color;

constexpr Duration between_attempts = 5s;
constexpr Duration too_old = 2min;  // API servers say something about every minute
constexpr Duration dry_run_limit = 5s;
/// A watch keeps its connection: one for each kind of object, beside those for calls.
constexpr k8s::Limits limits{.connections = 10, .watches = 7};

std::string first_problem(std::map<std::string, std::unique_ptr<k8s::Informer>> const& informers) {
    for (auto const& [plural, informer] : informers)
        if (informer->problem()) return informer->problem()->message;
    return "it is being read";
}

/// The clusters of Envoy's that stand for one backend of an HTTPRoute, in any of its rules.
std::set<std::string> clusters_of_backend(std::string const& service, ClusterState const& state) {
    std::set<std::string> clusters;
    json::array const& rules = base::list_at(*state.route, "/spec/rules");
    for (std::size_t i = 0; i < rules.size(); ++i) {
        json::array const& places = base::list_at(rules[i], "/backendRefs");
        for (std::size_t j = 0; j < places.size(); ++j)
            if (base::text_at(places[j], "/name") == service)
                clusters.insert(
                    metric::cluster_of_backend(state.namespace_, *state.traffic.http_route, i, j));
    }
    return clusters;
}

/// Who has written something matters of those objects that we write, too.
void forget_managers(json::value& object) {
    if (json::value* metadata = object.as_object().if_contains("metadata"))
        metadata->as_object().erase("managedFields");
}

void forget_specification(json::value& pod) {
    forget_managers(pod);
    pod.as_object().erase("spec");
}

Counter counter_of(Color color, std::string const& series, Counter counter) {
    counter.name = fmt::format("{} {}", base::enum_name(color), series);
    return counter;
}

bool uses(model::Environment const& environment, std::optional<std::string> model::Traffic::* route) {
    return std::any_of(
        environment.components.begin(), environment.components.end(),
        [&](auto const& component) { return component.traffic && (*component.traffic).*route; });
}

}  // namespace

std::shared_ptr<Cluster> Cluster::watch(ClusterSurroundings world, ClusterSettings settings,
                                        model::Environment const& environment, OnClusterChange changed) {
    std::shared_ptr<Cluster> cluster(
        new Cluster(world, std::move(settings), environment, std::move(changed)));
    cluster->find_followers();
    cluster->spawn(cluster->open());
    return cluster;
}

bool Cluster::take_over(model::Environment const& environment) {
    auto uses_the_same = [&](std::optional<std::string> model::Traffic::* route) {
        return uses(environment, route) == uses(environment_, route);
    };
    if (environment.target != environment_.target || !uses_the_same(&model::Traffic::virtual_service) ||
        !uses_the_same(&model::Traffic::http_route))
        return false;
    environment_ = environment;
    find_followers();
    return true;
}

/// By the names that the components go by from now on; a revision of older names is looked at now and then.
void Cluster::find_followers() {
    followers_.clear();
    for (model::Component const& component : environment_.components) {
        if (!component.workload || !component.traffic) continue;
        auto follow = [&](char const* plural, std::string const& name) {
            followers_.emplace(fmt::format("{}/{}", plural, name), component.name);
        };
        std::string const service = component.traffic->service.value_or("");
        follow("services", service);
        if (component.traffic->virtual_service)
            follow("virtualservices", *component.traffic->virtual_service);
        if (component.traffic->http_route) follow("httproutes", *component.traffic->http_route);
        for (Color color : {Color::blue, Color::green}) {
            follow("deployments", deployment_name(*component.workload, color));
            follow("services", fmt::format("{}-{}", service, base::enum_name(color)));
        }
    }
}

void Cluster::stop() {
    stopped_ = true;
    for (asio::cancellation_signal& signal : running_) signal.emit(asio::cancellation_type::all);
}

/// Until `stop`.
void Cluster::spawn(awaitable<void> work) {
    asio::cancellation_signal& signal = running_.emplace_back();
    auto ended = [self = shared_from_this()](std::exception_ptr) {};
    asio::co_spawn(world_.executor, guard(std::move(work)),
                   asio::bind_cancellation_slot(signal.slot(), std::move(ended)));
}

awaitable<void> Cluster::guard(awaitable<void> work) {
    try {
        co_await std::move(work);
    } catch (std::exception const& failure) {
        if (stopped_) co_return;
        // What it kept up to date grows old, and everybody is told so.
        base::log(base::LogLevel::error, "watching a cluster has ended unexpectedly",
                  {{"environment", environment_.name}, {"problem", failure.what()}});
    }
}

awaitable<void> Cluster::open() {
    while (!stopped_) {
        auto client = co_await connect();
        if (client) co_return begin_watching(std::move(*client));
        problem_ = client.error().message;
        base::log(base::LogLevel::warning, "a cluster cannot be reached",
                  {{"environment", environment_.name}, {"problem", problem_}});
        co_await world_.clock.sleep_for(between_attempts);
    }
}

awaitable<base::Result<k8s::Access>> Cluster::find_access() {
    if (auto const& uploaded = environment_.target.kubernetes->uploaded) {
        std::string name = *uploaded;
        co_return co_await settings_.find_uploaded(std::move(name));
    }
    auto read = [self = shared_from_this()] { return std::optional(self->read_access()); };
    auto found = co_await base::offload(world_.workers, read);
    co_return std::move(*found);
}

/// By a file of this machine. Blocks.
base::Result<k8s::Access> Cluster::read_access() const {
    model::KubernetesTarget const& target = *environment_.target.kubernetes;
    if (!target.kubeconfig)
        return k8s::in_cluster_access(settings_.service_host, settings_.service_port, world_.files);
    std::string const path = target.kubeconfig->starts_with('/')
                                 ? *target.kubeconfig
                                 : settings_.base_folder + "/" + *target.kubeconfig;
    return k8s::read_own_kubeconfig(
        {.path = path, .context = target.context.value_or(""), .allowed_plugins = settings_.allowed_plugins},
        world_.files);
}

awaitable<base::Result<k8s::Client>> Cluster::connect() {
    CO_TRY(k8s::Access access, co_await find_access());
    access.cluster.name = environment_.name;
    namespace_ = environment_.target.kubernetes->namespace_.value_or(access.cluster.namespace_);
    auto credential = k8s::make_credential(
        access, {world_.files, world_.plugins, world_.executor, world_.workers, world_.clock});
    co_return k8s::Client::make({world_.executor, world_.dialer, world_.clock, world_.random}, access.cluster,
                                std::move(credential), limits);
}

void Cluster::begin_watching(k8s::Client client) {
    if (stopped_) return;
    client_.emplace(std::move(client));
    follow("deployments", k8s::deployments);
    follow("pods", k8s::pods);
    follow("services", k8s::services);
    follow("horizontalpodautoscalers", k8s::autoscalers);
    bool const virtual_services = uses(environment_, &model::Traffic::virtual_service);
    bool const http_routes = uses(environment_, &model::Traffic::http_route);
    if (virtual_services || http_routes) follow("endpointslices", k8s::endpoint_slices);
    if (virtual_services) follow("virtualservices", k8s::virtual_services);
    if (http_routes) follow("httproutes", k8s::http_routes);
    spawn(counting_.run());
}

void Cluster::follow(std::string const& plural, k8s::Resource const& resource) {
    auto take_change = [this, plural](k8s::Change const& change) { take(plural, change); };
    k8s::InformerSettings settings;
    if (plural == "endpointslices" || plural == "horizontalpodautoscalers") settings.trim = forget_managers;
    if (plural == "pods") settings.trim = forget_specification;
    auto informer = std::make_unique<k8s::Informer>(
        *client_, resource, k8s::Selection{.namespace_ = namespace_}, std::move(take_change), settings);
    spawn(informer->run());
    informers_[plural] = std::move(informer);
}

void Cluster::take(std::string const& plural, k8s::Change const& change) {
    std::string of = fmt::format("{}/{}", plural, base::text_at(change.object, "/metadata/name"));
    if (plural == "pods") {
        index_.take_pod(change);
        of = "deployments/" + deployment_of_pod(change.object);
    } else if (plural == "horizontalpodautoscalers") {
        index_.take_autoscaler(change);
        of = "deployments/" + deployment_of_autoscaler(change.object);
    } else if (plural == "endpointslices") {
        index_.take_slice(change);
        of = "services/" + service_of_slice(change.object);
    }
    if (stopped_ || !changed_) return;
    auto const [first, last] = followers_.equal_range(of);
    for (auto follower = first; follower != last; ++follower) changed_({environment_.name, follower->second});
}

// -- What is there.

base::Result<void> Cluster::check_is_current() const {
    if (auto ready = client(); !ready) return ready.error();
    for (auto const& [plural, informer] : informers_) {
        std::optional<Duration> const age = informer->age();
        if (!age)
            return base::unavailable(
                fmt::format("cluster {}: {}", environment_.name, first_problem(informers_)));
        if (*age > too_old || (informer->problem() && !informer->in_sync_since()))
            return base::unavailable(
                fmt::format("cluster {} has not been heard of for {}: {}", environment_.name,
                            base::say_duration(std::chrono::floor<std::chrono::seconds>(*age)),
                            first_problem(informers_)));
        if (!informer->in_sync_since())
            return base::unavailable(
                fmt::format("cluster {}: {}", environment_.name, first_problem(informers_)));
    }
    return {};
}

k8s::Object Cluster::object(std::string const& plural, std::string const& name) const {
    auto informer = informers_.find(plural);
    return informer == informers_.end() ? k8s::Object() : informer->second->find({namespace_, name});
}

ColorState Cluster::color_state(model::Revision const& of, Color color) const {
    ColorState state;
    std::string const name = deployment_name(of.workload, color);
    state.deployment = object("deployments", name);
    state.pods = index_.pods_of(name);
    state.autoscaled = !index_.autoscalers_of(name).empty();
    state.endpoints =
        index_.endpoints_of(fmt::format("{}-{}", of.traffic.service.value_or(""), base::enum_name(color)));
    return state;
}

base::Result<ClusterState> Cluster::state_of(std::string const& component, model::Revision const& of) {
    TRY_VOID(check_is_current());
    ClusterState state{.namespace_ = namespace_, .workload = of.workload, .traffic = of.traffic};
    SteadyTime const now = world_.clock.now();
    for (Color color : {Color::blue, Color::green}) {
        ColorState& side = state.of(color);
        side = color_state(of, color);
        if (!side.deployment) continue;
        auto workload = target::read_workload(*side.deployment, of.workload.container.value_or(""));
        if (!workload) return workload.error();
        side.idle_for = now - last_share_.try_emplace({component, workload->revision}, now).first->second;
    }
    if (of.traffic.virtual_service) state.route = object("virtualservices", *of.traffic.virtual_service);
    if (of.traffic.http_route) state.route = object("httproutes", *of.traffic.http_route);
    state.service = object("services", of.traffic.service.value_or(""));
    add_counters(state);
    return state;
}

void Cluster::note_shares(std::string const& component, Observation const& seen) {
    auto const& shares = seen.traffic.shares_percent;
    std::erase_if(last_share_, [&](auto const& each) {
        return each.first.first == component && each.first.second != 0 && !shares.contains(each.first.second);
    });
    for (auto const& [revision, percent] : shares)
        if (percent > 0) last_share_[{component, revision}] = world_.clock.now();
}

base::Result<k8s::Client> Cluster::client() const {
    if (!client_) return base::unavailable(fmt::format("cluster {}: {}", environment_.name, problem_));
    return *client_;
}

std::vector<json::value> Cluster::autoscalers() const {
    std::vector<json::value> all;
    for (auto const& [name, object] : informers_.at("horizontalpodautoscalers")->objects())
        all.push_back(*object);
    return all;
}

// -- Writes.

awaitable<k8s::Result<json::value>> Cluster::send(std::string resource, std::string name,
                                                  json::array operations, k8s::Write write) {
    static std::map<std::string, k8s::Resource> const known{{"deployments", k8s::deployments},
                                                            {"services", k8s::services},
                                                            {"virtualservices", k8s::virtual_services},
                                                            {"httproutes", k8s::http_routes}};
    k8s::ObjectName object{namespace_, std::move(name)};
    co_return co_await client_->patch_json(known.at(resource), object, std::move(operations), write);
}

awaitable<base::Result<void>> Cluster::patch(std::string resource, std::string name, json::array operations,
                                             bool is_urgent) {
    if (auto ready = client(); !ready) co_return ready.error();
    k8s::Write write;
    if (is_urgent) write.call.priority = k8s::Priority::abort;
    auto patched = co_await send(resource, std::move(name), std::move(operations), write);
    if (!patched) {
        k8s::Reason const reason = patched.error().reason;
        // Somebody has changed it since we looked: the next look shows how it is now.
        bool const overtaken = reason == k8s::Reason::patch_refused || reason == k8s::Reason::conflict;
        co_return overtaken ? base::unavailable(patched.error().message) : patched.error().as_error();
    }
    informers_.at(resource)->learn(std::move(*patched));
    co_return base::Result<void>{};
}

awaitable<base::Result<void>> Cluster::try_patch(std::string resource, std::string name,
                                                 json::array operations) {
    if (auto ready = client(); !ready) co_return ready.error();
    k8s::Write write;
    write.dry_run = true;
    write.call.limit = dry_run_limit;
    auto accepted = co_await send(std::move(resource), std::move(name), std::move(operations), write);
    if (!accepted) co_return accepted.error().as_error();
    co_return base::Result<void>{};
}

// -- For a closer look.

/// With a route they are watched. Without one a rollout needs none, so they are asked for.
awaitable<base::Result<void>> Cluster::read_endpoints(ClusterState& state) const {
    if (informers_.contains("endpointslices")) co_return base::Result<void>{};
    std::string const service = backend_of(state, Color::blue);
    k8s::Selection of{.namespace_ = namespace_, .labels = "kubernetes.io/service-name=" + service};
    k8s::Call const call{.limit = node_answer_limit};
    auto slices = co_await client_->list(k8s::endpoint_slices, std::move(of), call);
    if (!slices) co_return slices.error().as_error();
    for (json::value const& slice : slices->items) add_ready_endpoints(slice, state.blue.endpoints);
    state.green.endpoints = state.blue.endpoints;
    co_return base::Result<void>{};
}

ComponentObjects Cluster::objects_of(std::string const& component, model::Revision const& of) const {
    ComponentObjects own{.component = component};
    std::string const service = of.traffic.service.value_or("");
    own.objects["Service " + service] = {};
    if (of.traffic.virtual_service) own.objects["VirtualService " + *of.traffic.virtual_service] = {};
    if (of.traffic.http_route) own.objects["HTTPRoute " + *of.traffic.http_route] = {};
    for (Color color : {Color::blue, Color::green}) {
        std::string const name = deployment_name(of.workload, color);
        own.deployments[color] = name;
        own.objects["Deployment " + name] = color;
        if (of.traffic.virtual_service || of.traffic.http_route)
            own.objects[fmt::format("Service {}-{}", service, base::enum_name(color))] = color;
        for (target::Pod const& pod : index_.pods_of(name)) own.objects["Pod " + pod.name] = color;
        for (std::string const& autoscaler : index_.autoscalers_of(name))
            own.objects["HorizontalPodAutoscaler " + autoscaler] = color;
    }
    return own;
}

awaitable<base::Result<std::vector<model::ClusterEvent>>> Cluster::events(
    std::map<std::string, model::Revision> of) const {
    if (auto ready = client(); !ready) co_return ready.error();
    k8s::Selection all{.namespace_ = namespace_};
    auto listed = co_await client_->list(k8s::events, std::move(all));
    if (!listed) co_return listed.error().as_error();
    std::vector<ComponentObjects> components;
    for (auto const& [component, revision] : of) components.push_back(objects_of(component, revision));
    co_return events_of(components, listed->items);
}

awaitable<NodeAnswer> Cluster::ask(std::string pod, model::Rpc rpc, std::string body) const {
    // It may be another one than was looked at: a new kubeconfig connects anew.
    if (auto ready = client(); !ready) co_return NodeAnswer{.not_asked = ready.error().message};
    http::Request request{.method = "POST", .raw_target = rpc.path, .body = std::move(body)};
    k8s::PodPort to{{namespace_, std::move(pod)}, rpc.port.value_or(0)};
    k8s::Call const call{.limit = node_answer_limit};
    SteadyTime const began = world_.clock.now();
    auto response = co_await client_->forward(std::move(to), std::move(request), call);
    NodeAnswer answer{.took = world_.clock.now() - began};
    if (response) {
        answer.status = response->status;
        answer.body = std::move(response->body);
        co_return answer;
    }
    // An API server says 502, 503 or 504 of a pod that it cannot reach, and waits for one that is silent.
    int const status = response.error().status;
    bool const is_silent =
        (status >= 502 && status <= 504) || response.error().reason == k8s::Reason::timeout;
    (is_silent ? answer.silence : answer.not_asked) = response.error().message;
    co_return answer;
}

// -- What the data plane has counted.

void Cluster::add_counters(ClusterState& state) {
    state.metrics_name = "Prometheus";
    if (state.traffic.metrics)
        add_own_counters(state);
    else
        add_envoy_counters(state);
}

/// Those that the pods keep themselves.
void Cluster::add_own_counters(ClusterState& state) {
    std::vector<Counting::OwnQuestion> questions;
    for (Color color : {Color::blue, Color::green}) {
        std::string const deployment = deployment_name(state.workload, color);
        model::SelectorNames const names{namespace_, state.traffic.service.value_or(""),
                                         std::string(base::enum_name(color)), deployment};
        model::RequestMetrics const& metrics = *state.traffic.metrics;
        Counting::OwnQuestion question{.owner = "Deployment " + deployment,
                                       .requests = model::fill_selector(metrics.requests, names)};
        if (metrics.failures) question.failures = model::fill_selector(*metrics.failures, names);
        for (auto const& [series, counted] : counting_.counted(question.owner))
            state.counters.push_back(counter_of(color, series, counted.counter));
        state.metrics_queries.push_back(question.requests);
        if (question.failures) state.metrics_queries.push_back(*question.failures);
        counting_.want(question);
        questions.push_back(std::move(question));
    }
    state.metrics_problem = counting_.problem(questions);
}

void Cluster::add_envoy_counters(ClusterState& state) {
    counting_.want(state.traffic, namespace_);
    std::optional<WallTime> newest;
    auto add = [&](Color color, std::string const& series, Counting::Counted const& counted) {
        state.counters.push_back(counter_of(color, series, counted.counter));
        newest = std::max(newest.value_or(counted.at), counted.at);
    };
    traffic::Backends const backends = backends_of(state);
    for (Color color : {Color::blue, Color::green}) {
        std::string const& service = color == Color::blue ? backends.blue : backends.green;
        for (auto const& [series, counted] : counting_.counted(metric::service_as_owner(service, namespace_)))
            add(color, series, counted);
        if (!state.traffic.http_route || !state.route) continue;
        std::set<std::string> const clusters = clusters_of_backend(service, state);
        std::string const route = metric::route_as_owner(*state.traffic.http_route, namespace_);
        for (auto const& [series, counted] : counting_.counted(route))
            if (clusters.contains(counted.counter.name)) add(color, series, counted);
    }
    state.metrics_queries = {
        fmt::format("Envoy's upstream requests to {} and {}", backends.blue, backends.green)};
    state.metrics_problem = counting_.problem(newest);
}

}  // namespace rollout::impl
