import { t, warningsFirst, type ClusterEvent } from '@pilothouse/core';
import { Badge } from '../components/Badge';
import { Button } from '../components/Button';
import { ErrorState } from '../components/ErrorState';
import { Time } from '../components/Time';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';

/** Nothing where the environment is no cluster. */
export function ClusterEvents({ environment }: { environment: string }) {
  const known = useModel(useApp().environments);
  const target = known.status === 'ready' && known.data.find((one) => one.name === environment)?.target;
  return target === 'kubernetes' && <Panel key={environment} environment={environment} />;
}

/** Read when somebody asks for it: a cluster may have thousands. */
function Panel({ environment }: { environment: string }) {
  const { make } = useApp();
  const model = useMade(() => make.events(environment));
  const { asking, found, error } = useModel(model);
  const texts = t.environment.events;
  return (
    <section aria-labelledby="events" aria-busy={asking} className="card">
      <header className="flex flex-wrap items-center gap-3 px-3 py-2">
        <h2 id="events">{texts.title}</h2>
        {found && (
          <span className="text-muted">
            {texts.read} <Time at={found.observed_at} />
          </span>
        )}
        <div className="ms-auto">
          <Button onClick={() => void model.ask()}>
            {asking ? texts.reading : found ? texts.again : texts.show}
          </Button>
        </div>
        {!found && <p className="w-full text-muted">{texts.hint}</p>}
        {found?.problem && (
          <p role="alert" className="w-full text-bad">
            {texts.problem(found.problem)}
          </p>
        )}
        {found && !found.problem && found.items.length === 0 && (
          <p className="w-full text-muted">{texts.none}</p>
        )}
      </header>
      {error && <ErrorState error={error} onRetry={() => void model.ask()} />}
      {found && found.items.length > 0 && <Events events={warningsFirst(found.items)} />}
    </section>
  );
}

function Events({ events }: { events: ClusterEvent[] }) {
  const { columns, table } = t.environment.events;
  return (
    <div className="scroll-x border-t border-line" tabIndex={0} role="region" aria-label={table}>
      <table className="table">
        <thead>
          <tr>
            <th>{columns.type}</th>
            <th>{columns.object}</th>
            <th>{columns.reason}</th>
            <th>{columns.text}</th>
            <th className="text-end">{columns.count}</th>
            <th className="text-end">{columns.last}</th>
          </tr>
        </thead>
        <tbody>
          {events.map((one, index) => (
            <Row key={index} event={one} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ event }: { event: ClusterEvent }) {
  const isWarning = event.type === 'warning';
  return (
    <tr>
      <td>
        <Badge tone={isWarning ? 'warn' : 'idle'} icon={isWarning ? 'warning' : 'ring'}>
          {t.environment.events.types[event.type]}
        </Badge>
      </td>
      <td>{event.object}</td>
      <td>{event.reason}</td>
      <td>{event.text}</td>
      <td className="text-end">{event.count}</td>
      <td className="text-end text-muted">
        <Time at={event.last_at} />
      </td>
    </tr>
  );
}
