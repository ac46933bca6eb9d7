// Fewer points, same picture: of each bucket the least and the greatest value stay, so no peak is lost.
import type { ChartData, Value } from './series';

/** Indices to keep, rising, at most about `most` of them; the first and the last are among them. */
export function keepIndices(values: readonly (readonly Value[])[], length: number, most: number): number[] {
  if (length <= most) return Array.from({ length }, (_, index) => index);
  const buckets = Math.max(1, Math.floor((most - 2) / (2 * Math.max(1, values.length))));
  const keep = new Set([0, length - 1]);
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = Math.floor((bucket * length) / buckets);
    const to = Math.floor(((bucket + 1) * length) / buckets);
    for (const line of values) addExtremes(line, from, to, keep);
  }
  return [...keep].sort((a, b) => a - b);
}

function addExtremes(line: readonly Value[], from: number, to: number, keep: Set<number>): void {
  let low = -1;
  let high = -1;
  for (let index = from; index < to; index += 1) {
    const value = line[index];
    if (value == null) continue;
    if (low < 0 || value < line[low]!) low = index;
    if (high < 0 || value > line[high]!) high = index;
  }
  if (low >= 0) keep.add(low);
  if (high >= 0) keep.add(high);
}

export function decimate(chart: ChartData, most: number): ChartData {
  const measured = chart.lines.filter((line) => line.kind === 'line').map((line) => line.values);
  const keep = keepIndices(measured, chart.times.length, most);
  if (keep.length === chart.times.length) return chart;
  return {
    ...chart,
    times: keep.map((index) => chart.times[index]!),
    lines: chart.lines.map((line) => ({ ...line, values: keep.map((index) => line.values[index] ?? null) })),
  };
}
