// Going through a chart's measurements with the keyboard, and hearing them.
import { clockTime } from '../format/time';
import { t } from '../texts/texts';
import type { ChartData } from './series';

const page = 10;

/** Where a key leads from `index` (null: nowhere yet); undefined: it is none of ours. */
export function moveCursor(key: string, index: number | null, count: number): number | undefined {
  const last = count - 1;
  const here = index ?? last;
  const targets: Record<string, number> = {
    ArrowLeft: index === null ? last : here - 1,
    ArrowDown: index === null ? last : here - 1,
    ArrowRight: here + 1,
    ArrowUp: here + 1,
    PageDown: here - page,
    PageUp: here + page,
    Home: 0,
    End: last,
  };
  const target = targets[key];
  return target === undefined || count === 0 ? undefined : Math.min(last, Math.max(0, target));
}

/** The measurement at that time, or the nearest before it. */
export function indexAt(times: readonly number[], time: number): number {
  const later = times.findIndex((one) => one > time);
  return later < 0 ? times.length - 1 : Math.max(0, later - 1);
}

/** "12:00:04. 1.1.0: 1 %. 1.0.0: no data." */
export function spokenPoint(chart: ChartData, index: number, zone: string): string {
  const time = chart.times[index];
  if (time === undefined) return t.chart.noData;
  const values = chart.lines
    .filter((line) => line.kind === 'line' || line.kind === 'limit')
    .map((line) => {
      const value = line.values[index];
      return `${line.label}: ${value == null ? t.chart.noData : chart.format(value)}`;
    });
  return `${[clockTime(time, zone), ...values].join('. ')}.`;
}
