import { describe, expect, it } from 'vitest';
import { duration, elapsed } from './duration';
import { money } from './money';
import { count, milliseconds, percent } from './number';
import { absoluteTime, msToZoned, relativeTime, zonedToMs, zoneName } from './time';

const noon = Date.parse('2026-11-24T12:00:00Z');

describe('times', () => {
  it('are told in the chosen zone, with its name', () => {
    expect(absoluteTime(noon, 'Europe/Berlin')).toBe('24 Nov 2026, 13:00:00 CET');
    expect(absoluteTime(noon, 'UTC')).toBe('24 Nov 2026, 12:00:00 UTC');
    expect(zoneName(noon, 'Asia/Kolkata')).toBe('GMT+5:30');
  });

  it('are told by their distance', () => {
    const ago = (seconds: number) => relativeTime(noon - seconds * 1000, noon, 'UTC');
    expect([0, 1, 12, 89, 200, 7000, 100_000, 300_000].map(ago)).toEqual([
      'now',
      'now',
      '12 s ago',
      '89 s ago',
      '3 min ago',
      '2 h ago',
      '28 h ago',
      '3 d ago',
    ]);
    expect(ago(40 * 86_400)).toBe('15 Oct 2026');
    expect(ago(-30)).toBe('in 30 s');
  });

  it('go through a field of local time and back, also beside a change of the clocks', () => {
    for (const iso of [
      '2026-11-24T12:00:00Z',
      '2026-03-29T00:30:00Z',
      '2026-03-29T01:30:00Z',
      '2026-10-25T02:30:00Z',
    ]) {
      const ms = Date.parse(iso);
      for (const zone of ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC'])
        expect(zonedToMs(msToZoned(ms, zone), zone)).toBe(ms);
    }
    expect(zonedToMs('nonsense', 'UTC')).toBeNull();
  });
});

describe('duration', () => {
  it('says the two units that matter', () => {
    expect([0, 340, 999, 42_000, 200_000, 3_600_000, 3_900_000, 183_600_000].map(duration)).toEqual([
      '0 s',
      '340 ms',
      '1 s',
      '42 s',
      '3 min 20 s',
      '1 h',
      '1 h 5 min',
      '2 d 3 h',
    ]);
  });
});

describe('elapsed', () => {
  it('counts whole seconds', () => {
    expect([-50, 792, 42_900].map(elapsed)).toEqual(['0 s', '0 s', '42 s']);
  });
});

describe('numbers', () => {
  it('are as exact as they are meant', () => {
    expect([0, 25, 0.123, 4.83, 0.001, 99.96].map(percent)).toEqual([
      '0 %',
      '25 %',
      '0.12 %',
      '4.8 %',
      '< 0.01 %',
      '100 %',
    ]);
    expect([0.74, 12.34, 250.4, 1500, 12_000].map(milliseconds)).toEqual([
      '0.7 ms',
      '12.3 ms',
      '250 ms',
      '1.5 s',
      '12 s',
    ]);
    expect(count(1234567)).toBe('1,234,567');
  });
});

describe('money', () => {
  it('loses no cent and uses no float', () => {
    expect(money('1234567.891', 'EUR')).toBe('EUR 1,234,567.89');
    expect(money('0.005', 'EUR')).toBe('EUR 0.01');
    expect(money('-12.3', 'USD')).toBe('USD -12.30');
    expect(money('90071992547409931.10', 'EUR')).toBe('EUR 90,071,992,547,409,931.10');
    expect(money('n/a', 'EUR')).toBe('EUR n/a');
  });
});
