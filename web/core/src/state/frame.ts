// One notification a frame, however many events arrive in it.
import type { Schedule } from './store';

export interface FrameClock {
  requestAnimationFrame?: (run: () => void) => unknown;
  setTimeout: (run: () => void, ms: number) => unknown;
}

/** Hidden pages get no frames; a timer takes over there. */
const longestWaitMs = 200;

export function frameSchedule(clock: FrameClock): Schedule {
  const waiting = new Set<() => void>();
  let planned = false;

  function flush(): void {
    if (!planned) return;
    planned = false;
    const runs = [...waiting];
    waiting.clear();
    for (const run of runs) run();
  }

  return (run) => {
    waiting.add(run);
    if (planned) return;
    planned = true;
    clock.requestAnimationFrame?.(flush);
    clock.setTimeout(flush, longestWaitMs);
  };
}
