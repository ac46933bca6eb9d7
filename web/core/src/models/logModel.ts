// The log of a deployment, oldest first: the newest lines at first, then each as it is written, older ones when asked for.
import type { Api } from '../api/api';
import type { LogEntry } from '../api/types';
import type { Envelope } from '../realtime/cursor';
import { createLiveResource, type Live, type LiveResource } from '../state/liveResource';

export interface Log {
  entries: LogEntry[];
  /** There are older lines that are not here. */
  truncated: boolean;
  /** When each step of a component began, also of lines that are no longer here. */
  steps: StepTimes;
}

/** By component, then by the step's number. The plan holds no times; the log says them as a rollout enters a step. */
export type StepTimes = ReadonlyMap<string, ReadonlyMap<number, number>>;

export type LogModel = ReturnType<typeof createLogModel>;

const pageSize = 1000;
/** Lines that a page keeps: what a person scrolls through. A page that follows for hours must not grow. */
const kept = 5000;
/** Cut in blocks, so that not every line moves all others. */
const block = 500;

const noLog: Log = { entries: [], truncated: false, steps: new Map() };

export function createLogModel(api: Api, live: Live, id: string) {
  let all = false; // older lines were asked for: keep whatever there is
  const resource: LiveResource<Log> = createLiveResource<Log>(live, {
    topic: `log/${id}`,
    read: () => readAfter(have()),
    fromSnapshot: (snapshot, before) => {
      const { items, truncated } = snapshot as { items: LogEntry[]; truncated: boolean };
      const merged = cut(addEntries(before ?? noLog, items));
      return {
        ...merged,
        truncated: merged.truncated || (truncated && merged.entries.length <= items.length),
      };
    },
    apply: (log, name, event) =>
      name === 'log-line' ? cut(addEntries(log, [entryOf(event as Envelope<LogEntry>)])) : log,
  });

  function have(): Log {
    const now = resource.snapshot();
    return now.status === 'ready' ? now.data : noLog;
  }

  function cut(log: Log): Log {
    return all ? log : newest(log, kept, block);
  }

  async function readAfter(log: Log): Promise<Log> {
    let read = log;
    let after = log.entries.at(-1)?.seq ?? 0;
    for (;;) {
      const page = await api.logs(id, after, pageSize);
      read = cut(addEntries(read, page.items));
      const last = page.items.at(-1);
      if (page.next === null || !last) return read;
      after = last.seq;
    }
  }

  return {
    snapshot: resource.snapshot,
    subscribe: resource.subscribe,
    refresh: resource.refresh,
    /** Fetches what is older than the first line, and keeps it. */
    loadAll: async () => {
      all = true;
      const read = await readAfter(noLog);
      resource.put({ ...addEntries(read, have().entries), truncated: false });
    },
  };
}

/** A line's number and time are those of its event; the payload need not repeat them. */
export function entryOf({ seq, time, payload }: Envelope<Partial<LogEntry>>): LogEntry {
  return { seq, time, level: 'info', component: '', step: '', text: '', ...payload };
}

/** Each entry once, in the order of `seq`. The usual case, new ones at the end, copies and does not sort. */
export function addEntries(log: Log, more: LogEntry[]): Log {
  if (more.length === 0) return log;
  const { entries } = log;
  const last = entries.at(-1)?.seq ?? 0;
  const steps = addSteps(log.steps, more);
  if (more.every((entry) => entry.seq > last)) return { ...log, steps, entries: [...entries, ...more] };
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  for (const entry of more) bySeq.set(entry.seq, entry);
  return { ...log, steps, entries: [...bySeq.values()].sort((a, b) => a.seq - b.seq) };
}

/** The newest `most` lines, once there are `slack` more than that. */
export function newest(log: Log, most: number, slack: number): Log {
  if (log.entries.length <= most + slack) return log;
  return { ...log, truncated: true, entries: log.entries.slice(-most) };
}

const stepLine = /^step (\d+) of \d+:/;

function addSteps(steps: StepTimes, entries: readonly LogEntry[]): StepTimes {
  let changed: Map<string, ReadonlyMap<number, number>> | null = null;
  for (const { component, text, time } of entries) {
    const number = component ? stepLine.exec(text)?.[1] : undefined;
    if (number === undefined) continue;
    changed ??= new Map(steps);
    changed.set(component, new Map(changed.get(component)).set(Number(number), Date.parse(time)));
  }
  return changed ?? steps;
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
