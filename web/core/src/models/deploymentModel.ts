// One deployment, live, and what can be done with it.
import type { Api, DeploymentAction } from '../api/api';
import { asApiError, type ApiError } from '../api/apiError';
import type { DeploymentView } from '../api/types';
import type { Envelope } from '../realtime/cursor';
import { mergeDeployment, type DeploymentPatch } from '../realtime/merge';
import { createLiveResource, type Live } from '../state/liveResource';

/** The deployment that carries on: this one, or the new one that a retry or a roll-back made. */
export type ActionResult = { ok: true; deployment: DeploymentView } | { ok: false; error: ApiError };

export type DeploymentModel = ReturnType<typeof createDeploymentModel>;

export function createDeploymentModel(api: Api, live: Live, id: string) {
  const resource = createLiveResource<DeploymentView>(live, {
    topic: `deployment/${id}`,
    read: () => api.deployment(id),
    seqOf: (data) => data.seq,
    fromSnapshot: (snapshot) => snapshot as DeploymentView,
    apply: (data, name, event) =>
      name === 'deployment-updated' ? mergeDeployment(data, event as Envelope<DeploymentPatch>) : data,
  });

  async function attempt(work: () => Promise<DeploymentView>): Promise<ActionResult> {
    try {
      const deployment = await work();
      if (deployment.id === id) resource.put(deployment);
      return { ok: true, deployment };
    } catch (error) {
      return { ok: false, error: asApiError(error) };
    }
  }

  return {
    ...resource,
    act: (action: DeploymentAction) => attempt(() => api.act(id, action)),
    retry: (key: string) => attempt(() => api.retry(id, key)),
    /** Without a version: the one that was there before. */
    rollback: (key: string, version?: string) => attempt(() => api.rollback(id, key, version)),
  };
}
