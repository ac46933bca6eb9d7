// What is read when somebody asks for it, and kept until they ask again.
import { asApiError, type ApiError } from '../api/apiError';
import { createStore } from '../state/store';

export interface Asked<T> {
  asking: boolean;
  found: T | null;
  error: ApiError | null;
}

export function createAskedModel<T>(read: () => Promise<T>) {
  const store = createStore<Asked<T>>({ asking: false, found: null, error: null });
  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    ask: async (): Promise<void> => {
      if (store.snapshot().asking) return;
      store.update((now) => ({ ...now, asking: true }));
      try {
        store.set({ asking: false, found: await read(), error: null });
      } catch (error) {
        store.update((now) => ({ ...now, asking: false, error: asApiError(error) }));
      }
    },
  };
}
