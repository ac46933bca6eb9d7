// A server with memory: answers requests, hands out tickets, keeps events and follows the rules of docs/events.md.
import type { Envelope } from '../realtime/cursor';
import type { RealtimeSocket } from '../realtime/socket';

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> };
type Handler = (request: { body: unknown; headers: Headers; url: URL }) => Answer;
type Listener = (...args: unknown[]) => void;

interface Asked {
  topics: { topic: string; after?: number }[];
}

export class FakeServer {
  reachable = true;
  signedIn = true;
  ticketsGiven = 0;
  requests: { method: string; path: string; body: unknown; headers: Headers }[] = [];
  subscribed: Asked['topics'][] = [];
  refused = new Map<string, string>();
  snapshots = new Map<string, () => unknown>();
  events: { name: string; event: Envelope }[] = [];
  longestReplay = 1000;
  private seq = 100;
  private handlers = new Map<string, Handler>();
  private sockets = new Set<FakeSocket>();
  private usedTickets = new Set<string>();

  on(method: string, path: string, handler: Handler): void {
    this.handlers.set(`${method} ${path}`, handler);
  }

  fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    if (!this.reachable) throw new TypeError('fetch failed');
    const url = new URL(String(input), 'http://portal.test');
    const method = init.method ?? 'GET';
    const headers = new Headers(init.headers);
    const body: unknown = init.body ? JSON.parse(String(init.body)) : undefined;
    this.requests.push({ method, path: url.pathname + url.search, body, headers });
    if (method === 'POST' && url.pathname === '/api/realtime/ticket') return this.giveTicket();
    const handler = this.handlers.get(`${method} ${url.pathname}`);
    if (!handler) return respond(problem(404, 'not_found', `there is nothing at ${url.pathname}`));
    return respond(handler({ body, headers, url }));
  };

  private giveTicket(): Response {
    if (!this.signedIn) return respond(problem(401, 'unauthenticated', 'log in first'));
    this.ticketsGiven += 1;
    return respond({ status: 201, body: { ticket: `ticket ${this.ticketsGiven}`, expires_at: '' } });
  }

  openSocket = (): RealtimeSocket => {
    const socket = new FakeSocket(this);
    this.sockets.add(socket);
    return socket as unknown as RealtimeSocket;
  };

  /** null: let in. */
  admit(ticket: string | undefined): string | null {
    if (!this.reachable) return 'websocket error';
    if (!ticket || this.usedTickets.has(ticket)) return 'the ticket was used';
    this.usedTickets.add(ticket);
    return null;
  }

  emit(topic: string, name: string, payload: unknown, more: Partial<Envelope> = {}): Envelope {
    const before = this.events.filter((one) => one.event.topic === topic).at(-1)?.event.seq ?? 0;
    const event: Envelope = {
      topic,
      seq: ++this.seq,
      prev_seq: before,
      entity: topic.split('/')[1] ?? topic,
      kind: 'patch',
      payload,
      actor: 'alice',
      time: '2026-11-24T12:00:00Z',
      ...more,
    };
    if (event.seq > 0) this.events.push({ name, event });
    for (const socket of this.sockets) socket.deliver(name, event);
    return event;
  }

  /** An event that is stored and never reaches the page. */
  emitLost(topic: string, name: string, payload: unknown): Envelope {
    const away = [...this.sockets];
    this.sockets.clear();
    const event = this.emit(topic, name, payload);
    for (const socket of away) this.sockets.add(socket);
    return event;
  }

  dropConnections(): void {
    for (const socket of this.sockets) socket.lose('transport close');
  }

  endSession(reason: string): void {
    this.signedIn = false;
    for (const socket of this.sockets) socket.tell('session-ended', { reason });
  }

  subscribe(socket: FakeSocket, { topics }: Asked): unknown {
    this.subscribed.push(topics);
    const accepted: unknown[] = [];
    const refused: unknown[] = [];
    for (const { topic, after } of topics) {
      const message = this.refused.get(topic);
      if (message) {
        refused.push({ topic, code: 'forbidden', message, permission: 'deployment_read' });
        continue;
      }
      socket.rooms.add(topic);
      const stored = this.events.filter((one) => topic === 'admin' || one.event.topic === topic);
      const newest = topic === 'admin' ? this.seq : (stored.at(-1)?.event.seq ?? 0);
      const missed = after === undefined ? [] : stored.filter((one) => one.event.seq > after);
      const reset = missed.length > this.longestReplay;
      const snapshot = after === undefined || reset ? (this.snapshots.get(topic)?.() ?? null) : null;
      accepted.push({ topic, seq: after === undefined || reset ? newest : after, reset, snapshot });
      if (!reset) queueMicrotask(() => missed.forEach(({ name, event }) => socket.tell(name, event)));
    }
    return { accepted, refused };
  }
}

export class FakeSocket {
  auth: unknown = {};
  connected = false;
  rooms = new Set<string>();
  private listeners = new Map<string, Listener[]>();
  private anyListeners: ((event: string, ...args: unknown[]) => void)[] = [];

  constructor(private server: FakeServer) {}

  on(event: string, listener: Listener): void {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }

  onAny(listener: (event: string, ...args: unknown[]) => void): void {
    this.anyListeners.push(listener);
  }

  connect(): void {
    queueMicrotask(() => {
      const refusal = this.server.admit((this.auth as { ticket?: string }).ticket);
      if (refusal) return this.run('connect_error', { message: refusal });
      this.connected = true;
      this.run('connect');
    });
  }

  disconnect(): void {
    this.connected = false;
    this.rooms.clear();
  }

  lose(reason: string): void {
    if (!this.connected) return;
    this.disconnect();
    this.run('disconnect', reason);
  }

  timeout = () => ({ emitWithAck: (event: string, body: unknown) => this.emitWithAck(event, body) });

  async emitWithAck(event: string, body: unknown): Promise<unknown> {
    if (event === 'subscribe') return this.server.subscribe(this, body as Asked);
    const { topics } = body as { topics: string[] };
    for (const topic of topics) this.rooms.delete(topic);
    return { left: topics };
  }

  deliver(name: string, event: Envelope): void {
    if (this.connected && (this.rooms.has(event.topic) || (event.seq > 0 && this.rooms.has('admin'))))
      this.tell(name, event);
  }

  tell(name: string, body: unknown): void {
    this.run(name, body);
    for (const listener of this.anyListeners) listener(name, body);
  }

  private run(event: string, ...args: unknown[]): void {
    for (const listener of this.listeners.get(event) ?? []) listener(...args);
  }
}

export function problem(status: number, code: string, detail: string): Answer {
  return { status, body: { title: '', status, detail, code, trace_id: 'abc' } };
}

function respond({ status = 200, body, headers = {} }: Answer): Response {
  const empty = status === 204 || status === 304;
  return new Response(empty ? null : JSON.stringify(body ?? {}), { status, headers });
}
