// Every request that the pages make, by name.
import { ApiError } from './apiError';
import type { Http, Query } from './http';
import type {
  Alert,
  AuditEntry,
  ClusterEventsView,
  CostSummary,
  DeploymentView,
  DeploymentsQuery,
  DeployRequest,
  EnvironmentMetrics,
  EnvironmentStatusView,
  EnvironmentView,
  HealthView,
  LogEntry,
  Page,
  PlanView,
  Sample,
  SessionView,
  TicketAnswer,
} from './types';

export type Api = ReturnType<typeof createApi>;
export type DeploymentAction = 'pause' | 'resume' | 'promote' | 'promote_all' | 'abort';

/** A list of a source that this server does not have: nothing, rather than an error. */
async function orAbsent<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not_found') return null;
    throw error;
  }
}

export function createApi(http: Http) {
  const environment = (name: string) => `/api/environments/${encodeURIComponent(name)}`;
  const deployment = (id: string) => `/api/deployments/${encodeURIComponent(id)}`;
  return {
    session: () => http.get<SessionView>('/api/admin/session'),
    login: (username: string, password: string) =>
      http.send<unknown>('POST', '/api/admin/login', { username, password }),
    setup: (token: string, username: string, password: string) =>
      http.send<unknown>('POST', '/api/admin/setup', { token, username, password }),
    logout: () => http.send<void>('POST', '/api/admin/logout'),
    ticket: () => http.send<TicketAnswer>('POST', '/api/realtime/ticket'),
    removeSampleData: () => http.send<void>('DELETE', '/api/admin/sample-data'),

    environments: () => http.get<Page<EnvironmentView>>('/api/environments'),
    environment: (name: string) => http.get<EnvironmentView>(environment(name)),
    environmentStatus: (name: string) => http.get<EnvironmentStatusView>(`${environment(name)}/status`),
    health: (name: string) => http.get<HealthView>(`${environment(name)}/health`),
    events: (name: string) => http.get<ClusterEventsView>(`${environment(name)}/events`),
    metrics: (name: string, hours: number) =>
      orAbsent(http.get<EnvironmentMetrics>(`${environment(name)}/metrics`, { hours })),
    toggle: (name: string, enabled: boolean, component?: string) =>
      http.send<EnvironmentView>('PUT', `/api/admin/environments/${encodeURIComponent(name)}/toggle`, {
        enabled,
        component,
      }),
    plan: (name: string, request: DeployRequest) =>
      http.send<PlanView>('POST', `${environment(name)}/plan`, request),
    deploy: (name: string, request: DeployRequest, key: string) =>
      http.send<DeploymentView>('POST', `${environment(name)}/deploy`, request, key),

    deployments: (query: DeploymentsQuery) =>
      http.get<Page<DeploymentView>>('/api/deployments', { ...query } as Query),
    deployment: (id: string) => http.get<DeploymentView>(deployment(id)),
    logs: (id: string, after: number, limit: number) =>
      http.get<Page<LogEntry>>(`${deployment(id)}/logs`, { after, limit }),
    samples: (id: string, component: string, after?: string) =>
      orAbsent(http.get<Page<Sample>>(`${deployment(id)}/samples`, { component, after })),
    act: (id: string, action: DeploymentAction) =>
      action === 'promote_all'
        ? http.send<DeploymentView>('POST', `${deployment(id)}/promote`, { all: true })
        : http.send<DeploymentView>('POST', `${deployment(id)}/${action}`),
    retry: (id: string, key: string) => http.send<DeploymentView>('POST', `${deployment(id)}/retry`, {}, key),
    rollback: (id: string, key: string, version?: string) =>
      http.send<DeploymentView>('POST', `${deployment(id)}/rollback`, { version }, key),

    audit: (after?: string, limit = 50) =>
      http.get<Page<AuditEntry>>('/api/admin/audit-logs', { after, limit }),
    alerts: () => orAbsent(http.get<Page<Alert>>('/api/alerts', { status: 'firing' })),
    costs: (days: number) => orAbsent(http.get<CostSummary>('/api/costs/summary', { days })),
  };
}
