import { t } from '@pilothouse/core';
import { lazy, Suspense } from 'react';
import { SampleBadge } from '../components/Badge';
import { EmptyState } from '../components/EmptyState';
import { Freshness } from '../components/Freshness';
import { Loaded } from '../components/Loaded';
import { Skeleton } from '../components/Skeleton';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';

const MetricCharts = lazy(() => import('../charts/MetricCharts').then((m) => ({ default: m.MetricCharts })));

export function EnvironmentMetrics({ name }: { name: string }) {
  const session = useModel(useApp().session);
  // Read anew when sample data was removed.
  const sample = session.status === 'signed_in' && session.session.sample_data;
  return <Metrics key={String(sample)} name={name} />;
}

function Metrics({ name }: { name: string }) {
  const { make } = useApp();
  const model = useMade(() => make.metrics(name));
  const value = useModel(model);
  const newest =
    value.status === 'ready'
      ? newestOf(value.data?.series.map((one) => one.points.at(-1)?.[0]) ?? [])
      : undefined;
  return (
    <section aria-labelledby="metrics" className="card grid gap-3 p-3">
      <div className="flex flex-wrap items-center gap-3">
        <h2 id="metrics">{t.environment.metrics}</h2>
        {value.status === 'ready' && value.data?.sample_data && <SampleBadge />}
        <Freshness of={value} observedAt={newest} />
      </div>
      <Loaded value={value} onRetry={() => void model.refresh()}>
        {(metrics) =>
          metrics === null || metrics.series.length === 0 ? (
            <EmptyState title={t.environment.metricsAbsent} />
          ) : (
            <Suspense fallback={<Skeleton lines={1} height="10rem" />}>
              <MetricCharts series={metrics.series} />
            </Suspense>
          )
        }
      </Loaded>
    </section>
  );
}

function newestOf(times: (number | undefined)[]): string | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? new Date(Math.max(...known)).toISOString() : undefined;
}
