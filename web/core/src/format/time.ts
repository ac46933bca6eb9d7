// Times as people read them: in the chosen zone, with its name, and how long ago.
export function localZone(): string {
  // Asking for the name makes a format; the offset is cheap, and changes with the zone.
  const offset = new Date().getTimezoneOffset();
  if (offset !== local.offset)
    local = { offset, name: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC' };
  return local.name;
}

let local = { offset: NaN, name: 'UTC' };

export const resolveZone = (zone: string): string => (zone === 'local' ? localZone() : zone);

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format is slow, and tables need hundreds. */
function format(zone: string, style: 'full' | 'time' | 'day' | 'zone'): Intl.DateTimeFormat {
  const key = `${zone} ${style}`;
  let made = formats.get(key);
  if (!made) {
    const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
    const day = { year: 'numeric', month: 'short', day: '2-digit' } as const;
    const options = {
      full: { ...day, ...time, timeZoneName: 'short' },
      time,
      day,
      zone: { timeZoneName: 'short' },
    } as const;
    made = new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options[style] });
    formats.set(key, made);
  }
  return made;
}

/** "24 Nov 2026, 22:04:53 CET" */
export const absoluteTime = (ms: number, zone: string): string =>
  format(resolveZone(zone), 'full').format(ms);

/** "22:04:53" */
export const clockTime = (ms: number, zone: string): string => format(resolveZone(zone), 'time').format(ms);

export const dayOf = (ms: number, zone: string): string => format(resolveZone(zone), 'day').format(ms);

/** "CET", "GMT+5:30" */
export function zoneName(ms: number, zone: string): string {
  const parts = format(resolveZone(zone), 'zone').formatToParts(ms);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? zone;
}

/** Short and steady: "now", "12 s ago", "3 min ago", "2 h ago", "5 d ago", then the day. */
export function relativeTime(ms: number, now: number, zone: string): string {
  const seconds = Math.round((now - ms) / 1000);
  if (Math.abs(seconds) < 2) return 'now';
  if (Math.abs(seconds) >= 30 * 86_400) return dayOf(ms, zone);
  const [count, unit] = largestUnit(Math.abs(seconds));
  return seconds > 0 ? `${count} ${unit} ago` : `in ${count} ${unit}`;
}

function largestUnit(seconds: number): [number, string] {
  if (seconds < 90) return [seconds, 's'];
  if (seconds < 90 * 60) return [Math.round(seconds / 60), 'min'];
  if (seconds < 48 * 3600) return [Math.round(seconds / 3600), 'h'];
  return [Math.round(seconds / 86_400), 'd'];
}

/** What a field of type datetime-local holds, in the zone, as a moment; null when it is none. */
export function zonedToMs(text: string, zone: string): number | null {
  const wanted = Date.parse(`${text}Z`);
  if (Number.isNaN(wanted)) return null;
  // Twice, because the first guess may lie on the other side of a change of the clocks.
  let guess = wanted;
  for (let pass = 0; pass < 2; pass += 1) guess = wanted - offsetMs(guess, zone);
  return guess;
}

/** The other way: "2026-11-24T22:04". */
export const msToZoned = (ms: number, zone: string): string =>
  new Date(ms + offsetMs(ms, zone)).toISOString().slice(0, 16);

function offsetMs(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: resolveZone(zone),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(ms);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const asUtc = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return asUtc - Math.floor(ms / 1000) * 1000;
}

/** A choice that covers most of the world; the browser's own is always among them. */
export function zoneChoices(): string[] {
  const all = Intl.supportedValuesOf('timeZone');
  return ['UTC', ...all.filter((zone) => zone !== 'UTC')];
}
