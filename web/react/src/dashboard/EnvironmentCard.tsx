import { relativeTime, t, type ComponentView, type EnvironmentView } from '@pilothouse/core';
import { HealthBadge, healthLook, SampleBadge } from '../components/Badge';
import { Icon } from '../components/Icon';
import { Link } from '../components/Link';
import { useNow, useZone } from '../hooks/useTime';

export function EnvironmentCard({ environment }: { environment: EnvironmentView }) {
  const { name, region, type, health, target, observed_at, components } = environment;
  const now = useNow();
  const zone = useZone();
  return (
    <article className="card flex flex-col">
      <header className="flex flex-wrap items-center gap-x-2 px-3 pt-2">
        <Link
          kind="plain"
          className="link min-h-6 text-large font-semibold"
          to={{ page: 'environment', name, search: {} }}
        >
          {name}
        </Link>
        <span className="grow" />
        <HealthBadge health={health} />
        <p className="flex w-full flex-wrap items-center gap-x-2 text-small text-muted">
          {region} · {t.environment.type[type]} {target === 'sample' && <SampleBadge />}
        </p>
      </header>
      <ul className="grid grow content-start gap-1.5 px-3 py-2">
        {components.map((one) => (
          <Component key={one.name} component={one} />
        ))}
      </ul>
      <footer className="border-t border-line px-3 py-1 text-small text-muted">
        {observed_at ? t.fresh.observed(relativeTime(Date.parse(observed_at), now, zone)) : t.fresh.never}
      </footer>
    </article>
  );
}

function Component({ component }: { component: ComponentView }) {
  const { name, version, replicas, health, reason, deployment, enabled } = component;
  const [tone, icon] = healthLook[enabled ? health : 'disabled'];
  return (
    <li className="grid grid-cols-[auto_1fr_auto] items-baseline gap-x-2">
      <span className={`tone-${tone} self-center text-tone`} title={t.health[health]}>
        <Icon name={icon} size={13} />
      </span>
      <span className="truncate">
        {name} <span className="code text-muted">{version ?? t.environment.noVersion}</span>
      </span>
      <span className="text-small text-muted">
        {replicas.wanted > 0 && t.environment.replicasReady(replicas.ready, replicas.wanted)}
      </span>
      {reason && health !== 'healthy' && (
        <span className="col-span-2 col-start-2 text-small text-muted">
          {deployment ? (
            <Link to={{ page: 'deployment', id: deployment, search: {} }} kind="plain">
              {reason}
            </Link>
          ) : (
            reason
          )}
        </span>
      )}
    </li>
  );
}
