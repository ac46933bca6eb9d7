import { describe, expect, it } from 'vitest';
import { createApi } from '../api/api';
import { createHttp } from '../api/http';
import { createConnection } from '../realtime/connection';
import { createTopics } from '../realtime/topics';
import { FakeClock } from '../testing/fakeClock';
import { FakeServer } from '../testing/fakeServer';
import { activityOf, createActivityModel, summarise, type Activity } from './activityModel';

describe('activity', () => {
  it('tells after an outage what was missed, and nothing twice', async () => {
    const server = new FakeServer();
    const clock = new FakeClock();
    const api = createApi(createHttp({ fetch: server.fetch }));
    const connection = createConnection({
      openSocket: server.openSocket,
      ticket: api.ticket,
      onEvent: (n, e) => topics.onEvent(n, e),
      onLive: () => topics.onLive(),
      clock,
    });
    const topics = createTopics(connection.ask, () => connection.snapshot().status === 'live');
    const returns: { outage: number; missed: Activity[] }[] = [];
    const activity = createActivityModel({
      topics,
      connection,
      clock,
      schedule: (run) => run(),
      onReturn: (outage, missed) => returns.push({ outage, missed }),
    });
    activity.start();
    connection.start();
    await clock.advance(0);
    server.emit('deployment/a', 'deployment-updated', {
      environment: 'demo',
      version: '1.1.0',
      reason: 'begins',
    });
    server.reachable = false;
    server.dropConnections();
    server.emit('deployment/a', 'deployment-updated', {
      environment: 'demo',
      version: '1.1.0',
      reason: 'watching',
    });
    server.emit('deployment/a', 'deployment-updated', {
      environment: 'demo',
      version: '1.1.0',
      reason: 'completed',
    });
    await clock.advance(10_000);
    server.reachable = true;
    await clock.advance(20_000);
    expect(returns).toHaveLength(1);
    expect(returns[0]!.outage).toBeGreaterThan(3_000);
    expect(returns[0]!.missed).toHaveLength(2);
    expect(summarise(returns[0]!.missed).map((one) => one.text)).toEqual(['demo: 1.1.0, completed']);
    expect(activity.snapshot().items).toHaveLength(3);
  });

  it('tells of what was removed, which has no payload', () => {
    const event = {
      topic: 'alerts',
      seq: 2,
      prev_seq: 1,
      entity: 'a1',
      kind: 'removed' as const,
      actor: 'alice',
      time: '',
    };
    expect(activityOf('alert-updated', { ...event, payload: null })!.text).toBe('Alert a1 was removed');
    expect(activityOf('cost-updated', { ...event, payload: null })).toBeNull();
  });
});
