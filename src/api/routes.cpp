#include "api/routes.hpp"

#include "api/handlers.hpp"

namespace api {

namespace {

using auth::Permission;
constexpr Access anybody = Access::anybody();
constexpr std::string_view get = "GET", post = "POST", put = "PUT", del = "DELETE";

// clang-format off
std::vector<Route> make_routes() {
    using enum Permission;
    return {
// method  path                                   who may              status  what it does                   its id                 and in a sentence
    {post, "/api/admin/setup",                    anybody,             201, endpoint<setup>(),               "setup",               "Create the first administrator with the set-up token that the first start printed, and log in", Extra::cookie},
    {post, "/api/admin/login",                    anybody,             200, endpoint<login>(),               "login",               "Log in for 24 hours", Extra::cookie},
    {post, "/api/admin/logout",                   session_end,         204, endpoint<logout>(),              "logout",              "End this session"},
    {get,  "/api/admin/session",                  anybody,             200, endpoint<show_session>(),        "show_session",        "Who asks, what they may do, and whether an administrator must be made first"},
    {post, "/api/realtime/ticket",                event_read,          201, endpoint<make_ticket>(),         "make_ticket",         "A ticket with which a page connects to the events; good once, for 30 seconds"},
    {put,  "/api/admin/environments/:name/toggle", environment_toggle, 200, endpoint<toggle>(),              "toggle_environment",  "Enable or disable an environment or one of its components, in environments.yaml"},
    {get,  "/api/admin/audit-logs",               audit_read,          200, endpoint<audit_logs>(),          "list_audit_logs",     "Who did what, newest first"},

    {del,  "/api/admin/sample-data",              sample_data_remove,  204, endpoint<remove_sample_data>(),  "remove_sample_data",  "Remove all sample data: invented metrics, alerts and costs"},

    {get,  "/api/admin/kubeconfigs",              kubeconfig_read,     200, endpoint<list_kubeconfigs>(),    "list_kubeconfigs",    "Uploaded kubeconfigs in the order of their names, without what is secret in them"},
    {get,  "/api/admin/kubeconfigs/:name",        kubeconfig_read,     200, endpoint<show_kubeconfig>(),     "show_kubeconfig",     "One of them, and which environments use it"},
    {put,  "/api/admin/kubeconfigs/:name",        kubeconfig_write,    200, endpoint<put_kubeconfig>(),      "put_kubeconfig",      "Upload a kubeconfig, or replace it; its secrets are encrypted and never given back"},
    {del,  "/api/admin/kubeconfigs/:name",        kubeconfig_write,    204, endpoint<remove_kubeconfig>(),   "remove_kubeconfig",   "Remove an uploaded kubeconfig that no environment uses"},

    {get,  "/api/environments",                   environment_read,    200, endpoint<list_environments>(),   "list_environments",   "Environments in the order of their names, filtered, or grouped by provider"},
    {get,  "/api/environments/:name",             environment_read,    200, endpoint<show_environment>(),    "show_environment",    "Components, versions, replicas and traffic addresses"},
    {get,  "/api/environments/:name/status",      environment_read,    200, endpoint<show_status>(),         "show_status",         "What runs and what takes traffic, replica by replica, as last observed"},
    {get,  "/api/environments/:name/health",      environment_read,    200, endpoint<check_health>(),        "check_health",        "Look now at what runs, at who is sent requests, and ask the nodes: what is well, what is not, and why"},
    {get,  "/api/environments/:name/events",      environment_read,    200, endpoint<show_events>(),         "show_events",         "What its cluster tells of the components' Deployments, pods, Services and routes, newest first"},
    {get,  "/api/environments/:name/metrics",     environment_read,    200, endpoint<environment_metrics>(), "show_metrics",        "Metrics of its components over the last hours"},
    {get,  "/api/environments/:name/role",        environment_read,    200, endpoint<show_role>(),           "show_role",           "The Role that the portal's account needs in the cluster, and nothing more"},
    {post, "/api/environments/:name/plan",        deployment_read,     200, endpoint<plan>(),                "plan",                "What a deployment would do, step by step, and what stands in its way"},
    {post, "/api/environments/:name/deploy",      deployment_start,    202, endpoint<deploy>(),              "deploy",              "Bring a version to an environment", Extra::idempotency_key},

    {get,  "/api/deployments",                    deployment_read,     200, endpoint<list_deployments>(),    "list_deployments",    "Deployments, newest first"},
    {get,  "/api/deployments/:id",                deployment_read,     200, endpoint<show_deployment>(),     "show_deployment",     "One deployment: where it stands and why it waits"},
    {get,  "/api/deployments/:id/logs",           deployment_read,     200, endpoint<logs>(),                "show_logs",           "The log, oldest first; with Accept: text/event-stream followed until the deployment ends", Extra::event_stream},
    {get,  "/api/deployments/:id/samples",        deployment_read,     200, endpoint<samples>(),             "show_samples",        "How it went: requests, failures and latency of both versions over time, oldest first"},
    {post, "/api/deployments/:id/pause",          deployment_control,  200, endpoint<pause>(),               "pause",               "Stay where it is until somebody resumes it"},
    {post, "/api/deployments/:id/resume",         deployment_control,  200, endpoint<resume>(),              "resume",              "Go on after a pause"},
    {post, "/api/deployments/:id/promote",        deployment_control,  200, endpoint<promote>(),             "promote",             "Go on past this gate or step by a person's decision, or past all of them"},
    {post, "/api/deployments/:id/abort",          deployment_control,  200, endpoint<abort>(),               "abort",               "Give the traffic back to the version that was there before"},
    {post, "/api/deployments/:id/retry",          deployment_start,    202, endpoint<retry>(),               "retry",               "A new deployment of the same version, after one that has ended", Extra::idempotency_key},
    {post, "/api/deployments/:id/rollback",       deployment_start,    202, endpoint<rollback>(),            "rollback",            "A new deployment of the version before this one, or of a named one; one that is under way is aborted instead", Extra::idempotency_key},

    {get,  "/api/alerts",                         environment_read,    200, endpoint<list_alerts>(),         "list_alerts",         "Alerts, newest first"},
    {get,  "/api/costs/summary",                  environment_read,    200, endpoint<cost_summary>(),        "summarise_costs",     "What the environments cost, by provider, by environment, by day"},

    {get,  "/api/openapi.json",                   openapi_read,        200, endpoint<openapi>(),             "openapi",             "This document"},
    {get,  "/metrics",                            metrics_read,        200, endpoint<metrics>(),             "metrics",             "Numbers about Pilothouse itself, for Prometheus"},
    {get,  "/healthz",                            health_read,         200, endpoint<alive>(),               "alive",               "Does the process answer?"},
    {get,  "/readyz",                             health_read,         200, endpoint<ready>(),               "ready",               "Can it do all its work? 503 says what is wrong"},
    };
}
// clang-format on

}  // namespace

std::span<Route const> routes() {
    static std::vector<Route> const all = make_routes();
    return all;
}

}  // namespace api
