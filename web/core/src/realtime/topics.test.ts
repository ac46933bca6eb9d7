import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fakeClock';
import { FakeServer } from '../testing/fakeServer';
import { createConnection, type Connection } from './connection';
import { createTopics, type Topics } from './topics';

let server: FakeServer;
let clock: FakeClock;
let connection: Connection;
let topics: Topics;
const topic = 'deployment/a';

beforeEach(async () => {
  server = new FakeServer();
  clock = new FakeClock();
  let tickets = 0;
  connection = createConnection({
    openSocket: server.openSocket,
    ticket: async () => ({ ticket: String(++tickets) }),
    onEvent: (name, event) => topics.onEvent(name, event),
    onLive: () => topics.onLive(),
    clock,
  });
  topics = createTopics(connection.ask, () => connection.snapshot().status === 'live');
  server.snapshots.set(topic, () => ({ version: '1.0.0' }));
  connection.start();
  await clock.advance(0);
});

function follow(name = topic, after?: number) {
  const seen: unknown[] = [];
  const leave = topics.follow(
    name,
    {
      onSnapshot: (snapshot, seq, reset) => seen.push({ snapshot, seq, reset }),
      onEvent: (_, event) => seen.push(event.payload),
      onRefused: (message) => seen.push(message),
    },
    after,
  );
  return { seen, leave };
}

describe('topics', () => {
  it('begins with a snapshot, then follows', async () => {
    const { seen } = follow();
    await clock.advance(0);
    server.emit(topic, 'deployment-updated', 1);
    expect(seen).toEqual([{ snapshot: { version: '1.0.0' }, seq: 0, reset: false }, 1]);
  });

  it('begins after what it has, and gets what it missed', async () => {
    const first = server.emit(topic, 'deployment-updated', 1);
    server.emit(topic, 'deployment-updated', 2);
    const { seen } = follow(topic, first.seq);
    await clock.advance(0);
    expect(seen.filter((one) => typeof one === 'number')).toEqual([2]);
    expect(server.subscribed.at(-1)).toEqual([{ topic, after: first.seq }]);
  });

  it('keeps an event that overtakes the snapshot before it', async () => {
    server.snapshots.set(topic, () => {
      queueMicrotask(() => server.emit(topic, 'deployment-updated', 1));
      return { version: '1.0.0' };
    });
    const { seen } = follow();
    await clock.advance(0);
    expect(seen).toEqual([{ snapshot: { version: '1.0.0' }, seq: 0, reset: false }, 1]);
  });

  it('drops a repeated event', async () => {
    const { seen } = follow();
    await clock.advance(0);
    const event = server.emit(topic, 'deployment-updated', 1);
    topics.onEvent('deployment-updated', event);
    expect(seen).toHaveLength(2);
  });

  it('closes a gap by asking for what lies after what it has', async () => {
    const { seen } = follow();
    await clock.advance(0);
    const first = server.emit(topic, 'deployment-updated', 1);
    server.emitLost(topic, 'deployment-updated', 2);
    server.emit(topic, 'deployment-updated', 3);
    await clock.advance(0);
    expect(server.subscribed.at(-1)).toEqual([{ topic, after: first.seq }]);
    expect(seen.filter((one) => typeof one === 'number')).toEqual([1, 2, 3]);
  });

  it('subscribes again after a reconnect, and misses nothing', async () => {
    const { seen } = follow();
    await clock.advance(0);
    server.emit(topic, 'deployment-updated', 1);
    server.dropConnections();
    server.emit(topic, 'deployment-updated', 2);
    await clock.advance(1_000);
    server.emit(topic, 'deployment-updated', 3);
    expect(seen.filter((one) => typeof one === 'number')).toEqual([1, 2, 3]);
  });

  it('takes a snapshot when too much was missed', async () => {
    server.longestReplay = 1;
    const { seen } = follow();
    await clock.advance(0);
    server.emit(topic, 'deployment-updated', 1);
    server.dropConnections();
    server.emit(topic, 'deployment-updated', 2);
    const last = server.emit(topic, 'deployment-updated', 3);
    await clock.advance(1_000);
    expect(seen.at(-1)).toEqual({ snapshot: { version: '1.0.0' }, seq: last.seq, reset: true });
  });

  it('gives a second follower a snapshot, and both every event once', async () => {
    const one = follow();
    await clock.advance(0);
    const two = follow();
    await clock.advance(0);
    server.emit(topic, 'deployment-updated', 1);
    expect(two.seen).toEqual([{ snapshot: { version: '1.0.0' }, seq: 0, reset: false }, 1]);
    expect(one.seen.filter((seen) => seen === 1)).toHaveLength(1);
  });

  it('leaves with its last follower', async () => {
    const one = follow();
    const two = follow();
    await clock.advance(0);
    one.leave();
    server.emit(topic, 'deployment-updated', 1);
    two.leave();
    await clock.advance(0);
    server.emit(topic, 'deployment-updated', 2);
    expect(two.seen).toContain(1);
    expect(two.seen).not.toContain(2);
  });

  it('hands the followers of everything the events of all topics, once each', async () => {
    const all = follow('admin');
    const one = follow();
    await clock.advance(0);
    server.emit(topic, 'deployment-updated', 1);
    server.emit('environment/demo', 'service-updated', 2);
    expect(all.seen.filter((seen) => typeof seen === 'number')).toEqual([1, 2]);
    expect(one.seen.filter((seen) => typeof seen === 'number')).toEqual([1]);
  });

  it('lets somebody join the followers of everything without asking again', async () => {
    follow('admin');
    await clock.advance(0);
    const asked = server.subscribed.length;
    const late = follow('admin');
    await clock.advance(0);
    expect(server.subscribed).toHaveLength(asked);
    expect(late.seen).toHaveLength(1);
  });

  it('passes a refusal on', async () => {
    server.refused.set(topic, 'you may not');
    const { seen } = follow();
    await clock.advance(0);
    expect(seen).toEqual(['you may not']);
  });

  it('lets ticks through without moving on', async () => {
    const { seen } = follow('monitoring/demo');
    await clock.advance(0);
    server.emit('monitoring/demo', 'monitoring-updated', 'tick', { seq: 0, prev_seq: 0 });
    server.emit('monitoring/demo', 'monitoring-updated', 'tock', { seq: 0, prev_seq: 0 });
    expect(seen.slice(1)).toEqual(['tick', 'tock']);
  });
});
