import { describe, expect, it } from 'vitest';
import { createApi } from '../api/api';
import { createHttp } from '../api/http';
import { createConnection } from '../realtime/connection';
import { createTopics } from '../realtime/topics';
import { environment, logEntry, sample } from '../testing/examples';
import { FakeClock } from '../testing/fakeClock';
import { FakeServer } from '../testing/fakeServer';
import { FakeStorage } from '../testing/fakeStorage';
import { createActivityModel, summarise, type Activity } from './activityModel';
import { auditCsv } from './auditModel';
import { applyToPage } from './deploymentsModel';
import { applyToEnvironments, countByHealth, groupByProvider } from './environmentsModel';
import { entryOf, filterLog, mergeEntries, stepTimes } from './logModel';
import { createNoticesModel } from './noticesModel';
import { createPreferencesModel, defaultPreferences } from './preferencesModel';
import { takeAlert } from './reportModels';
import { follows, mergeSamples } from './samplesModel';
import { createSessionModel } from './sessionModel';
import type { Alert } from '../api/types';
import type { Envelope } from '../realtime/cursor';
import { deployment } from '../testing/examples';

const event = <P>(payload: P, some: Partial<Envelope<P>> = {}): Envelope<P> => ({
  topic: '',
  seq: 200,
  prev_seq: 0,
  entity: 'demo',
  kind: 'patch',
  payload,
  actor: 'alice',
  time: '2026-11-24T12:00:00Z',
  ...some,
});

describe('the log', () => {
  const entries = [
    logEntry(1, 'step 1 of 7: start'),
    logEntry(2, 'L7STS 503', { level: 'warning' }),
    logEntry(5, 'gone', { level: 'error' }),
  ];

  it('has each line once, in order', () => {
    expect(mergeEntries(entries, [logEntry(3, 'late'), logEntry(5, 'gone')]).map((one) => one.seq)).toEqual([
      1, 2, 3, 5,
    ]);
    expect(mergeEntries(entries, [])).toBe(entries);
  });

  it('is searched without regard to case, and from a level on', () => {
    expect(filterLog(entries, { text: 'l7sts', level: 'info' }).map((one) => one.seq)).toEqual([2]);
    expect(filterLog(entries, { text: '', level: 'warning' }).map((one) => one.seq)).toEqual([2, 5]);
  });

  it('takes number and time of a line from its event', () => {
    expect(entryOf(event({ text: 'x', level: 'warning' as const }))).toEqual({
      seq: 200,
      time: '2026-11-24T12:00:00Z',
      level: 'warning',
      component: '',
      step: '',
      text: 'x',
    });
  });

  it('knows when a step began', () => {
    expect([...stepTimes(entries, 'web').keys()]).toEqual([1]);
    expect(stepTimes(entries, 'other').size).toBe(0);
  });
});

describe('samples', () => {
  it('follow when one begins where the last ended', () => {
    expect(follows(sample(2, null, null), sample(4, null, null))).toBe(true);
    expect(follows(sample(2, null, null), sample(6, null, null))).toBe(false);
    expect(follows(undefined, sample(2, null, null))).toBe(false);
  });

  it('are taken once', () => {
    const have = [sample(2, null, null)];
    expect(mergeSamples(have, [sample(2, null, null)])).toBe(have);
    expect(mergeSamples(have, [sample(2, null, null), sample(4, null, null)])).toHaveLength(2);
  });
});

describe('environments', () => {
  it('change, come and go by events', () => {
    const have = [environment()];
    const changed = applyToEnvironments(
      have,
      'service-updated',
      event({ environment: 'demo', component: { name: 'web', health: 'failed' } }),
    );
    expect(changed).toMatchObject([{ health: 'failed' }]);
    expect(
      applyToEnvironments(
        have,
        'service-updated',
        event({ environment: 'demo', component: { name: 'web', health: 'failed' } }, { seq: 90 }),
      ),
    ).toBe(have);
    expect(applyToEnvironments(have, 'environment-updated', event(null, { kind: 'removed' }))).toEqual([]);
    expect(applyToEnvironments(have, 'environment-updated', event({ name: 'new' }, { entity: 'new' }))).toBe(
      'reread',
    );
  });

  it('tell the reason of the deployment that is under way', () => {
    const [web] = environment().components;
    const have = [
      environment({ components: [{ ...web!, deployment: 'a', reason: 'before' }] }),
      environment({ name: 'other' }),
    ];
    const after = applyToEnvironments(
      have,
      'deployment-updated',
      event({ components: [{ name: 'web', reason: 'watching' }] }, { entity: 'a' }),
    );
    expect(after).toMatchObject([
      { components: [{ reason: 'watching' }] },
      { components: [{ reason: '3 of 3 replicas take traffic' }] },
    ]);
  });

  it('are grouped and counted', () => {
    const all = [environment(), environment({ name: 'b', provider: 'aws', health: 'failed' })];
    expect(groupByProvider(all).map((group) => group.provider)).toEqual(['aws', 'on-premises']);
    expect([...countByHealth(all)]).toEqual([
      ['healthy', 1],
      ['failed', 1],
    ]);
  });
});

describe('a page of deployments', () => {
  const page = { items: [deployment({ id: 'b' })], next: null, newer: [] };

  it('announces newer ones and leaves the rows in place', () => {
    const after = applyToPage(page, 'deployment-updated', event({ phase: 'queued' }, { entity: 'c' }));
    expect(after).toMatchObject({ newer: ['c'], items: [{ id: 'b' }] });
    expect(applyToPage(page, 'deployment-updated', event({ phase: 'queued' }, { entity: 'a' }))).toBe(page);
  });

  it('changes its rows', () => {
    expect(
      applyToPage(page, 'deployment-updated', event({ phase: 'paused' }, { entity: 'b' })),
    ).toMatchObject({
      items: [{ phase: 'paused' }],
    });
  });
});

describe('alerts', () => {
  it('come, change and go', () => {
    const alert = { id: 'a', status: 'firing', title: 'x' } as Alert;
    const one = takeAlert([], event(alert));
    expect(one).toEqual([alert]);
    expect(takeAlert(one, event({ ...alert, status: 'resolved' as const }))).toEqual([]);
  });
});

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
});

describe('the session', () => {
  const view = {
    setup_required: false,
    user: null as string | null,
    role: null,
    expires_at: null,
    permissions: [],
    version: '0.1.0',
    sample_data: false,
    time: '2026-11-24T12:00:05Z',
  };

  function setUp() {
    const server = new FakeServer();
    const clock = new FakeClock();
    const model = createSessionModel(createApi(createHttp({ fetch: server.fetch })), clock);
    server.on('GET', '/api/admin/session', () => ({ body: view }));
    return { server, clock, model };
  }

  it('asks for set-up, sign-in, or lets in', async () => {
    const { server, model } = setUp();
    server.on('GET', '/api/admin/session', () => ({ body: { ...view, setup_required: true } }));
    await model.refresh();
    expect(model.snapshot().status).toBe('setup');
    server.on('POST', '/api/admin/setup', () => ({ status: 201, body: {} }));
    server.on('GET', '/api/admin/session', () => ({ body: { ...view, user: 'alice' } }));
    expect(await model.setup('token', 'alice', 'a long password')).toBeNull();
    expect(model.snapshot()).toMatchObject({ status: 'signed_in', user: 'alice' });
  });

  it("knows how far the server's clock is ahead", async () => {
    const { model } = setUp();
    await model.refresh();
    expect(model.clockOffsetMs()).toBe(5_000);
  });

  it('tries again while the server does not answer', async () => {
    const { server, clock, model } = setUp();
    server.reachable = false;
    await model.refresh();
    expect(model.snapshot().status).toBe('unreachable');
    server.reachable = true;
    await clock.advance(3_000);
    expect(model.snapshot().status).toBe('signed_out');
  });

  it('says why it ended, and keeps who is in while the server is away', async () => {
    const { server, model } = setUp();
    server.on('GET', '/api/admin/session', () => ({ body: { ...view, user: 'alice' } }));
    await model.refresh();
    server.reachable = false;
    await model.refresh();
    expect(model.snapshot().status).toBe('signed_in');
    model.ended('');
    expect(model.snapshot()).toMatchObject({
      status: 'signed_out',
      notice: 'Your session has ended. Sign in to go on where you were.',
    });
  });
});

describe('notices', () => {
  it('are spoken together, and not all the time', async () => {
    const clock = new FakeClock();
    const model = createNoticesModel(clock);
    const spoken: string[] = [];
    model.subscribe(() => spoken.at(-1) !== model.snapshot().spoken && spoken.push(model.snapshot().spoken));
    model.say('one');
    model.say('two');
    await clock.advance(100);
    model.say('three');
    await clock.advance(1_000);
    expect(spoken.filter(Boolean)).toEqual(['one. two']);
    await clock.advance(3_000);
    expect(spoken.filter(Boolean)).toEqual(['one. two', 'three']);
  });

  it('go by themselves, but for failures', async () => {
    const clock = new FakeClock();
    const model = createNoticesModel(clock);
    model.show('good', 'done');
    model.show('bad', 'failed');
    await clock.advance(60_000);
    expect(model.snapshot().notices.map((one) => one.title)).toEqual(['failed']);
  });
});

describe('preferences', () => {
  it('are kept, and survive what does not fit', () => {
    const storage = new FakeStorage();
    createPreferencesModel(storage).change({ theme: 'dark' });
    expect(createPreferencesModel(storage).snapshot()).toEqual({ ...defaultPreferences, theme: 'dark' });
    storage.setItem('pilothouse.preferences', '{"bottomHeight":"high","odd":1,"zone":"UTC"}');
    expect(createPreferencesModel(storage).snapshot()).toEqual({ ...defaultPreferences, zone: 'UTC' });
    storage.setItem('pilothouse.preferences', 'nonsense');
    expect(createPreferencesModel(storage).snapshot()).toEqual(defaultPreferences);
  });
});

describe('the audit log as CSV', () => {
  it('is quoted, and holds no formula', () => {
    const entry = {
      seq: 1,
      time: 't',
      actor: '=cmd()',
      address: '::1',
      action: 'a',
      target: 'b, "c"',
      result: 'done',
      details: { x: 1 },
    };
    expect(auditCsv([entry])).toBe(
      'seq,time,actor,address,action,target,result,details\r\n1,t,\'=cmd(),::1,a,"b, ""c""",done,"{""x"":1}"\r\n',
    );
  });
});
