// Something on the server, read over HTTP and then kept true by events; read again at intervals while there are none.
import { asApiError } from '../api/apiError';
import type { Connection } from '../realtime/connection';
import type { Envelope } from '../realtime/cursor';
import type { Topics } from '../realtime/topics';
import type { Clock } from './clock';
import { failedAfter, loading, mapReady, ready, type Freshness, type Loadable } from './loadable';
import { createStore, type Model, type Schedule } from './store';

export interface Live {
  topics: Topics;
  connection: Connection;
  clock: Clock;
  schedule: Schedule;
}

export interface ResourceSettings<T> {
  read: () => Promise<T>;
  /** None: the resource is read again at intervals, also while live. */
  topic?: string;
  /** The newest event that it contains; undefined for lists, whose items know their own. */
  seqOf?: (data: T) => number | undefined;
  /** Makes the resource from a topic's snapshot; without it a new subscription reads over HTTP. */
  fromSnapshot?: (snapshot: unknown, have: T | null) => T;
  /** 'reread': the event speaks of something that we do not have. */
  apply?: (data: T, name: string, event: Envelope) => T | 'reread';
  everyMs?: number;
  /** Read at intervals also while events come: it holds something that they do not tell. */
  rereadMs?: number;
}

export interface LiveResource<T> extends Model<Loadable<T>> {
  refresh: () => Promise<void>;
  /** Puts in what an action's answer brought, before the event of it comes. */
  put: (data: T) => void;
}

const offlineReadMs = 10_000;
const rereadMs = 400; // several events in a row cause one reading

export function createLiveResource<T>(live: Live, settings: ResourceSettings<T>): LiveResource<T> {
  const { topics, connection, clock, schedule } = live;
  const store = createStore<Loadable<T>>(loading, { schedule, onUsed: use });
  let followed = false; // the server accepted our subscription and the connection is live
  let reading: Promise<void> | null = null;
  let readAgain = false;
  let early: [string, Envelope][] = []; // came while a reading was under way, and may not be in its answer
  let rereadTimer: number | null = null;

  function freshness(): Freshness {
    if (followed) return 'current';
    const { status } = connection.snapshot();
    // Just read, and about to be followed; or nothing there that could be followed.
    return !settings.topic || status === 'live' || status === 'connecting' ? 'polled' : 'stale';
  }

  function show(data: T): void {
    const before = store.snapshot();
    const seq = settings.seqOf;
    // An older answer that overtook a newer event says nothing new.
    if (before.status === 'ready' && seq && (seq(data) ?? Infinity) < (seq(before.data) ?? 0)) return;
    store.set(ready(data, clock.now(), freshness()));
  }

  async function readOnce(): Promise<void> {
    early = [];
    try {
      show(await settings.read());
    } catch (error) {
      store.update((before) => failedAfter(before, asApiError(error)));
    }
    const waiting = early;
    early = [];
    for (const [name, event] of waiting) applyEvent(name, event);
  }

  function refresh(): Promise<void> {
    if (reading) {
      readAgain = true;
      return reading;
    }
    reading = readOnce().finally(() => {
      reading = null;
      if (!readAgain) return;
      readAgain = false;
      void refresh();
    });
    return reading;
  }

  function rereadSoon(): void {
    rereadTimer ??= clock.setTimeout(() => {
      rereadTimer = null;
      void refresh();
    }, rereadMs);
  }

  function applyEvent(name: string, event: Envelope): void {
    if (reading) early.push([name, event]);
    const now = store.snapshot();
    if (now.status !== 'ready' || !settings.apply) return;
    const have = settings.seqOf?.(now.data);
    if (event.seq > 0 && have !== undefined && event.seq <= have) return;
    const next = settings.apply(now.data, name, event);
    if (next === 'reread') rereadSoon();
    else store.update((value) => mapReady(value, () => next));
  }

  function takeSnapshot(snapshot: unknown): void {
    followed = true;
    const now = store.snapshot();
    if (snapshot === null || !settings.fromSnapshot) {
      // A list has no snapshot: what changed before the subscription is in a new reading.
      if (!settings.fromSnapshot || now.status !== 'ready') void refresh();
      else store.set(ready(now.data, clock.now(), 'current'));
      return;
    }
    store.set(
      ready(
        settings.fromSnapshot(snapshot, now.status === 'ready' ? now.data : null),
        clock.now(),
        'current',
      ),
    );
  }

  function connectionChanged(): void {
    const state = connection.snapshot();
    if (state.status === 'live' || state.status === 'connecting') return;
    followed = false;
    store.update((value) => {
      if (value.status !== 'ready' || value.freshness === 'stale' || !settings.topic) return value;
      const lost = state.status === 'offline' ? Math.max(state.since, value.asOf) : clock.now();
      return { ...value, freshness: 'stale', asOf: value.freshness === 'current' ? lost : value.asOf };
    });
  }

  function use(): () => void {
    let used = true;
    let leave: (() => void) | null = null;
    let timer: number | null = null;
    const quit = connection.subscribe(connectionChanged);

    function again(): void {
      if (!used) return;
      timer = clock.setTimeout(
        () => {
          if (!followed || settings.rereadMs) void refresh();
          again();
        },
        followed ? (settings.rereadMs ?? offlineReadMs) : (settings.everyMs ?? offlineReadMs),
      );
    }

    void refresh().then(() => {
      if (!used || !settings.topic) return;
      const now = store.snapshot();
      const after = now.status === 'ready' ? settings.seqOf?.(now.data) : undefined;
      leave = topics.follow(
        settings.topic,
        { onSnapshot: takeSnapshot, onEvent: applyEvent, onRefused: () => (followed = false) },
        after,
      );
    });
    again();
    return () => {
      used = false;
      followed = false;
      leave?.();
      quit();
      if (timer !== null) clock.clearTimeout(timer);
      if (rereadTimer !== null) clock.clearTimeout(rereadTimer);
      rereadTimer = null;
    };
  }

  return { snapshot: store.snapshot, subscribe: store.subscribe, refresh, put: show };
}
