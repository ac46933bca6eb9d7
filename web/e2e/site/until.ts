const generousMs = 60_000;
const pauseMs = 40;

/** The first value that is neither false nor absent; fails loudly when there is none within the limit. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  limitMs = generousMs,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await ask();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await new Promise((go) => setTimeout(go, pauseMs));
  }
}
