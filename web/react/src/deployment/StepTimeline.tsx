import {
  absoluteTime,
  clockTime,
  duration,
  elapsed,
  isFinal,
  t,
  type LogModel,
  type RolloutView,
  type StepView,
} from '@pilothouse/core';
import { useState } from 'react';
import { Button } from '../components/Button';
import { Icon, type IconName } from '../components/Icon';
import { useModel } from '../hooks/useModel';
import { useNow, useZone } from '../hooks/useTime';

type StepState = 'done' | 'current' | 'ahead' | 'stopped' | 'skipped';

const icons: Record<StepState, IconName> = {
  done: 'check',
  current: 'play',
  ahead: 'ring',
  stopped: 'back',
  skipped: 'ring',
};
const tones: Record<StepState, string> = {
  done: 'tone-good',
  current: 'tone-busy',
  ahead: 'tone-idle',
  stopped: 'tone-bad',
  skipped: 'tone-idle',
};
const around = 2;
const foldFrom = 9;

/** The plan, and how far it has come. Long plans show what is around the current step. */
export function StepTimeline({ rollout, log }: { rollout: RolloutView; log: LogModel }) {
  const written = useModel(log);
  const times = written.status === 'ready' ? written.data.steps.get(rollout.name) : undefined;
  const [open, setOpen] = useState(false);
  const { plan, step, steps, phase } = rollout;
  const stateOf = (one: StepView): StepState => {
    if (phase === 'completed' || one.number < step) return 'done';
    if (isFinal(phase) || phase === 'aborting') return one.number === step ? 'stopped' : 'skipped';
    return one.number === step ? 'current' : 'ahead';
  };
  const fold = plan.length > foldFrom && !open;
  const centre = Math.min(Math.max(step, 1 + around), plan.length - around);
  const shown = fold
    ? plan.filter(
        (one) => Math.abs(one.number - centre) <= around || one.number === 1 || one.number === plan.length,
      )
    : plan;
  return (
    <section className="card p-3">
      <div className="mb-2 flex flex-wrap items-baseline gap-x-3">
        <h2>{t.deployment.steps}</h2>
        <p className="text-muted">
          {step === 0 ? t.deployment.notStarted : t.deployment.stepOf(step, steps)}
        </p>
      </div>
      <ol className="grid">
        {shown.map((one, index) => (
          <Step
            key={one.number}
            step={one}
            state={stateOf(one)}
            began={times?.get(one.number)}
            since={rollout.since}
            gap={index > 0 && shown[index - 1]!.number !== one.number - 1}
          />
        ))}
      </ol>
      {plan.length > foldFrom && (
        <Button kind="quiet" className="mt-1 text-accent" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t.deployment.hideSteps : t.deployment.showSteps(plan.length - shown.length)}
        </Button>
      )}
    </section>
  );
}

interface StepProps {
  step: StepView;
  state: StepState;
  /** When it began; undefined: not yet, or its line of the log is not here. */
  began: number | undefined;
  since: string | null;
  gap: boolean;
}

function Step({ step, state, began, since, gap }: StepProps) {
  const zone = useZone();
  return (
    <li
      aria-current={state === 'current' ? 'step' : undefined}
      className={`${tones[state]} relative grid grid-cols-[1.25rem_1fr_auto] gap-x-2 pb-2 ${gap ? 'mt-1 border-t border-dashed border-line pt-2' : ''}`}
    >
      <span
        className={`grid size-5 place-items-center rounded-full border ${state === 'current' ? 'border-transparent bg-tone text-surface' : 'border-line text-tone'}`}
      >
        <Icon name={icons[state]} size={12} />
      </span>
      <div
        className={`min-w-0 ${state === 'current' ? 'font-semibold' : state === 'done' || state === 'stopped' ? '' : 'text-muted'}`}
      >
        <span className="me-1.5 font-normal text-muted">{step.number}</span>
        {step.text}
        <span className={state === 'stopped' ? 'ms-1.5 text-small text-bad' : 'sr-only'}>
          {t.deployment.stepState[state]}
        </span>
        {state === 'current' && <Progress step={step} since={since} />}
        {state === 'ahead' && step.at_least_seconds > 0 && (
          <span className="ms-1.5 text-small">
            {t.deployment.atLeast(duration(step.at_least_seconds * 1000))}
          </span>
        )}
      </div>
      {began !== undefined && (
        <time
          dateTime={new Date(began).toISOString()}
          title={absoluteTime(began, zone)}
          className="text-small leading-5 text-muted"
        >
          {clockTime(began, zone)}
        </time>
      )}
    </li>
  );
}

/** How long it is in this step, and of how much at least. */
function Progress({ step, since }: { step: StepView; since: string | null }) {
  const now = useNow();
  if (!since) return null;
  const passed = Math.max(0, now - Date.parse(since));
  const least = step.at_least_seconds * 1000;
  return (
    <div className="mt-0.5 font-normal text-muted">
      <span className="text-small">
        {t.deployment.since(elapsed(passed))}
        {least > 0 && `, ${t.deployment.atLeast(duration(least))}`}
      </span>
      {least > 0 && (
        <div className="mt-1 h-1 overflow-hidden rounded bg-sunken">
          <div
            className="h-full bg-tone transition-[width] duration-1000 ease-linear"
            style={{ width: `${Math.min(100, (100 * passed) / least)}%` }}
          />
        </div>
      )}
    </div>
  );
}
