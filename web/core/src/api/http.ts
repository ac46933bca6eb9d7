// One way to ask the server: JSON in and out, problems as ApiError, a limit on every wait, unchanged answers for free.
import { t } from '../texts/texts';
import { ApiError, errorOf } from './apiError';

export interface HttpSettings {
  fetch: typeof globalThis.fetch;
  /** Called when the server says that nobody is logged in. */
  onUnauthenticated?: () => void;
  timeoutMs?: number;
}

export type Query = Record<string, string | number | boolean | undefined>;

export interface Http {
  get: <T>(path: string, query?: Query) => Promise<T>;
  send: <T>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    idempotencyKey?: string,
  ) => Promise<T>;
}

const rememberedAnswers = 60;

export function withQuery(path: string, query: Query = {}): string {
  const text = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
    .join('&');
  return text ? `${path}?${text}` : path;
}

export function createHttp({ fetch, onUnauthenticated, timeoutMs = 20_000 }: HttpSettings): Http {
  const answers = new Map<string, { etag: string; value: unknown }>();

  async function ask(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(path, {
        ...init,
        credentials: 'same-origin',
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      const late = error instanceof DOMException && error.name === 'TimeoutError';
      throw late
        ? new ApiError('timed_out', t.errors.timedOut(timeoutMs / 1000))
        : new ApiError('unreachable', t.errors.unreachable);
    }
  }

  async function check(response: Response, path: string): Promise<void> {
    if (response.ok) return;
    const error = await errorOf(response);
    if (error.code === 'unauthenticated' && !path.startsWith('/api/admin/login')) onUnauthenticated?.();
    throw error;
  }

  async function read<T>(response: Response): Promise<T> {
    if (response.status === 204) return undefined as T;
    try {
      return (await response.json()) as T;
    } catch {
      throw new ApiError('unreadable', t.errors.unreadable, { status: response.status });
    }
  }

  function remember(url: string, etag: string | null, value: unknown): void {
    answers.delete(url);
    if (etag === null) return;
    answers.set(url, { etag, value });
    const oldest = answers.keys().next().value;
    if (answers.size > rememberedAnswers && oldest !== undefined) answers.delete(oldest);
  }

  return {
    async get<T>(path: string, query?: Query) {
      const url = withQuery(path, query);
      const before = answers.get(url);
      const response = await ask(url, { headers: before ? { 'If-None-Match': before.etag } : {} });
      if (response.status === 304 && before) return before.value as T;
      await check(response, path);
      const value = await read<T>(response);
      remember(url, response.headers.get('ETag'), value);
      return value;
    },

    async send<T>(method: string, path: string, body?: unknown, idempotencyKey?: string) {
      const headers: Record<string, string> = { 'Content-Type': 'application/json' };
      if (idempotencyKey) headers['Idempotency-Key'] = idempotencyKey;
      const response = await ask(path, {
        method,
        headers,
        body: method === 'DELETE' ? undefined : JSON.stringify(body ?? {}),
      });
      await check(response, path);
      return await read<T>(response);
    },
  };
}
