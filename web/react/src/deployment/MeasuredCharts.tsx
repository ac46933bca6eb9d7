import { t, type DeploymentView, type RolloutView } from '@pilothouse/core';
import { lazy, Suspense } from 'react';
import { EmptyState } from '../components/EmptyState';
import { Freshness } from '../components/Freshness';
import { Loaded } from '../components/Loaded';
import { Skeleton } from '../components/Skeleton';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';

const SampleCharts = lazy(() => import('../charts/SampleCharts').then((m) => ({ default: m.SampleCharts })));

export function MeasuredCharts({
  deployment,
  rollout,
}: {
  deployment: DeploymentView;
  rollout: RolloutView;
}) {
  const { make } = useApp();
  const model = useMade(() => make.samples(deployment.id, rollout.name, deployment.environment));
  const value = useModel(model);
  // Room for two charts, so that nothing below moves when they come.
  const awaited = value.status === 'loading' || (value.status === 'ready' && (value.data?.length ?? 0) > 0);
  const newest = value.status === 'ready' ? value.data?.at(-1)?.time : undefined;
  return (
    <section className="card grid gap-3 p-3">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h2>{t.deployment.charts}</h2>
        <Freshness of={value} observedAt={newest} />
      </div>
      <div className={awaited ? 'min-h-[30rem]' : ''}>
        <Loaded value={value} onRetry={() => void model.refresh()} lines={4}>
          {(samples) => {
            if (samples === null || (samples.length === 0 && deployment.completed_at))
              return <EmptyState title={t.deployment.chartAbsent} />;
            if (samples.length === 0) return <EmptyState title={t.deployment.chartWait} />;
            return (
              <Suspense fallback={<Skeleton lines={2} height="8rem" />}>
                <SampleCharts
                  samples={samples}
                  next={deployment.version}
                  before={rollout.from_version}
                  judge={rollout.judge.enabled ? rollout.judge : undefined}
                />
              </Suspense>
            );
          }}
        </Loaded>
      </div>
    </section>
  );
}
