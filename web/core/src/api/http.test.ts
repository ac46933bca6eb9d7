import { describe, expect, it } from 'vitest';
import { FakeServer, problem } from '../testing/fakeServer';
import { ApiError } from './apiError';
import { createHttp, withQuery } from './http';

function setUp() {
  const server = new FakeServer();
  let ended = 0;
  const http = createHttp({ fetch: server.fetch, onUnauthenticated: () => (ended += 1) });
  return { server, http, ended: () => ended };
}

const errorOf = async (work: Promise<unknown>): Promise<ApiError> => {
  try {
    await work;
  } catch (error) {
    return error as ApiError;
  }
  throw new Error('it did not fail');
};

describe('http', () => {
  it('turns a problem into an error that says what to do', async () => {
    const { server, http } = setUp();
    server.on('GET', '/api/x', () => problem(409, 'conflict', 'it is paused'));
    const error = await errorOf(http.get('/api/x'));
    expect(error).toMatchObject({ code: 'conflict', message: 'it is paused', status: 409, traceId: 'abc' });
    expect(error.advice).toContain('state');
  });

  it('understands a proxy that answers without a problem document', async () => {
    const { server, http } = setUp();
    server.on('GET', '/api/x', () => ({ status: 502, body: 'bad gateway' }));
    expect(await errorOf(http.get('/api/x'))).toMatchObject({
      code: 'unavailable',
      message: 'the server answered with status 502',
    });
  });

  it('says how long to wait', async () => {
    const { server, http } = setUp();
    server.on('POST', '/api/x', () => ({
      ...problem(429, 'too_many_requests', 'wrong passwords'),
      headers: { 'Retry-After': '30' },
    }));
    expect((await errorOf(http.send('POST', '/api/x'))).advice).toBe('Try again in 30 s.');
  });

  it('says that the server cannot be reached', async () => {
    const { server, http } = setUp();
    server.reachable = false;
    const error = await errorOf(http.send('POST', '/api/x'));
    expect(error.code).toBe('unreachable');
    expect(error.advice).toContain('try again'); // nobody else does it
  });

  it('tells when nobody is signed in, but not for a wrong password', async () => {
    const { server, http, ended } = setUp();
    server.on('GET', '/api/x', () => problem(401, 'unauthenticated', 'log in first'));
    server.on('POST', '/api/admin/login', () =>
      problem(401, 'unauthenticated', 'wrong user name or password'),
    );
    await errorOf(http.send('POST', '/api/admin/login'));
    expect(ended()).toBe(0);
    await errorOf(http.get('/api/x'));
    expect(ended()).toBe(1);
  });

  it('keeps an answer that the server says is unchanged', async () => {
    const { server, http } = setUp();
    server.on('GET', '/api/x', ({ headers }) =>
      headers.get('If-None-Match') === '"1"'
        ? { status: 304 }
        : { body: { value: 7 }, headers: { ETag: '"1"' } },
    );
    const first = await http.get('/api/x');
    expect(await http.get('/api/x')).toBe(first);
    expect(server.requests).toHaveLength(2);
  });

  it('sends the idempotency key', async () => {
    const { server, http } = setUp();
    server.on('POST', '/api/x', () => ({ status: 202, body: {} }));
    await http.send('POST', '/api/x', { a: 1 }, 'key');
    expect(server.requests[0]!.headers.get('Idempotency-Key')).toBe('key');
    expect(server.requests[0]!.body).toEqual({ a: 1 });
  });
});

describe('withQuery', () => {
  it('leaves out what is not asked for', () => {
    expect(withQuery('/x', { a: 'b c', b: undefined, c: '', d: 0 })).toBe('/x?a=b%20c&d=0');
  });
});
