import type { JudgeSettings, Sample } from '@pilothouse/core';
import { errorChart, latencyChart } from '@pilothouse/core/charts';
import { useMemo } from 'react';
import { Chart } from './Chart';

interface SampleChartsProps {
  samples: Sample[];
  next: string;
  before: string | null;
  judge: JudgeSettings | undefined;
}

export function SampleCharts({ samples, next, before, judge }: SampleChartsProps) {
  const errors = useMemo(() => errorChart(samples, { next, before }, judge), [samples, next, before, judge]);
  const latency = useMemo(() => latencyChart(samples, { next, before }), [samples, next, before]);
  return (
    <div className="grid gap-4">
      <Chart chart={errors} height={220} group="samples" />
      <Chart chart={latency} height={150} group="samples" />
    </div>
  );
}
