import { beforeEach, describe, expect, it } from 'vitest';
import { createHttp } from '../api/http';
import { FakeClock } from '../testing/fakeClock';
import { FakeServer } from '../testing/fakeServer';
import { createConnection, type Connection, type ConnectionState } from './connection';

let server: FakeServer;
let clock: FakeClock;
let connection: Connection;
let heard: string[];
let timesLive: number;

beforeEach(() => {
  server = new FakeServer();
  clock = new FakeClock();
  heard = [];
  timesLive = 0;
  const http = createHttp({ fetch: server.fetch });
  connection = createConnection({
    openSocket: server.openSocket,
    ticket: () => http.send('POST', '/api/realtime/ticket'),
    onEvent: (name) => heard.push(name),
    onLive: () => (timesLive += 1),
    clock,
  });
});

const status = () => connection.snapshot().status;

describe('connection', () => {
  it('is live after a ticket and a connection', async () => {
    connection.start();
    expect(status()).toBe('connecting');
    await clock.advance(0);
    expect(status()).toBe('live');
    expect(timesLive).toBe(1);
  });

  it('says since when it is offline, how often it tried, and when it tries next', async () => {
    server.reachable = false;
    const since = clock.now();
    connection.start();
    await clock.advance(0);
    expect(connection.snapshot()).toMatchObject({
      status: 'offline',
      since,
      attempt: 1,
      nextAttemptAt: since + 250,
    });
    await clock.advance(250);
    expect(connection.snapshot()).toMatchObject({
      status: 'offline',
      since,
      attempt: 2,
      nextAttemptAt: clock.now() + 500,
    });
  });

  it('comes back with a fresh ticket', async () => {
    connection.start();
    await clock.advance(10_000);
    server.dropConnections();
    expect(status()).toBe('offline');
    await clock.advance(250);
    expect(status()).toBe('live');
    expect(server.ticketsGiven).toBe(2);
    expect(timesLive).toBe(2);
  });

  it('dates the loss to what it last heard, not to when it noticed', async () => {
    connection.start();
    await clock.advance(0);
    const last = clock.now();
    await clock.advance(40_000);
    server.dropConnections();
    expect(connection.snapshot()).toMatchObject({ since: last });
  });

  it('counts one failure when a refusal is told twice', async () => {
    const states: ConnectionState[] = [];
    connection.subscribe(() => states.push(connection.snapshot()));
    connection.start();
    await clock.advance(0);
    server.dropConnections();
    server.dropConnections();
    expect(states.filter((one) => one.status === 'offline')).toHaveLength(1);
  });

  it('tries at once when asked to', async () => {
    server.reachable = false;
    connection.start();
    await clock.advance(0);
    server.reachable = true;
    connection.retryNow();
    await clock.advance(0);
    expect(status()).toBe('live');
  });

  it('ends when the ticket is refused because nobody is signed in', async () => {
    server.signedIn = false;
    connection.start();
    await clock.advance(60_000);
    expect(status()).toBe('signed_out');
    expect(server.requests).toHaveLength(1);
  });

  it('ends with the reason when the session ends', async () => {
    connection.start();
    await clock.advance(0);
    server.endSession('it expired');
    expect(connection.snapshot()).toEqual({ status: 'signed_out', reason: 'it expired' });
  });

  it('stays stopped when it is stopped while a ticket is on its way', async () => {
    connection.start();
    connection.stop();
    await clock.advance(60_000);
    expect(status()).toBe('idle');
  });

  it('passes on envelopes only', async () => {
    connection.start();
    await clock.advance(0);
    await connection.ask('subscribe', { topics: [{ topic: 'alerts' }] });
    server.emit('alerts', 'alert-updated', {});
    expect(heard).toEqual(['alert-updated']);
  });
});
