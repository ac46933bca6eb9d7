// What happens anywhere, newest first, and what had happened when the connection came back.
import type { Connection } from '../realtime/connection';
import type { Envelope } from '../realtime/cursor';
import type { DeploymentPatch, EnvironmentPatch, ServicePatch } from '../realtime/merge';
import type { Topics } from '../realtime/topics';
import type { Clock } from '../state/clock';
import { createStore, type Model, type Schedule } from '../state/store';
import { t } from '../texts/texts';

export interface Activity {
  seq: number;
  time: string;
  actor: string;
  kind: 'deployment' | 'environment' | 'service' | 'alert';
  entity: string;
  text: string;
}

export interface ActivityState {
  items: Activity[];
  /** The server lets us follow everything. */
  refused: string | null;
}

export interface ActivityModel extends Model<ActivityState> {
  start: () => () => void;
}

export interface ActivitySettings {
  topics: Topics;
  connection: Connection;
  clock: Clock;
  schedule: Schedule;
  /** After an outage: how long it was, and what was missed. */
  onReturn: (outageMs: number, missed: Activity[]) => void;
}

const kept = 200;
const replayMs = 1_500;

/** An outage that lasts this long is told, and told again when it is over: never the one without the other. */
export const outageWorthTellingMs = 1_500;

export function createActivityModel({
  topics,
  connection,
  clock,
  schedule,
  onReturn,
}: ActivitySettings): ActivityModel {
  const store = createStore<ActivityState>({ items: [], refused: null }, { schedule });

  function take(name: string, event: Envelope): void {
    const activity = activityOf(name, event);
    if (!activity || store.snapshot().items.some((one) => one.seq === activity.seq)) return;
    store.update((now) => ({ ...now, items: [activity, ...now.items].slice(0, kept) }));
  }

  function watchReturns(): () => void {
    let lostAt: number | null = null;
    return connection.subscribe(() => {
      const state = connection.snapshot();
      if (state.status === 'offline') lostAt ??= state.since;
      if (state.status !== 'live' || lostAt === null) return;
      const outage = clock.now() - lostAt;
      const before = store.snapshot().items[0]?.seq ?? 0;
      lostAt = null;
      if (outage < outageWorthTellingMs) return;
      clock.setTimeout(
        () =>
          onReturn(
            outage,
            store.snapshot().items.filter((one) => one.seq > before),
          ),
        replayMs,
      );
    });
  }

  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    start() {
      const quit = watchReturns();
      const leave = topics.follow('admin', {
        onSnapshot: () => store.update((now) => (now.refused === null ? now : { ...now, refused: null })),
        onEvent: take,
        onRefused: (message) => store.update((now) => ({ ...now, refused: message })),
      });
      return () => {
        quit();
        leave();
      };
    },
  };
}

export function activityOf(name: string, event: Envelope): Activity | null {
  const base = { seq: event.seq, time: event.time, actor: event.actor, entity: event.entity };
  if (event.seq === 0) return null;
  switch (name) {
    case 'deployment-updated': {
      const { environment, version, reason } = event.payload as DeploymentPatch;
      return {
        ...base,
        kind: 'deployment',
        text: t.activity.deployment(environment ?? '', version ?? '', reason ?? ''),
      };
    }
    case 'service-updated': {
      const { environment, component } = event.payload as ServicePatch;
      return {
        ...base,
        kind: 'service',
        text: t.activity.service(environment, component.name, component.health, component.reason),
      };
    }
    case 'environment-updated': {
      if (event.kind === 'removed')
        return { ...base, kind: 'environment', text: t.activity.removed(event.entity) };
      const patch = event.payload as EnvironmentPatch;
      return { ...base, kind: 'environment', text: t.activity.environment(event.entity, patch.enabled) };
    }
    case 'alert-updated': {
      if (event.kind === 'removed')
        return { ...base, kind: 'alert', text: t.activity.alertRemoved(event.entity) };
      const { title, status } = event.payload as { title: string; status: string };
      return { ...base, kind: 'alert', text: t.activity.alert(title, status) };
    }
    default:
      return null;
  }
}

/** One line for each thing that changed: its newest state. */
export function summarise(missed: Activity[]): Activity[] {
  const newest = new Map<string, Activity>();
  for (const one of missed)
    if (!newest.has(`${one.kind} ${one.entity}`)) newest.set(`${one.kind} ${one.entity}`, one);
  return [...newest.values()];
}
