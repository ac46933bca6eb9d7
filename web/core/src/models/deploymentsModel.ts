// A page of the list of deployments. Rows on screen change as they happen; new ones are announced, not pushed in.
import type { Api } from '../api/api';
import type { DeploymentsQuery, DeploymentView, Page } from '../api/types';
import type { Envelope } from '../realtime/cursor';
import { mergeDeployment, type DeploymentPatch } from '../realtime/merge';
import { createLiveResource, type Live } from '../state/liveResource';

export interface DeploymentsPage extends Page<DeploymentView> {
  /** Deployments that were begun since the page was read. */
  newer: string[];
}

export type DeploymentsModel = ReturnType<typeof createDeploymentsModel>;

export function createDeploymentsModel(api: Api, live: Live, query: DeploymentsQuery) {
  return createLiveResource<DeploymentsPage>(live, {
    topic: 'admin',
    read: async () => ({ ...(await api.deployments(query)), newer: [] }),
    apply: applyToPage,
  });
}

/** The newest ones: here a new deployment comes in by itself. */
export function createRecentDeploymentsModel(api: Api, live: Live, query: DeploymentsQuery) {
  return createLiveResource<DeploymentsPage>(live, {
    topic: 'admin',
    read: async () => ({ ...(await api.deployments(query)), newer: [] }),
    apply: (have, name, event) => {
      const next = applyToPage(have, name, event);
      if (next === 'reread' || next.newer.length === have.newer.length) return next;
      return concerns(query, event.payload as DeploymentPatch) ? 'reread' : have;
    },
  });
}

function concerns(query: DeploymentsQuery, patch: DeploymentPatch): boolean {
  return !query.environment || patch.environment === undefined || patch.environment === query.environment;
}

export function applyToPage(
  have: DeploymentsPage,
  name: string,
  event: Envelope,
): DeploymentsPage | 'reread' {
  if (name !== 'deployment-updated') return have;
  const index = have.items.findIndex((one) => one.id === event.entity);
  const one = have.items[index];
  if (one) {
    if (event.seq <= (one.seq ?? 0)) return have;
    return {
      ...have,
      items: have.items.with(index, mergeDeployment(one, event as Envelope<DeploymentPatch>)),
    };
  }
  const isNew = event.entity > (newestId(have) ?? '') && !have.newer.includes(event.entity);
  return isNew ? { ...have, newer: [...have.newer, event.entity] } : have;
}

/** Ids begin with their time of creation, so the greatest is the newest. */
function newestId(page: DeploymentsPage): string | undefined {
  return page.items
    .map((one) => one.id)
    .sort()
    .at(-1);
}
