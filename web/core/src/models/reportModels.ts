// What other sources tell: alerts, costs, metrics. null: this server has no such source.
import type { Api } from '../api/api';
import type { Alert, CostSummary, EnvironmentMetrics } from '../api/types';
import type { Envelope } from '../realtime/cursor';
import { createLiveResource, type Live } from '../state/liveResource';

const reportMs = 60_000;

export function createAlertsModel(api: Api, live: Live) {
  return createLiveResource<Alert[] | null>(live, {
    topic: 'alerts',
    read: async () => (await api.alerts())?.items ?? null,
    apply: (have, name, event) =>
      name === 'alert-updated' ? takeAlert(have ?? [], event as Envelope<Alert>) : have,
    everyMs: reportMs,
  });
}

/** Only what needs somebody stays. */
export function takeAlert(have: Alert[], event: Envelope<Alert>): Alert[] {
  const others = have.filter((one) => one.id !== event.entity && one.id !== event.payload?.id);
  return event.kind === 'removed' || event.payload.status === 'resolved'
    ? others
    : [event.payload, ...others];
}

export function createCostsModel(api: Api, live: Live) {
  return createLiveResource<CostSummary | null>(live, {
    topic: 'costs',
    read: () => api.costs(30),
    apply: (have, name) => (name === 'cost-updated' ? 'reread' : have),
    everyMs: reportMs,
  });
}

export function createMetricsModel(api: Api, live: Live, environment: string) {
  return createLiveResource<EnvironmentMetrics | null>(live, {
    read: () => api.metrics(environment, 24),
    everyMs: reportMs,
  });
}
