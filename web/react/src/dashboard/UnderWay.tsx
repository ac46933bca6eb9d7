import { elapsed, t, type DeploymentsPage, type DeploymentView, type Loadable } from '@pilothouse/core';
import { PhaseBadge, VerdictBadge } from '../components/Badge';
import { Freshness } from '../components/Freshness';
import { Link } from '../components/Link';
import { useNow } from '../hooks/useTime';

/** What moves right now, before everything else. Nothing moves: nothing is shown. */
export function UnderWay({ value }: { value: Loadable<DeploymentsPage> }) {
  if (value.status !== 'ready') return null;
  const moving = value.data.items.filter((one) => one.status === 'deploying');
  if (moving.length === 0) return null;
  return (
    <section aria-labelledby="under-way" className="grid gap-2">
      <div className="flex items-center gap-3">
        <h2 id="under-way">{t.dashboard.underWay}</h2>
        <Freshness of={value} />
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[repeat(2,minmax(0,1fr))]">
        {moving.map((one) => (
          <Moving key={one.id} deployment={one} />
        ))}
      </div>
    </section>
  );
}

function Moving({ deployment }: { deployment: DeploymentView }) {
  const now = useNow();
  const { id, version, environment, phase, reason, created_at } = deployment;
  return (
    <article className="card grid grid-cols-[minmax(0,1fr)] gap-2 p-3">
      <header className="flex flex-wrap items-center gap-2">
        <Link
          kind="plain"
          className="link min-h-6 text-large font-semibold"
          to={{ page: 'deployment', id, search: {} }}
        >
          {t.deployment.title(version, environment)}
        </Link>
        <PhaseBadge phase={phase} />
        <span className="ms-auto text-muted">{elapsed(now - Date.parse(created_at))}</span>
      </header>
      <p className="text-muted">{reason}</p>
      {deployment.components.map((one) => (
        <div key={one.name} className="grid grid-cols-[auto_1fr_auto] items-center gap-x-3">
          <span>{one.name}</span>
          <div
            role="img"
            aria-label={t.deployment.split(
              one.weight_percent,
              version,
              100 - one.weight_percent,
              one.from_version,
            )}
            className="h-2 overflow-hidden rounded-full border border-line bg-sunken"
          >
            <div
              className="h-full bg-new transition-[width] duration-500"
              style={{ width: `${one.weight_percent}%` }}
            />
          </div>
          <span className="flex flex-wrap items-center gap-x-2 text-small text-muted max-sm:col-span-full">
            {one.weight_percent} % ·{' '}
            {one.step === 0 ? t.deployment.notStarted : t.deployment.stepOf(one.step, one.steps)}
            <VerdictBadge verdict={one.verdict} />
          </span>
        </div>
      ))}
    </article>
  );
}
