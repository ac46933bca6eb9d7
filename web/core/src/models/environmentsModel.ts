// All environments, live: the dashboard and the navigation show them.
import type { Api } from '../api/api';
import type { EnvironmentView, Health, Provider } from '../api/types';
import type { Envelope } from '../realtime/cursor';
import {
  mergeEnvironment,
  mergeService,
  type DeploymentPatch,
  type EnvironmentPatch,
  type ServicePatch,
} from '../realtime/merge';
import { createLiveResource, type Live } from '../state/liveResource';

export type EnvironmentsModel = ReturnType<typeof createEnvironmentsModel>;

export function createEnvironmentsModel(api: Api, live: Live) {
  return createLiveResource<EnvironmentView[]>(live, {
    topic: 'admin',
    read: async () => (await api.environments()).items,
    apply: applyToEnvironments,
    rereadMs: 10_000, // for `observed_at`
  });
}

export function applyToEnvironments(
  have: EnvironmentView[],
  name: string,
  event: Envelope,
): EnvironmentView[] | 'reread' {
  if (name === 'deployment-updated')
    return have.map((one) => withReasons(one, event as Envelope<DeploymentPatch>));
  if (name !== 'environment-updated' && name !== 'service-updated') return have;
  const environmentName =
    name === 'service-updated'
      ? (event.payload as ServicePatch).environment
      : ((event.payload as EnvironmentPatch | null)?.name ?? event.entity);
  if (event.kind === 'removed') return have.filter((one) => one.name !== environmentName);
  const index = have.findIndex((one) => one.name === environmentName);
  const one = have[index];
  if (!one) return 'reread';
  if (event.seq <= (one.seq ?? 0)) return have;
  const next =
    name === 'service-updated'
      ? mergeService(one, event as Envelope<ServicePatch>)
      : mergeEnvironment(one, event as Envelope<EnvironmentPatch>);
  return have.with(index, next);
}

/** Why a deployment waits changes oftener than its component does; both tell the same sentence. */
function withReasons(
  environment: EnvironmentView,
  { entity, payload }: Envelope<DeploymentPatch>,
): EnvironmentView {
  if (!environment.components.some((one) => one.deployment === entity)) return environment;
  const reasons = new Map(payload.components?.map((one) => [one.name, one.reason]));
  const components = environment.components.map((one) =>
    one.deployment === entity ? { ...one, reason: reasons.get(one.name) ?? one.reason } : one,
  );
  return { ...environment, components };
}

export interface ProviderGroup {
  provider: Provider;
  environments: EnvironmentView[];
}

/** In the order in which the providers' names come. */
export function groupByProvider(environments: EnvironmentView[]): ProviderGroup[] {
  const groups = new Map<Provider, EnvironmentView[]>();
  for (const one of environments) groups.set(one.provider, [...(groups.get(one.provider) ?? []), one]);
  return [...groups]
    .map(([provider, items]) => ({ provider, environments: items }))
    .sort((a, b) => a.provider.localeCompare(b.provider));
}

export function countByHealth(environments: EnvironmentView[]): Map<Health, number> {
  const counts = new Map<Health, number>();
  for (const { health } of environments) counts.set(health, (counts.get(health) ?? 0) + 1);
  return counts;
}
