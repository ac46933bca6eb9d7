// Search parameters as typed values and back. What is not understood is left out, so that an old link still opens.
export interface Codec<T> {
  read: (text: string) => T | undefined;
  write: (value: T) => string;
}

export const text: Codec<string> = { read: (value) => value.trim() || undefined, write: (value) => value };

export function oneOf<const T extends string>(...known: T[]): Codec<T> {
  return { read: (value) => known.find((one) => one === value), write: (value) => value };
}

export const moment: Codec<string> = {
  read: (value) => (Number.isNaN(Date.parse(value)) ? undefined : new Date(value).toISOString()),
  write: (value) => value,
};

/** Cursors of the pages before, so that "back" works after a reload as well. */
export const list: Codec<string[]> = {
  read: (value) => value.split('~').filter(Boolean),
  write: (value) => value.join('~'),
};

export type Codecs = Record<string, Codec<never>>;
export type Values<C> = { [K in keyof C]?: C[K] extends Codec<infer T> ? T : never };

export function readSearch<C extends object>(codecs: C, search: string): Values<C> {
  const parameters = new URLSearchParams(search);
  const entries = Object.entries(codecs as Record<string, Codec<unknown>>).flatMap(([key, codec]) => {
    const raw = parameters.get(key);
    const value = raw === null ? undefined : codec.read(raw);
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries) as Values<C>;
}

export function writeSearch<C extends object>(codecs: C, values: Values<C>): string {
  const parameters = new URLSearchParams();
  for (const [key, codec] of Object.entries(codecs as Record<string, Codec<unknown>>)) {
    const value = (values as Record<string, unknown>)[key];
    if (value === undefined || value === '') continue;
    const written = codec.write(value);
    if (written) parameters.set(key, written);
  }
  const written = parameters.toString();
  return written ? `?${written}` : '';
}
