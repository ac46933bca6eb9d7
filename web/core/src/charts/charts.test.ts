import { describe, expect, it } from 'vitest';
import { rollout, sample } from '../testing/examples';
import { decimate, keepIndices } from './decimate';
import { errorChart, errorRates, latencies, latencyChart, metricChart, weightMarks } from './series';
import { summary, tableOf } from './words';
import { indexAt, moveCursor, spokenPoint } from './cursor';

describe('rates', () => {
  it('come from the increments of the last ten seconds', () => {
    const samples = [sample(2, [100, 10], null), sample(4, [100, 0], null), sample(14, [50, 1], null)];
    expect(errorRates(samples, 'canary')).toEqual([10, 5, 2]);
  });

  it('are unknown without requests, not zero', () => {
    expect(errorRates([sample(2, [0, 0], null), sample(4, null, [10, 1])], 'canary')).toEqual([null, null]);
  });

  it('weigh latencies by requests', () => {
    const slow = sample(4, [10, 0], null);
    slow.canary!.latency_ms = 40;
    const unmeasured = sample(6, [1000, 0], null);
    unmeasured.canary!.latency_ms = null;
    expect(latencies([sample(2, [30, 0], null), slow, unmeasured], 'canary')).toEqual([4, 13, 13]);
  });
});

describe('errorChart', () => {
  const limits = rollout().judge;
  const line = (chart: ReturnType<typeof errorChart>, id: string) => chart.lines.find((one) => one.id === id);

  it('draws the margin above what the stable version was counted with', () => {
    const chart = errorChart(
      [sample(2, [10, 0], [100, 1]), sample(4, [10, 0], [100, 3])],
      { next: '1.1.0', before: '1.0.0' },
      limits,
    );
    expect(line(chart, 'limit')!.values).toEqual([3, 4]);
    expect(line(chart, 'new_high')!.values).toEqual([5, 5]);
  });

  it('draws the fixed limit of a first deployment', () => {
    const chart = errorChart([sample(2, [10, 0], null)], { next: '1.0.0', before: null }, limits);
    expect(line(chart, 'limit')!.values).toEqual([5]);
    expect(line(chart, 'old')).toBeUndefined();
  });

  it('marks where the weight changed', () => {
    const at = (second: number, weight_percent: number) => sample(second, [1, 0], [1, 0], { weight_percent });
    expect(weightMarks([at(2, 0), at(4, 10), at(6, 10), at(8, 25)]).map((mark) => mark.label)).toEqual([
      '10 %',
      '25 %',
    ]);
  });
});

describe('decimation', () => {
  it('keeps every peak, the first and the last', () => {
    const values = Array.from({ length: 10_000 }, (_, index) =>
      index === 4321 ? 99 : index === 7000 ? -5 : 1,
    );
    const keep = keepIndices([values], values.length, 400);
    expect(keep.length).toBeLessThanOrEqual(402);
    expect(keep).toEqual(expect.arrayContaining([0, 4321, 7000, 9999]));
    expect([...keep].sort((a, b) => a - b)).toEqual(keep);
  });

  it('leaves short charts alone', () => {
    const chart = latencyChart([sample(2, [10, 0], null)], { next: '1.0.0', before: null });
    expect(decimate(chart, 100)).toBe(chart);
  });

  it('is quick enough for a frame', () => {
    const points = Array.from(
      { length: 100_000 },
      (_, index) => [index * 1000, Math.sin(index)] as [number, number],
    );
    const chart = metricChart({ name: 'cpu_percent', unit: '%', component: 'web', points });
    const begin = performance.now();
    decimate(chart, 1200);
    expect(performance.now() - begin).toBeLessThan(100);
  });
});

describe('words', () => {
  const samples = [sample(2, [100, 1], [100, 0]), sample(4, [100, 1], [100, 0])];
  const chart = errorChart(samples, { next: '1.1.0', before: '1.0.0' }, undefined);

  it('tell a chart to those who do not see it', () => {
    expect(summary(chart, 'UTC')).toBe(
      'Error rate. 2 measurements from 12:00:02 to 12:00:04. 1.1.0: last 1 %, from 1 % to 1 %. 1.0.0: last 0 %, from 0 % to 0 %.',
    );
  });

  it('speak one measurement', () => {
    expect(spokenPoint(chart, 1, 'UTC')).toBe('12:00:04. 1.1.0: 1 %. 1.0.0: 0 %.');
    expect(spokenPoint(chart, 9, 'UTC')).toBe('no data');
  });

  it('say when there is nothing', () => {
    expect(summary(errorChart([], { next: '1.1.0', before: null }, undefined), 'UTC')).toBe(
      'Error rate: no data.',
    );
  });

  it('make a table, newest first', () => {
    const table = tableOf(chart, 'UTC', 1);
    expect(table).toEqual({ head: ['Time', '1.1.0', '1.0.0'], rows: [['12:00:04', '1 %', '0 %']], total: 2 });
  });
});

describe('the cursor', () => {
  it('begins at the newest, and stays within', () => {
    expect(moveCursor('ArrowLeft', null, 5)).toBe(4);
    expect(moveCursor('ArrowLeft', 4, 5)).toBe(3);
    expect(moveCursor('ArrowRight', 4, 5)).toBe(4);
    expect(moveCursor('PageDown', 3, 5)).toBe(0);
    expect(moveCursor('End', 0, 5)).toBe(4);
    expect(moveCursor('x', 0, 5)).toBeUndefined();
    expect(moveCursor('Home', null, 0)).toBeUndefined();
  });

  it('keeps its time when measurements are added', () => {
    expect(indexAt([1, 3, 5], 3)).toBe(1);
    expect(indexAt([1, 3, 5], 4)).toBe(1);
    expect(indexAt([1, 3, 5], 0)).toBe(0);
    expect(indexAt([1, 3, 5], 9)).toBe(2);
  });
});
