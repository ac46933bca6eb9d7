import { t, type DeploymentView, type LogModel, type RolloutView } from '@pilothouse/core';
import { Evidence } from './Evidence';
import { MeasuredCharts } from './MeasuredCharts';
import { StepTimeline } from './StepTimeline';
import { TrafficSplit } from './TrafficSplit';

interface RolloutSectionProps {
  deployment: DeploymentView;
  rollout: RolloutView;
  log: LogModel;
  onChoose: (component: string) => void;
}

/** One component's part of the deployment. */
export function RolloutSection({ deployment, rollout, log, onChoose }: RolloutSectionProps) {
  return (
    <section className="grid gap-4" aria-label={`${t.deployment.component} ${rollout.name}`}>
      {deployment.components.length > 1 && (
        <div className="field max-w-64">
          <label htmlFor="component">{t.deployment.component}</label>
          <select
            id="component"
            className="input"
            value={rollout.name}
            onChange={(event) => onChoose(event.target.value)}
          >
            {deployment.components.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name}: {t.phase[one.phase]}
              </option>
            ))}
          </select>
        </div>
      )}
      <div className="grid items-start gap-4 grid-cols-[minmax(0,1fr)] lg:grid-cols-[minmax(18rem,2fr)_minmax(0,3fr)]">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <StepTimeline rollout={rollout} log={log} />
          <Evidence rollout={rollout} />
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <TrafficSplit rollout={rollout} version={deployment.version} />
          <MeasuredCharts deployment={deployment} rollout={rollout} />
        </div>
      </div>
    </section>
  );
}
