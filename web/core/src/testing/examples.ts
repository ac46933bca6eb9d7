// Views as the server answers them, for tests.
import type {
  ClusterEvent,
  DeploymentView,
  EnvironmentView,
  LogEntry,
  RolloutView,
  Sample,
  StepView,
} from '../api/types';

const kinds = ['prepare', 'shift', 'bake', 'judge', 'promote', 'drain'] as const;

export const plan: StepView[] = kinds.map((kind, index) => ({
  component: 'web',
  number: index + 1,
  kind,
  weight_percent: index === 0 ? 0 : 25,
  new_replicas: 1,
  old_replicas: 3,
  at_least_seconds: kind === 'bake' ? 30 : 0,
  text: `${kind} 1.1.0`,
}));

export function rollout(some: Partial<RolloutView> = {}): RolloutView {
  return {
    name: 'web',
    from_version: '1.0.0',
    step: 3,
    steps: plan.length,
    weight_percent: 25,
    verdict: 'not_enough_data',
    reason: 'watching 1.1.0 at 25 %',
    phase: 'progressing',
    since: '2026-11-24T11:59:30Z',
    canary: null,
    stable: null,
    judgement: '',
    judge: {
      enabled: true,
      risk: 0.01,
      margin_percent: 2,
      min_requests: 20,
      first_limit_percent: 5,
      on_no_data: 'hold',
      on_source_down: 'hold',
      max_wait: '1h',
    },
    plan,
    ...some,
  };
}

export function deployment(some: Partial<DeploymentView> = {}): DeploymentView {
  return {
    id: '01m87typdv9ssmnet9hbcr65zb',
    environment: 'demo',
    version: '1.1.0',
    strategy: 'canary',
    status: 'deploying',
    phase: 'progressing',
    reason: 'watching 1.1.0 at 25 %',
    trigger: 'api',
    actor: 'alice',
    created_at: '2026-11-24T11:59:00Z',
    started_at: '2026-11-24T11:59:01Z',
    completed_at: null,
    observed_at: '2026-11-24T11:59:59Z',
    retry_of: null,
    rollback_of: null,
    components: [rollout()],
    seq: 100,
    ...some,
  };
}

export function environment(some: Partial<EnvironmentView> = {}): EnvironmentView {
  return {
    name: 'demo',
    provider: 'on-premises',
    type: 'hci',
    region: 'local',
    enabled: true,
    target: 'host',
    health: 'healthy',
    observed_at: '2026-11-24T11:59:59Z',
    components: [
      {
        name: 'web',
        service: 'http',
        enabled: true,
        version: '1.0.0',
        replicas: { wanted: 3, ready: 3 },
        traffic_address: '127.0.0.1:8080',
        health: 'healthy',
        reason: '3 of 3 replicas take traffic',
        deployment: null,
      },
    ],
    seq: 100,
    ...some,
  };
}

export function clusterEvent(some: Partial<ClusterEvent> = {}): ClusterEvent {
  return {
    component: 'web',
    color: 'green',
    object: 'Pod web-green-6bd9f7c5d-x2x4z',
    type: 'normal',
    reason: 'Pulled',
    text: 'the image is there',
    count: 1,
    first_at: '2026-11-24T11:58:00Z',
    last_at: '2026-11-24T11:59:00Z',
    ...some,
  };
}

export function logEntry(seq: number, text: string, some: Partial<LogEntry> = {}): LogEntry {
  return { seq, time: '2026-11-24T12:00:00Z', level: 'info', component: 'web', step: 'bake', text, ...some };
}

/** A sample that ends `second` seconds after noon. */
export function sample(
  second: number,
  canary: [number, number] | null,
  stable: [number, number] | null,
  some: Partial<Sample> = {},
): Sample {
  const side = (counts: [number, number] | null) =>
    counts && {
      requests: counts[0],
      failures: counts[1],
      latency_ms: 4,
      error_at_least_percent: 0,
      error_at_most_percent: 5,
    };
  return {
    time: new Date(Date.parse('2026-11-24T12:00:00Z') + second * 1000).toISOString(),
    component: 'web',
    step: 3,
    weight_percent: 25,
    seconds: 2,
    canary: side(canary),
    stable: side(stable),
    ...some,
  };
}
