import {
  t,
  type DeployDraft,
  type DeployFormState,
  type EnvironmentView,
  type Strategy,
  type WhenBusy,
} from '@pilothouse/core';
import { TextField } from '../components/TextField';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';

interface DeployFieldsProps {
  environment: EnvironmentView;
  draft: DeployDraft;
  problems: DeployFormState['problems'];
  onEdit: (some: Partial<DeployDraft>) => void;
}

const strategies: (Strategy | '')[] = ['', 'canary', 'blue-green', 'rolling'];

export function DeployFields({ environment, draft, problems, onEdit }: DeployFieldsProps) {
  const known = useKnownVersions(environment.name);
  const weighted = draft.strategy === '' || draft.strategy === 'canary';
  return (
    <div className="grid gap-4">
      <TextField
        label={t.deploy.version}
        hint={t.deploy.versionHint}
        problem={problems.version}
        value={draft.version}
        onChange={(event) => onEdit({ version: event.target.value })}
        list="known-versions"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={128}
        data-first-focus
        autoFocus
      />
      <datalist id="known-versions">
        {known.map((version) => (
          <option key={version} value={version} />
        ))}
      </datalist>
      <div className="field">
        <label htmlFor="strategy">{t.deploy.strategyLabel}</label>
        <select
          id="strategy"
          className="input"
          value={draft.strategy}
          aria-describedby="strategy-hint"
          onChange={(event) => onEdit({ strategy: event.target.value as Strategy | '' })}
        >
          {strategies.map((one) => (
            <option key={one} value={one}>
              {one ? t.strategy[one] : t.deploy.declared}
            </option>
          ))}
        </select>
        <p id="strategy-hint" className="hint">
          {t.deploy.strategyHint[draft.strategy]}
        </p>
      </div>
      <fieldset className="field">
        <legend className="label mb-1 font-medium">{t.deploy.components}</legend>
        <div className="flex flex-wrap gap-x-5">
          {environment.components.map((one) => (
            <label key={one.name} className="check">
              <input
                type="checkbox"
                disabled={!one.enabled}
                checked={draft.components.includes(one.name)}
                onChange={(event) =>
                  onEdit({
                    components: event.target.checked
                      ? [...draft.components, one.name]
                      : draft.components.filter((name) => name !== one.name),
                  })
                }
              />
              {one.name}
              <span className="code text-muted">
                {one.enabled ? (one.version ?? t.environment.noVersion) : t.health.disabled}
              </span>
            </label>
          ))}
        </div>
        <p className="hint">{t.deploy.componentsHint}</p>
      </fieldset>
      <fieldset className="grid gap-3 border-t border-line pt-3">
        <legend className="sr-only">{t.deploy.options}</legend>
        <p>
          <span className="font-medium">{t.deploy.options}</span>{' '}
          <span className="hint">{t.deploy.optionsHint}</span>
        </p>
        <div className="grid items-start gap-3 sm:grid-cols-2">
          {weighted && (
            <>
              <TextField
                label={t.deploy.weights}
                hint={t.deploy.weightsHint}
                problem={problems.weights}
                value={draft.weights}
                inputMode="numeric"
                autoComplete="off"
                onChange={(event) => onEdit({ weights: event.target.value })}
              />
              <TextField
                label={t.deploy.gates}
                hint={t.deploy.gatesHint}
                problem={problems.gates}
                value={draft.gates}
                inputMode="numeric"
                autoComplete="off"
                onChange={(event) => onEdit({ gates: event.target.value })}
              />
            </>
          )}
          <TextField
            label={t.deploy.bake}
            hint={t.deploy.bakeHint}
            problem={problems.bake}
            value={draft.bake}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onEdit({ bake: event.target.value })}
          />
          <TextField
            label={t.deploy.replicas}
            problem={problems.replicas}
            value={draft.replicas}
            inputMode="numeric"
            autoComplete="off"
            onChange={(event) => onEdit({ replicas: event.target.value })}
          />
        </div>
        <div className="field">
          <label htmlFor="when-busy">{t.deploy.whenBusyLabel}</label>
          <select
            id="when-busy"
            className="input"
            value={draft.whenBusy}
            onChange={(event) => onEdit({ whenBusy: event.target.value as WhenBusy })}
          >
            {(Object.keys(t.deploy.whenBusy) as WhenBusy[]).map((one) => (
              <option key={one} value={one}>
                {t.deploy.whenBusy[one]}
              </option>
            ))}
          </select>
        </div>
      </fieldset>
    </div>
  );
}

/** Versions that were brought here lately, newest first. */
function useKnownVersions(environment: string): string[] {
  const { make } = useApp();
  const recent = useModel(useMade(() => make.recent({ environment, limit: 50 })));
  return recent.status === 'ready' ? [...new Set(recent.data.items.map((one) => one.version))] : [];
}
