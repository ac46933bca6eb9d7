import { describe, expect, it } from 'vitest';
import { createApi } from '../api/api';
import { createHttp } from '../api/http';
import { FakeClock } from '../testing/fakeClock';
import { FakeServer } from '../testing/fakeServer';
import { createSessionModel } from './sessionModel';

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
