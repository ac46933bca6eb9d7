// The health check of an environment: made when somebody asks for it, and kept until the next.
import type { Api } from '../api/api';
import { asApiError, type ApiError } from '../api/apiError';
import type { HealthView } from '../api/types';
import { createStore } from '../state/store';

export interface HealthCheck {
  asking: boolean;
  found: HealthView | null;
  error: ApiError | null;
}

export type HealthModel = ReturnType<typeof createHealthModel>;

export function createHealthModel(api: Api, environment: string) {
  const store = createStore<HealthCheck>({ asking: false, found: null, error: null });
  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    check: async (): Promise<void> => {
      if (store.snapshot().asking) return;
      store.update((now) => ({ ...now, asking: true }));
      try {
        store.set({ asking: false, found: await api.health(environment), error: null });
      } catch (error) {
        store.update((now) => ({ ...now, asking: false, error: asApiError(error) }));
      }
    },
  };
}
