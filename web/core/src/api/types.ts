// The shapes of the API under the names that the API gives them.
import type { components } from './schema';

type Schemas = components['schemas'];

/** Numbers of the newest event that a view contains; absent on a server without live events. */
interface Versioned {
  seq?: number;
}

export interface JudgeLimits {
  margin_percent: number;
  first_limit_percent: number;
  risk: number;
  min_requests: number;
}

export type RolloutView = Schemas['DeploymentView']['components'][number] & { judge?: JudgeLimits };
export type DeploymentView = Omit<Schemas['DeploymentView'], 'components'> & Versioned & { components: RolloutView[] };
export type StepView = RolloutView['plan'][number];
export type RateView = NonNullable<RolloutView['canary']>;
export type Verdict = RolloutView['verdict'];
export type Phase = DeploymentView['phase'];
export type DeploymentStatus = DeploymentView['status'];
export type Strategy = DeploymentView['strategy'];
export type Trigger = DeploymentView['trigger'];

export type ComponentView = Schemas['EnvironmentView']['components'][number] & Versioned;
export type EnvironmentView = Omit<Schemas['EnvironmentView'], 'components'> & Versioned & { components: ComponentView[] };
export type Health = EnvironmentView['health'];
export type Provider = EnvironmentView['provider'];
export type EnvironmentStatusView = Schemas['EnvironmentStatusView'];
export type ComponentStatusView = EnvironmentStatusView['components'][number];
export type ReplicaView = ComponentStatusView['replicas'][number];
export type TrafficView = NonNullable<ComponentStatusView['traffic']>;

export type DeployRequest = Schemas['DeployRequest'];
export type PlanView = Schemas['PlanView'];
export type WhenBusy = NonNullable<NonNullable<DeployRequest['options']>['when_busy']>;

export type LogEntry = Schemas['LogList']['items'][number];
export type LogLevel = LogEntry['level'];
export type AuditEntry = Schemas['AuditList']['items'][number];

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface SessionView {
  setup_required: boolean;
  user: string | null;
  role: string | null;
  expires_at: string | null;
  permissions: string[];
  version: string;
  sample_data: boolean;
  time: string;
}

/** Requests of one version since the sample before, and what is known of its error rate so far. */
export interface SampleSide {
  requests: number;
  failures: number;
  latency_ms: number | null;
  error_at_least_percent: number | null;
  error_at_most_percent: number | null;
}

export interface Sample {
  time: string;
  component: string;
  step: number;
  weight_percent: number;
  seconds: number;
  canary: SampleSide | null;
  stable: SampleSide | null;
}

export interface MonitoringTick {
  environment: string;
  observed_at: string;
  components: {
    name: string;
    version: string | null;
    health: Health;
    reason: string;
    replicas: ReplicaView[];
    traffic: TrafficView | null;
    deployment: string | null;
    sample: Sample | null;
  }[];
}

export type Severity = 'error' | 'warning' | 'info';

export interface Alert {
  id: string;
  severity: Severity;
  title: string;
  text: string;
  environment: string;
  component: string | null;
  status: 'firing' | 'acknowledged' | 'resolved';
  started_at: string;
  ended_at: string | null;
  sample: boolean;
}

export interface CostSummary {
  currency: string;
  total: string;
  as_of: string;
  sample: boolean;
  by_provider: { provider: Provider; amount: string }[];
  by_environment: { environment: string; amount: string }[];
  days: { date: string; amount: string }[];
}

export interface MetricSeries {
  name: string;
  unit: string;
  component: string | null;
  points: [number, number | null][];
}

export interface EnvironmentMetrics {
  sample: boolean;
  series: MetricSeries[];
}

export type DeploymentSort = 'created_at' | 'environment' | 'version' | 'status';

export interface DeploymentsQuery {
  environment?: string;
  status?: DeploymentStatus;
  strategy?: Strategy;
  version?: string;
  trigger?: Trigger;
  created_from?: string;
  created_before?: string;
  sort?: DeploymentSort;
  order?: 'asc' | 'desc';
  after?: string;
  limit?: number;
}
