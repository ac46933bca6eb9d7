import { filterLog, t, type DeploymentSearch, type LogLevel, type LogModel } from '@pilothouse/core';
import { useMemo, useState } from 'react';
import { Button } from '../components/Button';
import { EmptyState } from '../components/EmptyState';
import { Freshness } from '../components/Freshness';
import { Loaded } from '../components/Loaded';
import { useApp } from '../hooks/useApp';
import { useModel } from '../hooks/useModel';
import { LogLines } from './LogLines';
import { WrappedLog } from './WrappedLog';

interface DeploymentLogProps {
  id: string;
  model: LogModel;
  search: DeploymentSearch;
}

export function DeploymentLog({ id, model, search }: DeploymentLogProps) {
  const { navigation, preferences } = useApp();
  const { wrapLog } = useModel(preferences);
  const value = useModel(model);
  const [text, setText] = useState(search.q ?? '');
  const level: LogLevel = search.level ?? 'info';
  const entries = value.status === 'ready' ? value.data.entries : null;
  const shown = useMemo(() => (entries ? filterLog(entries, { text, level }) : []), [entries, text, level]);

  function change(some: Partial<DeploymentSearch>) {
    navigation.go({ page: 'deployment', id, search: { ...search, ...some } }, 'replace');
  }

  return (
    <section className="card" aria-labelledby="log">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-3 py-2">
        <h2 id="log">{t.deployment.log}</h2>
        {entries && (
          <span className="text-small text-muted">{t.deployment.logCount(shown.length, entries.length)}</span>
        )}
        <Freshness of={value} />
        <div className="ms-auto flex flex-wrap gap-2 max-sm:w-full">
          <label className="check me-2 text-muted">
            <input
              type="checkbox"
              checked={wrapLog}
              onChange={(event) => preferences.change({ wrapLog: event.target.checked })}
            />
            {t.deployment.logWrap}
          </label>
          <input
            type="search"
            className="input w-56 max-sm:w-full"
            aria-label={t.deployment.logSearch}
            placeholder={t.deployment.logSearch}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              change({ q: event.target.value || undefined });
            }}
          />
          <select
            className="input w-auto max-sm:w-full"
            aria-label={t.deployment.logLevel}
            value={level}
            onChange={(event) =>
              change({
                level: event.target.value === 'info' ? undefined : (event.target.value as LogLevel),
              })
            }
          >
            {(Object.keys(t.deployment.levels) as LogLevel[]).map((one) => (
              <option key={one} value={one}>
                {t.deployment.levels[one]}
              </option>
            ))}
          </select>
        </div>
      </header>
      <div className={value.status === 'ready' ? 'min-h-32' : 'min-h-32 p-3'}>
        <Loaded value={value} onRetry={() => void model.refresh()} lines={4}>
          {(log) => (
            <>
              {log.truncated && (
                <p className="flex items-center gap-2 border-b border-line px-3 py-1 text-muted">
                  {t.deployment.logTruncated}{' '}
                  <Button onClick={() => void model.loadAll()}>{t.deployment.logLoadAll}</Button>
                </p>
              )}
              {shown.length === 0 ? (
                <div className="p-3">
                  <EmptyState
                    title={log.entries.length === 0 ? t.deployment.logEmpty : t.deployment.logNoMatch}
                  />
                </div>
              ) : wrapLog ? (
                <WrappedLog entries={shown} wanted={text} />
              ) : (
                <LogLines entries={shown} wanted={text} />
              )}
            </>
          )}
        </Loaded>
      </div>
    </section>
  );
}
