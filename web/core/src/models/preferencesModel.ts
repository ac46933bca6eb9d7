// How this person likes the pages, kept in this browser.
import { createStore, type Model } from '../state/store';

export type Theme = 'system' | 'light' | 'dark';

export interface Preferences {
  theme: Theme;
  /** An IANA name, or 'local' for the browser's. */
  zone: string;
  navigation: 'open' | 'closed';
  navigationWidth: number;
  bottom: 'open' | 'closed';
  bottomHeight: number;
  wrapLog: boolean;
  /** That there is sample data; its labels stay anyway. */
  sampleHint: 'open' | 'closed';
}

export interface PreferencesModel extends Model<Preferences> {
  change: (some: Partial<Preferences>) => void;
}

export interface KeyValue {
  getItem: (key: string) => string | null;
  setItem: (key: string, value: string) => void;
  removeItem: (key: string) => void;
}

const key = 'pilothouse.preferences';

export const defaultPreferences: Preferences = {
  theme: 'system',
  zone: 'local',
  navigation: 'open',
  navigationWidth: 232,
  bottom: 'closed',
  bottomHeight: 220,
  wrapLog: false,
  sampleHint: 'open',
};

export function createPreferencesModel(storage: KeyValue): PreferencesModel {
  const store = createStore<Preferences>(read(storage));
  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    change(some) {
      store.update((now) => ({ ...now, ...some }));
      try {
        storage.setItem(key, JSON.stringify(store.snapshot()));
      } catch {
        // Private windows may refuse: then it holds until the page is left.
      }
    },
  };
}

/** What does not fit the shape is left out: an older page may have written it. */
function read(storage: KeyValue): Preferences {
  try {
    const stored: unknown = JSON.parse(storage.getItem(key) ?? '{}');
    const known = Object.entries(stored as object).filter(
      ([name, value]) =>
        name in defaultPreferences && typeof value === typeof defaultPreferences[name as keyof Preferences],
    );
    return { ...defaultPreferences, ...Object.fromEntries(known) };
  } catch {
    return defaultPreferences;
  }
}
