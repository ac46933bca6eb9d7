// Charts for those who do not see them: a summary, and the same numbers as a table.
import { clockTime } from '../format/time';
import { t } from '../texts/texts';
import type { ChartData, Line } from './series';

export function summary(chart: ChartData, zone: string): string {
  const first = chart.times[0];
  const last = chart.times.at(-1);
  if (first === undefined || last === undefined) return `${chart.title}: ${t.chart.noData}.`;
  const lines = chart.lines
    .filter((line) => line.kind === 'line' || line.kind === 'limit')
    .map((line) => `${describe(line, chart.format)}.`);
  return [
    `${chart.title}.`,
    t.chart.from(chart.times.length, clockTime(first, zone), clockTime(last, zone)),
    ...lines,
  ].join(' ');
}

function describe(line: Line, format: ChartData['format']): string {
  const values = line.values.filter((value) => value !== null);
  const last = values.at(-1);
  if (last === undefined) return `${line.label}: ${t.chart.noData}`;
  const told = t.chart.last(line.label, format(last));
  if (line.kind === 'limit') return told;
  return `${told}, ${t.chart.range(format(Math.min(...values)), format(Math.max(...values)))}`;
}

export interface ChartTable {
  head: string[];
  rows: string[][];
  total: number;
}

/** Newest first. */
export function tableOf(chart: ChartData, zone: string, most = 200): ChartTable {
  const shown = chart.lines.filter((line) => line.kind === 'line' || line.kind === 'limit');
  const begin = Math.max(0, chart.times.length - most);
  const rows = chart.times.slice(begin).map((time, offset) => [
    clockTime(time, zone),
    ...shown.map((line) => {
      const value = line.values[begin + offset];
      return value == null ? '' : chart.format(value);
    }),
  ]);
  return {
    head: [t.chart.time, ...shown.map((line) => line.label)],
    rows: rows.reverse(),
    total: chart.times.length,
  };
}
