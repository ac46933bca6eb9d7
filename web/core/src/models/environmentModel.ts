// One environment, live: what is declared, and what its targets were last seen doing.
import type { Api } from '../api/api';
import { asApiError, type ApiError } from '../api/apiError';
import type { EnvironmentStatusView, EnvironmentView, MonitoringTick } from '../api/types';
import type { Envelope } from '../realtime/cursor';
import { mergeEnvironment, mergeService, type EnvironmentPatch, type ServicePatch } from '../realtime/merge';
import { createLiveResource, type Live } from '../state/liveResource';

export type EnvironmentModel = ReturnType<typeof createEnvironmentModel>;

export function createEnvironmentModel(api: Api, live: Live, name: string) {
  const resource = createLiveResource<EnvironmentView>(live, {
    topic: `environment/${name}`,
    read: () => api.environment(name),
    seqOf: (data) => data.seq,
    fromSnapshot: (snapshot) => snapshot as EnvironmentView,
    apply: applyToEnvironment,
  });
  return {
    ...resource,
    async toggle(enabled: boolean, component?: string): Promise<ApiError | null> {
      try {
        resource.put(await api.toggle(name, enabled, component));
        return null;
      } catch (error) {
        return asApiError(error);
      }
    },
  };
}

function applyToEnvironment(
  have: EnvironmentView,
  name: string,
  event: Envelope,
): EnvironmentView | 'reread' {
  if (event.kind === 'removed') return 'reread'; // and the answer says that it is gone
  if (name === 'service-updated') return mergeService(have, event as Envelope<ServicePatch>);
  if (name === 'environment-updated') return mergeEnvironment(have, event as Envelope<EnvironmentPatch>);
  return have;
}

export interface Observed {
  observed_at: string | null;
  components: MonitoringTick['components'];
}

export function createMonitoringModel(api: Api, live: Live, name: string) {
  return createLiveResource<Observed>(live, {
    topic: `monitoring/${name}`,
    read: async () => observedOf(await api.environmentStatus(name)),
    fromSnapshot: (snapshot, have) =>
      (snapshot as Observed | null) ?? have ?? { observed_at: null, components: [] },
    apply: (data, event, envelope) =>
      event === 'monitoring-updated' ? (envelope.payload as MonitoringTick) : data,
    everyMs: 5_000,
  });
}

function observedOf(status: EnvironmentStatusView): Observed {
  return {
    observed_at: status.observed_at,
    components: status.components.map((one) => ({
      ...one,
      deployment: one.deployment?.id ?? null,
      sample: null,
    })),
  };
}
