import { t, type HealthCheckResult, type HealthCheckView, type HealthView } from '@pilothouse/core';
import { Badge, HealthBadge, type Tone } from '../components/Badge';
import { Button } from '../components/Button';
import { ErrorState } from '../components/ErrorState';
import type { IconName } from '../components/Icon';
import { Time } from '../components/Time';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';

const resultLook: Record<HealthCheckResult, [Tone, IconName]> = {
  skipped: ['idle', 'ring'],
  passed: ['good', 'check'],
  unknown: ['idle', 'question'],
  warning: ['warn', 'warning'],
  failed: ['bad', 'cross'],
};

/** A closer look than the page takes by itself: made when somebody asks for it. */
export function EnvironmentHealth({ name }: { name: string }) {
  const { make } = useApp();
  const model = useMade(() => make.health(name));
  const { asking, found, error } = useModel(model);
  const { health: texts } = t.environment;
  return (
    <section aria-labelledby="health" aria-busy={asking} className="card">
      <header className="flex flex-wrap items-center gap-3 px-3 py-2">
        <h2 id="health">{texts.title}</h2>
        {found && <HealthBadge health={found.health} />}
        <div className="ms-auto">
          <Button onClick={() => void model.ask()}>{asking ? texts.checking : texts.check}</Button>
        </div>
        {!found && <p className="w-full text-muted">{texts.hint}</p>}
      </header>
      {error && <ErrorState error={error} onRetry={() => void model.ask()} />}
      {found && <Checks found={found} />}
    </section>
  );
}

function Checks({ found }: { found: HealthView }) {
  const { columns, table } = t.environment.health;
  return (
    <div className="scroll-x border-t border-line" tabIndex={0} role="region" aria-label={table}>
      <table className="table">
        <thead>
          <tr>
            <th>{columns.component}</th>
            <th>{columns.color}</th>
            <th>{columns.check}</th>
            <th>{columns.result}</th>
            <th>{columns.text}</th>
            <th className="text-end">{columns.observed}</th>
          </tr>
        </thead>
        <tbody>
          {found.checks.map((one) => (
            <Row key={`${one.component} ${one.color} ${one.name}`} check={one} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ check }: { check: HealthCheckView }) {
  const [tone, icon] = resultLook[check.result];
  return (
    <tr>
      <td>{check.component}</td>
      <td>{check.color ?? '–'}</td>
      <td>{t.environment.health.names[check.name]}</td>
      <td>
        <Badge tone={tone} icon={icon}>
          {t.environment.health.results[check.result]}
        </Badge>
      </td>
      <td>{check.text}</td>
      <td className="text-end text-muted">{check.observed_at ? <Time at={check.observed_at} /> : '–'}</td>
    </tr>
  );
}
