// Numbers: grouped, and as exact as they are meant.
const grouped = new Intl.NumberFormat('en-GB');

export const count = (value: number): string => grouped.format(value);

/** "0 %", "0.12 %", "4.8 %", "25 %": two significant figures below one, one decimal above. */
export function percent(value: number): string {
  if (value === 0 || Number.isInteger(value)) return `${value} %`;
  if (Math.abs(value) < 0.01) return value > 0 ? '< 0.01 %' : '> -0.01 %';
  return `${Number(Math.abs(value) < 1 ? value.toPrecision(2) : value.toFixed(1))} %`;
}

export function milliseconds(value: number): string {
  if (value >= 10_000) return `${(value / 1000).toFixed(0)} s`;
  if (value >= 1_000) return `${(value / 1000).toFixed(1)} s`;
  return `${value >= 100 ? value.toFixed(0) : Number(value.toFixed(1))} ms`;
}

export function plural(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
