// The server's time, each second, for ages on screen. It rests while nobody looks.
import type { Clock } from '../state/clock';
import { createStore, type Model } from '../state/store';

export type NowModel = Model<number>;

const tickMs = 1_000;

export function createNowModel(clock: Clock, offsetMs: () => number): NowModel {
  const read = () => clock.now() + offsetMs();
  const store = createStore(read(), {
    onUsed() {
      let timer = 0;
      function tick(): void {
        store.set(read());
        timer = clock.setTimeout(tick, tickMs);
      }
      timer = clock.setTimeout(tick, 0);
      return () => clock.clearTimeout(timer);
    },
  });
  return { snapshot: store.snapshot, subscribe: store.subscribe };
}
