import { t, type PlanCheck } from '@pilothouse/core';

const colour: Record<PlanCheck['result'], string> = {
  blocker: 'text-bad',
  warning: 'text-warn',
  unknown: 'text-muted',
  passed: 'text-good',
};

/** What was checked in the cluster: in full what has not passed, and how many have. */
export function PlanChecks({ checks }: { checks: PlanCheck[] }) {
  if (checks.length === 0) return null;
  const passed = checks.filter((check) => check.result === 'passed');
  return (
    <div className="mt-2 rounded border border-line">
      <List checks={checks.filter((check) => check.result !== 'passed')} />
      <details>
        <summary className="cursor-pointer px-2 py-1 text-muted">
          {t.deploy.checksPassed(passed.length, checks.length)}
        </summary>
        <List checks={passed} />
      </details>
    </div>
  );
}

function List({ checks }: { checks: PlanCheck[] }) {
  if (checks.length === 0) return null;
  return (
    <ul className="grid gap-px">
      {checks.map((check) => (
        <li key={check.name + check.text} className="px-2 py-1 odd:bg-sunken">
          <span className={`font-semibold ${colour[check.result]}`}>
            {t.deploy.checkResult[check.result]}: {t.deploy.checkName[check.name]}
          </span>{' '}
          {check.text}
        </li>
      ))}
    </ul>
  );
}
