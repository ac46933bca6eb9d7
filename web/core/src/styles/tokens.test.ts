import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const pairs = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [
    name!,
    { light: light!, dark: dark! },
  ]),
);

type Theme = 'light' | 'dark';
const themes: Theme[] = ['light', 'dark'];

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string, theme: Theme): number {
  const [high, low] = [one, other]
    .map((name) => luminance(pairs.get(name)![theme]))
    .sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const texts = ['text', 'muted', 'accent', 'good', 'warn', 'bad', 'busy', 'idle', 'sample'];
const grounds = ['bg', 'surface', 'raised', 'sunken'];

describe.each(themes)('contrast in the %s theme', (theme) => {
  it.each(texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)))(
    '%s on %s is text',
    (text, ground) => {
      expect(contrast(text, ground, theme)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it('of buttons is text', () => {
    expect(contrast('on-accent', 'accent', theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast('on-danger', 'bad', theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['edge', 'series-new', 'series-old', 'series-limit'])('of %s is that of a sign', (sign) => {
    expect(contrast(sign, 'surface', theme)).toBeGreaterThanOrEqual(3);
  });
});
