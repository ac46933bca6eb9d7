// What each route does. A handler reads its inputs from its signature, and its answer is described by its
// result.
#pragma once
#include "api/endpoint.hpp"
#include "api/queries.hpp"

namespace api {

template <class T>
using Answer = awaitable<Result<T>>;

// -- sessions.cpp
Answer<model::LoginAnswer> setup(Call& call, Body<model::SetupRequest> body);
Answer<model::LoginAnswer> login(Call& call, Body<model::LoginRequest> body);
Answer<Nothing> logout(Call& call, Body<NoFields> body);
Answer<model::SessionView> show_session(Call& call);
Answer<model::TicketAnswer> make_ticket(Call& call, Body<NoFields> body);

// -- environments.cpp
Answer<Ready<model::EnvironmentList, model::GroupedEnvironments>> list_environments(
    Call& call, Query<EnvironmentsQuery> query);
Answer<model::EnvironmentView> show_environment(Call& call);
Answer<model::EnvironmentStatusView> show_status(Call& call);
Answer<model::RoleView> show_role(Call& call, Query<RoleQuery> query);
Answer<model::HealthView> check_health(Call& call, Query<HealthQuery> query);
Answer<model::ClusterEventsView> show_events(Call& call, Query<EventsQuery> query);
Answer<model::EnvironmentView> toggle(Call& call, Body<model::ToggleRequest> body);

// -- deployments.cpp
Answer<model::PlanView> plan(Call& call, Body<model::DeployRequest> body);
Answer<Ready<model::DeploymentView>> deploy(Call& call, Body<model::DeployRequest> body);
Answer<model::DeploymentList> list_deployments(Call& call, Query<DeploymentsQuery> query);
Answer<model::DeploymentView> show_deployment(Call& call);
Answer<model::DeploymentView> pause(Call& call, Body<NoFields> body);
Answer<model::DeploymentView> resume(Call& call, Body<NoFields> body);
Answer<model::DeploymentView> promote(Call& call, Body<model::PromoteRequest> body);
Answer<model::DeploymentView> abort(Call& call, Body<NoFields> body);
Answer<Ready<model::DeploymentView>> retry(Call& call, Body<NoFields> body);
Answer<Ready<model::DeploymentView>> rollback(Call& call, Body<model::RollbackRequest> body);
Answer<model::SampleList> samples(Call& call, Query<SamplesQuery> query);
/// The place where a page begins; nothing given: the first page. Errors: invalid.
Result<std::string> place_of(std::optional<std::string> const& after);
/// Errors: not_found, for what cannot be an id.
Result<void> check_id(model::DeploymentId const& id);
/// From memory while it is under way, otherwise from the store. Errors: not_found.
Answer<model::DeploymentView> find_deployment(Services const& services, model::DeploymentId id);

// -- observed.cpp
Answer<model::MetricsView> environment_metrics(Call& call, Query<MetricsQuery> query);
Answer<model::AlertList> list_alerts(Call& call, Query<AlertsQuery> query);
Answer<model::CostSummary> cost_summary(Call& call, Query<CostsQuery> query);
Answer<Nothing> remove_sample_data(Call& call, Body<NoFields> body);

// -- kubeconfigs.cpp
Answer<model::KubeconfigList> list_kubeconfigs(Call& call);
Answer<model::KubeconfigView> show_kubeconfig(Call& call);
Answer<model::KubeconfigView> put_kubeconfig(Call& call, Body<model::KubeconfigRequest> body);
Answer<Nothing> remove_kubeconfig(Call& call, Body<NoFields> body);

// -- logs.cpp
Answer<Ready<model::LogList>> logs(Call& call, Query<LogsQuery> query);

// -- service.cpp
Answer<model::AuditList> audit_logs(Call& call, Query<AuditQuery> query);
Answer<Ready<Document>> openapi(Call& call);
Answer<Ready<Text>> metrics(Call& call);
Answer<State> alive(Call& call);
Answer<State> ready(Call& call);

}  // namespace api
