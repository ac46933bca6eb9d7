// The live connection: it tries until it is told to stop, and always says where it stands.
import { asApiError } from '../api/apiError';
import { systemClock, type Clock } from '../state/clock';
import { createStore, type Model } from '../state/store';
import { t } from '../texts/texts';
import { backoffMs } from './backoff';
import type { Envelope } from './cursor';
import type { RealtimeSocket } from './socket';

export type ConnectionState =
  | { status: 'idle' }
  | { status: 'connecting' }
  | { status: 'live'; since: number }
  /** `since`: when we last heard of the server, or first tried. `nextAttemptAt` null: an attempt is under way. */
  | { status: 'offline'; since: number; attempt: number; nextAttemptAt: number | null; reason: string }
  | { status: 'signed_out'; reason: string };

export interface ConnectionSettings {
  openSocket: () => RealtimeSocket;
  ticket: () => Promise<{ ticket: string }>;
  onEvent: (name: string, event: Envelope) => void;
  onLive: () => void;
  clock?: Clock;
}

export interface Connection extends Model<ConnectionState> {
  start: () => void;
  stop: () => void;
  /** Try now rather than at the next attempt's time. */
  retryNow: () => void;
  ask: (event: string, body: unknown) => Promise<unknown>;
}

interface Refusal {
  message: string;
  data?: { code?: string; message?: string };
}

const askTimeoutMs = 10_000;

export function createConnection({
  openSocket,
  ticket,
  onEvent,
  onLive,
  clock = systemClock,
}: ConnectionSettings): Connection {
  const store = createStore<ConnectionState>({ status: 'idle' });
  let socket: RealtimeSocket | null = null;
  let attempt = 0;
  let timer: number | null = null;
  let lostAt: number | null = null;
  let heardAt = clock.now(); // anything from the server, heartbeats included
  let run = 0; // rises with every start and stop; what an older run began is ignored

  function clearTimer(): void {
    if (timer !== null) clock.clearTimeout(timer);
    timer = null;
  }

  function failed(reason: string): void {
    if (timer !== null) return; // one failure may be told twice
    socket?.disconnect();
    attempt += 1;
    lostAt ??= store.snapshot().status === 'live' ? heardAt : clock.now();
    const wait = backoffMs(attempt, clock.random());
    store.set({ status: 'offline', since: lostAt, attempt, nextAttemptAt: clock.now() + wait, reason });
    timer = clock.setTimeout(() => {
      timer = null;
      void connect();
    }, wait);
  }

  function signedOut(reason: string): void {
    stop();
    store.set({ status: 'signed_out', reason });
  }

  function wire(mine: number): RealtimeSocket {
    const made = openSocket();
    const current = () => run === mine;
    const heard = () => (heardAt = clock.now());
    made.io?.on('ping', heard);
    made.on('connect', () => {
      if (!current()) return;
      attempt = 0;
      lostAt = null;
      heard();
      store.set({ status: 'live', since: clock.now() });
      onLive();
    });
    made.on('connect_error', ((error: Refusal) => {
      if (!current()) return;
      failed(error.data?.message ?? error.message);
    }) as never);
    made.on('disconnect', ((reason: string) => {
      if (current() && store.snapshot().status === 'live') failed(reason);
    }) as never);
    made.on('session-ended', ((told: { reason?: string }) => {
      if (current()) signedOut(told?.reason ?? '');
    }) as never);
    made.onAny((name, event) => {
      if (!current()) return;
      heard();
      if (isEnvelope(event)) onEvent(name, event);
    });
    return made;
  }

  async function connect(): Promise<void> {
    const mine = run;
    const before = store.snapshot();
    if (before.status === 'offline') store.set({ ...before, nextAttemptAt: null });
    else store.set({ status: 'connecting' });
    try {
      const answer = await ticket();
      if (run !== mine) return;
      socket ??= wire(mine);
      socket.auth = { ticket: answer.ticket };
      socket.connect();
    } catch (error) {
      if (run !== mine) return;
      const problem = asApiError(error);
      if (problem.code === 'unauthenticated') signedOut(problem.message);
      else failed(problem.message);
    }
  }

  function stop(): void {
    run += 1;
    clearTimer();
    socket?.disconnect();
    socket = null;
    attempt = 0;
    lostAt = null;
    store.set({ status: 'idle' });
  }

  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    start() {
      const { status } = store.snapshot();
      if (status === 'idle' || status === 'signed_out') void connect();
    },
    stop,
    retryNow() {
      if (timer === null) return;
      clearTimer();
      void connect();
    },
    async ask(event, body) {
      if (!socket?.connected) throw new Error('not connected');
      const asked = socket;
      try {
        return await asked.timeout(askTimeoutMs).emitWithAck(event, body);
      } catch (error) {
        // A server that takes questions and answers none is as good as gone.
        if (asked === socket && asked.connected) failed(t.realtime.noAnswer);
        throw error;
      }
    },
  };
}

function isEnvelope(value: unknown): value is Envelope {
  return typeof value === 'object' && value !== null && 'topic' in value && 'seq' in value;
}
