// Time that moves only when a test says so.
import type { Clock } from '../state/clock';

interface Timer {
  id: number;
  at: number;
  run: () => void;
}

export class FakeClock implements Clock {
  private time = Date.parse('2026-11-24T12:00:00Z');
  private timers: Timer[] = [];
  private lastId = 0;
  chance = 0.5;

  now = () => this.time;
  random = () => this.chance;

  setTimeout = (run: () => void, ms: number) => {
    this.timers.push({ id: ++this.lastId, at: this.time + ms, run });
    return this.lastId;
  };

  clearTimeout = (id: number) => {
    this.timers = this.timers.filter((timer) => timer.id !== id);
  };

  /** Runs what falls due, in order, and lets promises settle between. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const next = this.timers
        .filter((timer) => timer.at <= end)
        .sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!next) break;
      this.clearTimeout(next.id);
      this.time = next.at;
      next.run();
      await settle();
    }
    this.time = end;
    await settle();
  }
}

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
