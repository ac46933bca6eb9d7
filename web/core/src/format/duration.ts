// Durations with the two units that matter: "42 s", "3 min 20 s", "1 h 5 min", "2 d 3 h".
const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** How long something lasts by now: whole seconds, never negative. */
export const elapsed = (ms: number): string => duration(Math.max(0, Math.floor(ms / 1_000)) * 1_000);

export function duration(ms: number): string {
  if (ms < 1_000) return ms > 0 && ms < 950 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1_000)} s`;
  let rest = Math.round(ms / 1_000);
  const parts: string[] = [];
  for (const [name, seconds] of units) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}
