import { t, type Alert } from '@pilothouse/core';
import { SampleBadge, severityLook } from '../components/Badge';
import { EmptyState } from '../components/EmptyState';
import { Icon } from '../components/Icon';
import { Link } from '../components/Link';
import { Time } from '../components/Time';

/** null: there is no source of alerts, which is not the same as no alert. */
export function AlertList({ items }: { items: Alert[] | null }) {
  if (items === null) return <EmptyState title={t.dashboard.alertsAbsent} />;
  if (items.length === 0) return <EmptyState title={t.dashboard.noAlerts} />;
  return (
    <ul className="grid gap-3">
      {items.map((one) => {
        const [tone, icon] = severityLook[one.severity];
        return (
          <li key={one.id} className={`tone-${tone} grid grid-cols-[auto_1fr] gap-x-2`}>
            <span className="mt-0.5 text-tone" title={one.severity}>
              <Icon name={icon} />
            </span>
            <div className="min-w-0">
              <p className="flex flex-wrap items-center gap-x-2">
                <span className="sr-only">{one.severity}:</span>
                <span className="font-medium">{one.title}</span>
                {one.sample_data && <SampleBadge />}
              </p>
              <p className="break-words text-muted">{one.text}</p>
              <p className="text-small text-muted">
                <Link kind="plain" to={{ page: 'environment', name: one.environment, search: {} }}>
                  {one.component ? `${one.environment}/${one.component}` : one.environment}
                </Link>{' '}
                · <Time at={one.started_at} />
              </p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
