// The measurements of a rollout, oldest first: read once, then each new one as it is made.
import type { Api } from '../api/api';
import type { MonitoringTick, Sample } from '../api/types';
import type { Envelope } from '../realtime/cursor';
import { createLiveResource, type Live, type LiveResource } from '../state/liveResource';

/** null: this server keeps no samples. */
export type Samples = Sample[] | null;
export type SamplesModel = ReturnType<typeof createSamplesModel>;

export function createSamplesModel(
  api: Api,
  live: Live,
  deployment: string,
  component: string,
  environment: string,
) {
  const resource: LiveResource<Samples> = createLiveResource<Samples>(live, {
    topic: `monitoring/${environment}`,
    read: async () => {
      const now = resource.snapshot();
      const have = now.status === 'ready' ? now.data : null;
      return await readAfter(have);
    },
    apply: (have, name, event) =>
      name === 'monitoring-updated' ? take(have, event as Envelope<MonitoringTick>) : have,
  });

  async function readAfter(have: Samples): Promise<Samples> {
    let all = have;
    for (let after = have?.at(-1)?.time; ;) {
      const page = await api.samples(deployment, component, after);
      if (page === null) return all;
      all = mergeSamples(all ?? [], page.items);
      if (page.next === null || page.next === after) return all;
      after = page.next;
    }
  }

  function take(have: Samples, event: Envelope<MonitoringTick>): Samples | 'reread' {
    const mine = event.payload.components.find((one) => one.name === component);
    if (!mine?.sample || mine.deployment !== deployment) return have;
    return follows(have?.at(-1), mine.sample)
      ? mergeSamples(have ?? [], [mine.sample])
      : isNew(have, mine.sample)
        ? 'reread'
        : have;
  }

  return { snapshot: resource.snapshot, subscribe: resource.subscribe, refresh: resource.refresh };
}

const slackMs = 500;

/** Ticks may be left out, and samples are increments: one that does not begin where the last ended needs the ones between. */
export function follows(last: Sample | undefined, next: Sample): boolean {
  if (!last) return false;
  const begin = Date.parse(next.time) - next.seconds * 1000;
  return Date.parse(next.time) > Date.parse(last.time) && Math.abs(begin - Date.parse(last.time)) <= slackMs;
}

function isNew(have: Samples, sample: Sample): boolean {
  return Date.parse(sample.time) > Date.parse(have?.at(-1)?.time ?? '1970-01-01T00:00:00Z');
}

export function mergeSamples(have: Sample[], more: Sample[]): Sample[] {
  const last = have.at(-1);
  const lastTime = last ? Date.parse(last.time) : -Infinity;
  const fresh = more.filter((sample) => Date.parse(sample.time) > lastTime);
  return fresh.length === 0 ? have : [...have, ...fresh];
}
