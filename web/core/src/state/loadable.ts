// What a page has of something on the server: nothing yet, a failure, or the thing itself with its age.
import type { ApiError } from '../api/apiError';

/**
 * `current`: changes arrive as they happen. `polled`: read at intervals, last at `asOf`.
 * `stale`: nothing was heard since `asOf`, though it should have been.
 */
export type Freshness = 'current' | 'polled' | 'stale';

export type Loadable<T> =
  | { status: 'loading' }
  | { status: 'failed'; error: ApiError }
  | { status: 'ready'; data: T; asOf: number; freshness: Freshness; error: ApiError | null };

export const loading: Loadable<never> = { status: 'loading' };

export function ready<T>(data: T, asOf: number, freshness: Freshness): Loadable<T> {
  return { status: 'ready', data, asOf, freshness, error: null };
}

/** A failure does not take from the screen what was there before it. */
export function failedAfter<T>(before: Loadable<T>, error: ApiError): Loadable<T> {
  return before.status === 'ready' ? { ...before, freshness: 'stale', error } : { status: 'failed', error };
}

export function mapReady<T>(value: Loadable<T>, change: (data: T) => T): Loadable<T> {
  if (value.status !== 'ready') return value;
  const data = change(value.data);
  return data === value.data ? value : { ...value, data };
}
