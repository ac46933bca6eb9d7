// Time and chance, passed in so that tests own them.
export interface Clock {
  now: () => number;
  setTimeout: (run: () => void, ms: number) => number;
  clearTimeout: (timer: number) => void;
  random: () => number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => globalThis.setTimeout(run, ms) as unknown as number,
  clearTimeout: (timer) => globalThis.clearTimeout(timer),
  random: () => Math.random(),
};
