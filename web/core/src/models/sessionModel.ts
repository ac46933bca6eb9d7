// Who is here, and what the first screen therefore is.
import type { Api } from '../api/api';
import { asApiError, type ApiError } from '../api/apiError';
import type { SessionView } from '../api/types';
import type { Clock } from '../state/clock';
import { createStore, type Model } from '../state/store';
import { t } from '../texts/texts';

export type SessionState =
  | { status: 'loading' }
  | { status: 'unreachable'; error: ApiError }
  | { status: 'setup'; session: SessionView }
  | { status: 'signed_out'; notice: string | null; session: SessionView | null }
  | { status: 'signed_in'; user: string; session: SessionView };

export interface SessionModel extends Model<SessionState> {
  refresh: () => Promise<void>;
  login: (username: string, password: string) => Promise<ApiError | null>;
  setup: (token: string, username: string, password: string) => Promise<ApiError | null>;
  logout: () => Promise<ApiError | null>;
  /** The server ended the session; the page stays where it is. */
  ended: (reason: string) => void;
  /** How far the server's clock is before ours. */
  clockOffsetMs: () => number;
}

const retryMs = 3_000;

export function createSessionModel(api: Api, clock: Clock): SessionModel {
  const store = createStore<SessionState>({ status: 'loading' });
  let offset = 0;

  async function refresh(): Promise<void> {
    const asked = clock.now();
    try {
      const session = await api.session();
      offset = Date.parse(session.time) - (asked + clock.now()) / 2;
      if (session.user) store.set({ status: 'signed_in', user: session.user, session });
      else if (session.setup_required) store.set({ status: 'setup', session });
      else store.set({ status: 'signed_out', notice: noticeOf(store.snapshot()), session });
    } catch (error) {
      // Whoever is signed in keeps the page; the connection says that the server is away.
      if (store.snapshot().status === 'signed_in') return;
      store.set({ status: 'unreachable', error: asApiError(error) });
      clock.setTimeout(() => void refresh(), retryMs);
    }
  }

  async function attempt(work: () => Promise<unknown>): Promise<ApiError | null> {
    try {
      await work();
      await refresh();
      return null;
    } catch (error) {
      return asApiError(error);
    }
  }

  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    refresh,
    login: (username, password) => attempt(() => api.login(username, password)),
    setup: (token, username, password) => attempt(() => api.setup(token, username, password)),
    async logout() {
      try {
        await api.logout();
      } catch (error) {
        const problem = asApiError(error);
        if (problem.code !== 'unauthenticated') return problem;
      }
      store.set({ status: 'signed_out', notice: t.session.loggedOut, session: null });
      await refresh();
      return null;
    },
    ended(reason) {
      if (store.snapshot().status === 'signed_in')
        store.set({ status: 'signed_out', notice: reason || t.session.ended, session: null });
    },
    clockOffsetMs: () => offset,
  };
}

function noticeOf(before: SessionState): string | null {
  if (before.status === 'signed_in') return t.session.ended;
  return before.status === 'signed_out' ? before.notice : null;
}
