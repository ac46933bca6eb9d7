import { msToZoned, t, zonedToMs, type DeploymentsSearch } from '@pilothouse/core';
import { useState } from 'react';
import { Button } from '../components/Button';
import { useApp } from '../hooks/useApp';
import { useModel } from '../hooks/useModel';
import { useZone } from '../hooks/useTime';

interface DeploymentFiltersProps {
  search: DeploymentsSearch;
  onChange: (some: Partial<DeploymentsSearch>) => void;
  onClear: () => void;
}

export function DeploymentFilters({ search, onChange, onClear }: DeploymentFiltersProps) {
  const environments = useModel(useApp().environments);
  const names =
    environments.status === 'ready'
      ? environments.data.map((one) => one.name)
      : search.environment
        ? [search.environment]
        : [];
  const any = Object.keys(search).some((key) => !['sort', 'order', 'page'].includes(key));
  return (
    <form
      role="search"
      aria-label={t.deployments.filters}
      className="flex flex-wrap items-end gap-3"
      onSubmit={(event) => event.preventDefault()}
    >
      <Choice
        label={t.deployments.environment}
        value={search.environment}
        options={Object.fromEntries(names.map((name) => [name, name]))}
        onChange={(environment) => onChange({ environment })}
      />
      <Choice
        label={t.deployments.status}
        value={search.status}
        options={t.status}
        onChange={(status) => onChange({ status })}
      />
      <Choice
        label={t.deployments.strategy}
        value={search.strategy}
        options={t.strategy}
        onChange={(strategy) => onChange({ strategy })}
      />
      <Choice
        label={t.deployments.trigger}
        value={search.trigger}
        options={t.deployments.triggers}
        onChange={(trigger) => onChange({ trigger })}
      />
      <Version
        key={search.version ?? ''}
        value={search.version}
        onChange={(version) => onChange({ version })}
      />
      <Moment
        label={t.deployments.from}
        value={search.created_from}
        onChange={(created_from) => onChange({ created_from })}
      />
      <Moment
        label={t.deployments.before}
        value={search.created_before}
        onChange={(created_before) => onChange({ created_before })}
      />
      {any && <Button onClick={onClear}>{t.deployments.clear}</Button>}
    </form>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T | undefined;
  options: Record<T, string>;
  onChange: (value: T | undefined) => void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <label className="grid gap-0.5 max-sm:grow">
      <span className="text-small font-medium text-muted">{label}</span>
      <select
        className="input"
        value={value ?? ''}
        onChange={(event) => onChange((event.target.value || undefined) as T | undefined)}
      >
        <option value="">{t.all}</option>
        {(Object.entries(options) as [T, string][]).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Asked for when it is left or entered, not with each letter: the server knows whole versions only. */
function Version({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const [text, setText] = useState(value ?? '');
  const commit = () => text.trim() !== (value ?? '') && onChange(text.trim() || undefined);
  return (
    <label className="grid gap-0.5 max-sm:grow">
      <span className="text-small font-medium text-muted">{t.deployments.version}</span>
      <input
        className="input w-24 max-sm:w-full"
        value={text}
        spellCheck={false}
        maxLength={128}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === 'Enter' && commit()}
      />
    </label>
  );
}

/** In the chosen time zone; the address keeps UTC. */
function Moment({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const zone = useZone();
  return (
    <label className="grid gap-0.5 max-sm:grow">
      <span className="text-small font-medium text-muted">{label}</span>
      <input
        type="datetime-local"
        className="input sm:w-48"
        value={value ? msToZoned(Date.parse(value), zone) : ''}
        onChange={(event) => {
          const ms = event.target.value ? zonedToMs(event.target.value, zone) : null;
          onChange(ms === null ? undefined : new Date(ms).toISOString());
        }}
      />
    </label>
  );
}
