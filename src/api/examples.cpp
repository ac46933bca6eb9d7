#include "api/examples.hpp"

#include "api/openapi.hpp"

namespace api {

namespace {

using base::to_json;

WallTime at(int minute, int second) {
    return std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + 9h + std::chrono::minutes(minute) +
           std::chrono::seconds(second);
}

model::DeploymentView deployment() {
    model::ComponentRolloutView web{.name = "web",
                                    .from_version = "1.0.0",
                                    .step = 4,
                                    .steps = 15,
                                    .weight_percent = 10,
                                    .verdict = model::Verdict::not_enough_data,
                                    .reason = "baking 10 % for 30 s, 12 s to go",
                                    .phase = model::Phase::progressing,
                                    .since = at(0, 20),
                                    .canary = model::RateView{"1.1.0", 62, 0, 0, 0, 7.9},
                                    .stable = model::RateView{"1.0.0", 551, 1, 0.181, 0.002, 1.4},
                                    .judgement = "62 requests are too few to tell 1.1.0 from 1.0.0"};
    web.plan.push_back({"web", 1, model::StepKind::prepare, 0, 1, 3, 0, "start 1 replica of 1.1.0"});
    return {.id = {"01kb0z3v9m4e8r2t6w5y7a1c3d"},
            .environment = "demo",
            .version = "1.1.0",
            .strategy = model::Strategy::canary,
            .status = model::Status::deploying,
            .phase = model::Phase::progressing,
            .reason = web.reason,
            .trigger = model::Trigger::api,
            .actor = "alice",
            .created_at = at(0, 0),
            .started_at = at(0, 1),
            .observed_at = at(0, 38),
            .components = {web}};
}

model::EnvironmentView environment() {
    model::ComponentView web{.name = "web",
                             .service = "http",
                             .version = "1.0.0",
                             .replicas = {.wanted = 3, .ready = 3},
                             .traffic_address = "127.0.0.1:8080",
                             .health = model::Health::healthy,
                             .reason = "3 of 3 replicas take traffic"};
    return {.name = "demo",
            .provider = model::Provider::on_premises,
            .type = model::EnvironmentType::hci,
            .region = "local",
            .target = "host",
            .health = model::Health::healthy,
            .observed_at = at(0, 38),
            .components = {web}};
}

model::HealthView health() {
    using model::HealthCheckName, model::HealthCheckResult, model::Color;
    return {.environment = "demo",
            .health = model::Health::healthy,
            .observed_at = at(0, 38),
            .checks = {{"web", Color::blue, HealthCheckName::replicas, HealthCheckResult::passed,
                        "3 of 3 replicas of 1.0.0 are ready", at(0, 38)},
                       {"web", Color::blue, HealthCheckName::endpoints, HealthCheckResult::passed,
                        "HAProxy has 3 ready endpoints", at(0, 38)},
                       {"web", Color::blue, HealthCheckName::traffic, HealthCheckResult::passed,
                        "HAProxy sends it 100 % of the requests", at(0, 38)}}};
}

model::ClusterEventsView events() {
    return {.environment = "shop-west",
            .observed_at = at(0, 38),
            .items = {{.component = "web",
                       .color = model::Color::green,
                       .object = "Pod web-green-6bd9f7c5d-x2x4z",
                       .type = model::ClusterEventType::warning,
                       .reason = "Failed",
                       .text = "Failed to pull image \"registry.example.org/web:1.9.9\": not found",
                       .count = 4,
                       .first_at = at(0, 2),
                       .last_at = at(0, 35)}}};
}

model::DeployRequest deploy_request() {
    model::DeployOptions options;
    options.strategy =
        model::StrategyOverrides{.weights_percent = std::vector<int>{10, 50, 100}, .bake = 30s};
    return {
        .version = "1.1.0", .strategy = model::Strategy::canary, .components = {{"web"}}, .options = options};
}

/// Only what is said: a request's optional fields may be left out.
base::json::value without_nulls(base::json::value value) {
    auto* object = value.if_object();
    if (!object) return value;
    base::json::object kept;
    for (auto& [key, member] : *object)
        if (!member.is_null()) kept[key] = without_nulls(member);
    return kept;
}

model::LogEntry log_entry() {
    return {.seq = 118,
            .time = at(0, 20),
            .component = "web",
            .step = "shift",
            .text = "send 10 % of the traffic to 1.1.0"};
}

model::Sample sample() {
    return {.time = at(0, 30),
            .component = "web",
            .step = 5,
            .weight_percent = 10,
            .seconds = 2,
            .canary = model::VersionSample{41, 0, 3.0, 0, 4.2},
            .stable = model::VersionSample{362, 1, 3.0, 0.01, 0.9}};
}

model::AuditEntry audit_entry() {
    return {.seq = 7,
            .time = at(0, 0),
            .actor = "alice",
            .address = "127.0.0.1",
            .action = "deployment.start",
            .target = "environment/demo",
            .result = "accepted",
            .details = {{"version", "1.1.0"}}};
}

model::KubeconfigView kubeconfig() {
    return {.name = "shop-west",
            .server = "https://shop-west.example.org:6443",
            .namespace_ = "shop",
            .created_at = at(0, 0),
            .created_by = "alice",
            .updated_at = at(0, 0),
            .used_by = {"shop-west"}};
}

Problem problem() {
    return {.type = "urn:pilothouse:problem:not_found",
            .title = "Not Found",
            .status = 404,
            .detail = "there is no environment \"dmeo\" (did you mean \"demo\"?)",
            .instance = "/api/environments/dmeo",
            .code = "not_found",
            .trace_id = "0af7651916cd43dd8448eb211c80319c"};
}

std::map<std::string, base::json::value, std::less<>> make_examples() {
    return {
        {"SetupRequest",
         to_json(model::SetupRequest{"k3v9-m4e8-r2t6-w5y7", "alice", "correct horse battery"})},
        {"LoginRequest", to_json(model::LoginRequest{"alice", "correct horse battery"})},
        {"LoginAnswer", to_json(model::LoginAnswer{"ph_8rCzN0pTq4yJm2sVd6wLxA", at(0, 0)})},
        {"ToggleRequest", without_nulls(to_json(model::ToggleRequest{.enabled = false, .component = "web"}))},
        {"DeployRequest", without_nulls(to_json(deploy_request()))},
        {"PromoteRequest", to_json(model::PromoteRequest{.all = true})},
        {"RollbackRequest", to_json(model::RollbackRequest{.version = "1.0.0"})},
        {"DeploymentView", to_json(deployment())},
        {"DeploymentList", to_json(model::DeploymentList{{deployment()}, "eyJ0IjoxfQ"})},
        {"EnvironmentView", to_json(environment())},
        {"EnvironmentList", to_json(model::EnvironmentList{.items = {environment()}})},
        {"HealthView", to_json(health())},
        {"ClusterEventsView", to_json(events())},
        {"SessionView", to_json(model::SessionView{.user = "alice",
                                                   .role = "admin",
                                                   .expires_at = at(0, 0),
                                                   .permissions = {"environment_read", "deployment_start"},
                                                   .version = "0.1.0",
                                                   .time = at(0, 0)})},
        {"TicketAnswer", to_json(model::TicketAnswer{"ph_8rCzN0pTq4yJm2sVd6wLxA", at(0, 0)})},
        {"SampleList", to_json(model::SampleList{.items = {sample()}})},
        {"LogList", to_json(model::LogList{{log_entry()}, "118"})},
        {"AuditList", to_json(model::AuditList{.items = {audit_entry()}})},
        {"KubeconfigRequest",
         without_nulls(to_json(model::KubeconfigRequest{.kubeconfig = "apiVersion: v1\nkind: Config\n..."}))},
        {"KubeconfigView", to_json(kubeconfig())},
        {"KubeconfigList", to_json(model::KubeconfigList{.items = {kubeconfig()}})},
        {"Problem", to_json(problem())},
    };
}

}  // namespace

base::json::value example_of(std::string_view shape) {
    static auto const all = make_examples();
    auto place = all.find(shape);
    return place == all.end() ? base::json::value() : place->second;
}

}  // namespace api
