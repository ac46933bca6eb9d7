// Against the official server: what the fake one stands for.
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../state/clock';
import { createConnection, type Connection } from './connection';
import { transportsOf, type RealtimeSocket } from './socket';
import { createTopics } from './topics';

let http: HttpServer;
let server: Server;
let connection: Connection;
let used: string[];

beforeEach(async () => {
  used = [];
  http = createServer();
  server = new Server(http);
  server.use((socket, next) => {
    const { ticket } = socket.handshake.auth as { ticket: string };
    if (used.includes(ticket))
      return next(
        Object.assign(new Error('refused'), {
          data: { code: 'unauthenticated', message: 'the ticket was used' },
        }),
      );
    used.push(ticket);
    next();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  connection.stop();
  await server.close();
});

function connect(
  tickets: () => string,
  topics: { onLive: () => void; onEvent: Parameters<typeof createConnection>[0]['onEvent'] },
): void {
  const { port } = http.address() as AddressInfo;
  connection = createConnection({
    openSocket: () =>
      io(`http://127.0.0.1:${port}`, {
        transports: ['websocket'],
        autoConnect: false,
        reconnection: false,
      }) as unknown as RealtimeSocket,
    ticket: async () => ({ ticket: tickets() }),
    onEvent: topics.onEvent,
    onLive: topics.onLive,
    clock: systemClock,
  });
}

describe('with the official server', () => {
  it('subscribes, follows, and comes back by itself', async () => {
    let count = 0;
    server.on('connection', (socket) =>
      socket.on(
        'subscribe',
        (
          { topics: asked }: { topics: { topic: string; after?: number }[] },
          answer: (body: unknown) => void,
        ) => {
          for (const { topic } of asked) void socket.join(topic);
          answer({
            accepted: asked.map(({ topic, after }) => ({
              topic,
              seq: after ?? 5,
              reset: false,
              snapshot: after === undefined ? { n: 0 } : null,
            })),
            refused: [],
          });
        },
      ),
    );
    const topics = createTopics(
      (event, body) => connection.ask(event, body),
      () => connection.snapshot().status === 'live',
    );
    connect(() => `t${++count}`, topics);
    const seen: unknown[] = [];
    topics.follow('deployment/a', {
      onSnapshot: (snapshot, seq) => seen.push([snapshot, seq]),
      onEvent: (_, event) => seen.push(event.payload),
    });
    connection.start();
    await vi.waitFor(() => expect(seen).toEqual([[{ n: 0 }, 5]]));

    server.to('deployment/a').emit('deployment-updated', {
      topic: 'deployment/a',
      seq: 6,
      prev_seq: 5,
      entity: 'a',
      kind: 'patch',
      payload: 'six',
      actor: '',
      time: '',
    });
    await vi.waitFor(() => expect(seen.at(-1)).toBe('six'));

    server.disconnectSockets(true);
    await vi.waitFor(() => expect(seen.at(-1)).toEqual([null, 6]), 5_000);
    expect(used).toEqual(['t1', 't2']);
  });

  it('shows the reason of a refusal and goes on trying', async () => {
    used = ['stale'];
    let asked = 0;
    connect(() => (++asked === 1 ? 'stale' : 'fresh'), { onLive: () => undefined, onEvent: () => undefined });
    const reasons: string[] = [];
    connection.subscribe(() => {
      const state = connection.snapshot();
      if (state.status === 'offline') reasons.push(state.reason);
    });
    connection.start();
    await vi.waitFor(() => expect(connection.snapshot().status).toBe('live'), 5_000);
    expect(reasons[0]).toBe('the ticket was used');
  });
});

it('uses what the browser has', () => {
  expect(transportsOf({ WebSocket: class {} })).toEqual(['websocket', 'polling']);
  expect(transportsOf({})).toEqual(['polling']);
});
