import { t, type DeploymentView, type Health, type Severity, type Verdict } from '@pilothouse/core';
import { Icon, type IconName } from './Icon';

export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'idle' | 'sample';

/** A word, a shape and a colour: the colour alone never says it. */
export function Badge({
  tone,
  icon,
  children,
  title,
}: {
  tone: Tone;
  icon?: IconName;
  children: string;
  title?: string;
}) {
  return (
    <span className={`badge tone-${tone}`} title={title}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

export const healthLook: Record<Health, [Tone, IconName]> = {
  healthy: ['good', 'check'],
  degraded: ['warn', 'half'],
  failed: ['bad', 'cross'],
  deploying: ['busy', 'rocket'],
  empty: ['idle', 'ring'],
  unknown: ['idle', 'question'],
  disabled: ['idle', 'off'],
};

export function HealthBadge({ health }: { health: Health }) {
  const [tone, icon] = healthLook[health];
  return (
    <Badge tone={tone} icon={icon}>
      {t.health[health]}
    </Badge>
  );
}

export const phaseLook: Record<DeploymentView['phase'], [Tone, IconName]> = {
  queued: ['idle', 'clock'],
  preparing: ['busy', 'rocket'],
  progressing: ['busy', 'rocket'],
  waiting_for_approval: ['warn', 'flag'],
  paused: ['warn', 'pause'],
  promoting: ['busy', 'up'],
  aborting: ['bad', 'back'],
  completed: ['good', 'check'],
  rolled_back: ['bad', 'back'],
  cancelled: ['idle', 'cross'],
  superseded: ['idle', 'forth'],
  failed: ['bad', 'cross'],
};

export function PhaseBadge({ phase }: { phase: DeploymentView['phase'] }) {
  const [tone, icon] = phaseLook[phase];
  return (
    <Badge tone={tone} icon={icon}>
      {t.phase[phase]}
    </Badge>
  );
}

const verdictLook: Record<Verdict, [Tone, IconName]> = {
  none: ['idle', 'ring'],
  good: ['good', 'check'],
  bad: ['bad', 'cross'],
  not_enough_data: ['idle', 'half'],
  source_down: ['warn', 'warning'],
};

export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const [tone, icon] = verdictLook[verdict];
  return (
    <Badge tone={tone} icon={icon}>
      {t.verdict[verdict]}
    </Badge>
  );
}

export const severityLook: Record<Severity, [Tone, IconName]> = {
  error: ['bad', 'cross'],
  warning: ['warn', 'warning'],
  info: ['busy', 'dot'],
};

export function SampleBadge() {
  return (
    <Badge tone="sample" title={t.sampleHint}>
      {t.sampleData}
    </Badge>
  );
}
