import type { MetricSeries } from '@pilothouse/core';
import { metricChart } from '@pilothouse/core/charts';
import { useMemo } from 'react';
import { Chart } from './Chart';

export function MetricCharts({ series }: { series: MetricSeries[] }) {
  const charts = useMemo(() => series.map(metricChart), [series]);
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      {charts.map((chart) => (
        <Chart key={chart.title} chart={chart} height={160} group="metrics" />
      ))}
    </div>
  );
}
