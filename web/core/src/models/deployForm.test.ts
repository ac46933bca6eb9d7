import { describe, expect, it } from 'vitest';
import { createApi } from '../api/api';
import { createHttp } from '../api/http';
import { deployment } from '../testing/examples';
import { FakeServer, problem } from '../testing/fakeServer';
import { FakeStorage } from '../testing/fakeStorage';
import { createDeployForm, emptyDraft, parsePercents, problemsOf, requestOf } from './deployForm';

function setUp(storage = new FakeStorage()) {
  const server = new FakeServer();
  server.on('POST', '/api/environments/demo/plan', () => ({
    body: {
      environment: 'demo',
      version: '1.1.0',
      strategy: 'canary',
      steps: [],
      at_least_seconds: 50,
      blockers: [],
    },
  }));
  server.on('POST', '/api/environments/demo/deploy', () => ({ status: 202, body: deployment() }));
  let keys = 0;
  const make = () =>
    createDeployForm({
      api: createApi(createHttp({ fetch: server.fetch })),
      environment: 'demo',
      storage,
      now: () => 7,
      newKey: () => `key ${++keys}`,
    });
  return { server, storage, form: make(), make };
}

const keysOf = (server: FakeServer) =>
  server.requests
    .filter((one) => one.path.endsWith('/deploy'))
    .map((one) => one.headers.get('Idempotency-Key'));

describe('the deploy form', () => {
  it('plans before it deploys', async () => {
    const { form, server } = setUp();
    form.edit({ version: '1.1.0' });
    await form.deploy();
    expect(server.requests).toHaveLength(0);
    await form.plan();
    expect(form.snapshot()).toMatchObject({ stage: 'planned', plannedAt: 7 });
    await form.deploy();
    expect(form.snapshot()).toMatchObject({ stage: 'done', deployment: { version: '1.1.0' } });
  });

  it('names what is wrong before it asks', async () => {
    const { form, server } = setUp();
    form.edit({ version: ' ', weights: '10, 5' });
    await form.plan();
    expect(Object.keys(form.snapshot().problems)).toEqual(['version', 'weights']);
    expect(server.requests).toHaveLength(0);
  });

  it('keeps its content when the server is away, and the same key for the same wish', async () => {
    const { form, server } = setUp();
    form.edit({ version: '1.1.0' });
    await form.plan();
    server.reachable = false;
    await form.deploy();
    expect(form.snapshot()).toMatchObject({
      stage: 'planned',
      error: { code: 'unreachable' },
      draft: { version: '1.1.0' },
    });
    server.reachable = true;
    server.on('POST', '/api/environments/demo/deploy', () => problem(503, 'unavailable', 'starting'));
    await form.deploy();
    await form.deploy();
    expect(new Set(keysOf(server)).size).toBe(1);
  });

  it('takes a new key for another wish', async () => {
    const { form, server } = setUp();
    server.on('POST', '/api/environments/demo/deploy', () => problem(503, 'unavailable', 'starting'));
    for (const version of ['1.1.0', '1.2.0']) {
      form.edit({ version });
      await form.plan();
      await form.deploy();
    }
    expect(new Set(keysOf(server)).size).toBe(2);
  });

  it('finds its draft again after a reload, and forgets it after the deployment', async () => {
    const { form, make, storage } = setUp();
    form.edit({ version: '1.1.0', bake: '1m' });
    const again = make();
    expect(again.snapshot().draft).toMatchObject({ version: '1.1.0', bake: '1m' });
    await again.plan();
    await again.deploy();
    expect(storage.values.size).toBe(0);
  });

  it('works where nothing can be stored', () => {
    const storage = new FakeStorage();
    storage.full = true;
    const { form } = setUp(storage);
    form.edit({ version: '1.1.0' });
    expect(form.snapshot().draft.version).toBe('1.1.0');
  });
});

describe('requestOf', () => {
  it('sends only what differs', () => {
    expect(requestOf({ ...emptyDraft, version: ' 1.1.0 ' })).toEqual({
      version: '1.1.0',
      options: { when_busy: 'queue' },
    });
  });

  it('sends all that was chosen', () => {
    const draft = {
      ...emptyDraft,
      version: '1.1.0',
      strategy: 'canary' as const,
      components: ['web'],
      weights: '10, 50 100',
      gates: '50',
      bake: '1m',
      replicas: '5',
      whenBusy: 'refuse' as const,
    };
    expect(requestOf(draft)).toEqual({
      version: '1.1.0',
      strategy: 'canary',
      components: ['web'],
      options: {
        strategy: { weights_percent: [10, 50, 100], gates_percent: [50], bake: '1m' },
        replicas: 5,
        when_busy: 'refuse',
      },
    });
  });

  it('leaves weights out where a strategy has none', () => {
    expect(
      requestOf({ ...emptyDraft, version: '1.1.0', strategy: 'rolling', weights: '10,100' }).options,
    ).toEqual({
      when_busy: 'queue',
    });
  });
});

describe('problemsOf', () => {
  it.each([
    [{ weights: '10, 50' }, 'weights'],
    [{ weights: '0, 100' }, 'weights'],
    [{ gates: 'half' }, 'gates'],
    [{ bake: '30' }, 'bake'],
    [{ replicas: '0' }, 'replicas'],
    [{ version: '../etc' }, 'version'],
  ])('%o', (some, field) => {
    expect(Object.keys(problemsOf({ ...emptyDraft, version: '1.1.0', ...some }))).toEqual([field]);
  });

  it('reads percentages as people write them', () => {
    expect(parsePercents('10 %, 25;100')).toEqual([10, 25, 100]);
  });
});
