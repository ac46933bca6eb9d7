import {
  count,
  countByHealth,
  money,
  t,
  type Alert,
  type CostSummary,
  type DeploymentsPage,
  type EnvironmentView,
  type Health,
  type Loadable,
} from '@pilothouse/core';
import type { ReactNode } from 'react';
import { healthLook, SampleBadge } from '../components/Badge';
import { Freshness } from '../components/Freshness';
import { Icon } from '../components/Icon';
import { Time } from '../components/Time';

interface TotalsProps {
  environments: Loadable<EnvironmentView[]>;
  recent: Loadable<DeploymentsPage>;
  alerts: Loadable<Alert[] | null>;
  costs: Loadable<CostSummary | null>;
}

const order: Health[] = ['failed', 'degraded', 'deploying', 'unknown', 'healthy', 'empty', 'disabled'];

export function Totals({ environments, recent, alerts, costs }: TotalsProps) {
  return (
    <section aria-label={t.dashboard.totals} className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <Total label={t.dashboard.environments} value={environments} show={(all) => count(all.length)}>
        {environments.status === 'ready' && <Healths all={environments.data} />}
      </Total>
      <Total
        label={t.dashboard.underWay}
        value={environments}
        show={(all) =>
          count(new Set(all.flatMap((one) => one.components.flatMap((c) => c.deployment ?? []))).size)
        }
      >
        {recent.status === 'ready' && (
          <span>
            {t.dashboard.failed24h}:{' '}
            {count(recent.data.items.filter((one) => one.status === 'failed').length)}
          </span>
        )}
      </Total>
      <Total label={t.dashboard.alerts} value={alerts} show={(items) => (items ? count(items.length) : '–')}>
        {alerts.status === 'ready' &&
          (alerts.data === null
            ? t.dashboard.alertsAbsent
            : alerts.data.some((one) => one.sample_data) && <SampleBadge />)}
      </Total>
      <Total
        label={t.dashboard.cost}
        value={costs}
        show={(cost) => (cost?.as_of ? money(cost.total, cost.currency) : '–')}
      >
        {costs.status === 'ready' &&
          (!costs.data?.as_of ? (
            t.dashboard.costAbsent
          ) : (
            <>
              <Time at={costs.data.as_of} /> {costs.data.sample_data && <SampleBadge />}
            </>
          ))}
      </Total>
    </section>
  );
}

interface TotalProps<T> {
  label: string;
  value: Loadable<T>;
  show: (data: T) => string;
  children: ReactNode;
}

function Total<T>({ label, value, show, children }: TotalProps<T>) {
  return (
    <div className="card px-3 py-2">
      <p className="flex flex-wrap items-center gap-x-2 text-small font-medium text-muted">
        {label} <Freshness of={value} />
      </p>
      <p className="text-xl leading-8 sm:text-2xl font-semibold tracking-tight">
        {value.status === 'ready' ? show(value.data) : value.status === 'failed' ? '?' : '…'}
      </p>
      <div className="min-h-5 text-small text-muted">
        {value.status === 'failed' ? value.error.message : children}
      </div>
    </div>
  );
}

function Healths({ all }: { all: EnvironmentView[] }) {
  const counts = countByHealth(all);
  return (
    <ul className="flex flex-wrap gap-x-3">
      {order.flatMap((health) => {
        const number = counts.get(health);
        if (!number) return [];
        const [tone, icon] = healthLook[health];
        return [
          <li key={health} className={`tone-${tone} inline-flex items-center gap-1`}>
            <span className="text-tone">
              <Icon name={icon} size={12} />
            </span>
            {number} {t.health[health].toLowerCase()}
          </li>,
        ];
      })}
    </ul>
  );
}
