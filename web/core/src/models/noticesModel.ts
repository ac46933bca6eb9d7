// Short notices, and what a screen reader is told: politely, and not more often than every few seconds.
import type { Clock } from '../state/clock';
import { createStore, type Model } from '../state/store';

export interface Notice {
  id: number;
  tone: 'info' | 'good' | 'bad';
  title: string;
  lines: string[];
}

export interface NoticesState {
  notices: Notice[];
  /** The text of the live region. */
  spoken: string;
}

export interface NoticesModel extends Model<NoticesState> {
  show: (tone: Notice['tone'], title: string, lines?: string[]) => void;
  close: (id: number) => void;
  /** For what is to be heard only, such as the state of a followed deployment. */
  say: (text: string) => void;
}

const speakEveryMs = 3_000;
const goneAfterMs = 12_000;
const most = 4;

export function createNoticesModel(clock: Clock): NoticesModel {
  const store = createStore<NoticesState>({ notices: [], spoken: '' });
  let lastId = 0;
  let waiting: string[] = [];
  let timer: number | null = null;
  let spokenAt = -Infinity;

  function speak(): void {
    timer = null;
    spokenAt = clock.now();
    const spoken = waiting.join('. ');
    waiting = [];
    store.update((now) => ({ ...now, spoken }));
  }

  function say(text: string): void {
    if (waiting.includes(text)) return;
    waiting = [...waiting.slice(-4), text];
    timer ??= clock.setTimeout(speak, Math.max(50, spokenAt + speakEveryMs - clock.now()));
  }

  function close(id: number): void {
    store.update((now) => ({ ...now, notices: now.notices.filter((one) => one.id !== id) }));
  }

  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    say,
    close,
    show(tone, title, lines = []) {
      const id = ++lastId;
      store.update((now) => ({ ...now, notices: [...now.notices, { id, tone, title, lines }].slice(-most) }));
      say([title, ...lines].join('. '));
      // A failure stays until it is read.
      if (tone !== 'bad') clock.setTimeout(() => close(id), goneAfterMs);
    },
  };
}
