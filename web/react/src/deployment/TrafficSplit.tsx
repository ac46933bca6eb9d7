import { isFinal, t, type RolloutView } from '@pilothouse/core';

/** The share of the traffic that each version gets, as last observed. */
export function TrafficSplit({ rollout, version }: { rollout: RolloutView; version: string }) {
  const { weight_percent: weight, from_version: before, plan, step } = rollout;
  const wanted = plan.find((one) => one.number === step)?.weight_percent;
  const text = t.deployment.split(weight, version, 100 - weight, before);
  return (
    <section className="card grid grid-cols-[minmax(0,1fr)] gap-2 p-3">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h2>{t.deployment.traffic}</h2>
        <p>{text}</p>
        {wanted !== undefined &&
          wanted !== weight &&
          rollout.phase !== 'aborting' &&
          !isFinal(rollout.phase) && (
            <p className="text-small text-muted">{t.deployment.targetSplit(wanted)}</p>
          )}
      </div>
      <div
        role="img"
        aria-label={text}
        className="relative flex h-6 overflow-hidden rounded border border-line bg-sunken text-small font-semibold"
      >
        <div className="bg-new transition-[width] duration-500" style={{ width: `${weight}%` }} />
        {before && (
          <div
            className="bg-[repeating-linear-gradient(135deg,var(--series-old)_0_6px,color-mix(in_oklab,var(--series-old)_78%,var(--surface))_6px_12px)] transition-[width] duration-500"
            style={{ width: `${100 - weight}%` }}
          />
        )}
      </div>
      <ul className="flex flex-wrap gap-x-4 text-small">
        <li className="inline-flex items-center gap-1.5">
          <span className="size-2.5 rounded-sm bg-new" />
          <span className="code">{version}</span>{' '}
          <span className="text-muted">{t.deployment.newVersion}</span>
        </li>
        {before && (
          <li className="inline-flex items-center gap-1.5">
            <span className="size-2.5 rounded-sm bg-old" />
            <span className="code">{before}</span>{' '}
            <span className="text-muted">{t.deployment.oldVersion}</span>
          </li>
        )}
      </ul>
    </section>
  );
}
