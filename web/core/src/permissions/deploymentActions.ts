// What can be done with a deployment now; and if not, why not. The server decides again: this spares the reader a refusal.
import type { DeploymentView, Phase, RolloutView } from '../api/types';
import { t } from '../texts/texts';

export type ActionName = 'pause' | 'resume' | 'promote' | 'promote_all' | 'abort' | 'retry' | 'rollback';

export interface ActionOffer {
  name: ActionName;
  /** null: it can be done. */
  refusal: string | null;
  /** What will happen, for the question before it. */
  consequence: string;
  /** A version may be named; null: none is asked for. `usual`: what it is when none is named. */
  names: { usual: string | null; hint: string } | null;
}

const finalPhases: ReadonlySet<Phase> = new Set([
  'completed',
  'rolled_back',
  'cancelled',
  'superseded',
  'failed',
]);

export const isFinal = (phase: Phase): boolean => finalPhases.has(phase);

const permissionOf: Record<ActionName, string> = {
  pause: 'deployment_control',
  resume: 'deployment_control',
  promote: 'deployment_control',
  promote_all: 'deployment_control',
  abort: 'deployment_control',
  retry: 'deployment_start',
  rollback: 'deployment_start',
};

export function actionsOf(deployment: DeploymentView, permissions: readonly string[]): ActionOffer[] {
  const names: ActionName[] = isFinal(deployment.phase)
    ? ['retry', 'rollback']
    : ['pause', 'resume', 'promote', 'promote_all', 'abort', 'rollback'];
  return names.map((name) => ({
    name,
    refusal: permissions.includes(permissionOf[name])
      ? refusalOf(name, deployment)
      : t.actions.noPermission(permissionOf[name]),
    consequence: sentence(consequenceOf(name, deployment)),
    names: name === 'rollback' && beginsAnew(deployment) ? namesOf(deployment) : null,
  }));
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function open(deployment: DeploymentView): RolloutView[] {
  return deployment.components.filter((one) => !isFinal(one.phase));
}

const goesBack = (rollout: RolloutView) => rollout.phase === 'aborting';

/** After `promote` the new version is the stable one: nothing before that step can be undone any more. */
export function isPromoted(rollout: RolloutView): boolean {
  const promote = rollout.plan.find((step) => step.kind === 'promote')?.number;
  return rollout.phase === 'promoting' && promote !== undefined && rollout.step > promote;
}

function refusalOf(name: ActionName, deployment: DeploymentView): string | null {
  const rollouts = open(deployment);
  const some = (test: (rollout: RolloutView) => boolean) => rollouts.some(test);
  const steerable = (rollout: RolloutView) => !goesBack(rollout) && !isPromoted(rollout);
  switch (name) {
    case 'pause':
      if (some((one) => steerable(one) && one.phase !== 'paused')) return null;
      return some((one) => one.phase === 'paused') ? t.actions.refusals.alreadyPaused : pastControl(rollouts);
    case 'resume':
      return some((one) => one.phase === 'paused') ? null : t.actions.refusals.notPaused;
    case 'promote':
    case 'promote_all':
      if (deployment.phase === 'queued') return t.actions.refusals.queued;
      return some(steerable) ? null : pastControl(rollouts);
    case 'abort':
      return some(steerable) ? null : pastControl(rollouts);
    case 'retry':
      return isFinal(deployment.phase) ? null : t.actions.refusals.underWay;
    case 'rollback':
      return rollbackRefusal(deployment);
  }
}

function pastControl(rollouts: RolloutView[]): string {
  if (rollouts.some(goesBack)) return t.actions.refusals.goingBack;
  return t.actions.refusals.promoted;
}

/** A roll-back of what cannot be aborted any more is a new deployment, and can go to any version. */
const beginsAnew = (deployment: DeploymentView) =>
  isFinal(deployment.phase) || open(deployment).every(isPromoted);

function namesOf(deployment: DeploymentView): ActionOffer['names'] {
  const versions = [...new Set(deployment.components.map((one) => one.from_version))];
  const [first = null] = versions;
  if (versions.includes(null)) return { usual: null, hint: t.actions.names.first };
  return versions.length > 1
    ? { usual: null, hint: t.actions.names.several(versions.join(', ')) }
    : { usual: first, hint: t.actions.names.usual(first ?? '') };
}

/** What a roll-back to a version that somebody named will do. */
export const rollbackTo = (version: string): string => sentence(t.actions.consequences.rollback(version));

function rollbackRefusal(deployment: DeploymentView): string | null {
  if (beginsAnew(deployment)) return null;
  if (deployment.phase === 'queued') return t.actions.refusals.queuedRollback;
  if (deployment.phase === 'aborting') return t.actions.refusals.goingBack;
  const versions = new Set(deployment.components.map((one) => one.from_version));
  if (versions.has(null)) return t.actions.refusals.firstVersion;
  return versions.size > 1 ? t.actions.refusals.severalVersions([...versions].join(', ')) : null;
}

function consequenceOf(name: ActionName, deployment: DeploymentView): string {
  const rollout = open(deployment)[0] ?? deployment.components[0];
  const same = rollout?.from_version === deployment.version;
  const version = same ? t.actions.newOne(deployment.version) : deployment.version;
  const before = rollout?.from_version
    ? same
      ? t.actions.oldOne(rollout.from_version)
      : rollout.from_version
    : null;
  const weight = rollout?.weight_percent ?? 0;
  const c = t.actions.consequences;
  switch (name) {
    case 'pause':
      return c.pause(version, weight);
    case 'resume':
      return c.resume(version, weight);
    case 'promote':
      return c.promote(version, nextStepText(rollout));
    case 'promote_all':
      return c.promoteAll(version, before);
    case 'abort':
      return deployment.phase === 'queued'
        ? c.abortQueued(version)
        : before
          ? c.abort(version, before, weight)
          : c.abortFirst(version);
    case 'retry':
      return c.retry(version, deployment.environment, deployment.strategy);
    case 'rollback':
      return beginsAnew(deployment)
        ? before
          ? c.rollback(before)
          : c.rollbackUnnamed
        : c.abort(version, before ?? '', weight);
  }
}

function nextStepText(rollout: RolloutView | undefined): string | null {
  return rollout?.plan.find((step) => step.number === rollout.step + 1)?.text ?? null;
}
