// The log of a deployment, oldest first: the newest lines at first, then each as it is written, older ones when asked for.
import type { Api } from '../api/api';
import type { LogEntry } from '../api/types';
import type { Envelope } from '../realtime/cursor';
import { createLiveResource, type Live, type LiveResource } from '../state/liveResource';

export interface Log {
  entries: LogEntry[];
  /** There are older lines that were not fetched. */
  truncated: boolean;
}

export type LogModel = ReturnType<typeof createLogModel>;

const pageSize = 1000;

export function createLogModel(api: Api, live: Live, id: string) {
  const resource: LiveResource<Log> = createLiveResource<Log>(live, {
    topic: `log/${id}`,
    read: async () => ({
      entries: await readAfter(resource.snapshot().status === 'ready' ? entries() : []),
      truncated: truncated(),
    }),
    fromSnapshot: (snapshot, have) => {
      const { items, truncated: cut } = snapshot as { items: LogEntry[]; truncated: boolean };
      const merged = mergeEntries(have?.entries ?? [], items);
      return { entries: merged, truncated: cut && merged.length <= items.length };
    },
    apply: (data, name, event) =>
      name === 'log-line'
        ? { ...data, entries: mergeEntries(data.entries, [entryOf(event as Envelope<LogEntry>)]) }
        : data,
  });

  function entries(): LogEntry[] {
    const now = resource.snapshot();
    return now.status === 'ready' ? now.data.entries : [];
  }

  function truncated(): boolean {
    const now = resource.snapshot();
    return now.status === 'ready' && now.data.truncated;
  }

  async function readAfter(have: LogEntry[]): Promise<LogEntry[]> {
    let all = have;
    let after = have.at(-1)?.seq ?? 0;
    for (;;) {
      const page = await api.logs(id, after, pageSize);
      all = mergeEntries(all, page.items);
      const last = page.items.at(-1);
      if (page.next === null || !last) return all;
      after = last.seq;
    }
  }

  return {
    snapshot: resource.snapshot,
    subscribe: resource.subscribe,
    refresh: resource.refresh,
    /** Fetches what is older than the first line. */
    loadAll: async () => {
      const all = mergeEntries(await readAfter([]), entries());
      resource.put({ entries: all, truncated: false });
    },
  };
}

/** A line's number and time are those of its event; the payload need not repeat them. */
export function entryOf({ seq, time, payload }: Envelope<Partial<LogEntry>>): LogEntry {
  return { seq, time, level: 'info', component: '', step: '', text: '', ...payload };
}

/** Each entry once, in the order of `seq`. The usual case, new ones at the end, copies and does not sort. */
export function mergeEntries(have: LogEntry[], more: LogEntry[]): LogEntry[] {
  const last = have.at(-1)?.seq ?? 0;
  if (more.every((entry) => entry.seq > last)) return more.length === 0 ? have : [...have, ...more];
  const bySeq = new Map(have.map((entry) => [entry.seq, entry]));
  for (const entry of more) bySeq.set(entry.seq, entry);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

const stepLine = /^step (\d+) of \d+:/;

/** When each step of a component began, by its number. The plan holds no times; the log says them as it enters a step. */
export function stepTimes(entries: readonly LogEntry[], component: string): Map<number, number> {
  const times = new Map<number, number>();
  for (const entry of entries) {
    const number = entry.component === component ? stepLine.exec(entry.text)?.[1] : undefined;
    if (number !== undefined) times.set(Number(number), Date.parse(entry.time));
  }
  return times;
}

export interface LogFilter {
  text: string;
  level: 'info' | 'warning' | 'error';
}

const rank = { info: 0, warning: 1, error: 2 } as const;

export function filterLog(entries: LogEntry[], { text, level }: LogFilter): LogEntry[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted && level === 'info') return entries;
  return entries.filter(
    (entry) =>
      rank[entry.level] >= rank[level] &&
      (!wanted || `${entry.component} ${entry.step} ${entry.text}`.toLowerCase().includes(wanted)),
  );
}
