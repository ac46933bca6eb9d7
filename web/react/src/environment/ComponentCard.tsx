import {
  count,
  t,
  type ComponentView,
  type Observed,
  type ReplicaView,
  type RouteView,
  type TrafficView,
} from '@pilothouse/core';
import type { ReactNode } from 'react';
import { Badge, HealthBadge } from '../components/Badge';
import { Link } from '../components/Link';

interface ComponentCardProps {
  component: ComponentView;
  observed: Observed['components'][number] | undefined;
  toggle: ReactNode;
}

export function ComponentCard({ component, observed, toggle }: ComponentCardProps) {
  const { name, service, version, replicas, deployment, enabled, traffic_address } = component;
  const { health, reason } = observed ?? component; // the newer of both
  return (
    <article className="card">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
        <h3 className="text-large">{name}</h3>
        <span className="code font-semibold">{version ?? t.environment.noVersion}</span>
        <HealthBadge health={enabled ? health : 'disabled'} />
        <span className="text-muted">{service}</span>
        {replicas.wanted > 0 && (
          <span className="text-muted">{t.environment.replicasReady(replicas.ready, replicas.wanted)}</span>
        )}
        <div className="ms-auto">{toggle}</div>
        {reason && (
          <p className="w-full text-muted">
            {deployment ? (
              <Link to={{ page: 'deployment', id: deployment, search: {} }}>{reason}</Link>
            ) : (
              reason
            )}
          </p>
        )}
      </header>
      {observed && observed.drift.length > 0 && <Drift sentences={observed.drift} />}
      {observed?.route && <Route route={observed.route} />}
      {observed && observed.replicas.length > 0 && <Replicas replicas={observed.replicas} />}
      {(observed?.traffic ?? traffic_address) && (
        <footer className="border-t border-line px-3 py-2">
          {observed?.traffic ? (
            <Traffic traffic={observed.traffic} />
          ) : (
            <span className="text-muted">{t.environment.listens(traffic_address ?? '')}</span>
          )}
        </footer>
      )}
    </article>
  );
}

/** What others have changed of what was written. */
function Drift({ sentences }: { sentences: string[] }) {
  return (
    <div className="callout tone-warn mx-3 mb-2">
      <p className="font-semibold text-warn">{t.environment.drift}</p>
      <ul className="list-inside list-disc">
        {sentences.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </div>
  );
}

/** Who hands out the requests, and to which versions. */
function Route({ route }: { route: RouteView }) {
  return (
    <div className="flex flex-wrap gap-x-6 gap-y-1 border-t border-line px-3 py-2">
      <span>
        <span className="text-muted">{route.name}</span>{' '}
        {route.shares.length > 0
          ? route.shares.map((one) => t.environment.share(one.percent, one.version)).join(', ')
          : t.environment.noShares}
      </span>
      {route.problem && <p className="w-full text-bad">{route.problem}</p>}
      {route.not_counted && <p className="w-full text-warn">{t.environment.notCounted(route.not_counted)}</p>}
    </div>
  );
}

function Replicas({ replicas }: { replicas: ReplicaView[] }) {
  const { columns, takes } = t.environment;
  return (
    <div
      className="scroll-x border-t border-line"
      tabIndex={0}
      role="region"
      aria-label={t.environment.replicas}
    >
      <table className="table">
        <thead>
          <tr>
            <th>{columns.replica}</th>
            <th>{columns.version}</th>
            <th>{columns.takes}</th>
            <th>{columns.process}</th>
            <th>{columns.check}</th>
            <th className="text-end">{columns.weight}</th>
            <th className="text-end">{columns.sessions}</th>
            <th className="text-end">{columns.starts}</th>
            <th className="text-end">{columns.place}</th>
          </tr>
        </thead>
        <tbody>
          {replicas.map((one) => (
            <tr key={one.name} className="whitespace-nowrap">
              <td className="code">{one.name}</td>
              <td className="code">{one.version}</td>
              <td>
                {one.draining ? (
                  <Badge tone="warn" icon="half">
                    {takes.draining}
                  </Badge>
                ) : one.routable && one.weight > 0 ? (
                  <Badge tone="good" icon="check">
                    {takes.yes}
                  </Badge>
                ) : (
                  <Badge tone="idle" icon="ring">
                    {takes.no}
                  </Badge>
                )}
              </td>
              <td>{one.phase.replaceAll('_', ' ')}</td>
              <td className="code">{one.check || '–'}</td>
              <td className="text-end">{one.weight}</td>
              <td className="text-end">{one.sessions == null ? '–' : count(one.sessions)}</td>
              <td className="text-end">{one.starts}</td>
              <td className="code text-end text-muted">
                {one.port == null ? '–' : `${one.port} / ${one.pid}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Traffic({ traffic }: { traffic: TrafficView }) {
  const { environment: texts } = t;
  return (
    <div className="flex flex-wrap gap-x-6 gap-y-1">
      <span className="code text-muted">{texts.listens(traffic.listen)}</span>
      {!traffic.running && <span className="font-semibold text-bad">{texts.notRunning}</span>}
      <dl className="flex flex-wrap gap-x-6 gap-y-1 [&_dd]:ms-1 [&_dd]:inline [&_dd]:font-semibold [&_dt]:inline [&_dt]:text-muted">
        <div>
          <dt>{texts.requests}</dt>
          <dd>
            {count(traffic.requests)}{' '}
            <span className="text-small font-normal text-muted">{texts.requestsHint}</span>
          </dd>
        </div>
        <div>
          <dt>{texts.ownFailures}</dt>
          <dd>{count(traffic.own_failures)}</dd>
        </div>
        <div>
          <dt>{texts.retries}</dt>
          <dd>{count(traffic.retries)}</dd>
        </div>
      </dl>
      {traffic.problem && <p className="w-full text-bad">{traffic.problem}</p>}
    </div>
  );
}
