import { elapsed, isFinal, t, type DeploymentView, type Loadable } from '@pilothouse/core';
import { Badge, PhaseBadge } from '../components/Badge';
import { Freshness } from '../components/Freshness';
import { Link } from '../components/Link';
import { Time } from '../components/Time';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';
import { useNow } from '../hooks/useTime';
import { Took } from './DeploymentTable';

export function DeploymentHead({
  deployment,
  value,
}: {
  deployment: DeploymentView;
  value: Loadable<unknown>;
}) {
  const { make } = useApp();
  const observed = useModel(useMade(() => make.monitoring(deployment.environment)));
  const {
    version,
    environment,
    phase,
    strategy,
    actor,
    trigger,
    reason,
    started_at,
    completed_at,
    created_at,
    retry_of,
    rollback_of,
  } = deployment;
  return (
    <header className="grid gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h1 tabIndex={-1} className="flex flex-wrap items-baseline gap-x-2">
          <span className="code">{version}</span>
          <Link
            kind="plain"
            className="link font-normal text-muted"
            to={{ page: 'environment', name: environment, search: {} }}
          >
            {t.deployment.of(environment)}
          </Link>
        </h1>
        <PhaseBadge phase={phase} />
        <Badge tone="idle">{t.strategy[strategy]}</Badge>
        <Freshness
          of={value}
          observedAt={
            isFinal(phase)
              ? undefined
              : ((observed.status === 'ready' ? observed.data.observed_at : null) ?? deployment.observed_at)
          }
        />
      </div>
      <Reason deployment={deployment} reason={reason} />
      <dl className="flex flex-wrap gap-x-6 gap-y-1 text-muted [&_dt]:inline [&_dt]:after:content-[':_'] [&_dd]:inline [&_dd]:text-text">
        <div>
          <dt>{t.deployment.askedBy}</dt>
          <dd>{t.deployment.asker(actor, trigger)}</dd>
        </div>
        <div>
          <dt>{t.deployment.began}</dt>
          <dd>
            <Time at={started_at ?? created_at} show="absolute" />
          </dd>
        </div>
        {completed_at && (
          <div>
            <dt>{t.deployment.ended}</dt>
            <dd>
              <Time at={completed_at} show="absolute" />
            </dd>
          </div>
        )}
        <div>
          <dt>{completed_at ? t.deployment.took : t.deployment.waited}</dt>
          <dd>
            <Took deployment={deployment} />
          </dd>
        </div>
        {retry_of && <Origin label={t.deployment.retryOf} id={retry_of} />}
        {rollback_of && <Origin label={t.deployment.rollbackOf} id={rollback_of} />}
      </dl>
    </header>
  );
}

const tones = { failed: 'bad', completed: 'good', deploying: 'busy', queued: 'idle' } as const;

/** The sentence why it stands where it stands, and since when. */
function Reason({ deployment, reason }: { deployment: DeploymentView; reason: string }) {
  const now = useNow();
  const since = deployment.components.find((one) => !isFinal(one.phase))?.since;
  return (
    <p className={`callout tone-${tones[deployment.status]} text-[0.9375rem]`}>
      <span className="font-medium">{reason}</span>
      {since && (
        <span className="ms-2 whitespace-nowrap text-muted">
          {t.deployment.since(elapsed(now - Date.parse(since)))}
        </span>
      )}
    </p>
  );
}

function Origin({ label, id }: { label: string; id: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <Link className="link code" to={{ page: 'deployment', id, search: {} }}>
          {id}
        </Link>
      </dd>
    </div>
  );
}
