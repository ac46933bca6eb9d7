import { duration, relativeTime, t, type PlanView } from '@pilothouse/core';
import { PlanChecks } from './PlanChecks';
import { PlannedChanges } from './PlannedChanges';
import { useApp } from '../hooks/useApp';
import { useNow, useZone } from '../hooks/useTime';

export function DeployPlan({ plan, plannedAt }: { plan: PlanView; plannedAt: number }) {
  const { session } = useApp();
  const zone = useZone();
  const now = useNow();
  const components = [...new Set(plan.steps.map((step) => step.component))];
  return (
    <div className="grid gap-3">
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-semibold">{t.deploy.planFor(plan.version, t.strategy[plan.strategy])}</span>
        <span className="text-small text-muted">
          {t.deploy.planAge(relativeTime(plannedAt + session.clockOffsetMs(), now, zone))}
        </span>
      </p>
      {plan.blockers.length > 0 ? (
        <div className="callout tone-warn">
          <p className="font-semibold text-warn">{t.deploy.blockersTitle}</p>
          <ul className="list-inside list-disc">
            {plan.blockers.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </div>
      ) : (
        <p className="callout tone-good">{t.deploy.blockersNone}</p>
      )}
      <p>{t.deploy.takes(duration(plan.at_least_seconds * 1000))}</p>
      {components.map((component) => (
        <section key={component} aria-label={component}>
          {components.length > 1 && <h3 className="mb-1">{component}</h3>}
          <ol className="grid gap-px overflow-hidden rounded border border-line">
            {plan.steps
              .filter((step) => step.component === component)
              .map((step) => (
                <li
                  key={step.number}
                  className="grid grid-cols-[1.5rem_1fr_auto] items-baseline gap-x-2 bg-surface px-2 py-1 odd:bg-sunken"
                >
                  <span className="text-end text-muted">{step.number}</span>
                  <span>{step.text}</span>
                  <span className="text-small whitespace-nowrap text-muted">
                    {step.at_least_seconds > 0
                      ? t.deployment.atLeast(duration(step.at_least_seconds * 1000))
                      : `${step.weight_percent} %`}
                  </span>
                </li>
              ))}
          </ol>
          <PlanChecks checks={plan.checks.filter((check) => check.component === component)} />
          <PlannedChanges changes={plan.changes.filter((change) => change.component === component)} />
        </section>
      ))}
    </div>
  );
}
