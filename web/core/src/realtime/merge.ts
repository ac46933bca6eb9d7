// Events put into what we have (docs/events.md, "The events"). Views are never changed: a new one is made.
import type { ComponentView, DeploymentView, EnvironmentView, RolloutView } from '../api/types';
import type { Envelope } from './cursor';

export type DeploymentPatch = Partial<Omit<DeploymentView, 'components'>> & {
  components?: (Partial<RolloutView> & { name: string })[];
};

export type EnvironmentPatch = Partial<Omit<EnvironmentView, 'components'>> & {
  components?: (Partial<ComponentView> & { name: string })[];
};

export interface ServicePatch {
  environment: string;
  component: Partial<ComponentView> & { name: string };
}

interface Named {
  name: string;
}

/** Fields replace fields; an item that is not there yet comes in whole. */
function mergeNamed<T extends Named>(have: T[], changed: (Partial<T> & Named)[]): T[] {
  const left = new Map(changed.map((item) => [item.name, item]));
  const merged = have.map((item) => {
    const change = left.get(item.name);
    left.delete(item.name);
    return change ? { ...item, ...change } : item;
  });
  return [...merged, ...([...left.values()] as T[])];
}

export function mergeDeployment(have: DeploymentView, event: Envelope<DeploymentPatch>): DeploymentView {
  const { components, ...fields } = event.payload;
  if (event.kind === 'full') return { ...(event.payload as DeploymentView), seq: event.seq || have.seq };
  return { ...have, ...fields, seq: event.seq, components: mergeNamed(have.components, components ?? []) };
}

export function mergeEnvironment(have: EnvironmentView, event: Envelope<EnvironmentPatch>): EnvironmentView {
  const { components, ...fields } = event.payload;
  const merged = {
    ...have,
    ...fields,
    seq: event.seq,
    components: mergeNamed(have.components, components ?? []),
  };
  return { ...merged, health: healthOf(merged) };
}

export function mergeService(have: EnvironmentView, event: Envelope<ServicePatch>): EnvironmentView {
  const components = mergeNamed(have.components, [event.payload.component]);
  return { ...have, seq: event.seq, components, health: healthOf({ ...have, components }) };
}

const worstFirst = ['failed', 'degraded', 'unknown', 'deploying', 'healthy', 'empty'] as const;

/** An environment is as well as its worst enabled component. */
export function healthOf(
  environment: Pick<EnvironmentView, 'enabled' | 'components'>,
): EnvironmentView['health'] {
  if (!environment.enabled) return 'disabled';
  const present = new Set(environment.components.filter((c) => c.enabled).map((c) => c.health));
  return worstFirst.find((health) => present.has(health)) ?? 'disabled';
}
