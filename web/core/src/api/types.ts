// The shapes of the API under the names that the API gives them.
import type { components } from './schema';

type Schemas = components['schemas'];

export type DeploymentView = Schemas['DeploymentView'];
export type RolloutView = DeploymentView['components'][number];
export type JudgeSettings = RolloutView['judge'];
export type StepView = RolloutView['plan'][number];
export type RateView = NonNullable<RolloutView['canary']>;
export type Verdict = RolloutView['verdict'];
export type Phase = DeploymentView['phase'];
export type DeploymentStatus = DeploymentView['status'];
export type Strategy = DeploymentView['strategy'];
export type Trigger = DeploymentView['trigger'];

export type EnvironmentView = Schemas['EnvironmentView'];
export type ComponentView = EnvironmentView['components'][number];
export type Health = EnvironmentView['health'];
export type Provider = EnvironmentView['provider'];
export type EnvironmentStatusView = Schemas['EnvironmentStatusView'];
export type ComponentStatusView = EnvironmentStatusView['components'][number];
export type ReplicaView = ComponentStatusView['replicas'][number];
export type RouteView = NonNullable<ComponentStatusView['route']>;
export type TrafficView = NonNullable<ComponentStatusView['traffic']>;

export type HealthView = Schemas['HealthView'];
export type HealthCheckView = HealthView['checks'][number];
export type HealthCheckResult = HealthCheckView['result'];

export type ClusterEventsView = Schemas['ClusterEventsView'];
export type ClusterEvent = ClusterEventsView['items'][number];

export type DeployRequest = Schemas['DeployRequest'];
export type PlanView = Schemas['PlanView'];
export type PlanCheck = PlanView['checks'][number];
export type PlannedChange = PlanView['changes'][number];
export type WhenBusy = NonNullable<NonNullable<DeployRequest['options']>['when_busy']>;

export type LogEntry = Schemas['LogList']['items'][number];
export type LogLevel = LogEntry['level'];
export type AuditEntry = Schemas['AuditList']['items'][number];

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type SessionView = Schemas['SessionView'];
export type TicketAnswer = Schemas['TicketAnswer'];

export type Sample = Schemas['SampleList']['items'][number];
/** Requests of one version since the sample before, and what is known of its error rate so far. */
export type SampleSide = NonNullable<Sample['canary']>;

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
    route: RouteView | null;
    /** What others have changed of what was written, a sentence each. */
    drift: string[];
    deployment: string | null;
    sample: Sample | null;
  }[];
}

export type Alert = Schemas['AlertList']['items'][number];
export type Severity = Alert['severity'];
/** `as_of` null: there is no source of costs. */
export type CostSummary = Schemas['CostSummary'];
/** Points are pairs: milliseconds since 1970, and the value. */
export type EnvironmentMetrics = Schemas['MetricsView'];
export type MetricSeries = EnvironmentMetrics['series'][number];

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
