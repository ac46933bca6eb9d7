// A value that changes, and those who want to know. Every model is one of these with actions.
export interface Model<S> {
  snapshot: () => S;
  subscribe: (listener: () => void) => () => void;
}

export interface Store<S> extends Model<S> {
  set: (next: S) => void;
  update: (change: (now: S) => S) => void;
}

export type Schedule = (run: () => void) => void;

const atOnce: Schedule = (run) => run();

/**
 * With a `schedule`, listeners hear of a change later, and once for all changes until then; the snapshot is new at once.
 * `onUsed` runs when the first listener comes; what it returns runs when the last has gone.
 */
export function createStore<S>(
  initial: S,
  { schedule = atOnce, onUsed }: { schedule?: Schedule; onUsed?: () => () => void } = {},
): Store<S> {
  let value = initial;
  let pending = false;
  let release: (() => void) | undefined;
  const listeners = new Set<() => void>();

  function tell(): void {
    pending = false;
    for (const listener of [...listeners]) listener();
  }

  function set(next: S): void {
    if (Object.is(next, value)) return;
    value = next;
    if (pending) return;
    pending = true;
    schedule(tell);
  }

  return {
    snapshot: () => value,
    set,
    update: (change) => set(change(value)),
    subscribe(listener) {
      const mine = () => listener();
      listeners.add(mine);
      if (listeners.size === 1) release = onUsed?.();
      return () => {
        if (listeners.delete(mine) && listeners.size === 0) {
          release?.();
          release = undefined;
        }
      };
    },
  };
}
