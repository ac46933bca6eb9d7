import { beforeEach, describe, expect, it } from 'vitest';
import { createApi, type Api } from '../api/api';
import { createHttp } from '../api/http';
import { createDeploymentModel } from '../models/deploymentModel';
import { createRecentDeploymentsModel } from '../models/deploymentsModel';
import { createConnection } from '../realtime/connection';
import { createTopics } from '../realtime/topics';
import { deployment } from '../testing/examples';
import { FakeClock } from '../testing/fakeClock';
import { FakeServer, problem } from '../testing/fakeServer';
import type { Live } from './liveResource';

const id = deployment().id;
const topic = `deployment/${id}`;
let server: FakeServer;
let clock: FakeClock;
let api: Api;
let live: Live;

beforeEach(async () => {
  server = new FakeServer();
  clock = new FakeClock();
  api = createApi(createHttp({ fetch: server.fetch }));
  const connection = createConnection({
    openSocket: server.openSocket,
    ticket: api.ticket,
    onEvent: (name, event) => topics.onEvent(name, event),
    onLive: () => topics.onLive(),
    clock,
  });
  const topics = createTopics(connection.ask, () => connection.snapshot().status === 'live');
  live = { topics, connection, clock, schedule: (run) => run() };
  server.on('GET', `/api/deployments/${id}`, () => ({ body: deployment() }));
  server.snapshots.set(topic, () => deployment());
  connection.start();
  await clock.advance(0);
});

function watch() {
  const model = createDeploymentModel(api, live, id);
  const leave = model.subscribe(() => undefined);
  const phase = () => {
    const now = model.snapshot();
    return now.status === 'ready' ? now.data.phase : now.status;
  };
  return { model, leave, phase };
}

describe('a live resource', () => {
  it('reads, then follows from what it read', async () => {
    const { model, phase } = watch();
    expect(phase()).toBe('loading');
    await clock.advance(0);
    expect(model.snapshot()).toMatchObject({ status: 'ready', freshness: 'current' });
    expect(server.subscribed.at(-1)).toEqual([{ topic, after: 100 }]);
    server.emit(topic, 'deployment-updated', { phase: 'paused' });
    expect(phase()).toBe('paused');
  });

  it('keeps what it has when the connection is lost, and says of when it is', async () => {
    const { model } = watch();
    await clock.advance(0);
    const last = clock.now();
    await clock.advance(5_000);
    server.reachable = false;
    server.dropConnections();
    expect(model.snapshot()).toMatchObject({ status: 'ready', freshness: 'stale', asOf: last });
  });

  it('reads at intervals while there is no live connection', async () => {
    live.connection.stop();
    const { model, phase } = watch();
    await clock.advance(0);
    expect(model.snapshot()).toMatchObject({ freshness: 'stale' });
    server.on('GET', `/api/deployments/${id}`, () => ({
      body: deployment({ phase: 'promoting', seq: 120 }),
    }));
    await clock.advance(10_000);
    expect(phase()).toBe('promoting');
  });

  it('is whole again after the return', async () => {
    const { model, phase } = watch();
    await clock.advance(0);
    server.dropConnections();
    server.emit(topic, 'deployment-updated', { phase: 'aborting' });
    await clock.advance(1_000);
    expect(phase()).toBe('aborting');
    expect(model.snapshot()).toMatchObject({ freshness: 'current' });
  });

  it('does not let an older answer hide a newer event', async () => {
    const { model, phase } = watch();
    await clock.advance(0);
    server.emit(topic, 'deployment-updated', { phase: 'paused' });
    await model.refresh();
    expect(phase()).toBe('paused');
  });

  it('fails with the reason', async () => {
    server.on('GET', `/api/deployments/${id}`, () =>
      problem(404, 'not_found', 'there is no such deployment'),
    );
    server.refused.set(topic, 'there is no such deployment');
    const { model } = watch();
    await clock.advance(0);
    expect(model.snapshot()).toMatchObject({
      status: 'failed',
      error: { message: 'there is no such deployment' },
    });
  });

  it('keeps on screen what it had when a later reading fails', async () => {
    const { model, phase } = watch();
    await clock.advance(0);
    server.on('GET', `/api/deployments/${id}`, () => problem(503, 'unavailable', 'the database is away'));
    await model.refresh();
    expect(phase()).toBe('progressing');
    expect(model.snapshot()).toMatchObject({
      freshness: 'stale',
      error: { message: 'the database is away' },
    });
  });

  it('shows the answer of an action at once', async () => {
    server.on('POST', `/api/deployments/${id}/pause`, () => ({
      body: deployment({ phase: 'paused', seq: 130 }),
    }));
    const { model, phase } = watch();
    await clock.advance(0);
    expect(await model.act('pause')).toMatchObject({ ok: true });
    expect(phase()).toBe('paused');
  });

  it('leaves the topic with its last listener', async () => {
    const { leave, phase } = watch();
    await clock.advance(0);
    leave();
    server.emit(topic, 'deployment-updated', { phase: 'paused' });
    expect(phase()).toBe('progressing');
  });
});

describe('recent deployments', () => {
  it('take in a new one by themselves', async () => {
    server.on('GET', '/api/deployments', () => ({ body: { items: [deployment()], next: null } }));
    const model = createRecentDeploymentsModel(api, live, {});
    model.subscribe(() => undefined);
    await clock.advance(0);
    const newer = deployment({ id: '01m87zzzz' });
    server.on('GET', '/api/deployments', () => ({ body: { items: [newer, deployment()], next: null } }));
    server.emit('deployment/01m87zzzz', 'deployment-updated', newer, { kind: 'full' });
    await clock.advance(1_000);
    const now = model.snapshot();
    expect(now.status === 'ready' && now.data.items.map((one) => one.id)).toEqual([newer.id, id]);
  });
});
