import type { KeyValue } from '../models/preferencesModel';

export class FakeStorage implements KeyValue {
  values = new Map<string, string>();
  full = false;

  getItem = (key: string) => this.values.get(key) ?? null;
  removeItem = (key: string) => void this.values.delete(key);

  setItem = (key: string, value: string) => {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.values.set(key, value);
  };
}
