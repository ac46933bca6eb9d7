// Measurements as columns: one list of times, and one list of values for each line, as canvas charts want them.
import type { JudgeSettings, MetricSeries, Sample, SampleSide } from '../api/types';
import { t } from '../texts/texts';
import { milliseconds, percent } from '../format/number';

export type Value = number | null;

export interface Line {
  id: string;
  label: string;
  values: Value[];
  kind: 'line' | 'limit' | 'low' | 'high';
  tone: 'new' | 'old' | 'limit';
}

export interface Mark {
  time: number;
  label: string;
}

export interface ChartData {
  title: string;
  unit: string;
  format: (value: number) => string;
  times: number[]; // ms
  lines: Line[];
  marks: Mark[];
}

/** Increments over this time make one point: single looks see too few requests for a rate. */
const windowMs = 10_000;

const side = (sample: Sample, which: 'canary' | 'stable'): SampleSide | null => sample[which];

/** Failures of the last window as a share of its requests. Without requests there is no rate, not a rate of zero. */
export function errorRates(samples: readonly Sample[], which: 'canary' | 'stable'): Value[] {
  return slide(samples, which, (window) => {
    const requests = sum(window, (one) => one.requests);
    return requests === 0 ? null : (100 * sum(window, (one) => one.failures)) / requests;
  });
}

/** Means weighted by requests. */
export function latencies(samples: readonly Sample[], which: 'canary' | 'stable'): Value[] {
  return slide(samples, which, (window) => {
    const measured = window.filter((one) => one.latency_ms !== null && one.requests > 0);
    const requests = sum(measured, (one) => one.requests);
    return requests === 0 ? null : sum(measured, (one) => one.latency_ms! * one.requests) / requests;
  });
}

function slide(
  samples: readonly Sample[],
  which: 'canary' | 'stable',
  make: (window: SampleSide[]) => Value,
): Value[] {
  let begin = 0;
  return samples.map((sample, index) => {
    const from = Date.parse(sample.time) - windowMs;
    while (Date.parse(samples[begin]!.time) <= from) begin += 1;
    const window = samples.slice(begin, index + 1).flatMap((one) => side(one, which) ?? []);
    return window.length === 0 ? null : make(window);
  });
}

const sum = <T>(items: readonly T[], of: (item: T) => number) =>
  items.reduce((total, item) => total + of(item), 0);

export interface Versions {
  next: string;
  before: string | null;
}

/** The same version deployed again is still two lines. */
function labelsOf({ next, before }: Versions): { next: string; before: string | null } {
  if (next !== before) return { next, before };
  return { next: `${next} (${t.deployment.newVersion})`, before: `${before} (${t.deployment.oldVersion})` };
}

export function errorChart(
  samples: readonly Sample[],
  versions: Versions,
  limits: JudgeSettings | undefined,
): ChartData {
  const { next, before } = labelsOf(versions);
  const bounds = (which: 'canary' | 'stable', bound: 'error_at_least_percent' | 'error_at_most_percent') =>
    samples.map((one) => side(one, which)?.[bound] ?? null);
  const lines: Line[] = [
    { id: 'new', label: next, values: errorRates(samples, 'canary'), kind: 'line', tone: 'new' },
    {
      id: 'new_high',
      label: t.deployment.band(next),
      values: bounds('canary', 'error_at_most_percent'),
      kind: 'high',
      tone: 'new',
    },
    {
      id: 'new_low',
      label: t.deployment.band(next),
      values: bounds('canary', 'error_at_least_percent'),
      kind: 'low',
      tone: 'new',
    },
  ];
  if (before !== null)
    lines.push(
      { id: 'old', label: before, values: errorRates(samples, 'stable'), kind: 'line', tone: 'old' },
      {
        id: 'old_high',
        label: t.deployment.band(before),
        values: bounds('stable', 'error_at_most_percent'),
        kind: 'high',
        tone: 'old',
      },
      {
        id: 'old_low',
        label: t.deployment.band(before),
        values: bounds('stable', 'error_at_least_percent'),
        kind: 'low',
        tone: 'old',
      },
    );
  if (limits) lines.push(limitLine(samples, before, limits));
  return {
    title: t.deployment.chartErrors,
    unit: '%',
    format: percent,
    times: samples.map((one) => Date.parse(one.time)),
    lines,
    marks: weightMarks(samples),
  };
}

/** What the verdict compares with: the stable version's rate so far and the margin, or the limit of a first deployment. */
function limitLine(samples: readonly Sample[], before: string | null, limits: JudgeSettings): Line {
  const line = { id: 'limit', kind: 'limit', tone: 'limit' } as const;
  if (before === null) {
    const limit = limits.first_limit_percent;
    return { ...line, label: t.deployment.firstLimitLine(percent(limit)), values: samples.map(() => limit) };
  }
  let requests = 0;
  let failures = 0;
  const values = samples.map((sample) => {
    requests += sample.stable?.requests ?? 0;
    failures += sample.stable?.failures ?? 0;
    return requests === 0 ? null : (100 * failures) / requests + limits.margin_percent;
  });
  return { ...line, label: t.deployment.limitLine(percent(limits.margin_percent)), values };
}

export function latencyChart(samples: readonly Sample[], versions: Versions): ChartData {
  const { next, before } = labelsOf(versions);
  const lines: Line[] = [
    { id: 'new', label: next, values: latencies(samples, 'canary'), kind: 'line', tone: 'new' },
  ];
  if (before !== null)
    lines.push({ id: 'old', label: before, values: latencies(samples, 'stable'), kind: 'line', tone: 'old' });
  return {
    title: t.deployment.chartLatency,
    unit: 'ms',
    format: milliseconds,
    times: samples.map((one) => Date.parse(one.time)),
    lines,
    marks: weightMarks(samples),
  };
}

/** Where the weight in force changed. */
export function weightMarks(samples: readonly Sample[]): Mark[] {
  return samples.flatMap((sample, index) =>
    sample.weight_percent === (samples[index - 1]?.weight_percent ?? 0)
      ? []
      : [{ time: Date.parse(sample.time), label: t.deployment.weightMark(sample.weight_percent) }],
  );
}

const unitFormat: Record<string, (value: number) => string> = { '%': percent, ms: milliseconds };

export function metricChart(series: MetricSeries): ChartData {
  const title = series.component ? `${series.component}: ${nameOf(series.name)}` : nameOf(series.name);
  return {
    title,
    unit: series.unit,
    format: unitFormat[series.unit] ?? ((value) => `${Number(value.toPrecision(4))} ${series.unit}`),
    times: series.points.map(([time = 0]) => time),
    lines: [
      {
        id: series.name,
        label: title,
        values: series.points.map(([, value]) => value ?? null),
        kind: 'line',
        tone: 'new',
      },
    ],
    marks: [],
  };
}

/** "cpu_percent" as "Cpu percent". */
const nameOf = (name: string) => (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll('_', ' ');
